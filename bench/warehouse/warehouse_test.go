package warehouse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/cockroachdb/datadriven"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// open returns a warehouse until the end of the test.
func open(t testing.TB, options *Options) *Warehouse {
	t.Helper()
	w, err := Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// newSession returns a session of the catalog main.
func newSession(t testing.TB, w *Warehouse, params map[string]string) dbtest.SQLSession {
	t.Helper()
	s, err := w.OpenSession(t.Context(), "", "", params)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// exec carries out statements that must succeed.
func exec(t testing.TB, w *Warehouse, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := w.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// rowsOf returns the rows of a result, as text, of all columns or of some.
func rowsOf(r *dbtest.Result, columns []string) (lines []string, err error) {
	if r.Reader == nil {
		return nil, nil
	}
	defer r.Reader.Release()
	if columns == nil {
		for _, f := range r.Reader.Schema().Fields() {
			columns = append(columns, f.Name)
		}
	}
	for r.Reader.Next() {
		batch := r.Reader.RecordBatch()
		for i := range int(batch.NumRows()) {
			var values []string
			for k, f := range r.Reader.Schema().Fields() {
				if !slices.Contains(columns, f.Name) {
					continue
				}
				text := "NULL"
				if c := batch.Column(k); c.IsValid(i) {
					text = c.ValueStr(i)
				}
				values = append(values, text)
			}
			lines = append(lines, strings.Join(values, " | "))
		}
	}
	return lines, r.Reader.Err()
}

// query returns the rows of a statement that must succeed.
func query(t testing.TB, s dbtest.SQLSession, statement string, params ...dbtest.Param) []string {
	t.Helper()
	r, err := s.Query(t.Context(), statement, params)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	lines, err := rowsOf(r, nil)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return lines
}

// TestStatements goes through testdata/statements, each file with a warehouse of
// its own, over the folder testdata/shop. A command of them is
//
//	sql [columns=(a,b)] [types]
//	SELECT 1 AS a; SELECT 2 AS b
//	----
//	1
//	2
//
// where columns are those to show, and types has those of the columns shown. What
// is of a kind that differs from run to run is not shown.
func TestStatements(t *testing.T) {
	datadriven.Walk(t, "testdata/statements", func(t *testing.T, path string) {
		volumes := t.TempDir()
		w := open(t, &Options{Volumes: volumes, Threads: 1})
		if err := w.Mount(t.Context(), "main", "testdata/shop"); err != nil {
			t.Fatal(err)
		}
		s := newSession(t, w, nil)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "sql":
				return strings.ReplaceAll(answer(t, s, d), volumes, "VOLUMES")
			case "files":
				return files(t, volumes)
			}
			d.Fatalf(t, "command %s, expected sql or files", d.Cmd)
			return ""
		})
	})
}

// Times and identifiers in messages differ from run to run.
var (
	ids     = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	moments = regexp.MustCompile(`\(?20[2-9]\d-\d\d-\d\d \d\d:\d\d:\d\d\)?`)
)

// answer carries out the statements of a command, up to the first error.
func answer(t *testing.T, s dbtest.SQLSession, d *datadriven.TestData) string {
	t.Helper()
	var b strings.Builder
	for _, statement := range strings.Split(d.Input, ";\n") {
		r, err := s.Query(t.Context(), statement, nil)
		if err != nil {
			var told *dbtest.SQLError
			if !errors.As(err, &told) {
				t.Errorf("%s: %v is no error of SQL", statement, err)
			} else if !strings.HasSuffix(told.Message, "SQLSTATE: "+told.State) {
				t.Errorf("%s: the state is %s in %q", statement, told.State, told.Message)
			}
			return b.String() + ids.ReplaceAllString(moments.ReplaceAllString(err.Error(), "(TIME)"), "ID") + "\n"
		}
		var columns []string
		for _, arg := range d.CmdArgs {
			if arg.Key == "columns" {
				columns = arg.Vals
			}
		}
		if d.HasArg("types") && r.Reader != nil {
			for _, f := range r.Reader.Schema().Fields() {
				if columns == nil || slices.Contains(columns, f.Name) {
					fmt.Fprintf(&b, "%s %s (%s)\n", f.Name, sqlType(f.Type), f.Type)
				}
			}
		}
		lines, err := rowsOf(r, columns)
		for _, line := range lines {
			b.WriteString(line + "\n")
		}
		if err != nil {
			return b.String() + err.Error() + "\n"
		}
		if r.Affected >= 0 {
			fmt.Fprintf(&b, "affected %d\n", r.Affected)
		}
	}
	if b.Len() == 0 {
		return "ok\n"
	}
	return b.String()
}

