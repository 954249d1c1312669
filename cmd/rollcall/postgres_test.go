package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
)

// databases numbers those that this run made.
var databases atomic.Int64

// newPostgres makes an empty database on the server that ROLLCALL_POSTGRES names, and
// drops it when the test ends. Without a server the test is skipped.
func newPostgres(t testing.TB) (conn *pgx.Conn, uri string) {
	t.Helper()
	server := os.Getenv("ROLLCALL_POSTGRES")
	if server == "" {
		t.Skip("ROLLCALL_POSTGRES is not set; bench/difftest/postgres.sh go test ./cmd/rollcall sets it")
	}
	admin := connect(t, server)
	name := fmt.Sprintf("rollcall_cli_%d_%d", os.Getpid(), databases.Add(1))
	if _, err := admin.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
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
	conn = connect(t, u.String())
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn, u.String()
}

func connect(t testing.TB, uri string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// postgresOf loads a warehouse into a database of its own and returns its URI.
func postgresOf(t testing.TB, w *warehouse.Warehouse) string {
	t.Helper()
	conn, uri := newPostgres(t)
	for _, table := range w.Tables {
		if _, err := conn.Exec(t.Context(), "CREATE SCHEMA IF NOT EXISTS "+table.Ref.Schema+"; "+table.PostgresDDL()); err != nil {
			t.Fatalf("%s: %v", table.PostgresDDL(), err)
		}
		statement, rows := table.PostgresCopy()
		if _, err := conn.PgConn().CopyFrom(t.Context(), strings.NewReader(string(rows)), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return uri
}

// TestPostgresFromNothingToATable guesses a parent segment out of declared keys, asks
// the database with it, and has it write the audience.
func TestPostgresFromNothingToATable(t *testing.T) {
	conn, uri := newPostgres(t)
	if _, err := conn.Exec(t.Context(), `
		CREATE SCHEMA crm;
		CREATE TABLE crm.persons (nick text, pid bigint PRIMARY KEY, city text);
		INSERT INTO crm.persons VALUES ('a', 1, 'Kyoto'), ('b', 2, 'Oslo'), ('c', 3, NULL);
		CREATE TABLE crm.orders (no bigint, buyer bigint REFERENCES crm.persons (pid), ordered_at timestamptz, amount numeric(10,2));
		INSERT INTO crm.orders VALUES (1, 1, '2024-05-20 10:00Z', 10.5), (2, 1, '2024-05-21 10:00Z', 10.5), (3, 2, '2024-05-22 10:00Z', 1)`); err != nil {
		t.Fatal(err)
	}
	parent := filepath.Join(t.TempDir(), "parent.yml")
	done := func(want string, args ...string) {
		t.Helper()
		code, out, errs := rollcall(t, args...)
		if code != exitDone || !strings.Contains(out, want) {
			t.Fatalf("%q: exit code %d, want %q in:\n%s%s", args, code, want, out, errs)
		}
	}
	done("customers are in crm.persons, by pid; 0 attributes of other tables, 1 behavior, 0 tables left out", "init", "-s", uri, "-o", parent)
	text, err := os.ReadFile(parent)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"its pid is the declared primary key, and unique (3 rows, 0\n# NULLs)", "its buyer, a declared foreign key, repeats (3 rows; all of customers)",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("want %q in:\n%s", want, text)
		}
	}
	const big = "order sum(amount) > 20 and city = 'Kyoto'"
	done("verified: 1 in the source, 1 in a snapshot of it: the same customers", "count", "-c", parent, "-s", uri, big, "--verify")
	done("crm.big: 1 customers, 2 columns", "export", "-c", parent, "-s", uri, big, "--into-table", "crm.big", "--columns", "nick")
	var pid int64
	var nick string
	if err := conn.QueryRow(t.Context(), "SELECT pid, nick FROM crm.big").Scan(&pid, &nick); err != nil || pid != 1 || nick != "a" {
		t.Errorf("%d %q, %v, want customer 1, a", pid, nick, err)
	}
	code, _, errs := rollcall(t, "export", "-c", parent, "-s", uri, big, "--into-directory", "/tmp/x")
	if code != exitUsage || !strings.Contains(errs, "UNSUPPORTED_IN_PLACE: postgres:") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
