package federate_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/rollcall-db/rollcall/bench/difftest/examples"
	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/postgres"
	"github.com/rollcall-db/rollcall/federate/source"
)

// databases numbers those that this run made.
var databases atomic.Int64

// newDatabase makes an empty database on the server that ROLLCALL_POSTGRES names,
// and drops it when the test ends. Without a server the test is skipped.
func newDatabase(t *testing.T) (uri string, conn *pgx.Conn) {
	t.Helper()
	server := os.Getenv("ROLLCALL_POSTGRES")
	if server == "" {
		t.Skip("ROLLCALL_POSTGRES, the URL of a server, is not set")
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	admin := connectTo(t, server)
	name := fmt.Sprintf("rollcall_place_%d_%d", os.Getpid(), databases.Add(1))
	if _, err := admin.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	u.Path = "/" + name
	return u.String(), connectTo(t, u.String())
}

// connectTo connects until the end of the test.
func connectTo(t *testing.T, uri string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// postgresPlace loads a warehouse into a database of its own.
func postgresPlace(t *testing.T, w *warehouse.Warehouse, _ string) source.Engine {
	t.Helper()
	src, _ := openPostgres(t, w)
	return src
}

// openPostgres loads a warehouse into a database of its own and opens it, and a
// connection beside it.
func openPostgres(t *testing.T, w *warehouse.Warehouse) (*postgres.Source, *pgx.Conn) {
	t.Helper()
	uri, conn := newDatabase(t)
	for _, schema := range []string{"marketing", "analytics", "events"} {
		if _, err := conn.Exec(t.Context(), "CREATE SCHEMA "+schema); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range w.Tables {
		if _, err := conn.Exec(t.Context(), table.PostgresDDL()); err != nil {
			t.Fatalf("%s: %v", table.PostgresDDL(), err)
		}
		statement, rows := table.PostgresCopy()
		if _, err := conn.PgConn().CopyFrom(t.Context(), strings.NewReader(string(rows)), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	src, err := postgres.Open(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	})
	return src, conn
}

// TestPostgresExamples asks the example segments in PostgreSQL.
func TestPostgresExamples(t *testing.T) { checkExamples(t, postgresPlace) }

// TestPostgresRandom asks random rules in PostgreSQL.
func TestPostgresRandom(t *testing.T) {
	if os.Getenv("ROLLCALL_POSTGRES") == "" {
		t.Skip("ROLLCALL_POSTGRES, the URL of a server, is not set")
	}
	checkRandom(t, oracle.Options{CaseNames: true, OddNames: true, Infinities: true, ListFields: true}, postgresPlace)
}

// TestPostgresExport writes a table twice, as one step each, and checks that a
// change of the customers in between has no say.
func TestPostgresExport(t *testing.T) {
	layout, err := warehouse.Plain(examples.Table(examples.Timezone))
	if err != nil {
		t.Fatal(err)
	}
	src, conn := openPostgres(t, layout)
	place := &federate.Place{Engine: src, Schema: layout.Data.Schema, Layout: layout.Layout}
	checked := check(t, place, "loyalty_tier = 'Gold'")
	want, err := federate.Count(t.Context(), place, checked, examples.AsOf)
	if err != nil || want == 0 {
		t.Fatalf("got %d, %v", want, err)
	}
	if _, err := conn.Exec(t.Context(), "DELETE FROM marketing.customers"); err != nil {
		t.Fatal(err)
	}
	to := federate.Target{Table: model.TableRef{Schema: "analytics", Table: `go"ld's`}}
	for range 2 {
		rows, err := federate.Export(t.Context(), place, checked, examples.AsOf, to, attributeNames(place.Schema)...)
		if err != nil || rows != want {
			t.Fatalf("got %d, %v, want %d", rows, err, want)
		}
		var written uint64
		if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM analytics."go""ld's"`).Scan(&written); err != nil || written != want {
			t.Errorf("others see %d, %v, want %d", written, err, want)
		}
	}
}
