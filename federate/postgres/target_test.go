package postgres

import (
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
)

// TestCheckTarget asks about tables that share rows with those that are read.
func TestCheckTarget(t *testing.T) {
	db := newDatabase(t)
	db.run(t, `CREATE TABLE customers (id int, region text) PARTITION BY LIST (region)`,
		`CREATE TABLE customers_eu PARTITION OF customers FOR VALUES IN ('eu') PARTITION BY HASH (id)`,
		`CREATE TABLE customers_eu_0 PARTITION OF customers_eu FOR VALUES WITH (MODULUS 1, REMAINDER 0)`,
		`CREATE TABLE base (id int)`, `CREATE TABLE child (more int) INHERITS (base)`,
		`CREATE TABLE orders (id int)`, `CREATE VIEW seen AS SELECT * FROM orders`, `CREATE VIEW seen_again AS SELECT id FROM seen`,
		`CREATE TABLE visits (id int)`, `CREATE MATERIALIZED VIEW kept AS SELECT * FROM visits`,
		`CREATE TABLE clicks (id int)`, `CREATE FUNCTION clicked() RETURNS SETOF clicks LANGUAGE sql AS 'SELECT * FROM clicks'`, `CREATE VIEW clickers AS SELECT id FROM clicked()`,
		`CREATE TABLE mails (id int)`, `CREATE FUNCTION mailed() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM mails; END`, `CREATE VIEW mailed_once AS SELECT mailed() AS id`,
		`CREATE TABLE free (id int)`, `CREATE VIEW free_seen AS SELECT * FROM free`, `CREATE SEQUENCE counter`, `CREATE TABLE "Read" (id int)`)
	s := db.open(t)
	db.run(t, `CREATE TABLE late (id int)`, `CREATE VIEW late_seen AS SELECT * FROM late`)
	const tree = "it is a partition, or inherits from another table, or another inherits from it: its rows are another table's, too"
	var reads []model.TableRef
	for _, name := range []string{"customers", "base", "seen_again", "kept", "clickers", "mailed_once", "Read", "late_seen"} {
		reads = append(reads, model.TableRef{Schema: "public", Table: name})
	}
	for table, why := range map[string]string{
		"new": "", "free": "", "read": "",
		"customers_eu_0": tree, "child": tree,
		"customers":    "it is a partitioned table, expected a table",
		"customers_eu": "it is a partitioned table, expected a table",
		"base":         "the parent segment reads it",
		"Read":         "the parent segment reads it",
		"orders":       "the parent segment reads public.seen_again, a view of it",
		"visits":       "the parent segment reads public.kept, a view of it",
		"clicks":       "the parent segment reads public.clickers, a view of it",
		"mails":        "the parent segment reads public.mailed_once, a view of it",
		"late":         "the parent segment reads public.late_seen, a view of it",
		"free_seen":    "it is a view, expected a table",
		"kept":         "it is a materialised view, expected a table",
		"counter":      "it is a sequence, expected a table",
	} {
		for _, ref := range []model.TableRef{{Schema: "public", Table: table}, {Table: table}, {Catalog: db.Config().Database, Schema: "public", Table: table}} {
			err := s.CheckTarget(t.Context(), ref, reads)
			if want := "cannot export to table " + ref.String() + ": " + why; why == "" && err != nil || why != "" && (err == nil || err.Error() != want) {
				t.Errorf("%s: %v, want %q", ref, err, why)
			}
		}
	}
}
