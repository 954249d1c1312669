package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rollcall-db/rollcall/federate/source"
)

const manyRows = 200_000

// fill makes a table, orders, of manyRows rows in several hundred blocks.
func (db *database) fill(t testing.TB) {
	t.Helper()
	db.run(t, fmt.Sprintf("CREATE TABLE orders AS SELECT i AS id, 'text ' || i AS t FROM generate_series(1, %d) i", manyRows))
}

// sum reads a column of whole numbers and returns how many there are and their sum.
func sum(batches func(func(arrow.RecordBatch, error) bool)) (rows, total int64, err error) {
	for batch, err := range batches {
		if err != nil {
			return rows, total, err
		}
		for row := range int(batch.NumRows()) {
			switch c := batch.Column(0).(type) {
			case interface{ Value(int) int32 }:
				total += int64(c.Value(row))
			case interface{ Value(int) int64 }:
				total += c.Value(row)
			}
		}
		rows += batch.NumRows()
	}
	return rows, total, nil
}

// checkSum checks that a table still has all rows of fill, and only those.
func (s *Source) checkSum(t testing.TB, name string) {
	t.Helper()
	rows, total, err := sum(s.table(t, name).Scan(t.Context(), []string{"id"}))
	if err != nil || rows != manyRows || total != manyRows*(manyRows+1)/2 {
		t.Errorf("a scan of %s gave %d rows with the sum %d, error %v", name, rows, total, err)
	}
	rows, total, err = sum(s.Query(t.Context(), "SELECT count(*) FROM public."+name))
	if err != nil || rows != 1 || total != manyRows {
		t.Errorf("a count of %s gave %d, error %v", name, total, err)
	}
}

func TestOneState(t *testing.T) {
	db := newDatabase(t)
	db.fill(t)
	s := db.open(t)
	s.minRange = 1
	ctx, cancel := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for range 2 {
		conn := connectTo(t, db.uri)
		writers.Go(func() {
			defer conn.Close(context.Background()) //nolint:errcheck // the database goes, too
			for i := 0; ctx.Err() == nil; i++ {
				_, _ = conn.Exec(ctx, "INSERT INTO orders VALUES (7, 'new')")
				_, _ = conn.Exec(ctx, "UPDATE orders SET id = id + 1 WHERE id % 1000 = $1", i%1000)
				_, _ = conn.Exec(ctx, "DELETE FROM orders WHERE id % 1000 = $1", (i+500)%1000)
				_, _ = conn.Exec(ctx, "VACUUM orders")
			}
		})
	}
	for range 5 {
		s.checkSum(t, "orders")
	}
	cancel()
	writers.Wait()
}

// TestMoved changes tables in ways that do not keep to snapshots. Each must be an
// error of everything that reads the table, or make no difference.
func TestMoved(t *testing.T) {
	for _, c := range []struct {
		name, change string
		harmless     bool
		scan         string // text of the scan's error; empty: that of moved
	}{
		{name: "truncated", change: "TRUNCATE orders"},
		{name: "rewritten", change: "ALTER TABLE orders ALTER COLUMN id TYPE bigint"},
		{name: "made anew", change: "DROP TABLE orders; CREATE TABLE orders AS SELECT 1 AS id, 'x' AS t"},
		{name: "renamed", change: "ALTER TABLE orders RENAME TO old; CREATE TABLE orders (id int, t text)"},
		{name: "moved", change: "VACUUM FULL orders"},
		{name: "column renamed", change: "ALTER TABLE orders RENAME id TO gone", harmless: true, scan: `ERROR: column "id" does not exist (SQLSTATE 42703)`},
		{name: "wider", change: "ALTER TABLE orders ADD COLUMN more int", harmless: true},
		{name: "indexed", change: "CREATE INDEX ON orders (id)", harmless: true},
		{name: "with toast", change: "UPDATE orders SET t = 'y' WHERE id < 9", harmless: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := newDatabase(t)
			db.fill(t)
			s := db.open(t)
			orders := s.table(t, "orders")
			if _, err := db.PgConn().Exec(t.Context(), c.change).ReadAll(); err != nil {
				t.Fatal(err)
			}
			_, _, counted := sum(s.Query(t.Context(), "SELECT count(*) FROM public.orders"))
			_, _, scanned := sum(orders.Scan(t.Context(), []string{"id"}))
			if c.harmless && c.scan == "" {
				if counted != nil || scanned != nil {
					t.Errorf("a count gave %v, a scan %v, want no errors", counted, scanned)
				}
				s.checkSum(t, "orders")
				return
			}
			var incomplete *source.IncompleteError
			if !c.harmless && (!errors.As(counted, &incomplete) || !strings.Contains(counted.Error(), "made anew after the source was opened")) {
				t.Errorf("a count gave %v, want that the table has moved", counted)
			}
			want := c.scan
			if want == "" {
				want = "orders was truncated, rewritten or made anew after the source was opened; open it again"
			}
			if scanned == nil || !strings.Contains(scanned.Error(), want) {
				t.Errorf("a scan gave %v, want %s", scanned, want)
			}
		})
	}
}

