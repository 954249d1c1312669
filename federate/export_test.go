package federate_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/export"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// TestExportStatements checks what is written where, and what is not.
func TestExportStatements(t *testing.T) {
	const query = "SELECT m.`id` AS `id`,\n  m.`age` AS `age`\nFROM `SHOP`.`CUSTOMERS` AS m\nWHERE m.`id` IS NOT NULL\n  AND m.`age` >= 31"
	gold := federate.Target{Table: model.TableRef{Catalog: "main", Schema: "shop", Table: "it's gold"}}
	volume := federate.Target{Directory: "/Volumes/main/shop/it's/`gold`"}
	tableCount := answer{to: "FROM `main`.`shop`.`it's gold`", columns: "n:long", rows: []string{`[{"n":7}]`}}
	filesCount := answer{to: "FROM parquet.`/Volumes/main/shop/it's/``gold```", columns: "n:long", rows: []string{`[{"n":7}]`}}
	for _, test := range []struct {
		dialect string
		to      federate.Target
		answers []answer
		want    string // the statement
		err     string
	}{
		{"databricks", gold, []answer{counted("7"), tableCount}, "CREATE OR REPLACE TABLE `main`.`shop`.`it's gold` AS\n" + query, ""},
		{"databricks", volume, []answer{counted("7"), filesCount}, `INSERT OVERWRITE DIRECTORY '/Volumes/main/shop/it\'s/` + "`gold`' USING parquet\n" + query, ""},
		{"databricks", volume, []answer{counted("8"), filesCount}, `INSERT OVERWRITE DIRECTORY '/Volumes/main/shop/it\'s/` + "`gold`' USING parquet\n" + query,
			"the export to \"/Volumes/main/shop/it's/`gold`\": incomplete: 7 rows received, 8 expected"},
		{"postgres", federate.Target{Table: model.TableRef{Schema: "shop", Table: "it's gold"}}, []answer{counted("7")}, `replace shop.it's gold by 7 rows, reading [SHOP.CUSTOMERS SHOP.PURCHASES]:
SELECT m."id" AS "id",
  m."age" AS "age"
FROM "SHOP"."CUSTOMERS" AS m
WHERE CAST(m."id" AS text) IS NOT NULL
  AND m."age" >= 31`, ""},
		{"postgres", volume, nil, "", "UNSUPPORTED_IN_PLACE: fake:// writes no directory of files; export to another table, or to a file here"},
		{"databricks", federate.Target{Table: model.TableRef{Schema: "shop", Table: "Purchases"}}, nil, "", "cannot export to table shop.Purchases: the parent segment reads SHOP.PURCHASES, which is or may be the same table"},
		{"databricks", federate.Target{Table: model.TableRef{Table: "customers"}}, nil, "", "cannot export to table customers: the parent segment reads SHOP.CUSTOMERS, which is or may be the same table"},
		{"databricks", federate.Target{Table: model.TableRef{Catalog: "LAKE", Schema: "Shop", Table: "customers"}}, nil, "", "cannot export to table LAKE.Shop.customers: the parent segment reads SHOP.CUSTOMERS, which is or may be the same table"},
		{"databricks", federate.Target{}, nil, "", "an export needs a table or a directory to write to, one of them"},
		{"databricks", federate.Target{Table: gold.Table, Directory: "/x"}, nil, "", "an export needs a table or a directory to write to, one of them"},
		{"databricks", federate.Target{Directory: "/${x}"}, nil, "", "UNSUPPORTED_IN_PLACE: UNSUPPORTED_IN_DIALECT: databricks: the name \"/${x}\": Spark replaces ${…} wherever it stands; export to another table, or to a file here"},
	} {
		p, e := fakePlace(t, test.dialect, test.answers...)
		if test.dialect == "postgres" {
			p.Engine = replacingEngine{e}
		}
		rows, err := federate.Export(t.Context(), p, check(t, p, "age > 30"), noon, test.to, "age")
		if test.err == "" && (err != nil || rows != 7) || test.err != "" && (err == nil || err.Error() != test.err) {
			t.Errorf("%s to %s: got %d, %v, want the error %q", test.dialect, test.to, rows, err, test.err)
		}
		if test.want != "" && !slices.Equal(e.executed, []string{test.want}) || test.want == "" && e.executed != nil {
			t.Errorf("%s to %s: got\n%q\nwant\n%q", test.dialect, test.to, e.executed, test.want)
		}
	}
	p, e := fakePlace(t, "databricks", counted("7"))
	e.execErr = errors.New("no permission")
	_, err := federate.Export(t.Context(), p, check(t, p, "age > 30"), noon, gold)
	if err == nil || err.Error() != "export to main.shop.it's gold in fake://: no permission" {
		t.Errorf("a refused export: %v", err)
	}
}