// files lists the files of a folder, without the identifiers in their names.
func files(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name := strings.TrimPrefix(path, dir)
			if before, after, found := strings.Cut(name, "part-00000-"); found {
				name = before + "part-00000-ID" + after[len("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"):]
			}
			b.WriteString(name + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestParameters binds values by name and by place.
func TestParameters(t *testing.T) {
	w := open(t, nil)
	s := newSession(t, w, nil)
	named := query(t, s, "SELECT :a || :b AS x, :n + 1 AS n, :missing IS NULL AS gone",
		dbtest.Param{Name: "a", Type: "STRING", Value: "it's \\ "}, dbtest.Param{Name: "b", Type: "STRING", Value: "'x'"},
		dbtest.Param{Name: "n", Type: "BIGINT", Value: "41"}, dbtest.Param{Name: "missing", Type: "DECIMAL(10,2)", Null: true})
	if want := `it's \ 'x' | 42 | true`; len(named) != 1 || named[0] != want {
		t.Errorf("by name: %q, want %q", named, want)
	}
	placed := query(t, s, "SELECT ? AS a, CAST(? AS DATE) AS b", dbtest.Param{Type: "INT", Value: "7"}, dbtest.Param{Type: "STRING", Value: "2024-01-02"})
	if want := "7 | 2024-01-02"; len(placed) != 1 || placed[0] != want {
		t.Errorf("by place: %q, want %q", placed, want)
	}
	if _, err := s.Query(t.Context(), "SELECT :a, ?", nil); err == nil || err.Error() != "[UNBOUND_SQL_PARAMETER] Found the unbound parameter: a. SQLSTATE: 42P02" {
		t.Errorf("without a value: %v", err)
	}
}

// TestZones reads times in the zone of a session.
func TestZones(t *testing.T) {
	w := open(t, nil)
	const statement = "SELECT TIMESTAMP'2024-03-10 03:30:00' AS at, CAST(TIMESTAMP'2024-03-10 20:00:00Z' AS DATE) AS d, current_timezone() AS z"
	for zone, want := range map[string]string{
		"":                    "2024-03-10T03:30:00Z | 2024-03-10 | Etc/UTC",
		"UTC":                 "2024-03-10T03:30:00Z | 2024-03-10 | Etc/UTC",
		"Asia/Tokyo":          "2024-03-09T18:30:00Z | 2024-03-11 | Asia/Tokyo",
		"America/Los_Angeles": "2024-03-10T10:30:00Z | 2024-03-10 | America/Los_Angeles",
	} {
		params := map[string]string{"timezone": zone}
		if zone == "" {
			params = nil
		}
		s := newSession(t, w, params)
		if got := query(t, s, strings.Replace(statement, "AS at", "= TIMESTAMP'"+strings.SplitN(want, " ", 2)[0]+"' AS at", 1)); got[0] != "true"+want[strings.Index(want, " "):] {
			t.Errorf("zone %q: %q, want %q", zone, got, want)
		}
	}
	_, err := w.OpenSession(t.Context(), "", "", map[string]string{"timezone": "Nowhere"})
	if want := `[INVALID_CONF_VALUE.TIME_ZONE] The value 'Nowhere' in the config "spark.sql.session.timeZone" is invalid. Cannot resolve the given timezone. SQLSTATE: 22022`; err == nil || err.Error() != want {
		t.Errorf("a zone that is none: %v", err)
	}
}

// TestSessions opens sessions in catalogs and schemas that are not there.
func TestSessions(t *testing.T) {
	w := open(t, nil)
	for _, test := range []struct{ catalog, schema, want string }{
		{"nowhere", "", "[NO_SUCH_CATALOG_EXCEPTION] Catalog 'nowhere' was not found. Please verify the catalog name and then retry the query or command again. SQLSTATE: 42704"},
		{"MAIN", "gone", "[SCHEMA_NOT_FOUND] The schema `main`.`gone` cannot be found."},
	} {
		_, err := w.OpenSession(t.Context(), test.catalog, test.schema, nil)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s.%s: %v, want %s", test.catalog, test.schema, err, test.want)
		}
	}
	if _, err := w.OpenSession(t.Context(), "Main", "DEFAULT", nil); err != nil {
		t.Error(err)
	}
}

// TestTwoResults reads two results of a session in turns, while a third statement
// writes.
func TestTwoResults(t *testing.T) {
	w := open(t, nil)
	exec(t, w, "CREATE TABLE t AS SELECT id FROM range(200000)")
	s := newSession(t, w, nil)
	var readers [2]array.RecordReader
	for i := range readers {
		r, err := s.Query(t.Context(), "SELECT * FROM t", nil)
		if err != nil {
			t.Fatal(err)
		}
		readers[i] = r.Reader
	}
	var rows [2]int64
	for i := 0; readers[0].Next() && readers[1].Next(); i++ {
		for k, r := range readers {
			rows[k] += r.RecordBatch().NumRows()
		}
		exec(t, w, "DELETE FROM t WHERE id < 1000")
		exec(t, w, "VACUUM t")
	}
	for k, r := range readers {
		if rows[k] != 200000 || r.Err() != nil {
			t.Errorf("result %d has %d rows: %v", k, rows[k], r.Err())
		}
		r.Release()
	}
}

// TestCancel ends a query and a statement that writes, and finds nothing written.
func TestCancel(t *testing.T) {
	w := open(t, nil)
	s := newSession(t, w, nil)
	exec(t, w, "CREATE TABLE t (n BIGINT)")
	const endless = "SELECT count(*) AS n FROM range(1000000000) AS a CROSS JOIN range(1000000000) AS b WHERE a.id <> b.id + 1"
	for _, statement := range []string{endless, "INSERT INTO t " + endless, "DELETE FROM t WHERE EXISTS (" + endless + ")"} {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, cancel)
		r, err := s.Query(ctx, statement, nil)
		if err == nil {
			_, err = rowsOf(r, nil)
		}
		if statement[0] != 'D' && !errors.Is(err, context.Canceled) { // of no rows a DELETE looks at none
			t.Errorf("%s: %v", statement, err)
		}
	}
	if got := query(t, s, "SELECT count(*) FROM t"); got[0] != "0" {
		t.Errorf("%s rows", got[0])
	}
	if got := query(t, s, "DESCRIBE HISTORY t"); len(got) != 1 {
		t.Errorf("versions: %q", got)
	}
}

