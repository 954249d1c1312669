package databricks

import (
	"context"
	"fmt"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// What the test warehouse lets in.
const (
	testToken  = "dapi-0123456789abcdef"
	testClient = "client-0123456789"
	testSecret = "dose-0123456789abcdef"
)

// shortLimits let tests that fail do so soon.
var shortLimits = limits{
	retryMin: time.Millisecond, retryMax: 5 * time.Millisecond, retryAfter: 3 * time.Second, retryTotal: 20 * time.Second, attempts: 4,
	start: 300 * time.Millisecond, answer: 300 * time.Millisecond, idle: 300 * time.Millisecond, token: 300 * time.Millisecond, cleanup: 200 * time.Millisecond,
	grace: 50 * time.Millisecond, settle: 500 * time.Millisecond, reruns: 2, kept: time.Hour,
}

// typesEngine knows a few statements, which are lists of words:
//
//	rows N [batch B]   N rows of a number n and its text, in batches of B
//	types              one row of every type a warehouse sends, and one of NULLs
//	write N            writes N rows
//	write              writes an unknown number of rows
//	sleep D            gives a row after a time
//	X AS S             what statement S does
//
// Anything else is an error.
type typesEngine struct{}

func (typesEngine) OpenSession(context.Context, string, string, map[string]string) (dbtest.SQLSession, error) {
	return typesEngine{}, nil
}

func (typesEngine) Close() error { return nil }

func (typesEngine) Query(ctx context.Context, statement string, _ []dbtest.Param) (*dbtest.Result, error) {
	if _, query, found := strings.Cut(statement, " AS "); found {
		statement = query
	}
	words := strings.Fields(statement)
	number := func(at, or int) int {
		if at >= len(words) {
			return or
		}
		n, err := strconv.Atoi(words[at])
		if err != nil {
			panic(err)
		}
		return n
	}
	switch words[0] {
	case "rows":
		return &dbtest.Result{Reader: numbers(number(1, 0), number(3, 1000)), Affected: -1}, nil
	case "types":
		return &dbtest.Result{Reader: everyType(), Affected: -1}, nil
	case "write":
		return &dbtest.Result{Affected: int64(number(1, -1))}, nil
	case "sleep":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			return nil, err
		}
		select {
		case <-time.After(d):
			return &dbtest.Result{Reader: numbers(1, 1), Affected: -1}, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return nil, &dbtest.SQLError{State: "42601", Message: fmt.Sprintf("[PARSE_SYNTAX_ERROR] Syntax error at or near '%s' in https://h/x?sig=%s. SQLSTATE: 42601", words[0], testToken)}
}

// numbers gives n rows of a number and its text.
func numbers(n, size int) array.RecordReader {
	schema := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}, {Name: "text", Type: arrow.BinaryTypes.String}}, nil)
	var batches []arrow.RecordBatch
	for at := 0; at < n; at += size {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		for i := at; i < min(at+size, n); i++ {
			b.Field(0).(*array.Int64Builder).Append(int64(i))
			b.Field(1).(*array.StringBuilder).Append("row " + strconv.Itoa(i))
		}
		batches = append(batches, b.NewRecordBatch())
	}
	r, err := array.NewRecordReader(schema, batches)
	if err != nil {
		panic(err)
	}
	return r
}

// everyTypeJSON is what everyType gives.
const everyTypeJSON = `[
	{"bool":true,"tiny":-8,"small":-16,"int":-32,"big":-64,"float":1.5,"double":2.25,"string":"日本","binary":"AP8=","date":"2026-11-22",
	 "decimal":"12345678901234567890.12","instant":"2026-11-22T15:30:00.123456Z","local":"2026-11-22T15:30:00.123456","list":["a",null],"struct":{"x":1}},
	{"bool":null,"tiny":null,"small":null,"int":null,"big":null,"float":null,"double":null,"string":null,"binary":null,"date":null,
	 "decimal":null,"instant":null,"local":null,"list":null,"struct":null}]`

// everyType gives a row of every type that a warehouse sends, and one of NULLs.
func everyType() array.RecordReader {
	field := func(name string, t arrow.DataType) arrow.Field {
		return arrow.Field{Name: name, Type: t, Nullable: true}
	}
	schema := arrow.NewSchema([]arrow.Field{
		field("bool", arrow.FixedWidthTypes.Boolean), field("tiny", arrow.PrimitiveTypes.Int8), field("small", arrow.PrimitiveTypes.Int16),
		field("int", arrow.PrimitiveTypes.Int32), field("big", arrow.PrimitiveTypes.Int64), field("float", arrow.PrimitiveTypes.Float32),
		field("double", arrow.PrimitiveTypes.Float64), field("string", arrow.BinaryTypes.String), field("binary", arrow.BinaryTypes.Binary),
		field("date", arrow.FixedWidthTypes.Date32), field("decimal", &arrow.Decimal128Type{Precision: 38, Scale: 2}),
		field("instant", &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "Etc/UTC"}),
		field("local", &arrow.TimestampType{Unit: arrow.Microsecond}),
		field("list", arrow.ListOf(arrow.BinaryTypes.String)), field("struct", arrow.StructOf(field("x", arrow.PrimitiveTypes.Int32))),
	}, nil)
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(everyTypeJSON))
	if err != nil {
		panic(err)
	}
	r, err := array.NewRecordReader(schema, []arrow.RecordBatch{batch})
	if err != nil {
		panic(err)
	}
	return r
}

