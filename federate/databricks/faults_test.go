package databricks

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// Servers of the runs.
var (
	pullInline = dbtest.Options{PageBytes: 60_000}
	pullFiles  = dbtest.Options{CloudFetch: true, RowsPerLink: 1_500, LinksPerPage: 3}
)

// callFaults are those that keep a call from being answered.
func callFaults() []dbtest.Fault {
	var faults []dbtest.Fault
	for _, status := range []int{400, 401, 403, 404, 500, 503} {
		faults = append(faults, dbtest.Fault{Kind: dbtest.HTTPStatus, Status: status})
	}
	for _, wait := range []time.Duration{0, 2 * time.Second, 100_000 * time.Second} {
		faults = append(faults, dbtest.Fault{Kind: dbtest.HTTPStatus, Status: 429, RetryAfter: wait})
	}
	for _, kind := range []dbtest.Kind{dbtest.Cut, dbtest.CutAnswer, dbtest.CutBody, dbtest.Stall, dbtest.StallBody} {
		faults = append(faults, dbtest.Fault{Kind: kind})
	}
	return faults
}

// thriftFaults are those of any call of the warehouse's protocol.
func thriftFaults() []dbtest.Fault {
	return append(callFaults(),
		dbtest.Fault{Kind: dbtest.ThriftError}, dbtest.Fault{Kind: dbtest.ThriftException}, dbtest.Fault{Kind: dbtest.TokenExpired},
		dbtest.Fault{Kind: dbtest.SessionClosed}, dbtest.Fault{Kind: dbtest.SessionClosed, Status: 404}, dbtest.Fault{Kind: dbtest.OperationClosed},
	)
}

// pageFaults are those of answers with rows.
func pageFaults() []dbtest.Fault {
	return []dbtest.Fault{
		{Kind: dbtest.LostPage}, {Kind: dbtest.LostPage, Quiet: true}, {Kind: dbtest.RepeatedPage}, {Kind: dbtest.RepeatedPage, Quiet: true},
		{Kind: dbtest.EmptyPage}, {Kind: dbtest.EarlyEnd}, {Kind: dbtest.EndlessPages}, {Kind: dbtest.CorruptArrow}, {Kind: dbtest.StaleName},
		{Kind: dbtest.PlainRows}, {Kind: dbtest.PlainColumns}, {Kind: dbtest.NoMetadata}, {Kind: dbtest.ExpiredLink}, {Kind: dbtest.LyingRowCount},
		{Kind: dbtest.VersionGone}, {Kind: dbtest.LostEnd}, {Kind: dbtest.LostEnd, Quiet: true}, {Kind: dbtest.EmptyLink},
	}
}

// statementFaults are those of statements.
func statementFaults() []dbtest.Fault {
	return []dbtest.Fault{
		{Kind: dbtest.StatementError, State: "42000", Message: "[INJECTED] no"},
		{Kind: dbtest.VersionGone}, {Kind: dbtest.SchemaChange}, {Kind: dbtest.NameChange}, {Kind: dbtest.ColumnLost},
	}
}

// fileFaults are those of downloads.
func fileFaults() []dbtest.Fault {
	return append(callFaults(),
		dbtest.Fault{Kind: dbtest.PaddedFile}, dbtest.Fault{Kind: dbtest.ShortFile}, dbtest.Fault{Kind: dbtest.TornFile},
		dbtest.Fault{Kind: dbtest.LinkGone}, dbtest.Fault{Kind: dbtest.CorruptArrow},
	)
}

// matrixRow is a method with the faults that make sense in it.
type matrixRow struct {
	method string
	server dbtest.Options
	oauth  bool
	faults []dbtest.Fault
}

func matrix() []matrixRow {
	page := pageFaults()
	return []matrixRow{
		{"OpenSession", pullInline, false, thriftFaults()},
		{"ExecuteStatement", pullInline, false, append(append(thriftFaults(), page...), statementFaults()...)},
		{"ExecuteStatement", pullFiles, false, append(page, statementFaults()...)},
		{"FetchResults", pullInline, false, append(thriftFaults(), page...)},
		{"FetchResults", pullFiles, false, append(thriftFaults(), page...)},
		{dbtest.MethodFile, pullFiles, false, fileFaults()},
		{"CloseOperation", pullInline, false, thriftFaults()},
		{"CloseSession", pullInline, false, thriftFaults()},
		{dbtest.MethodToken, pullInline, true, callFaults()},
		{dbtest.MethodDiscovery, pullInline, true, callFaults()},
		{"OpenSession", pullInline, true, []dbtest.Fault{{Kind: dbtest.TokenExpired}}},
		{"ExecuteStatement", pullFiles, true, []dbtest.Fault{{Kind: dbtest.TokenExpired}}},
		{"FetchResults", pullInline, true, []dbtest.Fault{{Kind: dbtest.TokenExpired}}},
	}
}

