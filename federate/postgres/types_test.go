package postgres

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// memoryOf returns an allocator of which nothing may be left when a test ends.
func memoryOf(t testing.TB) memory.Allocator {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	t.Cleanup(func() { mem.AssertSize(t, 0) })
	return mem
}

// table opens a table that is there.
func (s *Source) table(t testing.TB, ref string) *table {
	t.Helper()
	opened, err := s.Table(t.Context(), model.TableRef{Schema: "public", Table: ref})
	if err != nil {
		t.Fatal(err)
	}
	return opened.(*table)
}

// texts reads columns of a table, or of a statement's result, as text, row by row.
func texts(t testing.TB, batches func(func(arrow.RecordBatch, error) bool)) [][]string {
	t.Helper()
	list, err := textsOrError(batches)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func textsOrError(batches func(func(arrow.RecordBatch, error) bool)) ([][]string, error) {
	list := [][]string{}
	for batch, err := range batches {
		if err != nil {
			return list, err
		}
		for row := range int(batch.NumRows()) {
			values := make([]string, batch.NumCols())
			for i := range values {
				values[i] = batch.Column(i).ValueStr(row)
			}
			list = append(list, values)
		}
	}
	return list, nil
}

func TestTypes(t *testing.T) {
	db := newDatabase(t)
	db.run(t,
		`CREATE SCHEMA ext`, `CREATE EXTENSION citext SCHEMA ext`,
		`CREATE TYPE tier AS ENUM ('gold', 'it''s ü')`,
		`CREATE DOMAIN money2 AS numeric(10,2)`, `CREATE DOMAIN money3 AS money2 CHECK (VALUE > 0)`,
		`CREATE TABLE kinds (b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(12,3), neg numeric(3,-2), small numeric(2,4),
			t text, v varchar(9), c char(5), na name, u uuid, ci ext.citext, e tier, dm money3, d date, ts timestamp(3), tz timestamptz,
			"At" text[], i2s int2[], ns numeric(5,1)[], fs float8[], us uuid[], es tier[], cs char(3)[], dms money2[], ds date[])`,
		`INSERT INTO kinds VALUES (true, -2, 3, 9223372036854775807, 1.5, 'NaN', -12345.678, 99900, 0.0012,
			'Ünï', 'v', 'ab', 'na', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'MiXed', 'it''s ü', 7.50, '0044-03-15 BC', '1969-12-31 23:59:59.999', '2024-02-29 12:00:00.123456+09',
			'{a,NULL,"b,c"}', '{}', '{1.5,NULL,-2}', '[0:1][2:3]={{1,2},{3,4}}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', '{gold}', '{x,abc}', '{1,2.25}', '{2000-01-01}')`,
		`INSERT INTO kinds (t) VALUES ('')`,
		`CREATE DOMAIN far AS date`, `ALTER TABLE kinds ADD COLUMN f far`,
	)
	k := db.open(t).table(t, "kinds")
	var types, names []string
	for _, f := range k.Schema().Fields() {
		types, names = append(types, f.Type.String()), append(names, f.Name)
		if !f.Nullable {
			t.Errorf("column %q is not nullable", f.Name)
		}
	}
	if diff := cmp.Diff([]string{
		"bool", "int16", "int32", "int64", "float32", "float64", "decimal(12, 3)", "decimal(5, 0)", "decimal(4, 4)",
		"utf8", "utf8", "utf8", "utf8", "utf8", "utf8", "utf8", "decimal(10, 2)", "date32", "timestamp[us]", "timestamp[us, tz=UTC]",
		"list<item: utf8, nullable>", "list<item: int16, nullable>", "list<item: decimal(5, 1), nullable>", "list<item: float64, nullable>",
		"list<item: utf8, nullable>", "list<item: utf8, nullable>", "list<item: utf8, nullable>", "list<item: decimal(10, 2), nullable>", "list<item: date32, nullable>", "date32",
	}, types); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
	got := texts(t, k.Scan(t.Context(), names))
	const null = "(null)"
	want := [][]string{{
		"true", "-2", "3", "9223372036854775807", "1.5", "NaN", "-12345.678", "99900", "0.0012",
		"Ünï", "v", "ab", "na", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "MiXed", "it's ü", "7.5", "-0043-03-15", "1969-12-31T23:59:59.999", "2024-02-29T03:00:00.123456Z",
		`["a",null,"b,c"]`, "[]", `["1.5",null,"-2"]`, "[1,2,3,4]", `["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]`, `["gold"]`, `["x","abc"]`, `["1","2.25"]`, `["2000-01-01"]`, null,
	}, {
		null, null, null, null, null, null, null, null, null, "", null, null, null, null, null, null, null, null, null, null,
		null, null, null, null, null, null, null, null, null, null,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestUnsupportedTypes(t *testing.T) {
	db := newDatabase(t)
	db.run(t, `CREATE TYPE pair AS (a int, b int)`, `CREATE DOMAIN blob AS bytea`,
		`CREATE TABLE odd (id int, n numeric, wide numeric(39), ns numeric[], j json, jb jsonb, by bytea, bl blob, iv interval, ti time, p pair, r int4range, js json[], m money)`,
		`INSERT INTO odd (id) VALUES (1)`)
	odd := db.open(t).table(t, "odd")
	want := map[string]string{
		"n": "numeric without a precision (cast it to numeric(p,s) in a view)", "wide": "numeric(39,0), of more than 38 digits",
		"ns": "array of numeric without a precision (cast it to numeric(p,s) in a view)",
		"j":  "json", "jb": "jsonb", "by": "bytea", "bl": "bytea", "iv": "interval", "ti": "time without time zone", "p": "pair", "r": "int4range", "js": "array of json", "m": "money",
	}
	for _, f := range odd.Schema().Fields()[1:] {
		name, ok := f.Metadata.GetValue(source.UnsupportedKey)
		if f.Type != arrow.Null || !ok || name != want[f.Name] {
			t.Errorf("column %q is %s, unsupported %q, want %q", f.Name, f.Type, name, want[f.Name])
		}
		_, err := textsOrError(odd.Scan(t.Context(), []string{"id", f.Name}))
		if err == nil || err.Error() != `public.odd: column "`+f.Name+`": values of type `+want[f.Name]+" are not supported" {
			t.Errorf("a scan of column %q: %v", f.Name, err)
		}
	}
	if got := texts(t, odd.Scan(t.Context(), []string{"id"})); len(got) != 1 {
		t.Errorf("a scan of the other column gave %v", got)
	}
}

// TestCollations marks columns whose strings may be equal though their bytes are
// not.
func TestCollations(t *testing.T) {
	db := newDatabase(t)
	db.run(t, `CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
		`CREATE COLLATION de (provider = icu, locale = 'de')`, `CREATE DOMAIN named AS text COLLATE ci`,
		`CREATE TABLE names (plain text, c text COLLATE "C", g text COLLATE de, i text COLLATE ci, v varchar(9) COLLATE ci, list text[] COLLATE ci, d named, n int)`,
		`INSERT INTO names (plain, i) VALUES ('a', 'a'), ('A', 'A')`,
		`CREATE VIEW seen AS SELECT plain, i, plain COLLATE ci AS made, i COLLATE "C" AS unmade FROM names`)
	s := db.open(t)
	for name, marked := range map[string][]string{"names": {"i", "v", "list", "d"}, "seen": {"i", "made"}} {
		var got []string
		for _, f := range s.table(t, name).Schema().Fields() {
			if collation, ok := f.Metadata.GetValue(source.CollationKey); ok {
				got = append(got, f.Name)
				note, _ := f.Metadata.GetValue(source.NoteKey)
				if want := "the database compares its strings by the collation ci, not byte by byte"; collation != "ci" || note != want {
					t.Errorf("column %q is compared by %q, noted %q", f.Name, collation, note)
				}
			}
		}
		if diff := cmp.Diff(marked, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	less, _ := s.table(t, "names").OneOf("i", []string{"a"})
	if got := texts(t, less.Scan(t.Context(), []string{"i"})); len(got) != 1 {
		t.Errorf("a filter left %v", got)
	}
}

func TestInfiniteTimes(t *testing.T) {
	db := newDatabase(t)
	db.run(t, `CREATE TABLE times (id int, d date, ts timestamp, tz timestamptz)`,
		`INSERT INTO times VALUES (1, 'infinity', '-infinity', '294247-01-01 UTC')`)
	times := db.open(t).table(t, "times")
	for column, want := range map[string]error{"d": errInfinite, "ts": errInfinite, "tz": nil} {
		_, err := textsOrError(times.Scan(t.Context(), []string{"id", column}))
		var read *source.ReadError
		if want != nil && (!errors.Is(err, want) || !errors.As(err, &read) || read.Path != "public.times" || read.Column != column) {
			t.Errorf("column %s: error %v, want %v", column, err, want)
		}
	}
}

// TestInfiniteTimesAreNotLeftOut filters by time: what cannot be read is an error of
// the scan as ever.
func TestInfiniteTimesAreNotLeftOut(t *testing.T) {
	db := newDatabase(t)
	db.run(t, `CREATE TABLE times (id int, d date, ts timestamp, tz timestamptz)`,
		`INSERT INTO times VALUES (1, '-infinity', '-infinity', '-infinity')`)
	times := db.open(t).table(t, "times")
	for _, column := range []string{"d", "ts", "tz"} {
		less, ok := times.NotBefore(column, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
		if !ok {
			t.Fatalf("column %s is not filtered", column)
		}
		if _, err := textsOrError(less.Scan(t.Context(), []string{"id", column})); !errors.Is(err, errInfinite) {
			t.Errorf("column %s: error %v, want %v", column, err, errInfinite)
		}
	}
}

// TestEncodings reads text of databases that are not UTF-8.
func TestEncodings(t *testing.T) {
	const options = " TEMPLATE template0 LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
	for _, c := range []struct{ encoding, fill, want, err string }{
		{"LATIN1", `INSERT INTO names VALUES (chr(252)), ('a')`, "ü", ""},
		{"SQL_ASCII", `INSERT INTO names VALUES (E'\xc3\xbc'), ('a')`, "ü", ""},
		{"SQL_ASCII", `INSERT INTO names VALUES (E'\xfc')`, "", `public.names: ERROR: invalid byte sequence for encoding "UTF8": 0xfc (SQLSTATE 22021)`},
	} {
		db := newDatabase(t, "ENCODING '"+c.encoding+"'"+options)
		db.run(t, `CREATE TABLE names (name text)`, c.fill)
		got, err := textsOrError(db.open(t).table(t, "names").Scan(t.Context(), []string{"name"}))
		switch {
		case c.err != "":
			if err == nil || err.Error() != c.err {
				t.Errorf("%s: error %v, want %s", c.encoding, err, c.err)
			}
		case err != nil || len(got) != 2 || got[0][0] != c.want:
			t.Errorf("%s: rows %q, error %v, want %q first", c.encoding, got, err, c.want)
		}
	}
}

func TestNaNIsNull(t *testing.T) {
	db := newDatabase(t)
	db.run(t, `CREATE TABLE amounts (id int, a numeric(9,2))`, `INSERT INTO amounts VALUES (1, 'NaN'), (2, 1.5), (3, 'NaN'), (4, NULL)`)
	amounts := db.open(t).table(t, "amounts")
	if diff := cmp.Diff([][]string{{"(null)"}, {"1.5"}, {"(null)"}, {"(null)"}}, texts(t, amounts.Scan(t.Context(), []string{"a"}))); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	want := []string{`column "a": NaN was read as NULL, 2 times in all scans`}
	if diff := cmp.Diff(want, amounts.Info().Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestQueryTypes(t *testing.T) {
	s := newDatabase(t).open(t)
	for _, c := range []struct {
		statement string
		types     []string
		rows      [][]string
	}{
		{
			`SELECT sum(n) AS s, count(*) AS c, sum(a) AS a, 'x' AS t, avg(n) AS m FROM (VALUES (1, 1.25::numeric(9,2)), (2, 3)) v(n, a)`,
			[]string{"int64", "int64", "decimal(38, 2)", "utf8", "decimal(38, 16)"}, [][]string{{"3", "2", "4.25", "x", "1.5"}},
		},
		{
			"SELECT x FROM (VALUES ('NaN'::numeric), (1.5), (NULL), (22)) v(x)",
			[]string{"decimal(38, 1)"}, [][]string{{"(null)"}, {"1.5"}, {"(null)"}, {"22"}},
		},
		{
			"SELECT x FROM (VALUES ('Infinity'::numeric), (0.5), ('-0.00012'), (1e40)) v(x)",
			[]string{"utf8"}, [][]string{{"Infinity"}, {"0.5"}, {"-0.00012"}, {"10000000000000000000000000000000000000000"}},
		},
		{"SELECT 1::numeric AS n WHERE false", []string{"decimal(38, 0)"}, [][]string{}},
		{"SELECT now() - now() < interval '1 s' AS b; ", []string{"bool"}, [][]string{{"true"}}},
		{"VALUES (1, 2)", []string{"int32", "int32"}, [][]string{{"1", "2"}}},
	} {
		var types []string
		got := texts(t, func(yield func(arrow.RecordBatch, error) bool) {
			for b, err := range s.Query(t.Context(), c.statement) {
				if types = nil; err == nil {
					for _, f := range b.Schema().Fields() {
						types = append(types, f.Type.String())
					}
				}
				if !yield(b, err) {
					return
				}
			}
		})
		if diff := cmp.Diff(c.types, types); diff != "" {
			t.Errorf("%s: types (-want +got):\n%s", c.statement, diff)
		}
		if diff := cmp.Diff(c.rows, got); diff != "" {
			t.Errorf("%s: rows (-want +got):\n%s", c.statement, diff)
		}
	}
}

func TestQueryErrors(t *testing.T) {
	db := newDatabase(t)
	db.run(t, "CREATE TABLE t (x int)")
	s := db.open(t)
	for statement, want := range map[string]string{
		"SELECT FROM WHERE":            `the statement: ERROR: syntax error at or near "WHERE" (SQLSTATE 42601)`,
		"SELECT 1/0":                   "the statement: ERROR: division by zero (SQLSTATE 22012)",
		"SELECT 1 AS a, '{}'::json j":  `the statement: column "j": values of type json are not supported`,
		"SELECT 1; SELECT 2":           "the statement: ERROR: cannot insert multiple commands into a prepared statement (SQLSTATE 42601)",
		"SET work_mem = '1GB'":         "the statement gives no columns",
		"DELETE FROM t RETURNING x":    "the statement: ERROR: cannot execute DELETE in a read-only transaction (SQLSTATE 25006)",
		"SELECT 'infinity'::date AS d": `the statement: column "d": ` + errInfinite.Error(),
		"SELECT CASE WHEN i < 65537 THEN 1 ELSE 0.5 END::numeric AS n FROM generate_series(1, 65537) i": `the statement: column "n": a numeric does not fit its type: 0.5 as numeric(38,0), ` +
			"the type that the first rows have: cast the column in the statement",
		"SELECT 1 / (70000 - i) AS n FROM generate_series(1, 70000) i": "the statement: incomplete: 65536 rows received: ERROR: division by zero (SQLSTATE 22012)",
	} {
		if _, err := textsOrError(s.Query(context.Background(), statement)); err == nil || err.Error() != want {
			t.Errorf("%s: error\n%v, want\n%s", statement, err, want)
		}
	}
	if got := texts(t, s.Query(t.Context(), "SELECT 1")); len(got) != 1 {
		t.Errorf("after the errors a statement gave %v", got)
	}
}
