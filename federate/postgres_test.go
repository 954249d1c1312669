package federate_test

import (
	"context"
	"errors"
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

// openKinds opens a database with a place of customers whose key and attributes have
// types that PostgreSQL compares as text, and orders through a view.
func openKinds(t *testing.T, statements ...string) (*federate.Place, *pgx.Conn) {
	t.Helper()
	uri, conn := newDatabase(t)
	for _, statement := range append([]string{
		"CREATE TYPE tier AS ENUM ('tin', 'gold')", "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
		"CREATE TABLE customers (id uuid, tier tier, name varchar(9), code char(3), amount numeric(9,2), nick text COLLATE ci)",
		"INSERT INTO customers VALUES ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'gold', 'Aya', 'ab', 1.5, 'a'), ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A12', 'tin', 'Bo', NULL, 2, 'A')",
		"CREATE TABLE bought (id uuid, at timestamptz, price int)", "CREATE VIEW orders AS SELECT * FROM bought",
		"INSERT INTO bought VALUES ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '2024-01-01', 5)",
	}, statements...) {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	src, err := postgres.Open(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	customers, orders := model.TableRef{Schema: "public", Table: "customers"}, model.TableRef{Schema: "public", Table: "orders"}
	place := &federate.Place{
		Engine: src,
		Schema: &model.Schema{
			Name: "Kinds", Timezone: "UTC", KeyColumn: "id", KeyType: model.Type{Kind: model.String},
			Behaviors: []model.Behavior{{Name: "order", TimeColumn: "at"}},
		},
		Layout: &model.Layout{Master: customers, KeyColumn: "id", Behaviors: []model.EventLayout{{Table: orders, KeyColumn: "id", Time: model.FieldLayout{Column: "at"}}}},
	}
	for _, name := range []string{"tier", "name", "code", "amount"} {
		typ := model.Type{Kind: model.String}
		if name == "amount" {
			typ = model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 9, Scale: 2}
		}
		place.Schema.Attributes = append(place.Schema.Attributes, model.Attribute{Name: name, Type: typ})
		place.Layout.Attributes = append(place.Layout.Attributes, model.ColumnLayout{Table: customers, Column: name})
	}
	return place, conn
}

// TestPostgresExportTypes writes columns with the types that they have in the
// source.
func TestPostgresExportTypes(t *testing.T) {
	place, conn := openKinds(t)
	to := federate.Target{Table: model.TableRef{Schema: "public", Table: "gold"}}
	for range 2 {
		rows, err := federate.Export(t.Context(), place, check(t, place, "tier = 'gold' and name = 'Aya' and order"), examples.AsOf, to, attributeNames(place.Schema)...)
		if err != nil || rows != 1 {
			t.Fatalf("got %d, %v", rows, err)
		}
	}
	var types, row string
	err := conn.QueryRow(t.Context(), "SELECT string_agg(format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'gold'::regclass AND attnum > 0").Scan(&types)
	if want := "uuid, tier, character varying(9), character(3), numeric(9,2)"; err != nil || types != want {
		t.Errorf("types %s, %v, want %s", types, err, want)
	}
	err = conn.QueryRow(t.Context(), "SELECT gold::text FROM gold").Scan(&row)
	if want := `(a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,gold,Aya,"ab ",1.50)`; err != nil || row != want {
		t.Errorf("row %s, %v, want %s", row, err, want)
	}
}

// TestPostgresExportRefused exports to tables that the parent segment reads by
// another name.
func TestPostgresExportRefused(t *testing.T) {
	place, conn := openKinds(t, "CREATE TABLE more () INHERITS (customers)")
	for table, why := range map[string]string{
		"customers": "the parent segment reads it",
		"Customers": "the parent segment reads public.customers, which is or may be the same table",
		"bought":    "the parent segment reads public.orders, a view of it",
		"more":      "it is a partition, or inherits from another table, or another inherits from it: its rows are another table's, too",
	} {
		to := federate.Target{Table: model.TableRef{Schema: "public", Table: table}}
		_, err := federate.Export(t.Context(), place, check(t, place, "tier = 'gold'"), examples.AsOf, to, "amount")
		var refused *source.TargetError
		if want := "cannot export to table public." + table + ": " + why; !errors.As(err, &refused) || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	var rows int
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM customers").Scan(&rows); err != nil || rows != 2 {
		t.Errorf("customers has %d rows, %v, want 2", rows, err)
	}
}

// TestPostgresCollation refuses columns whose strings are equal by more than their
// bytes.
func TestPostgresCollation(t *testing.T) {
	place, _ := openKinds(t)
	place.Layout.Attributes[1].Column = "nick"
	_, err := federate.Count(t.Context(), place, check(t, place, "name = 'a'"), examples.AsOf)
	if want := `UNSUPPORTED_IN_PLACE: column "nick" of table public.customers is compared by ci, not byte by byte; build a snapshot and ask there`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
