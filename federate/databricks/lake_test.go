package databricks

import (
	"context"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bench/warehouse"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/export"
	"github.com/rollcall-db/rollcall/federate/source"
)

// lake is a warehouse with tables, over DuckDB.
type lake struct {
	*dbtest.Server
	tables *warehouse.Warehouse
	http   *httptest.Server
	spool  string // folder that the sources have as theirs

	mu         sync.Mutex
	statements []string
	opened     func()                                 // is told of each session; may be nil
	rewrite    func(statement string) (string, error) // of statements that clients send, before they are run; nil: as they are
}

// rewritten has a lake rewrite what it runs.
type rewritten struct {
	dbtest.SQLEngine
	lake *lake
}

func (r rewritten) OpenSession(ctx context.Context, catalog, schema string, params map[string]string) (dbtest.SQLSession, error) {
	if r.lake.opened != nil {
		r.lake.opened()
	}
	session, err := r.SQLEngine.OpenSession(ctx, catalog, schema, params)
	return rewrittenSession{session, r.lake}, err
}

type rewrittenSession struct {
	dbtest.SQLSession
	lake *lake
}

func (r rewrittenSession) Query(ctx context.Context, statement string, params []dbtest.Param) (*dbtest.Result, error) {
	r.lake.mu.Lock()
	rewrite := r.lake.rewrite
	r.lake.mu.Unlock()
	if rewrite != nil {
		var err error
		if statement, err = rewrite(statement); err != nil {
			return nil, err
		}
	}
	return r.SQLSession.Query(ctx, statement, params)
}

// rewriting has statements rewritten from here on.
func (l *lake) rewriting(rewrite func(string) (string, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rewrite = rewrite
}

// newLake serves until the test ends.
func newLake(t *testing.T, o dbtest.Options) *lake {
	t.Helper()
	tables, err := warehouse.Open(&warehouse.Options{Scratch: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	l := &lake{tables: tables, spool: t.TempDir()}
	o.Engine, o.Tokens, o.Observe = rewritten{tables, l}, []string{testToken}, l.observe
	l.Server = dbtest.New(o)
	l.http = httptest.NewServer(l.Server)
	t.Cleanup(func() {
		l.http.Close()
		if err := l.Server.Close(); err != nil {
			t.Error(err)
		}
		if err := tables.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func (l *lake) observe(c dbtest.Call) {
	if c.Statement != "" {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.statements = append(l.statements, c.Statement)
	}
}

// log returns the statements that clients sent since it was last asked, which hold
// a text.
func (l *lake) log(text string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent := l.statements
	l.statements = nil
	return slices.DeleteFunc(sent, func(s string) bool { return !strings.Contains(s, text) })
}

// exec runs statements beside the server.
func (l *lake) exec(t *testing.T, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := l.tables.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// mount puts tables into catalog main.
func (l *lake) mount(t *testing.T, tables map[model.TableRef]arrow.RecordBatch) {
	t.Helper()
	dir := t.TempDir()
	for ref, batch := range tables {
		path := filepath.Join(dir, ref.Schema, ref.Table+".parquet")
		makeDir(t, filepath.Dir(path))
		one := func(yield func(arrow.RecordBatch, error) bool) { yield(batch, nil) }
		if _, err := export.WriteFile(t.Context(), path, batch.Schema(), one, export.Options{Format: export.Parquet}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.tables.Mount(t.Context(), "main", dir); err != nil {
		t.Fatal(err)
	}
}

// open returns a source with short waits. The test closes it.
func (l *lake) open(t *testing.T, options string) *Source {
	t.Helper()
	uri := "databricks://" + strings.TrimPrefix(l.http.URL, "http://") + dbtest.Path + "?insecure-http=true&spool=" + l.spool + options
	cfg, err := ParseURI(uri, func(name string) string { return map[string]string{envToken: testToken}[name] })
	if err != nil {
		t.Fatal(err)
	}
	cfg.limits = shortLimits
	cfg.limits.answer, cfg.limits.idle, cfg.limits.start = 30*time.Second, 30*time.Second, 30*time.Second // DuckDB computes
	s, err := OpenConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.pulls.wait = time.Millisecond
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// table opens a table by its name of two parts.
func (s *Source) testTable(t *testing.T, name string) source.Table {
	t.Helper()
	schema, table, _ := strings.Cut(name, ".")
	found, err := s.Table(t.Context(), model.TableRef{Schema: schema, Table: table})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// texts reads columns of a table, a text for each row, sorted.
func texts(t *testing.T, table source.Table, columns ...string) []string {
	t.Helper()
	rows, err := readTexts(t, table, columns...)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func readTexts(t *testing.T, table source.Table, columns ...string) ([]string, error) {
	t.Helper()
	var rows []string
	for batch, err := range table.Scan(t.Context(), columns) {
		if err != nil {
			return rows, err
		}
		for i := range int(batch.NumRows()) {
			var values []string
			for _, c := range batch.Columns() {
				values = append(values, c.ValueStr(i))
			}
			rows = append(rows, strings.Join(values, " "))
		}
	}
	slices.Sort(rows)
	return rows, nil
}

// numbered are the texts "lo", "lo+1" … "hi-1", sorted.
func numbered(lo, hi int) []string {
	var rows []string
	for i := lo; i < hi; i++ {
		rows = append(rows, fmt.Sprint(i))
	}
	slices.Sort(rows)
	return rows
}
