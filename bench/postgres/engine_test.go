package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/contender/contendertest"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// needServer skips a test where ROLLCALL_BENCH_ENGINES does not name postgres, or
// no server is installed.
func needServer(t *testing.T) {
	t.Helper()
	if !slices.Contains(strings.Split(os.Getenv("ROLLCALL_BENCH_ENGINES"), ","), "postgres") {
		t.Skip("set ROLLCALL_BENCH_ENGINES=postgres to test with a PostgreSQL server")
	}
	if _, err := systemLookup().find(t.Context()); err != nil {
		t.Skip(err)
	}
}

// quiet returns the options for files in a folder.
func quiet(scratch string) contender.Options {
	return contender.Options{Scratch: scratch, Threads: 2, Progress: func(string) {}}
}

// openEngine loads the data of the contract until the test ends.
func openEngine(t *testing.T) (*Engine, *contendertest.Data) {
	t.Helper()
	needServer(t)
	data := contendertest.Write(t)
	opened, err := Open(t.Context(), data.Base, quiet(openFolder(t)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return opened.(*Engine), data
}

// prepare readies a statement.
func prepare(t *testing.T, e *Engine, text string) contender.Prepared {
	t.Helper()
	p, err := e.Prepare(t.Context(), &suite.Query{ID: "test", SQL: map[suite.Dialect]string{suite.Postgres: text}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestContract(t *testing.T) {
	needServer(t)
	contendertest.Run(t, contendertest.Contract{Open: Open, Questions: contendertest.Questions(), Append: true})
}

// TestServer checks what a server has to be: private, as it was configured, of
// the database that was promised, and gone at the end.
func TestServer(t *testing.T) {
	needServer(t)
	scratch := openFolder(t)
	data := contendertest.Write(t)
	opened, err := Open(t.Context(), data.Base, quiet(scratch))
	if err != nil {
		t.Fatal(err)
	}
	e := opened.(*Engine)
	if filepath.Dir(e.server.dir) != scratch {
		t.Errorf("the server is in %s, not in %s", e.server.dir, scratch)
	}
	if info, err := os.Stat(e.server.dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the server's folder: %v, %v, want it closed to others", info, err)
	}
	for query, want := range map[string]string{
		"current_setting('listen_addresses')":                            "127.0.0.1",
		"current_setting('unix_socket_directories')":                     e.server.dir,
		"current_setting('port')":                                        strconv.Itoa(e.server.port),
		"current_setting('server_encoding')":                             "UTF8",
		"current_setting('timezone')":                                    "UTC",
		"current_setting('wal_level')":                                   "minimal",
		"current_setting('fsync')":                                       "off",
		"current_setting('jit')":                                         "off",
		"current_setting('autovacuum')":                                  "off",
		"current_setting('max_parallel_workers_per_gather')":             "1",
		"datcollate FROM pg_database WHERE datname = current_database()": "C",
	} {
		var got string
		if err := e.pool.QueryRow(t.Context(), "SELECT "+query).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v, want %q", query, got, err, want)
		}
	}
	load := e.Loaded()
	for _, x := range indexes {
		if load.Indexes[x.name] <= 0 {
			t.Errorf("index %s has %d bytes", x.name, load.Indexes[x.name])
		}
	}
	if want := 4 + len(indexes); len(load.Indexes) != want {
		t.Errorf("%d parts have a size, want %d: %v", len(load.Indexes), want, load.Indexes)
	}
	if runtime.GOOS == "linux" && load.PeakBytes <= 0 {
		t.Error("loading took no memory")
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("%v is left in the folder for files, %v", left, err)
	}
	if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", e.server.port)); err == nil {
		t.Errorf("the port of a closed engine answers: %v", c.Close())
	}
}

// TestTypes checks the columns' types, and values that the contract has not.
func TestTypes(t *testing.T) {
	e, _ := openEngine(t)
	rows, err := e.pool.Query(t.Context(), `SELECT relname || '.' || attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
		WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 ORDER BY relname, attnum`)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		got = append(got, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"customers.customer_id bigint", "customers.loyalty_tier text", "customers.country text", "customers.lifetime_value numeric(12,2)",
		"customers.email_opt_in boolean", "customers.trait_1 text",
		"email_opens.customer_id bigint", "email_opens.time timestamp with time zone", "email_opens.campaign_id bigint",
		"page_views.customer_id bigint", "page_views.time timestamp with time zone", "page_views.url text",
		"purchases.customer_id bigint", "purchases.time timestamp with time zone", "purchases.category text", "purchases.product_id bigint",
		"purchases.amount numeric(10,2)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
}

// TestSuites asks every query of every suite over generated data.
func TestSuites(t *testing.T) {
	needServer(t)
	d, err := workload.Generate(t.Context(), filepath.Join(t.TempDir(), "data"), workload.Default(500), nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Open(t.Context(), d, quiet(openFolder(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range suite.Names() {
		queries, err := suite.Load(t.Context(), name, d, workload.End)
		if err != nil {
			t.Fatal(err)
		}
		for i := range queries {
			checkQuery(t, e, name, &queries[i])
		}
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

// checkQuery checks that a query has an answer, whose keys are as many as it counts,
// ascending.
func checkQuery(t *testing.T, e contender.Engine, suiteName string, q *suite.Query) {
	t.Helper()
	p, err := e.Prepare(t.Context(), q)
	if errors.Is(err, contender.ErrUnsupported) {
		return
	}
	if err != nil {
		t.Errorf("suite %s: %v", suiteName, err)
		return
	}
	n, _, err := p.Count(t.Context())
	if err != nil {
		t.Errorf("suite %s: %v", suiteName, err)
	}
	keys, err := p.Keys(t.Context())
	if err != nil || int64(len(keys)) != n || !slices.IsSorted(keys) {
		t.Errorf("suite %s, query %s: %d keys, sorted: %t, %v, want %d", suiteName, q.ID, len(keys), slices.IsSorted(keys), err, n)
	}
	if err := p.Close(); err != nil {
		t.Errorf("suite %s: %v", suiteName, err)
	}
}

// TestPortTaken gives a server ports that somebody else listens at.
func TestPortTaken(t *testing.T) {
	needServer(t)
	data := contendertest.Write(t)
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken := l.Addr().(*net.TCPAddr).Port
	asked := 0
	sys := thisSystem()
	for _, test := range []struct {
		name string
		port func(ctx context.Context) (int, error)
		err  error
		asks int
	}{
		{"once", func(ctx context.Context) (int, error) {
			if asked == 1 {
				return taken, nil
			}
			return freePort(ctx)
		}, nil, 2},
		{"always", func(context.Context) (int, error) { return taken, nil }, errPortTaken, portAttempts},
		{"no port", func(context.Context) (int, error) { return 0, os.ErrPermission }, os.ErrPermission, 1},
	} {
		asked = 0
		sys.port = func(ctx context.Context) (int, error) { asked++; return test.port(ctx) }
		scratch := openFolder(t)
		e, err := open(t.Context(), sys, data.Base, quiet(scratch))
		if !errors.Is(err, test.err) {
			t.Errorf("%s: error %v, want %v", test.name, err, test.err)
		}
		if err == nil {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}
		if asked != test.asks {
			t.Errorf("%s: asked for %d ports, want %d", test.name, asked, test.asks)
		}
		if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left in the folder for files, %v", test.name, left, err)
		}
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// TestCancelWhileOpening ends the context at every stage: no process and no file
// is left.
func TestCancelWhileOpening(t *testing.T) {
	needServer(t)
	data := contendertest.Write(t)
	for _, stage := range []string{"starting", "copying customers", "copying email_opens", "building", "vacuum"} {
		scratch := openFolder(t)
		ctx, cancel := context.WithCancel(t.Context())
		o := quiet(scratch)
		pid := 0
		o.Progress = func(now string) {
			if !strings.HasPrefix(now, "postgres: "+stage) {
				return
			}
			pid = postmaster(t, scratch)
			cancel()
		}
		if _, err := Open(ctx, data.Base, o); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want context.Canceled", stage, err)
		}
		if pid == 0 && stage != "starting" {
			t.Errorf("%s: there was no server", stage)
		}
		if pid != 0 && syscall.Kill(pid, 0) == nil {
			t.Errorf("%s: the server runs still", stage)
		}
		if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left in the folder for files, %v", stage, left, err)
		}
		cancel()
	}
}

// postmaster returns the process of the server in a folder, 0 where there is none.
func postmaster(t *testing.T, scratch string) int {
	files, err := filepath.Glob(filepath.Join(scratch, "*", "data", "postmaster.pid"))
	if err != nil || len(files) == 0 {
		return 0
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Error(err)
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Error(err)
	}
	return pid
}

// sleeping is a question that never ends by itself. Its SQL is of a kind that no
// planner works out beforehand.
const sleeping = "SELECT customer_id FROM customers WHERE customer_id = (SELECT 1 FROM pg_sleep(3600))"

// awaitSleeper returns when so many queries sleep in the server.
func awaitSleeper(t *testing.T, e *Engine, want int) {
	t.Helper()
	for got := -1; got != want; runtime.Gosched() {
		if err := e.pool.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'").Scan(&got); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCancelQuery(t *testing.T) {
	e, data := openEngine(t)
	p := prepare(t, e, sleeping)
	for name, ask := range map[string]func(ctx context.Context) error{
		"Count": func(ctx context.Context) error { _, _, err := p.Count(ctx); return err },
		"Keys":  func(ctx context.Context) error { _, err := p.Keys(ctx); return err },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- ask(ctx) }()
		awaitSleeper(t, e, 1)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want context.Canceled", name, err)
		}
		awaitSleeper(t, e, 0)
	}
	all := prepare(t, e, "SELECT customer_id FROM customers")
	if n, _, err := all.Count(t.Context()); err != nil || n != int64(len(data.Customers)) {
		t.Errorf("count after a cancelled query is %d, %v, want %d", n, err, len(data.Customers))
	}
}

// TestServerKilled ends the server while it works.
func TestServerKilled(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGQUIT, syscall.SIGINT} {
		e, _ := openEngine(t)
		p := prepare(t, e, sleeping)
		ended := make(chan error, 1)
		go func() { _, _, err := p.Count(t.Context()); ended <- err }()
		awaitSleeper(t, e, 1)
		if err := e.server.process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; err == nil {
			t.Errorf("%s: a query of a server that was ended has an answer", signal)
		}
		<-e.server.done
		if _, _, err := p.Count(t.Context()); err == nil || !strings.Contains(err.Error(), "the server has ended") {
			t.Errorf("%s: error %v, want that the server has ended", signal, err)
		}
		if err := p.Close(); err != nil {
			t.Errorf("%s: closing the query: %v", signal, err)
		}
	}
}

// TestContextEndsServer ends the context that an engine was opened with.
func TestContextEndsServer(t *testing.T) {
	needServer(t)
	data := contendertest.Write(t)
	scratch := openFolder(t)
	ctx, cancel := context.WithCancel(t.Context())
	opened, err := Open(ctx, data.Base, quiet(scratch))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-opened.(*Engine).server.done
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("%v is left in the folder for files, %v", left, err)
	}
	if err := opened.Close(); err != nil {
		t.Error(err)
	}
}

// TestCountTakesAsLongAsTheServer checks that waiting for a connection is not in the time of
// a count.
func TestCountTakesAsLongAsTheServer(t *testing.T) {
	e, _ := openEngine(t)
	p := prepare(t, e, "SELECT customer_id FROM customers WHERE customer_id = (SELECT 1 FROM pg_sleep(0.05))")
	if _, took, err := p.Count(t.Context()); err != nil || took < 50*time.Millisecond {
		t.Errorf("a count that sleeps for 50 ms took %v, %v", took, err)
	}
}