// testWarehouse is a server over a typesEngine.
type testWarehouse struct {
	*dbtest.Server
	http *httptest.Server
}

// newWarehouse serves until the test ends, and looks then that nothing was left.
func newWarehouse(t *testing.T, o dbtest.Options) *testWarehouse {
	t.Helper()
	if o.Engine == nil {
		o.Engine = typesEngine{}
	}
	o.Tokens, o.Clients = []string{testToken}, map[string]string{testClient: testSecret}
	w := &testWarehouse{Server: dbtest.New(o)}
	w.http = httptest.NewServer(w.Server)
	t.Cleanup(func() {
		w.nothingOpen(t)
		if err := w.Server.Close(); err != nil {
			t.Error(err)
		}
		w.http.CloseClientConnections()
		w.http.Close()
		noneLeft(t)
	})
	return w
}

// nothingOpen waits until the warehouse has no session and no operation open.
func (w *testWarehouse) nothingOpen(t *testing.T) {
	t.Helper()
	sessions, operations := 0, 0
	for range 300 {
		if sessions, operations = w.Open(); sessions+operations == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d sessions and %d operations were left open", sessions, operations)
}

// noneLeft waits until no goroutine runs this package's code beside the test, and none
// waits for what the package asked for.
func noneLeft(t *testing.T) {
	t.Helper()
	var left []string
	for range 300 {
		if left = running(); len(left) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	for _, stack := range left {
		t.Errorf("left running: %s", stack)
	}
}

// running returns the stacks of goroutines with this package's code, or of timers
// that net/http has for answers to the driver.
func running() []string {
	stacks := make([]byte, 4<<20)
	var found []string
	for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		if strings.Contains(stack, "federate/databricks.(*") || strings.Contains(stack, "net/http.setRequestCancel") {
			found = append(found, stack)
		}
	}
	return found
}

// patEnv is the environment of who has a token.
func (w *testWarehouse) patEnv() map[string]string { return map[string]string{envToken: testToken} }

// oauthEnv is the environment of a service principal.
func (w *testWarehouse) oauthEnv() map[string]string {
	return map[string]string{envClientID: testClient, envClientSecret: testSecret}
}

// config reads the URI of the warehouse, with options, in an environment.
func (w *testWarehouse) config(t *testing.T, options string, env map[string]string) *Config {
	t.Helper()
	uri := "databricks://" + w.http.Listener.Addr().String() + dbtest.Path + "?insecure-http=true"
	if options != "" {
		uri += "&" + options
	}
	c, err := ParseURI(uri, lookup(env))
	if err != nil {
		t.Fatal(err)
	}
	c.limits = shortLimits
	// Nothing of a pull that goes well must depend on how busy the machine is.
	c.limits.start, c.limits.answer, c.limits.idle, c.limits.token = 30*time.Second, 30*time.Second, 30*time.Second, 30*time.Second
	return c
}

// lookup looks up names in an environment.
func lookup(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

// connect returns a client of the warehouse, closed at the end of the test.
func connect(t *testing.T, c *Config) *client {
	t.Helper()
	found, err := newClient(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := found.close(); err != nil {
			t.Error(err)
		}
	})
	return found
}

// pulled is what a query gave.
type pulled struct {
	schema  *arrow.Schema
	rows    int64
	sum     int64 // of the column n
	largest int64 // batch
	wrong   error // rows that were not those expected there; an error must follow
	batches int
}

// pullAll reads a query of numbers to its end.
func pullAll(ctx context.Context, c *client, statement string) (pulled, error) {
	var p pulled
	for b, err := range c.query(ctx, "the table", statement) {
		if err != nil {
			return p, err
		}
		p.schema = b.Schema()
		p.batches++
		p.largest = max(p.largest, b.NumRows())
		if n, ok := b.Column(0).(*array.Int64); ok {
			for i := range n.Len() {
				if n.Value(i) != p.rows+int64(i) && p.wrong == nil {
					p.wrong = fmt.Errorf("row %d is %d", p.rows+int64(i), n.Value(i))
				}
				p.sum += n.Value(i)
			}
		}
		p.rows += b.NumRows()
	}
	return p, p.wrong
}
