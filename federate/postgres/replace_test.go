package postgres

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// replaced is the table that tests replace.
var replaced = model.TableRef{Schema: "public", Table: "it's \"gold"}

// quotedReplaced is its name in SQL.
const quotedReplaced = `public."it's ""gold"`

// text asks for one text outside of the source.
func (db *database) text(t testing.TB, statement string) string {
	t.Helper()
	var text string
	if err := db.QueryRow(t.Context(), statement).Scan(&text); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return text
}

// all reads the rows of the table that tests replace.
func (db *database) all(t testing.TB) string {
	t.Helper()
	return db.text(t, "SELECT coalesce(string_agg(g::text, ' ' ORDER BY g::text), '') FROM "+quotedReplaced+" g")
}

// TestReplaceKeepsTable fills a table that has the right columns: it stays the same
// one, with all that belongs to it.
func TestReplaceKeepsTable(t *testing.T) {
	db := newDatabase(t)
	db.run(t, `CREATE TYPE tier AS ENUM ('gold', 'tin')`, `CREATE DOMAIN cents AS numeric(9,2)`,
		`CREATE TABLE customers (id uuid, tier tier, name varchar(9), code char(3), c cents)`,
		`INSERT INTO customers VALUES ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'tin', 'Aya', 'ab', 1.5), ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A12', 'gold', NULL, NULL, NULL)`)
	s := db.open(t)
	query := `SELECT m.id AS "id", m.tier AS "tier", m.name AS "the name", m.code AS "code", m.c AS "c" FROM public.customers AS m`
	replace := func(query string, rows uint64) {
		t.Helper()
		if err := s.Replace(t.Context(), &source.Replacement{Target: replaced, Query: query, Rows: rows}); err != nil {
			t.Fatal(err)
		}
	}
	replace(query, 2)
	const rows = `(a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,tin,Aya,"ab ",1.50) (a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12,gold,,,)`
	if got := db.all(t); got != rows {
		t.Errorf("made with %s, want %s", got, rows)
	}
	const types = `SELECT string_agg(format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attnum > 0 AND attrelid = to_regclass('` + `public."it''s ""gold"` + `')`
	if got, want := db.text(t, types), "uuid, tier, character varying(9), character(3), cents"; got != want {
		t.Errorf("types %s, want %s", got, want)
	}
	db.run(t, "GRANT SELECT ON "+quotedReplaced+" TO PUBLIC", "COMMENT ON TABLE "+quotedReplaced+" IS 'kept'", "CREATE INDEX ON "+quotedReplaced+` ("the name")`,
		`CREATE VIEW golden AS SELECT "the name" FROM `+quotedReplaced, "INSERT INTO "+quotedReplaced+" DEFAULT VALUES")
	const state = `SELECT oid::text || ' ' || array_to_string(relacl, ',') || ' ' || obj_description(oid) FROM pg_class WHERE relname = 'it''s "gold'`
	before := db.text(t, state)
	for range 2 { // the table is newer than what the source sees
		replace(query+" WHERE m.tier = 'gold'", 1)
		if got, want := db.all(t), rows[strings.Index(rows, " (")+1:]; got != want {
			t.Errorf("rows %s, want %s", got, want)
		}
	}
	if after := db.text(t, state); after != before || !strings.HasSuffix(before, " kept") {
		t.Errorf("the table was %s and is %s", before, after)
	}
	if got := db.text(t, "SELECT count(*)::text FROM golden"); got != "1" {
		t.Errorf("a view of the table has %s rows", got)
	}
}

// TestReplaceMakesAnew replaces a table of other columns, unless something depends
// on it.
func TestReplaceMakesAnew(t *testing.T) {
	db := newDatabase(t)
	db.run(t, "CREATE TABLE "+quotedReplaced+" (a int)", "INSERT INTO "+quotedReplaced+" VALUES (7)", "CREATE VIEW golden AS SELECT a FROM "+quotedReplaced)
	s := db.open(t)
	r := &source.Replacement{Target: replaced, Query: "SELECT 1::bigint AS a", Rows: 1}
	const want = `it has other columns than the audience, so that it has to be dropped and made anew: ERROR: cannot drop table "it's ""gold" because other objects depend on it (SQLSTATE 2BP01)`
	if err := s.Replace(t.Context(), r); err == nil || err.Error() != want {
		t.Errorf("with a view of it: %v, want %s", err, want)
	}
	if got := db.all(t); got != "(7)" {
		t.Errorf("an error left %s", got)
	}
	db.run(t, "DROP VIEW golden")
	for _, query := range []string{"SELECT 1::bigint AS a", "SELECT 1 AS b", "SELECT 1 AS a, 2 AS b", "SELECT 2 AS b, 1 AS a", "SELECT 1.5::numeric(5,2) AS a", "SELECT 1.5::numeric(6,2) AS a"} {
		r.Query = query
		if err := s.Replace(t.Context(), r); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		const columns = `SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attnum > 0 AND attrelid = to_regclass('public."it''s ""gold"')`
		got := db.text(t, columns)
		db.run(t, "DROP TABLE IF EXISTS wanted", "CREATE TABLE wanted AS "+query)
		if want := db.text(t, strings.ReplaceAll(columns, `public."it''s ""gold"`, "wanted")); got != want {
			t.Errorf("%s: columns %s, want %s", query, got, want)
		}
	}
}

