package federate_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/postgres"
	"github.com/rollcall-db/rollcall/ingest"
)

// textTables makes tables of columns whose types only a scan makes text of, with
// keys of the types MASTER and CHILD, and of the values KEY1 to KEY4.
const textTables = `
CREATE SCHEMA shop;
CREATE TYPE tier AS ENUM ('tin', 'gold', 'Gold');
CREATE DOMAIN code AS char(4);
CREATE TABLE shop.customers (id MASTER, state CITEXT, ci CITEXT, c char(4), d code, e tier, u uuid, v varchar(9), na name,
	cis CITEXT[], cs char(3)[], es tier[], us uuid[]);
INSERT INTO shop.customers VALUES
	('KEY1', 'on', 'a', 'ab', 'ab', 'tin', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'ab ', 'n', '{a,A}', '{ab,c}', '{tin,gold}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'),
	('KEY2', 'on', 'A', 'ab ', 'x', 'gold', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', 'ab', 'N', '{b,NULL}', '{"ab ",NULL}', '{Gold}', '{}'),
	('KEY3', 'on', 'Ab', '', '', 'Gold', NULL, '', '', '{}', '{}', NULL, NULL),
	('KEY4', 'on', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('KEY4', 'ON', 'gone', 'gone', 'gone', 'tin', NULL, 'gone', 'gone', NULL, NULL, NULL, NULL);
CREATE TABLE shop.metrics (member CHILD, level CITEXT);
INSERT INTO shop.metrics VALUES ('KEY1', 'High'), ('KEY2', 'high'), (NULL, 'high');
CREATE TABLE shop.purchases (buyer CHILD, at timestamptz, kind CITEXT, size char(2), rank tier, item uuid);
INSERT INTO shop.purchases VALUES
	('KEY1', '2024-01-01 00:00:00Z', 'x', 's', 'tin', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
	('KEY1', '2024-01-02 00:00:00Z', 'X', 'S', 'gold', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
	('KEY2', '2024-01-03 00:00:00Z', 'x', '', 'Gold', NULL), (NULL, '2024-01-03 00:00:00Z', 'x', 's', 'tin', NULL)`

const textParent = `
name: Texts
master_table:
  database: shop
  table: customers
  key_column: id
  attributes: [ci, c, d, e, u, v, na, cis, cs, es, us]
  filters: [{column: state, values: ["on"]}]
attributes:
  - {name: level, database: shop, table: metrics, key_column: member, value_column: level}
behaviors:
  - {name: purchase, database: shop, table: purchases, key_column: buyer, timestamp_column: at, fields: [kind, size, rank, item]}
`

// textRules are about columns.
var textRules = []string{
	"ci = 'a'", "ci != 'a'", "ci in ('A', 'ab')", "ci not in ('A', 'AB')", "ci contains 'b'", "ci contains 'B'", "ci starts with 'a'",
	"ci ends with 'a'", "ci matches '^a'", "ci < 'a'", "ci between 'A' and 'B'", "ci is null", "ci is not null",
	"c = 'ab'", "c = 'ab '", "c = ''", "c in ('ab', 'x')", "c ends with 'b'", "c ends with ' '", "c contains 'b '", "c matches 'b$'", "c matches '^.{4}$'", "c <= 'ab'",
	"d = 'ab'", "d = 'ab '", "d starts with 'a'",
	"e = 'gold'", "e = 'none'", "e in ('gold', 'tin')", "e > 'gold'", "e contains 'old'", "e starts with 'G'", "e matches '^(g|t)'", "e is null",
	"u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "u = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "u in ('no uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12')",
	"u contains '-9c0b-'", "u starts with 'a0'", "u matches '1[12]$'", "u > 'a0f'", "u is null",
	"v = 'ab'", "v = 'ab '", "v ends with ' '", "na = 'n'", "na in ('N', '')", "na matches 'n'",
	"cis = 'a'", "cis all = 'a'", "cis at least 2 = 'a'", "cis not in ('a')", "cs = 'ab'", "cs = 'ab '", "cs all ends with 'b'",
	"es = 'gold'", "es exactly 1 matches 'ld$'", "es not in ('tin')", "us starts with 'a0'", "us is null",
	"level = 'High'", "level contains 'igh'", "level is null",
	"purchase where kind = 'x' count >= 1", "purchase where kind in ('X')", "purchase where size = 's'", "purchase where size = 's '", "purchase where size = ''",
	"purchase where rank = 'tin'", "purchase where rank < 'h' count = 1", "purchase where item starts with 'a0' count = 2",
	"purchase count distinct kind = 2", "purchase count distinct size >= 2", "purchase count distinct rank = 1", "purchase count distinct item = 1",
}

// keyRules are about tables that are joined by the key.
var keyRules = []string{"level = 'high'", "purchase where kind = 'x' count = 1", "purchase count = 0", "ci is null or level is null"}

