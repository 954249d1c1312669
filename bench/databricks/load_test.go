package databricks

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/workload"
)

func names(w *warehouse) []string { return slices.Sorted(maps.Keys(w.tables)) }

func TestLoad(t *testing.T) {
	d := writeData(t, testData(workload.Shape{StringAttributes: 1}))
	w := newWarehouse(d)
	e := mustStart(t, w, d)
	load := e.Loaded()
	if load.Seconds <= 0 || load.SizeBytes != 2100 || load.Indexes["page_views"] != 1200 || !strings.Contains(load.Note, "include the network") {
		t.Errorf("Loaded is %+v", load)
	}
	if got, want := e.Version(), "Databricks SQL 2026.10, "+driverVersion; got != want {
		t.Errorf("Version is %q, want %q", got, want)
	}
	got := slices.DeleteFunc(w.statements(), func(s string) bool { return !strings.Contains(s, "customers") })
	slices.Sort(got) // files are sent several at a time
	want := []string{
		"ANALYZE TABLE `cat`.`bench`.`customers` COMPUTE STATISTICS FOR ALL COLUMNS",
		"CREATE TABLE `cat`.`bench`.`customers` TBLPROPERTIES ('rollcall.workload' = '" + w.tables["customers"].properties[workloadProperty] +
			"', 'rollcall.run' = '" + e.run + "') AS SELECT … FROM read_files('/Volumes/cat/bench/files/FOLDER/customers', format => 'parquet')",
		"DESCRIBE DETAIL `cat`.`bench`.`customers`",
		"PUT 'part-0000.parquet' INTO '/Volumes/cat/bench/files/FOLDER/customers/part-0000.parquet' OVERWRITE",
		"PUT 'part-0001.parquet' INTO '/Volumes/cat/bench/files/FOLDER/customers/part-0001.parquet' OVERWRITE",
		"REMOVE '/Volumes/cat/bench/files/FOLDER/customers/part-0000.parquet'",
		"REMOVE '/Volumes/cat/bench/files/FOLDER/customers/part-0001.parquet'",
		"SELECT count(*) FROM `cat`.`bench`.`customers`",
		"SELECT lower(table_name) AS name FROM `cat`.information_schema.tables WHERE lower(table_schema) = 'bench' AND lower(table_name) IN ('customers', 'purchases', 'page_views', 'email_opens')",
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
	mustClose(t, w, e)
	if left := names(w); len(left) > 0 {
		t.Errorf("Close leaves %v", left)
	}
	if err := e.Close(); err == nil {
		t.Error("a second Close succeeds")
	}
}

func TestLoadTwice(t *testing.T) {
	d := writeData(t, testData(workload.Shape{Seed: 7}))
	w := newWarehouse(d)
	first, err := startFake(t.Context(), w, d, true)
	if err != nil {
		t.Fatal(err)
	}
	mustClose(t, w, first)
	if want := []string{"customers", "email_opens", "page_views", "purchases"}; !slices.Equal(names(w), want) {
		t.Fatalf("%v are kept, want %v", names(w), want)
	}
	delete(w.tables, "purchases")
	w.log = nil
	second := mustStart(t, w, d)
	load := second.Loaded()
	if want := "used as they are: customers, email_opens, page_views"; !strings.HasSuffix(load.Note, want) {
		t.Errorf("the note is %q, want %q at its end", load.Note, want)
	}
	for _, text := range w.statements() {
		if (strings.HasPrefix(text, "PUT") || strings.HasPrefix(text, "CREATE")) && !strings.Contains(text, "purchases") {
			t.Errorf("a table that was there is made: %s", text)
		}
	}
	if _, err := second.Append(t.Context(), d); !errors.Is(err, contender.ErrUnsupported) {
		t.Errorf("Append to a table that was there is %v, want ErrUnsupported", err)
	}
	mustClose(t, w, second)
	if want := []string{"customers", "email_opens", "page_views"}; !slices.Equal(names(w), want) {
		t.Errorf("%v are left, want what was there: %v", names(w), want)
	}
}

func TestLoadRefusesOtherTables(t *testing.T) {
	d := writeData(t, testData(workload.Shape{Seed: 7}))
	mark, err := fingerprint(d.Shape)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		table fakeTable
		want  string
	}{
		{"no mark", fakeTable{rows: 50}, `its property rollcall.workload is ""`},
		{"another mark", fakeTable{50, map[string]string{workloadProperty: "f00d"}}, `is "f00d", expected "` + mark + `"`},
		{"rows are missing", fakeTable{49, map[string]string{workloadProperty: mark}}, "has 49 rows, expected 50"},
	} {
		w := newWarehouse(d)
		w.tables["purchases"] = &test.table
		_, err := startFake(t.Context(), w, d, false)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), envSchema) {
			t.Errorf("%s: the error is %v, want one that tells %q", test.name, err, test.want)
		}
		if !slices.Equal(names(w), []string{"purchases"}) || w.sessions != 0 {
			t.Errorf("%s: the tables are %v with %d sessions after the error", test.name, names(w), w.sessions)
		}
		for _, text := range w.log {
			if strings.HasPrefix(text, "PUT") || strings.HasPrefix(text, "DROP") {
				t.Errorf("%s: %s", test.name, text)
			}
		}
	}
}