// TestReplaceErrors leaves the table as it was.
func TestReplaceErrors(t *testing.T) {
	db := newDatabase(t)
	db.run(t, "CREATE TABLE "+quotedReplaced+" (a int CHECK (a < 10))", "INSERT INTO "+quotedReplaced+" VALUES (7)", "CREATE TABLE customers (id int)")
	s := db.open(t)
	db.run(t, "CREATE TABLE part (a int) PARTITION BY LIST (a)", "CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1)", "CREATE VIEW golden AS SELECT * FROM "+quotedReplaced)
	reads := []model.TableRef{{Schema: "public", Table: "customers"}, {Schema: "public", Table: "golden"}}
	name := replaced.String()
	for _, c := range []struct {
		r    source.Replacement
		want string
	}{
		{source.Replacement{Target: replaced, Query: "SELECT 1 AS a", Rows: 2}, "the export to " + name + ": incomplete: 1 rows received, 2 expected"},
		{source.Replacement{Target: replaced, Query: "SELECT 11 AS a", Rows: 1}, `ERROR: new row for relation "it's "gold" violates check constraint "it's "gold_a_check" (SQLSTATE 23514)`},
		{source.Replacement{Target: replaced, Query: "SELECT 1 AS a", Rows: 1, Reads: reads}, "cannot export to table " + name + ": the parent segment reads public.golden, a view of it"},
		{source.Replacement{Target: model.TableRef{Table: "part_1"}, Query: "SELECT 1 AS a", Rows: 1}, "cannot export to table part_1: it is a partition, or "},
		{source.Replacement{Target: model.TableRef{Table: "new"}, Query: "SELECT id AS a FROM public.customers", Rows: 1}, "the export to new: incomplete: 0 rows received, 1 expected"},
		{source.Replacement{Target: model.TableRef{Schema: "none", Table: "new"}, Query: "SELECT 1 AS a", Rows: 1}, `ERROR: schema "none" does not exist (SQLSTATE 3F000)`},
	} {
		if err := s.Replace(t.Context(), &c.r); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.r.Target, err, c.want)
		}
	}
	db.run(t, "TRUNCATE customers")
	r := &source.Replacement{Target: replaced, Query: "SELECT id AS a FROM public.customers", Rows: 0}
	if err := s.Replace(t.Context(), r); err == nil || err.Error() != "customers was truncated, rewritten or made anew after the source was opened; open it again" {
		t.Errorf("of a table that was truncated: %v", err)
	}
	if got := db.all(t); got != "(7)" {
		t.Errorf("the errors left %s", got)
	}
	if got := db.text(t, "SELECT coalesce(to_regclass('new')::text, 'none')"); got != "none" {
		t.Error("an error left a table")
	}
}

// TestReplaceIsOneStep reads the table while it is replaced: others see the old rows
// or the new ones.
func TestReplaceIsOneStep(t *testing.T) {
	db := newDatabase(t)
	db.run(t, "CREATE TABLE "+quotedReplaced+" (a int)", "INSERT INTO "+quotedReplaced+" SELECT generate_series(1, 10)")
	s := db.open(t)
	reader := connectTo(t, db.uri)
	defer func() { _ = reader.Close(context.Background()) }()
	done := make(chan error, 1)
	go func() {
		for i := range 20 {
			query := "SELECT i::int AS a FROM generate_series(1, 10) i"
			if i%2 == 0 { // made anew
				query = "SELECT i::bigint AS a FROM generate_series(1, 10) i"
			}
			if err := s.Replace(context.Background(), &source.Replacement{Target: replaced, Query: query, Rows: 10}); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		var rows int
		err := reader.QueryRow(t.Context(), "SELECT count(*) FROM "+quotedReplaced).Scan(&rows)
		if err != nil || rows != 10 {
			t.Errorf("a reader saw %d rows, %v, want 10", rows, err)
		}
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
	}
}

// TestReplaceWaits cancels an export that waits for a reader of the table.
func TestReplaceWaits(t *testing.T) {
	db := newDatabase(t)
	db.run(t, "CREATE TABLE "+quotedReplaced+" (a int)")
	s := db.open(t)
	reader := connectTo(t, db.uri)
	defer func() { _ = reader.Close(context.Background()) }()
	tx, err := reader.BeginTx(t.Context(), pgx.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "SELECT * FROM "+quotedReplaced); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- s.Replace(ctx, &source.Replacement{Target: replaced, Query: "SELECT 1 AS a", Rows: 1})
	}()
	db.waitBlocked(t)
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want %v", err, context.Canceled)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it went on to wait")
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Replace(t.Context(), &source.Replacement{Target: replaced, Query: "SELECT 1 AS a", Rows: 1}); err != nil || db.all(t) != "(1)" {
		t.Errorf("after that: %v", err)
	}
}