// TestExportErrors passes on what a source says to a target.
func TestExportErrors(t *testing.T) {
	to := federate.Target{Table: model.TableRef{Schema: "shop", Table: "gold"}}
	target := &source.TargetError{Target: to.Table, Why: "it is a view"}
	incomplete := &source.IncompleteError{Table: "the export to shop.gold", Received: 1, Expected: 7}
	for _, test := range []struct{ check, replace, want error }{
		{check: target, want: target},
		{replace: target, want: target},
		{replace: incomplete, want: incomplete},
		{replace: errors.New("no permission"), want: errors.New("export to shop.gold in fake://: no permission")},
	} {
		p, e := fakePlace(t, "postgres", counted("7"))
		e.checkErr, e.execErr = test.check, test.replace
		p.Engine = replacingEngine{e}
		rows, err := federate.Export(t.Context(), p, check(t, p, "age > 30"), noon, to)
		if err == nil || err.Error() != test.want.Error() || rows != 0 {
			t.Errorf("got %d, %v, want %v", rows, err, test.want)
		}
	}
}

// TestExportNames has columns whose names a target does not take.
func TestExportNames(t *testing.T) {
	const do = "; leave it out, rename it, or export to a file here"
	table := federate.Target{Table: model.TableRef{Schema: "shop", Table: "gold"}}
	files := federate.Target{Directory: "/Volumes/a/b/c/d"}
	odd := func(name string) string {
		return fmt.Sprintf("UNSUPPORTED_IN_PLACE: the name of column %q has a blank, a tab, a line break or one of ,;{}()=, which tables of Delta do not take", name) + do
	}
	for _, test := range []struct {
		dialect string
		to      federate.Target
		names   [2]string // of the attributes
		err     string
	}{
		{"databricks", table, [2]string{"äge", "a-b.c"}, ""},
		{"databricks", table, [2]string{"first name", "b"}, odd("first name")},
		{"databricks", table, [2]string{"a", "b=c"}, odd("b=c")},
		{"databricks", table, [2]string{"a\nb", "b"}, odd("a\nb")},
		{"databricks", files, [2]string{"first name", "b=(c)"}, ""},
		{"postgres", table, [2]string{"first name", "b=(c)"}, ""},
		{"databricks", table, [2]string{"a", "A"}, `UNSUPPORTED_IN_PLACE: the columns "a" and "A" differ only by case` + do},
		{"databricks", files, [2]string{"ID", "b"}, `UNSUPPORTED_IN_PLACE: the columns "id" and "ID" differ only by case` + do},
		{"postgres", table, [2]string{"a", "A"}, ""},
		{"postgres", table, [2]string{"id", "b"}, `UNSUPPORTED_IN_PLACE: two columns are called "id"` + do},
	} {
		p, e := fakePlace(t, test.dialect, counted("7"), counted("7"))
		if test.dialect == "postgres" {
			p.Engine = replacingEngine{e}
		}
		p.Schema.Attributes[0].Name, p.Schema.Attributes[1].Name = test.names[0], test.names[1]
		_, err := federate.Export(t.Context(), p, check(t, p, "purchase"), noon, test.to, test.names[:]...)
		if test.err == "" && err != nil || test.err != "" && (err == nil || err.Error() != test.err || len(e.answers) != 2) {
			t.Errorf("%s, %s, %q: %v, want %q", test.dialect, test.to, test.names, err, test.err)
		}
	}
}

