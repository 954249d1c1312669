package federate_test

import (
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	local "github.com/rollcall-db/rollcall/bench/warehouse"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/databricks"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// openDatabricks serves the files of a folder as tables of a local warehouse, and
// opens them through its protocol until the end of the test.
func openDatabricks(t *testing.T, dir string, options *local.Options) (*databricks.Source, *local.Warehouse) {
	t.Helper()
	w, err := local.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := w.Mount(t.Context(), local.DefaultCatalog, dir); err != nil {
		t.Fatal(err)
	}
	const token = "dapi0123456789abcdef"
	server := dbtest.New(dbtest.Options{Engine: w, Tokens: []string{token}})
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	at, err := url.Parse(listener.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DATABRICKS_TOKEN", token)
	t.Setenv("DATABRICKS_CONFIG_FILE", "/dev/null")
	src, err := databricks.Open(t.Context(), "databricks://"+at.Host+"/sql/1.0/warehouses/local?insecure-http=true&catalog="+local.DefaultCatalog)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
		if sessions, operations := server.Open(); sessions+operations > 0 {
			t.Errorf("%d sessions and %d operations are left open", sessions, operations)
		}
	})
	return src, w
}

// databricksPlace opens a warehouse in the local one.
func databricksPlace(t *testing.T, _ *warehouse.Warehouse, files string) source.Engine {
	t.Helper()
	src, _ := openDatabricks(t, files, nil)
	return src
}

// TestDatabricksExamples asks the example segments in the SQL of Databricks.
func TestDatabricksExamples(t *testing.T) { checkExamples(t, databricksPlace) }

// TestDatabricksRandom asks random rules in the SQL of Databricks.
func TestDatabricksRandom(t *testing.T) {
	checkRandom(t, oracle.Options{NUL: true, OddNames: true, Infinities: true, ListFields: true}, databricksPlace)
}

// TestDatabricksExport writes customers to a table and to a directory of the
// warehouse, twice each, and checks that what is committed after the tables were
// pinned has no say.
func TestDatabricksExport(t *testing.T) {
	dir, volumes := t.TempDir(), t.TempDir()
	if err := cdnow.WriteWarehouse(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	parent, err := model.Parse("parent.yml", cdnow.ParentYAML())
	if err != nil {
		t.Fatal(err)
	}
	src, w := openDatabricks(t, dir, &local.Options{Volumes: volumes})
	asOf := time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)
	place := resolved(t, parent, src, asOf)
	checked := check(t, place, "lifetime_value > 100 and purchase in last 90 days")
	want, err := federate.Count(t.Context(), place, checked, asOf)
	if err != nil || want == 0 {
		t.Fatalf("got %d, %v", want, err)
	}
	if _, err := w.Exec(t.Context(), "DELETE FROM main.marketing.customers WHERE customer_id > '00100'"); err != nil {
		t.Fatal(err)
	}
	statement, err := federate.SQL(t.Context(), place, checked, asOf)
	if err != nil || strings.Count(statement, " VERSION AS OF ") != 3 {
		t.Errorf("got %v and not three versions in\n%s", err, statement)
	}
	write := func(to federate.Target) {
		t.Helper()
		for range 2 {
			if rows, err := federate.Export(t.Context(), place, checked, asOf, to, "cohort", "lifetime_value"); err != nil || rows != want {
				t.Errorf("%s: got %d, %v, want %d", to, rows, err, want)
			}
		}
	}
	write(federate.Target{Table: model.TableRef{Catalog: local.DefaultCatalog, Schema: "marketing", Table: "gold"}})
	rows, err := w.Exec(t.Context(), "SELECT DISTINCT customer_id FROM main.marketing.gold WHERE lifetime_value > 100")
	if err != nil || uint64(rows) != want {
		t.Errorf("the table has %d, %v, want %d", rows, err, want)
	}
	write(federate.Target{Directory: "/Volumes/main/marketing/audiences/gold's"})
	written, err := files.Open(filepath.Join(volumes, "main", "marketing"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := written.Table(t.Context(), model.TableRef{Schema: "audiences", Table: "gold's"})
	if err != nil || uint64(table.Info().Rows) != want {
		t.Errorf("the files are %v, %v, want %d rows", table, err, want)
	}
	if err := written.Close(); err != nil {
		t.Error(err)
	}
}

// TestDatabricksExportUnderView exports to the table under a view that the parent
// segment reads, and to one with names that Delta does not take.
func TestDatabricksExportUnderView(t *testing.T) {
	dir := t.TempDir()
	if err := cdnow.WriteWarehouse(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	src, w := openDatabricks(t, dir, nil)
	for _, statement := range []string{
		"CREATE TABLE main.marketing.base TBLPROPERTIES (delta.columnMapping.mode = 'name') AS SELECT customer_id AS id, cohort AS `first cohort` FROM main.marketing.customers LIMIT 10",
		"CREATE VIEW main.marketing.seen AS SELECT * FROM main.marketing.base",
	} {
		if _, err := w.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	seen := model.TableRef{Schema: "marketing", Table: "seen"}
	place := &federate.Place{
		Engine: src,
		Schema: &model.Schema{
			Name: "Seen", Timezone: "UTC", KeyColumn: "id", KeyType: model.Type{Kind: model.String},
			Attributes: []model.Attribute{{Name: "first cohort", Type: model.Type{Kind: model.String}}},
		},
		Layout: &model.Layout{Master: seen, KeyColumn: "id", Attributes: []model.ColumnLayout{{Table: seen, Column: "first cohort"}}},
	}
	for _, test := range []struct {
		table   string
		columns []string
		err     string
	}{
		{"base", nil, "cannot export to table main.marketing.base: the parent segment reads marketing.seen, which is or may be a view of it, since its name is in the definition"},
		{"out", []string{"first cohort"}, `UNSUPPORTED_IN_PLACE: the name of column "first cohort" has a blank, a tab, a line break or one of ,;{}()=, which tables of Delta do not take; ` +
			"leave it out, rename it, or export to a file here"},
		{"out", nil, ""},
		{"out", nil, ""},
	} {
		to := federate.Target{Table: model.TableRef{Catalog: local.DefaultCatalog, Schema: "marketing", Table: test.table}}
		rows, err := federate.Export(t.Context(), place, check(t, place, `"first cohort" is not null`), time.Now(), to, test.columns...)
		if test.err == "" && (err != nil || rows != 10) || test.err != "" && (err == nil || err.Error() != test.err) {
			t.Errorf("%s: got %d, %v, want %q", test.table, rows, err, test.err)
		}
	}
	if rows, err := w.Exec(t.Context(), "SELECT * FROM main.marketing.base"); err != nil || rows != 10 {
		t.Errorf("the table under the view has %d rows, %v", rows, err)
	}
}