// polledRuns have what is only called where the result of a statement is not there
// at once. They are few because the driver asks once a second.
func polledRuns() []run {
	var runs []run
	for _, method := range []string{"GetOperationStatus", "GetResultSetMetadata"} {
		for _, fault := range append(thriftFaults(), dbtest.Fault{Kind: dbtest.NoMetadata}) {
			if fault.RetryAfter > 0 {
				continue
			}
			fault.Method = method
			late := dbtest.Fault{Method: "ExecuteStatement", Nth: 2, Kind: dbtest.Late, Times: 2}
			runs = append(runs, run{server: pullInline, options: "&parts=2", faults: []dbtest.Fault{late, fault}})
		}
	}
	return runs
}

// besides is how many pulls run side by side: most of them wait.
const besides = 16

// sideBySide calls do with 0 to n-1.
func sideBySide(n int, do func(int)) {
	var wait sync.WaitGroup
	turns := make(chan struct{}, besides)
	for i := range n {
		turns <- struct{}{}
		wait.Go(func() {
			defer func() { <-turns }()
			do(i)
		})
	}
	wait.Wait()
}

// form is in which calls a fault hits, and in how many parts the table is pulled.
type form struct {
	nth, times int
	options    string
}

// TestFaultMatrix pulls the table with each fault in each method: in all calls, and
// in one or two of them.
func TestFaultMatrix(t *testing.T) {
	f := newFaultLake(t)
	some := []form{{2, 1, "&parts=1"}, {3, 1, "&parts=3"}, {5, 2, "&parts=3"}}
	runs := polledRuns()
	for _, row := range matrix() {
		for i, fault := range row.faults {
			fault.Method = row.method
			for _, form := range []form{{1, -1, "&parts=1"}, some[i%len(some)]} {
				fault.Nth, fault.Times = form.nth, form.times
				runs = append(runs, run{server: row.server, options: form.options, oauth: row.oauth, faults: []dbtest.Fault{fault}, early: row.oauth})
			}
		}
	}
	sideBySide(len(runs), func(i int) { f.do(t, runs[i]) })
}

// TestTransientFaultsPass checks that what passes by itself does not end a pull.
func TestTransientFaultsPass(t *testing.T) {
	f := newFaultLake(t)
	for _, c := range []struct {
		server dbtest.Options
		fault  dbtest.Fault
	}{
		{pullInline, dbtest.Fault{Method: "OpenSession", Kind: dbtest.HTTPStatus, Status: 503, RetryAfter: 0, Times: 3}},
		{pullInline, dbtest.Fault{Method: "ExecuteStatement", Nth: 2, Kind: dbtest.HTTPStatus, Status: 429, RetryAfter: 0}},
		{pullInline, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.HTTPStatus, Status: 500}},
		{pullInline, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.Cut}},
		{pullInline, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.CutAnswer}},
		{pullInline, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.LostPage}},
		{pullInline, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.SessionClosed}},
		{pullInline, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.EmptyPage}},
		{pullFiles, dbtest.Fault{Method: dbtest.MethodFile, Nth: 4, Kind: dbtest.CutBody}},
		{pullFiles, dbtest.Fault{Method: dbtest.MethodFile, Kind: dbtest.PaddedFile, Times: -1}},
		{pullFiles, dbtest.Fault{Method: dbtest.MethodFile, Nth: 2, Kind: dbtest.ShortFile}},
		{pullFiles, dbtest.Fault{Method: dbtest.MethodFile, Nth: 2, Kind: dbtest.LinkGone}},
		{pullFiles, dbtest.Fault{Method: "FetchResults", Kind: dbtest.EmptyLink, Times: -1}},
		{pullFiles, dbtest.Fault{Method: "FetchResults", Kind: dbtest.LostEnd}},
		{pullInline, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.LostEnd}},
		{pullInline, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.LostEnd, Quiet: true}},
	} {
		o := f.do(t, run{server: c.server, options: "&parts=2", faults: []dbtest.Fault{c.fault}, passing: true})
		if o.err != nil || len(o.injected) == 0 {
			t.Errorf("%+v: %v (injected %v), want all rows", c.fault, o.err, o.injected)
		}
	}
}

