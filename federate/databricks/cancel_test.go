package databricks

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// A call that is cancelled ends at once, whatever it is waiting for, and nothing
// stays open at the warehouse. How long it took is not asked: limits of the client
// are far beyond the time that a test has.
func TestCancel(t *testing.T) {
	for _, test := range []struct {
		name      string
		server    dbtest.Options
		method    string // during which it is cancelled
		kind      dbtest.Kind
		statement string
	}{
		{"opening a session", inlinePages, "OpenSession", dbtest.Stall, "rows 20000"},
		{"sending the statement", inlinePages, "ExecuteStatement", dbtest.Stall, "rows 20000"},
		{"waiting for a first answer", inlinePages, "", "", "sleep 1h"},
		{"asking for the state", slowStart, "", "", "sleep 1h"},
		{"asking for the state in vain", slowStart, "GetOperationStatus", dbtest.Stall, "sleep 1h"},
		{"waiting for a page", inlinePages, "FetchResults", dbtest.Stall, "rows 20000"},
		{"in the middle of a page", inlinePages, "FetchResults", dbtest.StallBody, "rows 20000"},
		{"waiting for a file", filePages, dbtest.MethodFile, dbtest.Stall, "rows 20000"},
		{"in the middle of a file", filePages, dbtest.MethodFile, dbtest.StallBody, "rows 20000"},
	} {
		for _, run := range []string{"query", "exec"} {
			if run == "exec" && test.method != "" && test.method != "OpenSession" && test.method != "ExecuteStatement" {
				continue
			}
			t.Run(test.name+"/"+run, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				server := test.server
				began := "ExecuteStatement"
				if test.method != "" {
					began = test.method
				}
				server.Observe = func(call dbtest.Call) {
					if call.Method == began {
						time.AfterFunc(20*time.Millisecond, cancel)
					}
				}
				w := newWarehouse(t, server)
				config := w.config(t, "", w.patEnv())
				config.limits.start, config.limits.answer, config.limits.idle = time.Hour, time.Hour, time.Hour
				c := connect(t, config)
				if test.method != "" {
					w.Inject(dbtest.Fault{Method: test.method, Kind: test.kind, Times: -1})
				}
				var err error
				if run == "query" {
					_, err = pullAll(ctx, c, test.statement)
				} else {
					_, err = c.exec(ctx, "the table", strings.Replace(test.statement, "rows", "write", 1))
				}
				if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "the table: ") {
					t.Errorf("error %v, want context.Canceled of the table", err)
				}
				w.Clear()
			})
		}
	}
}

// A deadline is an end like any other.
func TestDeadline(t *testing.T) {
	w := newWarehouse(t, dbtest.Options{})
	c := connect(t, w.config(t, "", w.patEnv()))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := pullAll(ctx, c, "sleep 1h"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want that of the deadline", err)
	}
	if _, err := c.exec(ctx, "the table", "write 1"); !errors.Is(err, context.DeadlineExceeded) || err.Error() != "the table: context deadline exceeded" {
		t.Errorf("error %v of a statement that was never sent", err)
	}
}

// Breaking off ends the statement, and so does a panic of who reads.
func TestBreakOff(t *testing.T) {
	w := newWarehouse(t, inlinePages)
	c := connect(t, w.config(t, "", w.patEnv()))
	for range c.query(t.Context(), "the table", "rows 20000") {
		break
	}
	w.nothingOpen(t)
	func() {
		defer func() {
			if p := recover(); p != "enough" {
				t.Errorf("recovered %v", p)
			}
		}()
		for range c.query(t.Context(), "the table", "rows 20000") {
			panic("enough")
		}
	}()
	w.nothingOpen(t)
}