// TestPostgresTexts compares what is asked in PostgreSQL, of columns and keys
// whose types only a scan makes text of, with a snapshot of the same tables.
func TestPostgresTexts(t *testing.T) {
	words := [4]string{"Ab", "ab", "c", "B"}
	uuids := [4]string{
		"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12",
		"00000000-9c0b-4ef8-bb6d-6bb9bd380a12", "ffffffff-9c0b-4ef8-bb6d-6bb9bd380a12",
	}
	for i, test := range []struct {
		master, child string
		keys          [4]string
	}{
		{"varchar(4)", "text", words},
		{"char(4)", "char(9)", words},
		{"char(4)", "varchar", words},
		{"CITEXT", "CITEXT", words},
		{"text", "CITEXT", words},
		{"word", "word", words},
		{"word", "char(3)", words},
		{"uuid", "uuid", uuids},
		{"uuid", "text", [4]string{uuids[1], uuids[1][:35] + "3", uuids[2], uuids[3]}},
	} {
		t.Run(test.master+" "+test.child, func(t *testing.T) {
			uri, conn := newDatabase(t)
			citext := "citext"
			if _, err := conn.Exec(t.Context(), "CREATE EXTENSION citext"); err != nil {
				if strings.Contains(test.master+test.child, "CITEXT") {
					t.Skipf("without citext: %v", err)
				}
				citext = "text"
			}
			statements := strings.NewReplacer("MASTER", test.master, "CHILD", test.child).Replace(textTables)
			statements = strings.NewReplacer("KEY1", test.keys[0], "KEY2", test.keys[1], "KEY3", test.keys[2], "KEY4", test.keys[3], "CITEXT", citext).Replace(statements)
			var rules []string
			if i == 0 {
				rules = textRules
			}
			checkTexts(t, uri, conn, "CREATE TYPE word AS ENUM ('c', 'ab', 'B', 'Ab');"+statements, rules)
		})
	}
}

// checkTexts makes tables and compares the answers to rules and to keyRules.
func checkTexts(t *testing.T, uri string, conn *pgx.Conn, statements string, rules []string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), statements); err != nil {
		t.Fatal(err)
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
	parent, err := model.Parse("parent.yml", []byte(textParent))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "data.rollcall")
	manifest, err := ingest.Build(t.Context(), parent, src, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	db, err := engine.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	place, err := federate.At(src, manifest.Schema, manifest.Layout)
	if err != nil {
		t.Fatal(err)
	}
	asOf := time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)
	all := rowsOf(t, db, everybody(place.Schema), asOf)
	if total, err := federate.Total(t.Context(), place); err != nil || total != uint64(len(all)) || total != 4 {
		t.Fatalf("got %d customers, %v, want %d, which is 4", total, err, len(all))
	}
	for i, text := range slices.Concat([]string{everybody(place.Schema)}, keyRules, rules) {
		c := &checker{T: t, place: place, checked: check(t, place, text), asOf: asOf, want: rowsOf(t, db, text, asOf)}
		if i <= len(keyRules) {
			c.check()
		}
		c.compareCount()
		for _, row := range all {
			c.compareWhy(db, text, row.Key)
		}
	}
	exported(t, place, conn, asOf, all)
}

// compareCount compares the customers, without their values.
func (c *checker) compareCount() {
	c.Helper()
	rows, count, err := federate.List(c.Context(), c.place, c.checked, c.asOf, len(c.want)+1)
	if err != nil || count != uint64(len(c.want)) || len(rows) != len(c.want) {
		c.errorf("got %v, %d, %v, want %v", rows, count, err, c.want)
	}
	for i, row := range rows {
		if row.Key != c.want[i].Key {
			c.errorf("got %v, want %v", rows, c.want)
		}
	}
}

// compareWhy compares what decided a rule of one condition with what a snapshot
// says.
func (c *checker) compareWhy(db *engine.DB, text, key string) {
	c.Helper()
	q, err := db.Query(text)
	if err != nil {
		c.Fatal(err)
	}
	want, err := q.At(c.asOf).Why(c.Context(), key)
	if err != nil {
		c.Fatal(err)
	}
	got, err := federate.Why(c.Context(), c.place, c.checked, c.asOf, key)
	if err != nil {
		c.errorf("why %s: %v", key, err)
	}
	if got.True != want.Holds || got.Condition != want.Condition || textOf(got.Value) != textOf(want.Value) {
		c.errorf("why %s: got %+v, want %+v", key, got, want.Reason)
	}
}

// exported writes all customers to a table and compares their keys.
func exported(t *testing.T, place *federate.Place, conn *pgx.Conn, asOf time.Time, want []engine.Row) {
	t.Helper()
	to := federate.Target{Table: model.TableRef{Schema: "shop", Table: "out"}}
	if _, err := federate.Export(t.Context(), place, check(t, place, everybody(place.Schema)), asOf, to, attributeNames(place.Schema)...); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(t.Context(), `SELECT CAST(id AS text) FROM shop.out ORDER BY CAST(id AS text) COLLATE "C"`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	var keys []string
	for _, row := range want {
		keys = append(keys, row.Key)
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(keys) {
		t.Errorf("exported %q, %v, want %q", got, err, keys)
	}
}
