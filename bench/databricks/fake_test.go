package databricks

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/workload"
	federated "github.com/rollcall-db/rollcall/federate/databricks"
)

// result is what the fake warehouse answers a statement with.
type result struct {
	columns []string
	rows    [][]driver.Value
	err     error
	end     error        // after the rows
	wait    func() error // before the answer, whatever the context says
}

func one(v driver.Value) result { return result{columns: []string{"v"}, rows: [][]driver.Value{{v}}} }

// warehouse is a database/sql driver that answers as a warehouse would. Like the
// driver of Databricks it takes no notice of contexts.
type warehouse struct {
	mu       sync.Mutex
	tables   map[string]*fakeTable
	perFile  map[string]int64                      // rows of a table's files
	answers  func(statement string) (result, bool) // asked first
	log      []string
	sessions int // that are open
}

type fakeTable struct {
	rows       int64
	properties map[string]string
}

func newWarehouse(d *workload.Dataset) *warehouse {
	w := &warehouse{tables: map[string]*fakeTable{}, perFile: map[string]int64{}}
	for _, t := range d.Tables {
		w.perFile[t.Name] = t.Rows
	}
	return w
}

func (w *warehouse) Connect(context.Context) (driver.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sessions++
	return &fakeConn{w}, nil
}
func (w *warehouse) Driver() driver.Driver { return nil }

// statements returns what was asked, names of files and runs taken out.
func (w *warehouse) statements() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	log := slices.Clone(w.log)
	for i, text := range log {
		text = regexp.MustCompile(`rollcall-bench-\w+`).ReplaceAllString(text, "FOLDER")
		text = regexp.MustCompile(`PUT '[^']*/`).ReplaceAllString(text, "PUT '")
		log[i] = regexp.MustCompile(`SELECT CAST.* FROM`).ReplaceAllString(text, "SELECT … FROM")
	}
	return log
}

var (
	createStatement = regexp.MustCompile("^CREATE TABLE `\\w+`.`\\w+`.`(\\w+)`.*'rollcall.workload' = '(\\w+)', 'rollcall.run' = '(\\w+)'")
	tableStatement  = regexp.MustCompile("^(SHOW TBLPROPERTIES|DESCRIBE DETAIL|SELECT count\\(\\*\\) FROM|DROP TABLE|INSERT INTO|ALTER TABLE) `\\w+`.`\\w+`.`(\\w+)`")
	quietStatement  = regexp.MustCompile("^(PUT|REMOVE|OPTIMIZE|ANALYZE TABLE) ")
)

