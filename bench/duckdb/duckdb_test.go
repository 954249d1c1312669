package duckdb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/contender/contendertest"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

func TestContract(t *testing.T) {
	for name, open := range map[string]contendertest.Opener{memoryName: OpenMemory, diskName: OpenDisk} {
		t.Run(name, func(t *testing.T) {
			contendertest.Run(t, contendertest.Contract{
				Open: open, Questions: contendertest.Questions(), Append: true, Export: true,
			})
		})
	}
}

// openEngine loads the data of the contract until the test ends.
func openEngine(t *testing.T, open contendertest.Opener) (*Engine, *contendertest.Data) {
	t.Helper()
	data := contendertest.Write(t)
	opened, err := open(t.Context(), data.Base, contender.Options{Scratch: t.TempDir(), Threads: 1, Progress: func(string) {}})
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

// texts returns the one column of a query as text.
func texts(t *testing.T, e *Engine, query string) []string {
	t.Helper()
	rows, err := e.db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}()
	list := []string{}
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		list = append(list, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return list
}

// TestTables checks what the package says of how tables are held.
func TestTables(t *testing.T) {
	e, _ := openEngine(t, OpenMemory)
	for _, test := range []struct {
		name, query string
		want        []string
	}{
		{"types of customers", "SELECT CASE WHEN length(data_type) > 100 THEN 'a long ENUM' ELSE data_type END FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = 'customers' ORDER BY column_index", []string{
			"BIGINT", "ENUM('Bronze', 'Gold', 'Silver')", "ENUM('BR', 'DE', 'FR', 'JP', 'US')", "DECIMAL(12,2)", "BOOLEAN", "a long ENUM",
		}},
		{"types of purchases", "SELECT data_type FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = 'purchases' ORDER BY column_index", []string{
			"BIGINT", "TIMESTAMP", "ENUM('Books', 'Electronics', 'Garden''s', 'Toys')", "BIGINT", "DECIMAL(10,2)",
		}},
		{"types of page_views", "SELECT data_type FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = 'page_views' ORDER BY column_index", []string{
			"BIGINT", "TIMESTAMP", "VARCHAR",
		}},
		{"names of types", "SELECT type_name FROM duckdb_types() WHERE type_name LIKE 'e\\_%' ESCAPE '\\' ORDER BY 1", []string{
			"e_category", "e_country", "e_tier", "e_trait_1",
		}},
		{"a literal of a type", "SELECT (count(*) > 0)::VARCHAR FROM customers WHERE loyalty_tier = 'Gold'::e_tier", []string{"true"}},
		{"rows out of order of time", `SELECT count(*)::VARCHAR FROM (SELECT time < lag(time) OVER (ORDER BY rowid) AS back FROM purchases) WHERE back`,
			[]string{"0"}},
		{"threads", "SELECT current_setting('threads')::VARCHAR", []string{"1"}},
		{"time zone", "SELECT current_setting('TimeZone')", []string{"UTC"}},
		{"memory used for tables", "SELECT (sum(memory_usage_bytes) > 0)::VARCHAR FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'", []string{"true"}},
	} {
		if diff := cmp.Diff(test.want, texts(t, e, test.query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestSuites asks every query of every suite over generated data.
func TestSuites(t *testing.T) {
	data := contendertest.Generate(t)
	e, err := OpenMemory(t.Context(), data.Base, contender.Options{Scratch: t.TempDir(), Threads: 2, Progress: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, name := range suite.Names() {
		queries, err := suite.Load(t.Context(), name, data.Base, workload.End)
		if err != nil {
			t.Fatal(err)
		}
		for i := range queries {
			q := &queries[i]
			p, err := e.Prepare(t.Context(), q)
			if errors.Is(err, contender.ErrUnsupported) {
				continue // not every random rule has SQL
			}
			if err != nil {
				t.Errorf("suite %s: %v", name, err)
				continue
			}
			n, _, err := p.Count(t.Context())
			keys, keysErr := p.Keys(t.Context())
			if err := errors.Join(err, keysErr, p.Close()); err != nil {
				t.Errorf("suite %s: %v", name, err)
			}
			if n != int64(len(keys)) {
				t.Errorf("suite %s, query %s: count is %d, and there are %d keys", name, q.ID, n, len(keys))
			}
		}
	}
}

// TestCancelInterrupts asks a query that would take years, and ends its context
// once DuckDB works on it.
func TestCancelInterrupts(t *testing.T) {
	e, _ := openEngine(t, OpenMemory)
	endless := &suite.Query{ID: "endless", SQL: map[suite.Dialect]string{
		suite.DuckDB: "SELECT a.range AS customer_id FROM range(1000000000) a, range(1000000000) b WHERE a.range + b.range = 1",
	}}
	p, err := e.Prepare(t.Context(), endless)
	if err != nil {
		t.Fatal(err)
	}
	asks := map[string]func(context.Context) error{
		"Count": func(ctx context.Context) error { _, _, err := p.Count(ctx); return err },
		"Keys":  func(ctx context.Context) error { _, err := p.Keys(ctx); return err },
		"Export": func(ctx context.Context) error {
			_, err := e.Export(ctx, endless, []string{"customer_id"}, filepath.Join(t.TempDir(), "x.parquet"))
			return err
		},
	}
	for name, ask := range asks {
		ctx, cancel := context.WithCancel(t.Context())
		var asked sync.WaitGroup
		asked.Go(func() {
			if err := ask(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%s is %v, want context.Canceled", name, err)
			}
		})
		for e.db.Stats().InUse == 0 { // the query has no connection yet
			runtime.Gosched()
		}
		cancel()
		asked.Wait()
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if got := texts(t, e, "SELECT count(*)::VARCHAR FROM customers"); len(got) != 1 || got[0] == "0" {
		t.Errorf("customers after the interruptions: %v", got)
	}
}

// TestReopen leaves a file to be opened again, several times.
func TestReopen(t *testing.T) {
	e, data := openEngine(t, OpenDisk)
	path, err := e.Detach()
	if err != nil {
		t.Fatal(err)
	}
	question := contendertest.AndOfFour()
	want := question.Keys(data.Customers, workload.End)
	for range 2 {
		again, err := Reopen(t.Context(), path, 2)
		if err != nil {
			t.Fatal(err)
		}
		p, err := again.Prepare(t.Context(), question.Query(workload.End))
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Keys(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
		if _, err := again.Append(t.Context(), data.Add); !errors.Is(err, contender.ErrUnsupported) {
			t.Errorf("Append to a reopened file is %v, want ErrUnsupported", err)
		}
		if err := errors.Join(p.Close(), again.Close()); err != nil {
			t.Error(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Close the file is there: %v", err)
	}
	if again, err := Reopen(t.Context(), path, 2); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Reopen of a file that is gone is %v, %v", again, err)
	}
}

func TestDetachMemory(t *testing.T) {
	e, _ := openEngine(t, OpenMemory)
	if path, err := e.Detach(); err == nil {
		t.Errorf("Detach without a file returns %q, want an error", path)
	}
}

// TestFailures checks what errors say, and that a failed append changes nothing.
func TestFailures(t *testing.T) {
	e, data := openEngine(t, OpenMemory)
	check := func(err error, want ...string) {
		t.Helper()
		for _, part := range want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("the error is %v, want one with %q", err, part)
			}
		}
	}
	_, err := e.Prepare(t.Context(), &suite.Query{ID: "Q0", SQL: map[suite.Dialect]string{suite.DuckDB: "SELECT no_such FROM customers"}})
	check(err, "duckdb, query Q0", "no_such")

	before := texts(t, e, "SELECT count(*)::VARCHAR FROM purchases")
	data.Add.Tables[2].Rows++
	_, err = e.Append(t.Context(), data.Add)
	check(err, "appending to table email_opens", "rows appended, expected")
	if diff := cmp.Diff(before, texts(t, e, "SELECT count(*)::VARCHAR FROM purchases")); diff != "" {
		t.Errorf("purchases after a failed append (-want +got):\n%s", diff)
	}

	data.Base.Tables[1].Files++
	o := contender.Options{Scratch: t.TempDir(), Threads: 1, Progress: func(string) {}}
	_, err = OpenMemory(t.Context(), data.Base, o)
	check(err, "duckdb: table purchases", "3 part files in", "expected 4")
	data.Base.Tables[1].Files--
	data.Base.Tables[1].Rows--
	_, err = OpenMemory(t.Context(), data.Base, o)
	check(err, "duckdb: table purchases", "rows loaded, expected")
	o.Scratch = filepath.Join(o.Scratch, "what?")
	_, err = OpenDisk(t.Context(), data.Base, o)
	check(err, "has a ?")
}

// TestOddPath loads from and to folders whose names mean something in SQL.
func TestOddPath(t *testing.T) {
	data := contendertest.Write(t)
	odd := filepath.Join(t.TempDir(), "it's [a] {b} *")
	if err := os.Rename(data.Base.Dir, odd); err != nil {
		t.Fatal(err)
	}
	data.Base.Dir = odd
	scratch := filepath.Join(t.TempDir(), "it's [a] *")
	if err := os.Mkdir(scratch, 0o700); err != nil {
		t.Fatal(err)
	}
	e, err := OpenDisk(t.Context(), data.Base, contender.Options{Scratch: scratch, Threads: 1, Progress: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

func TestQuoted(t *testing.T) {
	if got, want := literal("it's"), "'it''s'"; got != want {
		t.Errorf("literal is %s, want %s", got, want)
	}
	if got, want := identifiers([]string{`a"b`, "c"}), `"a""b", "c"`; got != want {
		t.Errorf("identifiers are %s, want %s", got, want)
	}
}
