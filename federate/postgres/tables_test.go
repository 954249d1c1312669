package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

func TestTables(t *testing.T) {
	db := newDatabase(t)
	db.run(t, `CREATE SCHEMA crm`, `CREATE SCHEMA "Odd ""one"`,
		`CREATE TABLE crm.people (id int)`, `CREATE VIEW people_view AS SELECT * FROM crm.people`, `CREATE MATERIALIZED VIEW people_kept AS SELECT * FROM crm.people`,
		`CREATE TABLE visits (id int, day date) PARTITION BY RANGE (day)`, `CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')`,
		`CREATE TABLE "Odd ""one"."a'b.c" ("x""y" text)`, `INSERT INTO "Odd ""one"."a'b.c" VALUES ('z')`,
		`CREATE TABLE "Twice" (a int)`, `CREATE TABLE "twice" (a int)`, `CREATE SEQUENCE counter`, `CREATE INDEX ON crm.people (id)`, `CREATE TEMPORARY TABLE passing (a int)`)
	s := db.open(t)
	refs, err := s.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, ref := range refs {
		names = append(names, ref.String())
	}
	want := []string{`Odd "one.a'b.c`, "crm.people", "public.Twice", "public.people_kept", "public.people_view", "public.twice", "public.visits"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("Tables (-want +got):\n%s", diff)
	}
	database := db.Config().Database
	for _, c := range []struct {
		ref       model.TableRef
		want, err string
	}{
		{ref: model.TableRef{Schema: "crm", Table: "people"}, want: "crm.people"},
		{ref: model.TableRef{Schema: "CRM", Table: "People"}, want: "crm.people"},
		{ref: model.TableRef{Catalog: database, Schema: "crm", Table: "people"}, want: "crm.people"},
		{ref: model.TableRef{Table: "people_view"}, want: "public.people_view"},
		{ref: model.TableRef{Schema: "public", Table: "visits_2024"}, want: "public.visits_2024"},
		{ref: model.TableRef{Schema: "public", Table: "Twice"}, want: "public.Twice"},
		{ref: model.TableRef{Schema: "public", Table: "TWICE"}, err: "table public.TWICE is ambiguous in " + s.URI() + ": public.Twice and public.twice differ only in case"},
		{ref: model.TableRef{Table: "people"}, err: "table people is not in " + s.URI() + " (looked for the schemas of search_path); tables there: " + strings.Join(want, ", ")},
		{ref: model.TableRef{Schema: "crm", Table: "peple"}, err: "table crm.peple is not in " + s.URI() + "; tables there: crm.people"},
		{ref: model.TableRef{Catalog: "other", Schema: "crm", Table: "people"}, err: "table other.crm.people is not in " + s.URI()},
		{ref: model.TableRef{Schema: "public", Table: "passing"}, err: "table public.passing is not in " + s.URI()},
		{ref: model.TableRef{Schema: "pg_catalog", Table: "pg_class"}, err: "table pg_catalog.pg_class is not in " + s.URI()},
	} {
		found, err := s.Table(t.Context(), c.ref)
		switch {
		case c.err != "":
			if err == nil || !strings.HasPrefix(err.Error(), c.err) {
				t.Errorf("%s: error %v, want %s", c.ref, err, c.err)
			}
		case err != nil:
			t.Errorf("%s: %v", c.ref, err)
		case found.Ref().String() != c.want:
			t.Errorf("%s is %s, want %s", c.ref, found.Ref(), c.want)
		}
	}
	odd, err := s.Table(t.Context(), refs[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := texts(t, odd.Scan(t.Context(), []string{`x"y`})); len(got) != 1 || got[0][0] != "z" {
		t.Errorf("a table with an odd name gave %v", got)
	}
}

// TestPartitions reads tables that are several relations, in ranges of blocks.
func TestPartitions(t *testing.T) {
	db := newDatabase(t)
	db.run(t, `CREATE TABLE orders (id int, t text) PARTITION BY RANGE (id)`,
		`CREATE TABLE orders_low PARTITION OF orders FOR VALUES FROM (0) TO (50000)`,
		`CREATE TABLE orders_none PARTITION OF orders FOR VALUES FROM (500000) TO (600000)`,
		`CREATE TABLE orders_high PARTITION OF orders DEFAULT PARTITION BY HASH (id)`,
		`CREATE TABLE orders_high_0 PARTITION OF orders_high FOR VALUES WITH (MODULUS 2, REMAINDER 0)`,
		`CREATE TABLE orders_high_1 PARTITION OF orders_high FOR VALUES WITH (MODULUS 2, REMAINDER 1)`,
		`INSERT INTO orders SELECT i, 'text' FROM generate_series(1, 200000) i`,
		`CREATE TABLE base (id int)`, `CREATE TABLE child () INHERITS (base)`,
		`INSERT INTO base SELECT generate_series(1, 50000)`, `INSERT INTO child SELECT generate_series(50001, 200000)`,
		`CREATE MATERIALIZED VIEW kept AS SELECT * FROM orders`, `CREATE VIEW seen AS SELECT * FROM orders`)
	s := db.open(t)
	s.minRange = 1
	for name, isCut := range map[string]bool{"orders": true, "base": true, "kept": true, "seen": false} {
		s.checkSum(t, name)
		table := s.table(t, name)
		if ranges := table.storage.ranges(4, 1); (len(ranges) > 1) != isCut {
			t.Errorf("%s is read in %d ranges", name, len(ranges))
		}
		if bytes := table.Info().Bytes; (bytes > 0) != isCut {
			t.Errorf("%s has %d bytes", name, bytes)
		}
	}
}

func TestRowSecurity(t *testing.T) {
	db := newDatabase(t)
	db.run(t, `CREATE TABLE open_orders (id int)`, `ALTER TABLE open_orders ENABLE ROW LEVEL SECURITY`, `ALTER TABLE open_orders FORCE ROW LEVEL SECURITY`,
		`DROP ROLE IF EXISTS rollcall_some`, `CREATE ROLE rollcall_some LOGIN PASSWORD 'some'`, `GRANT SELECT ON open_orders TO rollcall_some`,
		`CREATE POLICY few ON open_orders TO rollcall_some USING (id > 1)`, `INSERT INTO open_orders VALUES (1), (2)`, `CREATE TABLE closed (id int)`)
	t.Cleanup(func() { _, _ = db.Exec(context.Background(), "DROP OWNED BY rollcall_some; DROP ROLE rollcall_some") })
	some := *db
	some.uri = db.as(t, "rollcall_some", "some")
	s := some.open(t)
	table := s.table(t, "open_orders")
	if diff := cmp.Diff([]string{"row-level security applies: rows that it hides from this user are not there"}, table.Info().Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if got := texts(t, table.Scan(t.Context(), []string{"id"})); !cmp.Equal(got, [][]string{{"2"}}) {
		t.Errorf("rows %v, want that of 2", got)
	}
	_, err := textsOrError(s.table(t, "closed").Scan(t.Context(), []string{"id"}))
	if want := "public.closed: ERROR: permission denied for table closed (SQLSTATE 42501)"; err == nil || err.Error() != want {
		t.Errorf("a table that may not be read: error %v, want %s", err, want)
	}
}

func TestDeclared(t *testing.T) {
	db := newDatabase(t)
	db.run(t, `CREATE SCHEMA crm`, `CREATE TABLE crm.people (b int, "A" int, email text UNIQUE, x int, y int, PRIMARY KEY ("A", b), UNIQUE (y, x), CHECK (x > 0))`,
		`CREATE TABLE orders (id bigint PRIMARY KEY, pb int, pa int, email text REFERENCES crm.people (email), FOREIGN KEY (pa, pb) REFERENCES crm.people)`,
		`ALTER TABLE orders DROP COLUMN pb`, `ALTER TABLE orders ADD COLUMN pb int, ADD CONSTRAINT again FOREIGN KEY (pb, pa) REFERENCES crm.people (b, "A") NOT VALID`,
		`CREATE UNIQUE INDEX ON orders (pa)`, `CREATE VIEW v AS SELECT * FROM orders`)
	s := db.open(t)
	people, err := s.Table(t.Context(), model.TableRef{Schema: "crm", Table: "people"})
	if err != nil {
		t.Fatal(err)
	}
	ref := people.Ref()
	for _, c := range []struct {
		table *table
		want  source.Constraints
	}{
		{people.(*table), source.Constraints{Primary: []string{"A", "b"}, Unique: [][]string{{"email"}, {"y", "x"}}}},
		{s.table(t, "orders"), source.Constraints{Primary: []string{"id"}, Foreign: []source.ForeignKey{
			{Columns: []string{"pb", "pa"}, Table: ref, Refers: []string{"b", "A"}}, {Columns: []string{"email"}, Table: ref, Refers: []string{"email"}},
		}}},
		{s.table(t, "v"), source.Constraints{}},
	} {
		got, err := c.table.Declared(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.table.Ref(), diff)
		}
	}
}

func TestFilters(t *testing.T) {
	db := newDatabase(t)
	db.run(t, `CREATE EXTENSION citext`, `CREATE TYPE tier AS ENUM ('gold', 'tin')`,
		`CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
		`CREATE TABLE f (id int, t text, bl text COLLATE blind, c char(4), ci citext, e tier, u uuid, b bool, n int8, s int2, x float8, tz timestamptz, ts timestamp, d date, l text[])`,
		`INSERT INTO f VALUES (1, 'a''b\', 'A', 'ab', 'A', 'gold', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true, 5000000000, 7, 1, '2024-05-05 00:00Z', '2024-05-05', '2024-05-05', '{a}')`,
		`INSERT INTO f VALUES (2, 'a', 'a', 'abc', 'a', 'tin', NULL, false, 3, 8, 1, '2024-05-04 23:59:59.999999Z', '2024-05-01', '2024-05-01', '{a}')`,
		`INSERT INTO f (id) VALUES (3)`)
	f := db.open(t).table(t, "f")
	ids := func(table source.Table) string {
		var list []string
		for _, row := range texts(t, table.Scan(t.Context(), []string{"id"})) {
			list = append(list, row[0])
		}
		slices.Sort(list)
		return strings.Join(list, " ")
	}
	for _, c := range []struct {
		column string
		values []string
		want   string // ids; "no" where the table cannot do it
	}{
		{"t", []string{`a'b\`, "nobody", "a\x00"}, "1"}, {"T", []string{"a", "a"}, "2"}, {"t", []string{"\x00"}, ""}, {"t", nil, ""},
		{"bl", []string{"a"}, "2"}, {"c", []string{"ab"}, "1"}, {"ci", []string{"a"}, "2"}, {"e", []string{"tin", "none"}, "2"},
		{"u", []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "no uuid"}, "1"}, {"u", []string{"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"}, ""},
		{"b", []string{"false"}, "2"}, {"b", []string{"f"}, "no"}, {"n", []string{"5000000000"}, "1"}, {"s", []string{"-1", "8", "5000000000"}, "2"},
		{"n", []string{"x"}, "no"}, {"x", []string{"1"}, "no"}, {"l", []string{"a"}, "no"}, {"none", []string{"a"}, "no"}, {"d", []string{"2024-05-05"}, "no"},
	} {
		less, ok := f.OneOf(c.column, c.values)
		got := "no"
		if ok {
			got = ids(less)
		}
		if got != c.want {
			t.Errorf("%s one of %q: rows %q, want %q", c.column, c.values, got, c.want)
		}
	}
	bound := time.Date(2024, 5, 5, 2, 0, 0, 0, time.FixedZone("", 2*60*60))
	for column, want := range map[string]string{"tz": "1 3", "ts": "1 3", "d": "1 3", "n": "1 3", "s": "3", "t": "no", "x": "no", "none": "no"} {
		at := bound
		if column == "n" {
			at = time.Unix(5_000_000_000, 0)
		}
		less, ok := f.NotBefore(column, at)
		got := "no"
		if ok {
			got = ids(less)
		}
		if got != want {
			t.Errorf("%s not before %s: rows %q, want %q", column, at, got, want)
		}
	}
	for _, year := range []int{-1, 0, 1, 10_000} {
		if _, ok := f.NotBefore("tz", time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)); ok {
			t.Errorf("a bound of the year %d was taken", year)
		}
	}
	both, _ := f.OneOf("id", []string{"2", "3"})
	both, _ = both.(source.Filterer).NotBefore("tz", bound)
	if got := ids(both); got != "3" || both.Info().Rows != 1 || f.Info().Rows != -1 {
		t.Errorf("two filters left rows %q, Info.Rows %d, of the whole %d", got, both.Info().Rows, f.Info().Rows)
	}
}

func TestExec(t *testing.T) {
	db := newDatabase(t)
	db.fill(t)
	s := db.open(t)
	db.run(t, "INSERT INTO orders VALUES (7, 'later')")
	for _, c := range []struct {
		statement string
		rows      int64
		err       string
	}{
		{"CREATE TABLE made AS SELECT * FROM orders", manyRows, ""}, // the state of the source
		{"CREATE TABLE other (id int)", -1, ""},
		{"INSERT INTO other SELECT id FROM orders LIMIT 5; CREATE INDEX ON other (id);", 5, ""},
		{"DROP TABLE IF EXISTS made; CREATE TABLE made AS SELECT 1 AS a; DO 'BEGIN ASSERT (SELECT count(*) FROM made) = 1; END'", 1, ""},
		{"INSERT INTO orders SELECT id, 'x' FROM other", -1, "the statement was not carried out: other was truncated"},
		{"CREATE TABLE half AS SELECT 1; SELECT 1/0", -1, "the statement was not carried out: ERROR: division by zero (SQLSTATE 22012)"},
		{"VACUUM", -1, "the statement was not carried out: ERROR: VACUUM cannot run inside a transaction block (SQLSTATE 25001)"},
	} {
		rows, err := s.Exec(t.Context(), c.statement)
		if rows != c.rows || (err == nil) != (c.err == "") || err != nil && !strings.HasPrefix(err.Error(), c.err) {
			t.Errorf("%s: %d rows, error %v, want %d rows, error %q", c.statement, rows, err, c.rows, c.err)
		}
	}
	if _, err := s.Exec(t.Context(), "DELETE FROM half"); err == nil {
		t.Error("a statement that failed left a table")
	}
	_, err := textsOrError(s.Query(t.Context(), "SELECT * FROM public.other"))
	if _, other := textsOrError(db.open(t).Query(t.Context(), "SELECT * FROM public.other")); err == nil || other != nil {
		t.Errorf("what Exec wrote: the same source's Query gave %v, want an error; another's %v", err, other)
	}
	var incomplete *source.IncompleteError
	if !errors.As(err, &incomplete) {
		t.Errorf("the error is %v", err)
	}
}