// TestMovedMeanwhile truncates a table between two batches of a scan: the scan has
// the table locked, so that it is whole.
func TestMovedMeanwhile(t *testing.T) {
	db := newDatabase(t)
	db.fill(t)
	s := db.open(t)
	s.minRange = 1
	other := connectTo(t, db.uri)
	done, rows, isFirst := make(chan error, 1), int64(0), true
	for batch, err := range s.table(t, "orders").Scan(t.Context(), []string{"t"}) {
		if err != nil {
			t.Fatal(err)
		}
		if isFirst {
			isFirst = false
			go func() {
				_, err := other.Exec(context.Background(), "TRUNCATE orders")
				done <- err
			}()
		}
		rows += batch.NumRows()
	}
	if err := <-done; err != nil || rows != manyRows {
		t.Errorf("%d rows, want %d; TRUNCATE: %v", rows, manyRows, err)
	}
	_ = other.Close(t.Context())
	if _, err := textsOrError(s.table(t, "orders").Scan(t.Context(), []string{"t"})); err == nil {
		t.Error("a scan after TRUNCATE has no error")
	}
}

func TestLostConnection(t *testing.T) {
	db := newDatabase(t)
	db.fill(t)
	s := db.open(t, "parallel=1")
	orders := s.table(t, "orders")
	kill := func(where string) {
		db.run(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'rollcall' AND "+where)
	}
	// The text is longer than what connections and buffers hold.
	wide := s.Query(t.Context(), "SELECT repeat('x', 1000), id FROM public.orders")
	received := int64(0)
	for _, batches := range []func(func(arrow.RecordBatch, error) bool){orders.Scan(t.Context(), []string{"t", "id", "t", "t", "t"}), wide} {
		var last error
		received = 0
		for batch, err := range batches {
			if last = err; err != nil {
				break
			}
			received += batch.NumRows()
			kill("backend_xmin IS NOT NULL AND state = 'active'")
		}
		var incomplete *source.IncompleteError
		if !errors.As(last, &incomplete) || received >= manyRows {
			t.Errorf("after %d rows the error is %v, want a *source.IncompleteError", received, last)
		} else if incomplete.Received != received && incomplete.Table == "public.orders" {
			t.Errorf("the error counts %d rows, %d came: %v", incomplete.Received, received, last)
		}
	}
	s.checkSum(t, "orders") // the snapshot is still there
	kill("true")
	_, err := s.Table(t.Context(), orders.Ref())
	const want = "the state that the source reads is gone, since the connection that held it was lost: open the source again"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("without the snapshot: %v, want %s", err, want)
	}
}

func TestClosed(t *testing.T) {
	db := newDatabase(t)
	db.fill(t)
	s := db.open(t)
	orders := s.table(t, "orders")
	var last error
	for _, err := range orders.Scan(t.Context(), []string{"t"}) {
		if last = err; err == nil {
			_ = s.Close()
		}
	}
	if !errors.Is(last, errClosed) {
		t.Errorf("a scan of a source that is closed meanwhile ended with %v", last)
	}
	_, err := s.Table(t.Context(), orders.Ref())
	if _, exec := s.Exec(t.Context(), "CREATE TABLE x ()"); !errors.Is(err, errClosed) || !errors.Is(exec, errClosed) {
		t.Errorf("a closed source gave %v and %v", err, exec)
	}
	eventually(t, "no session is left", func() bool {
		rows, total, err := sum(func(yield func(arrow.RecordBatch, error) bool) {
			other := db.open(t)
			other.Query(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'rollcall'")(yield)
			_ = other.Close()
		})
		return err == nil && rows == 1 && total <= 2 // of the one that asks
	})
}

// TestFewConnections reads a table with a role that may have three connections, of
// which one holds the snapshot.
func TestFewConnections(t *testing.T) {
	db := newDatabase(t)
	db.fill(t)
	db.run(t, "DROP ROLE IF EXISTS rollcall_few", "CREATE ROLE rollcall_few LOGIN PASSWORD 'of few' CONNECTION LIMIT 3", "GRANT SELECT ON orders TO rollcall_few")
	t.Cleanup(func() { _, _ = db.Exec(context.Background(), "DROP OWNED BY rollcall_few; DROP ROLE rollcall_few") })
	few := *db
	few.uri = db.as(t, "rollcall_few", "of few")
	s := few.open(t, "parallel=8")
	s.minRange = 1
	s.checkSum(t, "orders")
}

// as returns the URI of the database for another role.
func (db *database) as(t testing.TB, role, password string) string {
	t.Helper()
	u, err := url.Parse(db.uri)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, password)
	return u.String()
}

func TestRefused(t *testing.T) {
	db := newDatabase(t)
	_, err := Open(t.Context(), db.as(t, "rollcall_nobody", "s3cret"))
	var pgErr *pgconn.PgError
	if err == nil || !errors.As(err, &pgErr) || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a wrong password: %v", err)
	}
	_, err = Open(t.Context(), withOptions(t, db.uri, "sslmode=require"))
	if err == nil || !strings.Contains(err.Error(), "server refused TLS connection") {
		t.Errorf("TLS that the server does not have: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, db.uri); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
}

// TestLimitsAreLifted checks that the time limits that a database has for people do
// not end a long scan, and that those of the URI do.
func TestLimitsAreLifted(t *testing.T) {
	db := newDatabase(t)
	db.run(t, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 60000', current_database()); END $$")
	for option, want := range map[string]string{"parallel=2": "0", "statement_timeout=50000": "50s"} {
		got := texts(t, db.open(t, option).Query(t.Context(), "SELECT current_setting('statement_timeout') AS timeout"))
		if len(got) != 1 || got[0][0] != want {
			t.Errorf("with %s the limit of a statement is %v, want %s", option, got, want)
		}
	}
}