// TestFaultSequences pulls the table with random faults. ROLLCALL_FAULTS is how
// many times, ROLLCALL_FAULTS_SEED the seed of the random numbers.
func TestFaultSequences(t *testing.T) {
	n, seed := 100, bitmaptest.Seed()
	if text := os.Getenv("ROLLCALL_FAULTS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	if text := os.Getenv("ROLLCALL_FAULTS_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d", seed)
	f := newFaultLake(t)
	sideBySide(n, func(i int) { f.do(t, randomRun(rand.New(rand.NewPCG(seed, uint64(i))))) })
}

// randomRun is a pull with one to five faults.
func randomRun(r *rand.Rand) run {
	var faults []dbtest.Fault
	for _, row := range matrix() {
		for _, fault := range row.faults {
			fault.Method = row.method
			faults = append(faults, fault)
		}
	}
	made := run{
		server:  []dbtest.Options{pullInline, pullFiles}[r.IntN(2)],
		options: fmt.Sprintf("&parts=%d&parallel=%d", 1+r.IntN(4), 1+r.IntN(3)),
		oauth:   r.IntN(4) == 0,
		early:   r.IntN(2) == 0,
	}
	made.server.PageBytes = 20_000 + r.IntN(300_000)
	made.server.PadRows = r.IntN(3) * 40
	for range 1 + r.IntN(5) {
		fault := faults[r.IntN(len(faults))]
		fault.Nth = 1 + r.IntN(8)
		fault.Times = 1 + r.IntN(2)
		if r.IntN(20) == 0 {
			fault.Times = -1
		}
		made.faults = append(made.faults, fault)
	}
	return made
}

// TestCancelPulls cancels a pull in each stage. It ends soon, with the error of the
// context, and nothing stays open at the warehouse.
func TestCancelPulls(t *testing.T) {
	f := newFaultLake(t)
	var longest time.Duration
	for _, c := range []struct {
		name   string
		server dbtest.Options
		method string
		nth    int64
		kind   dbtest.Kind // of the call in which it is cancelled
	}{
		{"opening a session", pullInline, "OpenSession", 1, dbtest.Stall},
		{"opening the second session", pullInline, "OpenSession", 2, dbtest.Stall},
		{"counting", pullInline, "ExecuteStatement", 1, dbtest.Stall},
		{"statement", pullInline, "ExecuteStatement", 3, dbtest.Stall},
		{"answer of a statement", pullInline, "ExecuteStatement", 3, dbtest.StallBody},
		{"statement that runs", pullInline, "ExecuteStatement", 3, dbtest.Endless},
		{"asking for the state", pullInline, "GetOperationStatus", 1, dbtest.Stall},
		{"page", pullInline, "FetchResults", 2, dbtest.Stall},
		{"answer of a page", pullInline, "FetchResults", 2, dbtest.StallBody},
		{"between pages", pullInline, "FetchResults", 2, ""},
		{"links", pullFiles, "FetchResults", 1, dbtest.Stall},
		{"file", pullFiles, dbtest.MethodFile, 3, dbtest.Stall},
		{"answer of a file", pullFiles, dbtest.MethodFile, 3, dbtest.StallBody},
		{"between files", pullFiles, dbtest.MethodFile, 3, ""},
		{"asked to wait", pullInline, "FetchResults", 1, dbtest.HTTPStatus},
	} {
		t.Run(c.name, func(t *testing.T) {
			took := f.cancelPull(t, c.server, dbtest.Fault{
				Method: c.method, Nth: int(c.nth), Kind: c.kind, Times: -1, Status: 429, RetryAfter: 2 * time.Second,
			})
			longest = max(longest, took)
		})
	}
	t.Logf("the longest cancellation took %v", longest)
}

// cancelLimit is far above the 100 ms that a cancellation should take, so that a
// machine that is busy with other tests passes.
const cancelLimit = 2 * time.Second

// cancelPull cancels a pull some milliseconds into a call, and returns how long it
// took to end.
func (f *faultLake) cancelPull(t *testing.T, server dbtest.Options, fault dbtest.Fault) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var calls atomic.Int64
	var armed atomic.Bool
	var at atomic.Pointer[time.Time]
	server.Observe = func(call dbtest.Call) {
		if armed.Load() && call.Method == fault.Method && calls.Add(1) == int64(fault.Nth) {
			time.AfterFunc(5*time.Millisecond, func() {
				now := time.Now()
				at.Store(&now)
				cancel()
			})
		}
	}
	server.Engine = f.tables
	w := newWarehouse(t, server)
	r := run{options: "&parts=2"}
	config := r.config(t, w.http.Listener.Addr().String())
	src, err := OpenConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	table, err := src.Table(t.Context(), pullRef)
	if err != nil {
		t.Fatal(err)
	}
	armed.Store(true)
	if fault.Method == "GetOperationStatus" {
		w.Inject(dbtest.Fault{Method: "ExecuteStatement", Nth: 3, Kind: dbtest.Late})
	}
	if fault.Kind != "" {
		w.Inject(fault)
	}
	var o outcome
	o.read(ctx, table)
	ended := time.Now()
	w.Clear()
	if !errors.Is(o.err, context.Canceled) {
		t.Errorf("%d rows and the error %v, want that of the context", o.rows, o.err)
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}
	if at.Load() == nil {
		t.Fatal("the pull ended before it was cancelled")
	}
	took := ended.Sub(*at.Load())
	if took > cancelLimit {
		t.Errorf("it took %v to end", took)
	}
	return took
}