// run answers a statement.
func (w *warehouse) run(text string) result {
	w.mu.Lock()
	w.log = append(w.log, text)
	answers := w.answers
	w.mu.Unlock()
	if answers != nil {
		if r, ok := answers(text); ok {
			if r.wait != nil {
				r.err = r.wait()
			}
			return r
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case quietStatement.MatchString(text):
		return result{}
	case strings.HasPrefix(text, "SELECT current_version()"):
		return result{columns: []string{"version"}, rows: [][]driver.Value{{"2026.10"}}}
	case strings.HasPrefix(text, "SELECT lower(table_name)"):
		r := result{columns: []string{"name"}}
		for name := range w.tables {
			r.rows = append(r.rows, []driver.Value{name})
		}
		return r
	}
	if m := createStatement.FindStringSubmatch(text); m != nil {
		if w.tables[m[1]] != nil {
			return result{err: errors.New("[TABLE_OR_VIEW_ALREADY_EXISTS]")}
		}
		w.tables[m[1]] = &fakeTable{w.perFile[m[1]], map[string]string{workloadProperty: m[2], runProperty: m[3]}}
		return result{}
	}
	if m := tableStatement.FindStringSubmatch(text); m != nil {
		return w.runTable(m[1], m[2])
	}
	return result{err: fmt.Errorf("[PARSE_SYNTAX_ERROR] %s", text)}
}

// runTable answers a statement about one table.
func (w *warehouse) runTable(verb, name string) result {
	t := w.tables[name]
	if t == nil {
		return result{err: fmt.Errorf("[TABLE_OR_VIEW_NOT_FOUND] %s", name)}
	}
	switch verb {
	case "SHOW TBLPROPERTIES":
		r := result{columns: []string{"key", "value"}}
		for key, value := range t.properties {
			r.rows = append(r.rows, []driver.Value{key, value})
		}
		return r
	case "DESCRIBE DETAIL":
		return result{columns: []string{"format", "sizeInBytes", "description"}, rows: [][]driver.Value{{"delta", 10 * t.rows, nil}}}
	case "DROP TABLE":
		delete(w.tables, name)
	case "INSERT INTO":
		t.rows += w.perFile[name]
	case "ALTER TABLE":
		t.properties[workloadProperty] = "changed"
	default:
		return one(t.rows)
	}
	return result{}
}

type fakeConn struct{ w *warehouse }

func (c *fakeConn) Prepare(string) (driver.Stmt, error) { return nil, errors.New("not prepared") }
func (c *fakeConn) Begin() (driver.Tx, error)           { return nil, errors.New("no transactions") }
func (c *fakeConn) Close() error {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	c.w.sessions--
	return nil
}

func (c *fakeConn) QueryContext(_ context.Context, text string, _ []driver.NamedValue) (driver.Rows, error) {
	r := c.w.run(text)
	return &fakeRows{r}, r.err
}

func (c *fakeConn) ExecContext(_ context.Context, text string, _ []driver.NamedValue) (driver.Result, error) {
	return driver.ResultNoRows, c.w.run(text).err
}

type fakeRows struct{ result }

func (r *fakeRows) Columns() []string { return r.columns }
func (r *fakeRows) Close() error      { return nil }
func (r *fakeRows) Next(into []driver.Value) error {
	if len(r.rows) == 0 {
		if r.end != nil {
			return r.end
		}
		return io.EOF
	}
	copy(into, r.rows[0])
	r.rows = r.rows[1:]
	return nil
}

// testData is a data set of four tables of one or two files.
func testData(shape workload.Shape) *workload.Dataset {
	return &workload.Dataset{Shape: shape, Tables: []workload.Table{
		{Schema: "main", Name: "customers", Rows: 10, Files: 2},
		{Schema: "events", Name: "purchases", Rows: 50, Files: 1},
		{Schema: "events", Name: "page_views", Rows: 120, Files: 1},
		{Schema: "events", Name: "email_opens", Rows: 30, Files: 1},
	}}
}

// writeData gives a data set a folder with empty files, whose contents the fake
// does not look at.
func writeData(t *testing.T, d *workload.Dataset) *workload.Dataset {
	t.Helper()
	d.Dir = t.TempDir()
	for _, table := range d.Tables {
		dir := filepath.Join(d.Dir, table.Schema, table.Name)
		if err := os.MkdirAll(dir, 0o750); err != nil {
			t.Fatal(err)
		}
		for i := range table.Files {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("part-%04d.parquet", i)), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return d
}

// startFake opens an engine over a fake warehouse.
func startFake(ctx context.Context, w *warehouse, d *workload.Dataset, keep bool) (*Engine, error) {
	s := &settings{config: &federated.Config{Catalog: "cat", Schema: "bench"}, volume: "/Volumes/cat/bench/files", keep: keep}
	redact := &federated.Redactor{}
	redact.Add(testToken)
	return start(ctx, s, sql.OpenDB(w), redact, d, contender.Options{Progress: func(string) {}})
}

// mustStart opens an engine over a fake warehouse; the test closes it.
func mustStart(t *testing.T, w *warehouse, d *workload.Dataset) *Engine {
	t.Helper()
	e, err := startFake(t.Context(), w, d, false)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// mustClose closes an engine and checks that no session is left.
func mustClose(t *testing.T, w *warehouse, e *Engine) {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sessions != 0 {
		t.Errorf("%d sessions are left open", w.sessions)
	}
}