// TestConcurrent has sessions write to a table and read it side by side: every
// state that is read is one of a version.
func TestConcurrent(t *testing.T) {
	w := open(t, nil)
	exec(t, w, "CREATE TABLE t (n BIGINT) TBLPROPERTIES (delta.enableChangeDataFeed = true)")
	const writers, each, batch = 3, 8, 10
	var running sync.WaitGroup
	for i := range writers {
		running.Go(func() {
			for k := range each {
				if _, err := w.Exec(t.Context(), fmt.Sprintf("INSERT INTO t SELECT id + %d FROM range(%d)", (i*each+k)*batch, batch)); err != nil {
					t.Error(err)
				}
			}
		})
		running.Go(func() {
			s := newSession(t, w, nil)
			for range each {
				rows, err := s.Query(t.Context(), "SELECT count(*) % 10 AS r, count(DISTINCT n) = count(*) AS d FROM t", nil)
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := rowsOf(rows, nil); err != nil || got[0] != "0 | true" {
					t.Errorf("a state between versions: %q, %v", got, err)
				}
				for _, other := range []string{"DESCRIBE HISTORY t", "DESCRIBE DETAIL t", "SELECT * FROM information_schema.columns", "SELECT count(*) FROM table_changes('t', 0)"} {
					if _, err := w.Exec(t.Context(), other); err != nil {
						t.Errorf("%s: %v", other, err)
					}
				}
			}
		})
	}
	running.Wait()
	s := newSession(t, w, nil)
	if got := query(t, s, "SELECT count(*), count(DISTINCT n) FROM t"); got[0] != "240 | 240" {
		t.Errorf("at the end: %q", got)
	}
	if got := query(t, s, "DESCRIBE HISTORY t"); len(got) != writers*each+1 {
		t.Errorf("%d versions", len(got))
	}
}

// TestMount looks at folders that are refused.
func TestMount(t *testing.T) {
	for name, test := range map[string]struct {
		files []string
		want  string
	}{
		"nothing":       {nil, "DIR holds no tables: expected <schema>/<table>.parquet, .csv or .ndjson, or <schema>/<table>/*.parquet"},
		"two formats":   {[]string{"s/t/a.csv", "s/t/b.ndjson"}, "DIR/s/t: it has .csv files and .ndjson files, expected one format"},
		"a Delta table": {[]string{"s/t/_delta_log/0.json", "s/t/a.parquet"}, "DIR/s/t: it is a Delta table, whose folder holds removed rows, too"},
		"twice":         {[]string{"s/t.csv", "s/T.ndjson"}, "DIR/s/t.csv: [TABLE_OR_VIEW_ALREADY_EXISTS] Cannot create table or view `main`.`s`.`t` because it already exists."},
	} {
		dir := t.TempDir()
		for _, file := range test.files {
			path := filepath.Join(dir, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
				t.Fatal(err)
			}
			text := "a\n1\n"
			if strings.HasSuffix(file, "json") {
				text = `{"a": 1}`
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		err := open(t, nil).Mount(t.Context(), "main", dir)
		if err == nil || !strings.HasPrefix(strings.ReplaceAll(err.Error(), dir, "DIR"), test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}