// TestExportToTable writes customers to a table of the engine, twice, and counts
// them there.
func TestExportToTable(t *testing.T) {
	place := cdnowPlace(t, t.TempDir())
	checked := check(t, place, "lifetime_value > 100 and purchase in last 90 days")
	asOf := time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)
	want, err := federate.Count(t.Context(), place, checked, asOf)
	if err != nil || want == 0 {
		t.Fatalf("got %d, %v", want, err)
	}
	to := federate.Target{Table: model.TableRef{Schema: "marketing", Table: "gold"}}
	for range 2 {
		if rows, err := federate.Export(t.Context(), place, checked, asOf, to, "cohort", "lifetime_value"); err != nil || rows != want {
			t.Fatalf("got %d, %v, want %d", rows, err, want)
		}
	}
	const sums = `SELECT count(DISTINCT customer_id) + count(cohort) + count(lifetime_value) FROM marketing.gold`
	for batch, err := range place.Engine.Query(t.Context(), sums) {
		if err != nil || batch.Column(0).ValueStr(0) != fmt.Sprint(3*want) {
			t.Errorf("got %v, %v, want %d", batch, err, 3*want)
		}
	}
}

// TestExportToFiles writes customers in place and those of a snapshot to files:
// the bytes are the same.
func TestExportToFiles(t *testing.T) {
	dir := t.TempDir()
	place := cdnowPlace(t, dir)
	parent, err := model.Parse("parent.yml", cdnow.ParentYAML())
	if err != nil {
		t.Fatal(err)
	}
	const text = "lifetime_value > 100 and purchase in last 90 days"
	asOf := time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)
	db := snapshot(t, parent, dir, filepath.Join(t.TempDir(), "cdnow.rollcall"))
	q, err := db.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []export.Format{export.CSV, export.Parquet, export.Arrow} {
		columns := append(attributeNames(place.Schema), eventColumns...)
		if format != export.Arrow { // which writes what lies under a NULL, too: the source's is anything
			columns = append(columns, "purchase where (quantity > 3) min(amount) this year")
		}
		schema, err := federate.AudienceSchema(place, check(t, place, text), columns...)
		if err != nil {
			t.Fatal(err)
		}
		var here, there bytes.Buffer
		n, err := export.Write(t.Context(), &here, schema, q.At(asOf).Batches(t.Context(), columns...), export.Options{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		m, err := export.Write(t.Context(), &there, schema, federate.Audience(t.Context(), place, check(t, place, text), asOf, columns...), export.Options{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		if n != m || n == 0 || !bytes.Equal(here.Bytes(), there.Bytes()) {
			t.Errorf("%s: %d customers in %d bytes of the snapshot, %d in %d in place", format, n, here.Len(), m, there.Len())
		}
	}
}

// eventColumns are columns of what the customers of CDNOW bought, of every aggregate
// that a source can be asked for. Averages are of whole cents times few events: a
// source's floats divide those as ours do.
var eventColumns = []string{
	"purchase count in rule as n", "purchase where (amount > 20) count distinct days", "purchase count distinct quantity in last 2 years",
	"purchase sum(amount) in last 90 days as spent", "purchase sum(quantity)", "purchase avg(quantity) in last 1 year",
	"purchase min(quantity)", "purchase max(amount)", "first purchase since '1998-01-01' as first_98", "last purchase",
}

// cdnowPlace writes the files of CDNOW to a folder and opens them in DuckDB.
func cdnowPlace(t *testing.T, dir string) *federate.Place {
	t.Helper()
	if err := cdnow.WriteWarehouse(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	parent, err := model.Parse("parent.yml", cdnow.ParentYAML())
	if err != nil {
		t.Fatal(err)
	}
	return resolved(t, parent, openDuck(t, dir), time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC))
}
