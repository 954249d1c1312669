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
		{"postgres", federate.Target{Table: model.TableRef{Schema: "shop", Table: "it's gold"}}, []answer{counted("7")}, `DROP TABLE IF EXISTS "shop"."it's gold";
CREATE TABLE "shop"."it's gold" AS
SELECT CAST(m."id" AS text) AS "id",
  m."age" AS "age"
FROM "SHOP"."CUSTOMERS" AS m
WHERE CAST(m."id" AS text) IS NOT NULL
  AND m."age" >= 31;
DO 'DECLARE written bigint;
BEGIN
  SELECT count(*) INTO written FROM "shop"."it''s gold";
  IF written <> 7 THEN
    RAISE EXCEPTION ''incomplete: % rows written to %, % expected'', written, ''shop.it''''s gold'', 7;
  END IF;
END'`, ""},
		{"postgres", volume, nil, "", "UNSUPPORTED_IN_PLACE: fake:// writes no directory of files; export to another table, or to a file here"},
		{"databricks", federate.Target{Table: model.TableRef{Schema: "shop", Table: "Purchases"}}, nil, "", "cannot export to table shop.Purchases: the parent segment reads SHOP.PURCHASES, which is or may be the same table"},
		{"databricks", federate.Target{Table: model.TableRef{Table: "customers"}}, nil, "", "cannot export to table customers: the parent segment reads SHOP.CUSTOMERS, which is or may be the same table"},
		{"databricks", federate.Target{Table: model.TableRef{Catalog: "LAKE", Schema: "Shop", Table: "customers"}}, nil, "", "cannot export to table LAKE.Shop.customers: the parent segment reads SHOP.CUSTOMERS, which is or may be the same table"},
		{"databricks", federate.Target{}, nil, "", "an export needs a table or a directory to write to, one of them"},
		{"databricks", federate.Target{Table: gold.Table, Directory: "/x"}, nil, "", "an export needs a table or a directory to write to, one of them"},
		{"databricks", federate.Target{Directory: "/${x}"}, nil, "", "UNSUPPORTED_IN_PLACE: UNSUPPORTED_IN_DIALECT: databricks: the name \"/${x}\": Spark replaces ${…} wherever it stands; export to another table, or to a file here"},
	} {
		p, e := fakePlace(t, test.dialect, test.answers...)
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
	db := snapshot(t, parent, dir, filepath.Join(t.TempDir(), "cdnow.rollcall"), nil)
	q, err := db.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	columns := attributeNames(place.Schema)
	schema, err := federate.AudienceSchema(place, columns...)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []export.Format{export.CSV, export.Parquet, export.Arrow} {
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
