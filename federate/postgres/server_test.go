package postgres

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// databases numbers those that this run made.
var databases atomic.Int64

// database is a database of a test's own.
type database struct {
	*pgx.Conn // outside of the source's snapshot
	uri       string
}

// newDatabase makes an empty database on the server that ROLLCALL_POSTGRES names, with
// options of CREATE DATABASE, and drops it when the test ends. Without a server the test is skipped.
func newDatabase(t testing.TB, options ...string) *database {
	t.Helper()
	server := os.Getenv("ROLLCALL_POSTGRES")
	if server == "" {
		t.Skip("ROLLCALL_POSTGRES, the URL of a server, is not set")
	}
	admin := connectTo(t, server)
	name := fmt.Sprintf("rollcall_%d_%d", os.Getpid(), databases.Add(1))
	if _, err := admin.Exec(t.Context(), "CREATE DATABASE "+name+" "+strings.Join(options, " ")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		_ = admin.Close(context.Background())
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	db := &database{connectTo(t, u.String()), u.String()}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	return db
}

func connectTo(t testing.TB, uri string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// run runs statements outside of any source.
func (db *database) run(t testing.TB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// open opens the database as a source, which the test closes.
func (db *database) open(t testing.TB, options ...string) *Source {
	t.Helper()
	s, err := Open(t.Context(), withOptions(t, db.uri, options...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// withOptions returns a URI with more options, each as it stands in one.
func withOptions(t testing.TB, uri string, options ...string) string {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	for _, o := range options {
		added, err := url.ParseQuery(o)
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(query, added)
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// TestWithOptions adds options to a URI that has some, and to one that has none.
func TestWithOptions(t *testing.T) {
	for _, c := range []struct{ uri, want string }{
		{"postgres://me:x@host:5/db?sslmode=disable", "postgres://me:x@host:5/db?options=-c+a%3Db&parallel=3&sslmode=disable"},
		{"postgres://me:x@host:5/db", "postgres://me:x@host:5/db?options=-c+a%3Db&parallel=3"},
	} {
		if got := withOptions(t, c.uri, "parallel=3", "options=-c%20a%3Db"); got != c.want {
			t.Errorf("%s: got %s, want %s", c.uri, got, c.want)
		}
	}
}

// running returns the statements that sessions of sources run in the database.
func (db *database) running(t testing.TB) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), `SELECT query FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'rollcall%' AND state = 'active'`)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// eventually waits until something holds, at most ten seconds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not after ten seconds: %s", what)
		}
	}
}

// waitFor waits until a statement that holds text runs in the database.
func (db *database) waitFor(t testing.TB, text string) {
	t.Helper()
	eventually(t, "a statement with "+text+" runs", func() bool {
		return strings.Contains(strings.Join(db.running(t), "\n"), text)
	})
}

// waitEndless waits until a session has come to carry out the statement endless: one
// that is still being parsed is active, too, and the request to cancel it may come when
// the server has done so and waits for what to do next.
func (db *database) waitEndless(t testing.TB) {
	t.Helper()
	db.waitUntil(t, "the statement without an end is carried out", "application_name = 'rollcall endless'")
}

// waitBlocked waits until a session waits for a lock.
func (db *database) waitBlocked(t testing.TB) {
	t.Helper()
	db.waitUntil(t, "a statement waits for a lock", "application_name = 'rollcall' AND wait_event_type = 'Lock'")
}

// waitUntil waits until there is a session in the database that meets a condition.
func (db *database) waitUntil(t testing.TB, what, condition string) {
	t.Helper()
	eventually(t, what, func() bool {
		var found bool
		if err := db.QueryRow(t.Context(), "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND "+
			condition+")").Scan(&found); err != nil {
			t.Fatal(err)
		}
		return found
	})
}

// waitIdle waits until no session of a source runs a statement.
func (db *database) waitIdle(t testing.TB) {
	t.Helper()
	eventually(t, "nothing runs any more", func() bool { return len(db.running(t)) == 0 })
}