func TestExec(t *testing.T) {
	for _, test := range []struct {
		name, statement string
		fault           dbtest.Fault
		rows            int64
		err             string
	}{
		{"with a count", "write 17", dbtest.Fault{}, 17, ""},
		{"without", "write", dbtest.Fault{}, -1, ""},
		{"of what gives rows", "rows 3", dbtest.Fault{}, -1, ""},
		{"refused", "wrong", dbtest.Fault{}, -1, "the table: [PARSE_SYNTAX_ERROR] Syntax error at or near 'wrong' in https://h/x?[redacted] SQLSTATE: 42601"},
		{"busy", "CREATE OR REPLACE TABLE t AS write 17", dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.HTTPStatus, Status: 429, Times: 2}, 17, ""},
		{"busy with what is not repeatable", "write 17", dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.HTTPStatus, Status: 429, Times: 2}, -1, "the table: whether the statement was carried out is not known: ExecuteStatement: the server answered 429 Too Many Requests (Injected: Too Many Requests)"},
		{"busy for a day", "CREATE OR REPLACE TABLE t AS write 17", dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.HTTPStatus, Status: 503, RetryAfter: 100_000 * time.Second}, -1, "the table: whether the statement was carried out is not known: ExecuteStatement: the server answered 503 Service Unavailable (Injected: Service Unavailable) and asks to wait 100000 s, longer than the 3 s that are waited"},
		{"busy, or passed on", "write 17", dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.HTTPStatus, Status: 503, RetryAfter: -1}, -1, "the table: whether the statement was carried out is not known: ExecuteStatement: the server answered 503 Service Unavailable (Injected: Service Unavailable)"},
		{"too many, or passed on", "write 17", dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.HTTPStatus, Status: 429, RetryAfter: -1}, -1, "the table: whether the statement was carried out is not known: ExecuteStatement: the server answered 429 Too Many Requests (Injected: Too Many Requests)"},
		{"session refused", "write 17", dbtest.Fault{Method: "OpenSession", Kind: dbtest.HTTPStatus, Status: 503, RetryAfter: -1, Times: -1}, -1, "the table: OpenSession: the server answered 503 Service Unavailable (Injected: Service Unavailable)"},
		{"refused as it runs", "write 17", dbtest.Fault{Method: "GetOperationStatus", Kind: dbtest.HTTPStatus, Status: 404}, -1, "the table: whether the statement was carried out is not known: GetOperationStatus: the server answered 404 Not Found (Injected: Not Found): is the HTTP path that of a warehouse there?"},
		{"without leave", "write 17", dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.HTTPStatus, Status: 403, Times: -1}, -1, "the table: ExecuteStatement: the server answered 403 Forbidden (Injected: Forbidden): is the token valid, and may its owner use this warehouse?"},
		{"no session", "write 17", dbtest.Fault{Method: "OpenSession", Kind: dbtest.HTTPStatus, Status: 500, Times: -1}, -1, "the table: OpenSession: the server answered 500 Internal Server Error (Injected: Internal Server Error)"},
		{"no answer", "write 17", dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.CutAnswer}, -1, "the table: whether the statement was carried out is not known: ExecuteStatement: EOF"},
		{"failing", "write 17", dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.HTTPStatus, Status: 500}, -1, "the table: whether the statement was carried out is not known: ExecuteStatement: the server answered 500 Internal Server Error (Injected: Internal Server Error)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var sent atomic.Int64
			w := newWarehouse(t, dbtest.Options{Observe: func(call dbtest.Call) {
				if call.Method == "ExecuteStatement" {
					sent.Add(1)
				}
			}})
			c := connect(t, w.config(t, "", w.patEnv()))
			if test.fault.Kind != "" {
				w.Inject(test.fault)
			}
			if test.fault.Method == "GetOperationStatus" {
				w.Inject(dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.Late})
			}
			rows, err := c.exec(t.Context(), "the table", test.statement)
			text := ""
			if err != nil {
				text = err.Error()
			}
			if rows != test.rows || text != test.err {
				t.Errorf("%d rows and error %q, want %d and %q", rows, text, test.rows, test.err)
			}
			if n := sent.Load(); n > 1 && !isRepeatable(test.statement) {
				t.Errorf("the statement was sent %d times", n)
			}
		})
	}
}
