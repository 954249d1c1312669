package databricks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// guard carries the requests of one statement, whose session is its own. It reads
// each answer before the driver does, because the driver takes the end of a result
// for granted where fetching a page of it failed, and panics where an answer lacks
// what it expects. After the first answer that is not as it must be every request
// fails, but for those that end the statement and the session. It ends requests
// with the call, which the driver does not. It is safe for concurrent use.
type guard struct {
	transport *transport
	call      context.Context
	rows      bool // the statement is one that gives rows
	twice     bool // being carried out twice, it does no more than once

	mu         sync.Mutex
	failure    error    // the first
	sent       bool     // the statement was sent
	unheard    bool     // it may have been carried out without that its answer was heard
	unended    bool     // the warehouse has not said that it ended what it was told to end
	schema     []byte   // of the result: an Arrow IPC message; nil until it is known
	carrier    *carrier // of that schema
	declared   int64    // rows, by what has come of the result
	bounds     []int64  // rows of the result up to the end of each page, or of each file, that has not been read to its end yet
	emptyLinks []string // to files without rows
	emptyFile  []byte   // what stands in such a file; nil until there is one
	finished   bool     // the last page said that it is the last
	empty      int      // pages in a row without rows
	doubtful   bool     // rows may have been in an answer that was lost, and none have come since
	modified   int64    // rows that the statement wrote; -1: the warehouse has not said
}

// reach is told how many rows of the result have been read. The end of each page and
// of each file must be among these numbers: else it lacks rows, or has too many.
func (g *guard) reach(rows int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.bounds) > 0 && g.bounds[0] <= rows {
		if g.bounds[0] < rows {
			return &AnswerError{Call: callResult, Reason: fmt.Sprintf("what should end after row %d of it has other than the declared rows", g.bounds[0])}
		}
		g.bounds = g.bounds[1:]
	}
	return nil
}

// maxEmptyPages is how many pages without rows may come in a row.
const maxEmptyPages = 100

// newGuard returns the guard of a statement that ends with call. rows tells whether
// it is one that gives rows; what another one gives is not looked at.
func newGuard(call context.Context, t *transport, rows bool) *guard {
	return &guard{transport: t, call: call, rows: rows, twice: rows, modified: -1}
}

// RoundTrip carries out a request.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.WithContext(context.WithValue(req.Context(), callKey{}, g.call))
	if file := g.empties(req); file != nil {
		return answered(req, file), nil
	}
	if req.Header.Get("Content-Type") != thriftContent {
		resp, err := g.transport.RoundTrip(req)
		return resp, g.fail(err)
	}
	call, err := readRequest(req)
	if err != nil {
		return nil, g.fail(err)
	}
	if ending(call.method) {
		return g.end(call)
	}
	if err := g.begin(call.method); err != nil {
		return nil, err
	}
	call.twice = g.twice
	body, unheard, err := g.transport.carry(call)
	g.note(call.method, unheard)
	if err == nil {
		err = g.check(call.method, body, unheard)
	}
	if err != nil {
		return nil, g.fail(err)
	}
	if err := req.Context().Err(); err != nil {
		return nil, err // the driver's client prints a line where it has an answer, too
	}
	if g.call.Err() != nil && call.method != thrift.MethodOpenSession { // whose session is to be closed
		return nil, g.fail(context.Cause(g.call))
	}
	return answered(req, body), nil
}

// end carries out a call that ends something. What becomes of it says nothing of the
// result.
func (g *guard) end(call *request) (*http.Response, error) {
	body, _, err := g.transport.carry(call)
	if err != nil || g.check(call.method, body, false) != nil {
		g.mu.Lock()
		g.unended = true
		g.mu.Unlock()
	}
	if err == nil && call.method == thrift.MethodCloseSession {
		err = errEnded
	}
	if err != nil {
		return nil, err
	}
	return answered(call.Request, body), nil
}

// note notes what is known of a call that was sent.
func (g *guard) note(method string, unheard bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unheard = g.unheard || unheard && method == thrift.MethodExecute
}

// empties returns what stands in the file of a result that a request is for, where
// its link says that it has no rows; else nil. The driver takes a file without any
// batch for the end of the result, and one with more rows than that at its word.
func (g *guard) empties(req *http.Request) []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	if req.Method == http.MethodGet && slices.Contains(g.emptyLinks, req.URL.String()) {
		return g.emptyFile
	}
	return nil
}

// errEnded is in place of the answer to the call that ends a session. The driver's
// client lets its timer of an answer run, for minutes, until the body is closed, and
// the driver closes a body with its next call. After this one there is none.
var errEnded = errors.New("the session is closed")

// begin notes that a call is sent; the error is that of an earlier one.
func (g *guard) begin(method string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if method == thrift.MethodExecute && g.failure == nil {
		g.sent = true
	}
	return g.failure
}

// fail keeps the first failure, and returns err. A request that was given up is none:
// the driver does that with files that it does not need any more.
func (g *guard) fail(err error) error {
	if err == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failure == nil && !errors.Is(err, context.Canceled) {
		g.failure = err
	}
	return err
}

// result is what is known of a statement's result.
type result struct {
	failure  error
	sent     bool
	carrier  *carrier // nil: the schema is not known
	declared int64
	finished bool
	modified int64
	unheard  bool
	unended  bool
}

// result returns what is known by now.
func (g *guard) result() result {
	g.mu.Lock()
	defer g.mu.Unlock()
	return result{g.failure, g.sent, g.carrier, g.declared, g.finished, g.modified, g.unheard, g.unended}
}