// A load that fails leaves no table, no file and no session, and tells no secret.
func TestLoadFails(t *testing.T) {
	failure := errors.New("[SOME_ERROR] Bearer abc.def, " + testToken + `, Put "https://store/f?sig=abcdef"`)
	for _, test := range []struct{ statement, want string }{
		{"SELECT current_version", "logging in"},
		{"SELECT lower(table_name)", "listing the tables of cat.bench"},
		{"PUT", "uploading part-000"},
		{"CREATE TABLE `cat`.`bench`.`page_views`", "making table `cat`.`bench`.`page_views`"},
		{"OPTIMIZE", "clustering table `cat`.`bench`.`purchases`"},
		{"ANALYZE", "statistics of table `cat`.`bench`.`customers`"},
		{"SELECT count(*)", "counting the rows of table `cat`.`bench`.`customers`"},
		{"DESCRIBE DETAIL", "the size of table `cat`.`bench`.`customers`"},
		{"REMOVE", "stays in the volume"},
	} {
		d := writeData(t, testData(workload.Shape{}))
		w := newWarehouse(d)
		w.answers = func(text string) (result, bool) { return result{err: failure}, strings.HasPrefix(text, test.statement) }
		_, err := startFake(t.Context(), w, d, true)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "SOME_ERROR") {
			t.Errorf("%s fails: the error is %v, want one that tells %q", test.statement, err, test.want)
			continue
		}
		for _, part := range []string{testToken, "abc.def", "abcdef"} {
			if strings.Contains(err.Error(), part) {
				t.Errorf("%s fails: the error %q holds %q", test.statement, err, part)
			}
		}
		puts, removes := 0, 0
		for _, text := range w.log {
			if strings.HasPrefix(text, "PUT") {
				puts++
			} else if strings.HasPrefix(text, "REMOVE") {
				removes++
			}
		}
		if len(names(w)) > 0 || w.sessions != 0 || removes < puts {
			t.Errorf("%s fails: tables %v, %d sessions, %d of %d files removed are left", test.statement, names(w), w.sessions, removes, puts)
		}
	}
}

// A table that somebody else makes meanwhile is not dropped.
func TestLoadLosesRace(t *testing.T) {
	d := writeData(t, testData(workload.Shape{}))
	w := newWarehouse(d)
	w.answers = func(text string) (result, bool) {
		if strings.HasPrefix(text, "CREATE TABLE `cat`.`bench`.`purchases`") {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.tables["purchases"] = &fakeTable{rows: 1}
		}
		return result{}, false
	}
	if _, err := startFake(t.Context(), w, d, false); err == nil || !strings.Contains(err.Error(), "ALREADY_EXISTS") {
		t.Errorf("the error is %v", err)
	}
	if !slices.Equal(names(w), []string{"purchases"}) {
		t.Errorf("%v are left, want the table of somebody else", names(w))
	}
}

func TestLoadBadData(t *testing.T) {
	for _, test := range []struct {
		name   string
		damage func(d *workload.Dataset, w *warehouse) error
		want   string
	}{
		{"a file is missing", func(d *workload.Dataset, _ *warehouse) error {
			return os.Remove(filepath.Join(d.Dir, "main", "customers", "part-0001.parquet"))
		}, "table customers: 1 part files, expected 2"},
		{"a folder is missing", func(d *workload.Dataset, _ *warehouse) error {
			return os.RemoveAll(filepath.Join(d.Dir, "events", "page_views"))
		}, "table page_views: open "},
		{"rows are lost", func(_ *workload.Dataset, w *warehouse) error {
			w.perFile["email_opens"] = 29
			return nil
		}, "`email_opens` has 29 rows after loading, expected 30"},
	} {
		d := writeData(t, testData(workload.Shape{}))
		w := newWarehouse(d)
		if err := test.damage(d, w); err != nil {
			t.Fatal(err)
		}
		_, err := startFake(t.Context(), w, d, false)
		if err == nil || !strings.Contains(err.Error(), test.want) || len(names(w)) > 0 {
			t.Errorf("%s: the error is %v with tables %v left, want one that tells %q", test.name, err, names(w), test.want)
		}
	}
}

// A context that ends in the middle of a load leaves nothing, though the statement
// in hand takes no notice.
func TestLoadCancelled(t *testing.T) {
	d := writeData(t, testData(workload.Shape{}))
	w := newWarehouse(d)
	ctx, cancel := context.WithCancel(t.Context())
	w.answers = func(text string) (result, bool) {
		if strings.HasPrefix(text, "CREATE TABLE `cat`.`bench`.`page_views`") {
			cancel()
		}
		return result{}, false
	}
	if _, err := startFake(ctx, w, d, false); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want context.Canceled", err)
	}
	if len(names(w)) > 0 || w.sessions != 0 {
		t.Errorf("tables %v and %d sessions are left", names(w), w.sessions)
	}
}

func TestAppend(t *testing.T) {
	d := writeData(t, testData(workload.Shape{}))
	w := newWarehouse(d)
	e := mustStart(t, w, d)
	defer mustClose(t, w, e)
	add := writeData(t, &workload.Dataset{Tables: []workload.Table{
		{Schema: "main", Name: "customers"}, {Schema: "events", Name: "purchases", Rows: 3, Files: 1},
	}})
	w.perFile["purchases"] = 3
	took, err := e.Append(t.Context(), add)
	if err != nil || took <= 0 {
		t.Fatalf("Append is %v, %v", took, err)
	}
	if got := w.tables["purchases"]; got.rows != 53 || got.properties[workloadProperty] != "changed" {
		t.Errorf("the table is %+v, want 53 rows and another mark", *got)
	}
	if got := w.tables["customers"]; got.rows != 10 || got.properties[workloadProperty] == "changed" {
		t.Errorf("a table without new rows is %+v", *got)
	}
	w.perFile["purchases"] = 2
	if _, err := e.Append(t.Context(), add); err == nil || !strings.Contains(err.Error(), "has 2 rows more after a day was added, expected 3") {
		t.Errorf("Append that loses a row is %v", err)
	}
	if _, err := e.Export(t.Context(), nil, nil, ""); !errors.Is(err, contender.ErrUnsupported) {
		t.Errorf("Export is %v, want ErrUnsupported", err)
	}
}
