package databricks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bench/warehouse"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/source"
)

// pullRef is the table that is pulled, of pullRows rows.
var pullRef = model.TableRef{Schema: "shop", Table: "visits"}

const pullRows = 20_000

// pullSchema is that of the table.
var pullSchema = arrow.NewSchema([]arrow.Field{
	{Name: "id", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "name", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "price", Type: &arrow.Decimal128Type{Precision: 12, Scale: 2}, Nullable: true},
}, nil)

// pullTable makes the rows of the table: each follows from its id.
func pullTable() arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, pullSchema)
	defer b.Release()
	for id := range int64(pullRows) {
		b.Field(0).(*array.Int64Builder).Append(id)
		if name := pullName(id); name == "" {
			b.Field(1).AppendNull()
		} else {
			b.Field(1).(*array.StringBuilder).Append(name)
		}
		b.Field(2).(*array.Decimal128Builder).Append(decimal128.FromI64(id * 25))
	}
	return b.NewRecordBatch()
}

// pullName is the name of a row, empty for NULL.
func pullName(id int64) string {
	if id%7 == 0 {
		return ""
	}
	return fmt.Sprintf("visitor %d", id)
}

// faultLake is a warehouse with the table, in front of which each run puts a server
// of its own.
type faultLake struct {
	tables *warehouse.Warehouse

	mu       sync.Mutex
	injected map[string]int // of all runs
	whole    int            // runs that gave all rows
	failed   int            // runs that ended in an error
	silent   int            // runs that ended well with other than all rows
}

func newFaultLake(t *testing.T) *faultLake {
	t.Helper()
	l := newLake(t, dbtest.Options{})
	l.mount(t, map[model.TableRef]arrow.RecordBatch{pullRef: pullTable()})
	f := &faultLake{tables: l.tables, injected: map[string]int{}}
	t.Cleanup(func() { noneLeft(t) })
	t.Cleanup(f.report(t))
	return f
}

// report logs what all runs came to, and fails where rows were lost silently.
func (f *faultLake) report(t *testing.T) func() {
	return func() {
		sum := 0
		for _, kind := range slices.Sorted(maps.Keys(f.injected)) {
			t.Logf("%5d %s", f.injected[kind], kind)
			sum += f.injected[kind]
		}
		t.Logf("%d faults injected: %d pulls gave all rows, %d ended in an error", sum, f.whole, f.failed)
		t.Logf("silent losses: %d", f.silent)
		if f.silent > 0 {
			t.Errorf("%d pulls ended without an error and with other than all rows", f.silent)
		}
	}
}

// run is a pull of the table while something goes wrong.
type run struct {
	server  dbtest.Options
	options string         // of the URI
	oauth   bool           // a service principal asks, not a token
	faults  []dbtest.Fault // from when the table is open; from the beginning if early
	early   bool
	passing bool // what goes wrong passes by itself, and is waited for
}

// outcome is what came of a run.
type outcome struct {
	rows     int64
	wrong    error // a row that is not in the table, or came twice
	another  bool  // the table was opened with another schema: the server said so from the beginning, and rows cannot be looked at
	err      error
	injected map[string]int
}

// pullPatience is longer than any pull may take, whatever goes wrong.
const pullPatience = 2 * time.Minute

// do carries out a run, checks what must hold of each, and counts it.
func (f *faultLake) do(t *testing.T, r run) outcome {
	t.Helper()
	r.server.Engine, r.server.Tokens = f.tables, []string{testToken}
	r.server.Clients = map[string]string{testClient: testSecret}
	if r.early {
		r.server.Faults = r.faults
	}
	server := dbtest.New(r.server)
	web := httptest.NewServer(server)
	defer func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		web.CloseClientConnections()
		web.Close()
	}()
	o := f.pull(t, r, server, strings.TrimPrefix(web.URL, "http://"))
	o.injected = server.Injected()
	f.count(o)
	if problems := append(o.check(), checkOpen(server, r.faults)...); len(problems) > 0 {
		t.Errorf("%s\nin a pull with %+v%s, early %t, oauth %t\nthat gave %d rows and the error %v", strings.Join(problems, "\n"), r.faults, r.options, r.early, r.oauth, o.rows, o.err)
	}
	return o
}

// pull opens the table and reads it.
func (f *faultLake) pull(t *testing.T, r run, server *dbtest.Server, host string) (o outcome) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), pullPatience)
	defer cancel()
	src, err := OpenConfig(ctx, r.config(t, host))
	if err != nil {
		t.Fatal(err)
	}
	src.pulls.wait = time.Millisecond
	defer func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
		if ctx.Err() != nil {
			t.Errorf("the pull had not ended after %v", pullPatience)
		}
	}()
	table, err := src.Table(ctx, pullRef)
	if err != nil {
		o.err = err
		return o
	}
	if !r.early {
		for _, fault := range r.faults {
			server.Inject(fault)
		}
	}
	o.another = !table.Schema().Equal(pullSchema)
	o.read(ctx, table)
	return o
}

