package databricks

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// gateway stands between a client and the warehouse. Where the warehouse gives no
// answer to a method, and at one of its calls in any case, it answers that it is busy:
// what it was asked for was carried out.
type gateway struct {
	http.RoundTripper
	method string
	at     int64 // the call, counted from 1; 0: none
	calls  atomic.Int64
}

// behind puts a gateway before the warehouse of a client.
func behind(c *client, method string, at int64) {
	c.transport.base = &gateway{RoundTripper: c.transport.base, method: method, at: at}
}

func (g *gateway) RoundTrip(r *http.Request) (*http.Response, error) {
	const header = 60 // bytes that have the name of the method
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := g.RoundTripper.RoundTrip(r)
	if !bytes.Contains(body[:min(len(body), header)], []byte(g.method)) {
		return resp, err
	}
	if n := g.calls.Add(1); err == nil && n != g.at {
		return resp, nil
	}
	if resp != nil {
		_ = resp.Body.Close()
	}
	return &http.Response{
		StatusCode: http.StatusServiceUnavailable, ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Retry-After": {"0"}, "Content-Type": {"text/plain"}}, Body: io.NopCloser(strings.NewReader("upstream timeout")),
	}, nil
}

// The end of a result is not believed where an answer with rows may have been lost in
// a gateway that says that it is busy.
func TestEndLostInGateway(t *testing.T) {
	w := newWarehouse(t, inlinePages)
	c := connect(t, w.config(t, "", w.patEnv()))
	behind(c, "FetchResults", 0)
	w.Inject(dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.LostEnd, Quiet: true})
	const want = "FetchResults: a page had to be asked for twice, and has no rows, the last ones may be lost"
	if p, err := pullAll(t.Context(), c, "rows 20000"); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%d rows of 20000 and error %v, want %q", p.rows, err, want)
	}
	if w.Injected()[string(dbtest.LostEnd)] == 0 {
		t.Error("the fault did not hit")
	}
}

// A statement that writes is carried out twice only where that does no harm.
func TestWriteThroughGateway(t *testing.T) {
	const unknown = "the table: whether the statement was carried out is not known: "
	for _, test := range []struct {
		statement string
		fault     dbtest.Fault // of the second attempt
		executed  int64
		rows      int64
		err       string
	}{
		{"write 5", dbtest.Fault{}, 1, -1, unknown + "ExecuteStatement: the server answered 503 Service Unavailable (upstream timeout)"},
		{"INSERT OVERWRITE DIRECTORY 'd' USING parquet AS write 5", dbtest.Fault{}, 1, -1, unknown + "ExecuteStatement: the server answered 503 Service Unavailable (upstream timeout)"},
		{"CREATE OR REPLACE TABLE t AS write 5", dbtest.Fault{}, 2, 5, ""},
		{"CREATE OR REPLACE TABLE t AS write 5", dbtest.Fault{Kind: dbtest.StatementError, Message: "[X] no"}, 2, -1, unknown + "[X] no"},
		{"CREATE OR REPLACE TABLE t AS write 5", dbtest.Fault{Kind: dbtest.HTTPStatus, Status: 403}, 2, -1, unknown + "ExecuteStatement: the server answered 403 Forbidden (Injected: Forbidden): is the token valid, and may its owner use this warehouse?"},
	} {
		var executed atomic.Int64
		w := newWarehouse(t, dbtest.Options{Observe: func(call dbtest.Call) {
			if call.Method == "ExecuteStatement" {
				executed.Add(1)
			}
		}})
		c := connect(t, w.config(t, "", w.patEnv()))
		behind(c, "ExecuteStatement", 1)
		if test.fault.Kind != "" {
			test.fault.Method, test.fault.Nth = "ExecuteStatement", 2
			w.Inject(test.fault)
		}
		rows, err := c.exec(t.Context(), "the table", test.statement)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if rows != test.rows || text != test.err || executed.Load() != test.executed {
			t.Errorf("%s: %d rows and error %q, carried out %d times; want %d, %q and %d times", test.statement, rows, text, executed.Load(), test.rows, test.err, test.executed)
		}
	}
}

func TestIsRepeatable(t *testing.T) {
	for statement, want := range map[string]bool{
		"CREATE OR REPLACE TABLE `a` AS\nSELECT 1": true, " insert\toverwrite table a SELECT 1": true,
		"INSERT INTO a SELECT 1": false, "CREATE TABLE a AS SELECT 1": false, "CREATE OR REPLACE TABLES": false,
		"INSERT OVERWRITE DIRECTORY 'a' USING parquet SELECT 1": false, "SELECT 'CREATE OR REPLACE TABLE a'": false, "": false,
	} {
		if got := isRepeatable(statement); got != want {
			t.Errorf("%q: %v", statement, got)
		}
	}
}
