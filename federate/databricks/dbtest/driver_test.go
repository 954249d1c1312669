package dbtest_test

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	arrow12 "github.com/apache/arrow/go/v12/arrow"
	array12 "github.com/apache/arrow/go/v12/arrow/array"
	_ "github.com/databricks/databricks-sql-go" // the driver under which the server is tested
	"github.com/databricks/databricks-sql-go/logger"
	dbsqlrows "github.com/databricks/databricks-sql-go/rows"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

const token = "dapi-test"

// TestMain keeps the driver quiet, which tells of each error on standard error.
func TestMain(m *testing.M) {
	if err := logger.SetLogLevel("disabled"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// warehouse is a server over a fake engine.
type warehouse struct {
	*dbtest.Server
	engine *fakeEngine
	http   *httptest.Server
}

// start serves until the test ends, and looks then that nothing was left open.
func start(t *testing.T, options dbtest.Options) *warehouse {
	t.Helper()
	engine := &fakeEngine{}
	options.Engine = engine
	options.Tokens = append(options.Tokens, token)
	w := &warehouse{Server: dbtest.New(options), engine: engine}
	w.http = httptest.NewServer(w.Server)
	t.Cleanup(func() {
		if sessions, operations := w.Open(); sessions+operations > 0 {
			t.Errorf("%d sessions and %d operations were left open", sessions, operations)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		w.http.CloseClientConnections()
		w.http.Close()
		engine.nothingOpen(t)
		noGoroutines(t)
	})
	return w
}

// noGoroutines waits until no goroutine runs the server's code. The driver leaves
// some of its own.
func noGoroutines(t *testing.T) {
	t.Helper()
	const servers = "federate/databricks/dbtest."
	stacks := make([]byte, 4<<20)
	for range 200 {
		if !strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), servers) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		if strings.Contains(stack, servers) {
			t.Errorf("left running: %s", stack)
		}
	}
}

// connect opens the database with the driver's options.
func (w *warehouse) connect(t *testing.T, options string) *sql.DB {
	t.Helper()
	dsn := fmt.Sprintf("http://token:%s@%s%s?enableTelemetry=false", token, w.http.Listener.Addr(), dbtest.Path)
	if options != "" {
		dsn += "&" + options
	}
	db, err := sql.Open("databricks", dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

// pulled is what a query gave.
type pulled struct {
	rows  int64
	sum   int64 // of the first column, where it is BIGINT
	names []string
	types []string
	text  []string // rows of the first column as text, where it is STRING
}

// pull reads a query through Arrow and closes the database.
func pull(t *testing.T, db *sql.DB, query string) (*pulled, error) {
	t.Helper()
	defer func() {
		if err := db.Close(); err != nil && !strings.Contains(err.Error(), "Invalid SessionHandle") {
			t.Logf("close: %v", err)
		}
	}()
	conn, err := db.Conn(t.Context())
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	p := &pulled{}
	err = conn.Raw(func(raw any) error {
		rows, err := raw.(driver.QueryerContext).QueryContext(t.Context(), query, nil)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		batches, err := rows.(dbsqlrows.Rows).GetArrowBatches(t.Context())
		if err != nil {
			return err
		}
		defer batches.Close()
		for batches.HasNext() {
			batch, err := batches.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
			p.add(batch)
			batch.Release()
		}
		return nil
	})
	return p, err
}

func (p *pulled) add(batch arrow12.Record) {
	if p.names == nil {
		for _, f := range batch.Schema().Fields() {
			p.names = append(p.names, f.Name)
			name, _ := f.Metadata.GetValue(dbtest.SQLNameKey)
			p.types = append(p.types, f.Type.String()+" "+name)
		}
	}
	p.rows += batch.NumRows()
	if batch.NumCols() == 0 {
		return
	}
	switch c := batch.Column(0).(type) {
	case *array12.Int64:
		for _, v := range c.Int64Values() {
			p.sum += v
		}
	case *array12.String:
		for i := range c.Len() {
			p.text = append(p.text, c.Value(i))
		}
	}
}

// sumTo is the sum of ids of n rows.
func sumTo(n int64) int64 { return n * (n - 1) / 2 }