// config is that of a source with short waits.
func (r *run) config(t *testing.T, host string) *Config {
	t.Helper()
	env := map[string]string{envToken: testToken}
	if r.oauth {
		env = map[string]string{envClientID: testClient, envClientSecret: testSecret}
	}
	uri := "databricks://" + host + dbtest.Path + "?insecure-http=true&spool=" + t.TempDir() + r.options
	c, err := ParseURI(uri, lookup(env))
	if err != nil {
		t.Fatal(err)
	}
	c.limits = shortLimits
	c.limits.retryTotal = 3 * time.Second
	c.limits.cleanup = 5 * time.Second // what closes a session in time must not depend on how busy the machine is
	stalls := slices.ContainsFunc(r.faults, func(f dbtest.Fault) bool { return f.Kind == dbtest.Stall || f.Kind == dbtest.StallBody })
	if r.passing {
		c.limits.retryTotal = pullPatience
	}
	if !stalls { // nothing is to end that is only slow
		c.limits.start, c.limits.answer, c.limits.idle, c.limits.token = pullPatience, pullPatience, pullPatience, pullPatience
	}
	return c
}

// read reads the table to its end, and looks at each row.
func (o *outcome) read(ctx context.Context, table source.Table) {
	seen := make([]bool, pullRows)
	for batch, err := range table.Scan(ctx, []string{"id", "name", "price"}) {
		if err != nil {
			o.err = err
			return
		}
		o.rows += batch.NumRows()
		if o.another {
			continue
		}
		if err := lookAt(batch, seen); err != nil && o.wrong == nil {
			o.wrong = err
		}
	}
}

// lookAt checks rows against what is in the table, and that they are new.
func lookAt(batch arrow.RecordBatch, seen []bool) error {
	ids, isIDs := batch.Column(0).(*array.Int64)
	names, isNames := batch.Column(1).(*array.String)
	prices, isPrices := batch.Column(2).(*array.Decimal128)
	if !isIDs || !isNames || !isPrices {
		return fmt.Errorf("columns are %s", batch.Schema())
	}
	for i := range ids.Len() {
		id := ids.Value(i)
		name := names.Value(i)
		switch {
		case ids.IsNull(i) || id < 0 || id >= pullRows:
			return fmt.Errorf("id %d is none of the table", id)
		case seen[id]:
			return fmt.Errorf("row %d came twice", id)
		case names.IsNull(i) != (pullName(id) == "") || name != pullName(id) || prices.Value(i) != decimal128.FromI64(id*25):
			return fmt.Errorf("row %d has the name %q and the price %v", id, name, prices.Value(i))
		}
		seen[id] = true
	}
	return nil
}

// whole tells whether all rows came, and nothing else.
func (o *outcome) whole() bool { return o.rows == pullRows && o.wrong == nil }

func (f *faultLake) count(o outcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for kind, n := range o.injected {
		f.injected[kind] += n
	}
	switch {
	case o.err != nil:
		f.failed++
	case o.whole():
		f.whole++
	default:
		f.silent++
	}
}

// check finds fault with a run that ended well without all rows, or with an error
// that is not clear or tells secrets.
func (o *outcome) check() []string {
	if o.err == nil {
		if !o.whole() {
			return []string{fmt.Sprintf("SILENT LOSS: %d rows without an error, the table has %d: %v", o.rows, pullRows, o.wrong)}
		}
		return nil
	}
	var problems []string
	text := o.err.Error()
	if !strings.Contains(text, pullRef.Table) && !strings.Contains(text, "catalog") {
		problems = append(problems, "the error does not say what was asked for")
	}
	for _, secret := range []string{testToken, testSecret, testClient, "Signature", "oauth-"} {
		if strings.Contains(text, secret) {
			problems = append(problems, "the error tells a secret: "+secret)
		}
	}
	if o.rows == 0 {
		return problems
	}
	var incomplete *source.IncompleteError
	if !errors.As(o.err, &incomplete) {
		return append(problems, "rows came before an error that is no IncompleteError")
	}
	if incomplete.Received != o.rows || incomplete.Expected != pullRows {
		problems = append(problems, fmt.Sprintf("the error counts %d rows of %d", incomplete.Received, incomplete.Expected))
	}
	return problems
}

// checkOpen waits until the server has nothing open, but for what no client can
// close.
func checkOpen(server *dbtest.Server, faults []dbtest.Fault) []string {
	sessions, operations := 0, 0
	for range 3000 { // as long as a busy machine may take
		sessions, operations = server.Open()
		for _, f := range faults {
			mayStay, withOperations := leaves(f)
			if mayStay {
				sessions = 0
			}
			if withOperations {
				operations = 0
			}
		}
		if sessions+operations == 0 {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return []string{fmt.Sprintf("%d sessions and %d operations were left open", sessions, operations)}
}

// leaves tells whether a session may stay open after a fault, and whether its
// operations may as well: nobody heard that it was opened, or nobody was let close
// it.
func leaves(f dbtest.Fault) (session, operations bool) {
	switch {
	case f.Kind == dbtest.TokenExpired, f.Method == dbtest.MethodToken: // a personal token does not come back
		return true, true
	case f.Kind == dbtest.Stall, f.Kind == dbtest.StallBody: // limits are so short then that a busy machine exceeds them when it opens a session, or begins a statement that only the end of its session ends
		return true, f.Method == "CloseSession"
	case f.Kind == dbtest.CutAnswer, f.Kind == dbtest.CutBody:
		return f.Method == "OpenSession" || f.Method == "CloseSession", false
	}
	return f.Method == "CloseSession", f.Method == "CloseSession"
}
