package databricks

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/source"
)

// faultRows are the rows of a pull that something goes wrong in.
const faultRows = 20_000

// options of the server for pulls that something goes wrong in.
var (
	inlinePages = dbtest.Options{PageBytes: 30_000}
	filePages   = dbtest.Options{CloudFetch: true, RowsPerLink: 2500, LinksPerPage: 2}
	slowStart   = dbtest.Options{PageBytes: 30_000, DirectWait: -1}
)

// Each fault ends in all rows or in the error that is expected of it, which comes
// soon, and leaves nothing open.
func TestFault(t *testing.T) {
	const always = -1
	for _, test := range []struct {
		name   string
		server dbtest.Options
		fault  dbtest.Fault
		err    string // of the end of the error; empty: all rows come
	}{
		{"refused", inlinePages, dbtest.Fault{Method: "OpenSession", Kind: dbtest.HTTPStatus, Status: 403, Times: always}, "OpenSession: the server answered 403 Forbidden"},
		{"unknown path", inlinePages, dbtest.Fault{Method: "OpenSession", Kind: dbtest.HTTPStatus, Status: 404, Times: always}, "OpenSession: the server answered 404 Not Found"},
		{"bad request", inlinePages, dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.HTTPStatus, Status: 400, Times: always}, "ExecuteStatement: the server answered 400 Bad Request"},
		{"busy", inlinePages, dbtest.Fault{Method: "FetchResults", Kind: dbtest.HTTPStatus, Status: 429, Times: 2}, ""},
		{"busy, or passed on", inlinePages, dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.HTTPStatus, Status: 503, RetryAfter: -1, Times: 2}, ""},
		{"busy for a second", inlinePages, dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.HTTPStatus, Status: 429, RetryAfter: time.Second}, ""},
		{"busy for a day", inlinePages, dbtest.Fault{Method: "FetchResults", Kind: dbtest.HTTPStatus, Status: 429, RetryAfter: 100_000 * time.Second, Times: always}, "rows received: FetchResults: the server answered 429 Too Many Requests (Injected: Too Many Requests) and asks to wait 100000 s, longer than the 3 s that are waited"},
		{"starting up", inlinePages, dbtest.Fault{Method: "OpenSession", Kind: dbtest.HTTPStatus, Status: 503, RetryAfter: 0, Times: 10}, ""},
		{"failing", inlinePages, dbtest.Fault{Method: "FetchResults", Kind: dbtest.HTTPStatus, Status: 500}, ""},
		{"failing for ever", inlinePages, dbtest.Fault{Method: "OpenSession", Kind: dbtest.HTTPStatus, Status: 500, Times: always}, "OpenSession: the server answered 500 Internal Server Error"},
		{"statement fails once", inlinePages, dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.HTTPStatus, Status: 500}, ""},

		{"cut", inlinePages, dbtest.Fault{Method: "FetchResults", Kind: dbtest.Cut}, ""},
		{"statement cut", inlinePages, dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.CutAnswer}, ""},
		{"stalled", inlinePages, dbtest.Fault{Method: "FetchResults", Kind: dbtest.Stall}, ""},
		{"stalled for ever", inlinePages, dbtest.Fault{Method: "OpenSession", Kind: dbtest.Stall, Times: always}, "OpenSession: no answer came in time"},
		{"page cut away", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.CutBody}, "any"},
		{"page stalls", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.StallBody}, "any"},

		{"session closed", inlinePages, dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.SessionClosed}, ""},
		{"session closed in a result", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.SessionClosed}, "any"},
		{"operation closed in a result", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.OperationClosed}, "any"},
		{"statement error", inlinePages, dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.StatementError, State: "42P01", Message: "[TABLE_OR_VIEW_NOT_FOUND] no x"}, "the table: [TABLE_OR_VIEW_NOT_FOUND] no x"},
		{"statement error later", slowStart, dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.StatementError, Message: "[DIVIDE_BY_ZERO] by 0"}, "the table: [DIVIDE_BY_ZERO] by 0"},
		{"page fails", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.ThriftError, Message: "out of luck"}, "FetchResults: the warehouse answered: out of luck"},
		{"page is an exception", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.ThriftException}, "any"},

		{"page lost", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.LostPage}, "any"},
		{"page repeated", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.RepeatedPage}, "any"},
		{"last page lost", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.LostEnd}, "FetchResults: a page begins at row 0 of the result, expected row "},
		{"last page lost, which offsets hide", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.LostEnd, Quiet: true}, "FetchResults: a page had to be asked for twice, and has no rows, the last ones may be lost"},
		{"last links lost", filePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.LostEnd, Quiet: true}, "FetchResults: a page had to be asked for twice, and has no rows, the last ones may be lost"},
		{"page without rows", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.EmptyPage}, ""},
		{"pages without end", inlinePages, dbtest.Fault{Method: "FetchResults", Kind: dbtest.EndlessPages, Times: always}, "FetchResults: 101 pages without rows came in a row, and more were announced"},
		{"corrupt", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.CorruptArrow}, "any"},
		{"corrupt at once", inlinePages, dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.CorruptArrow}, ""},
		{"rows", inlinePages, dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.PlainRows, Times: always}, "ExecuteStatement: the result comes as rows, not as Arrow, which a Databricks SQL warehouse sends"},
		{"columns", inlinePages, dbtest.Fault{Method: "FetchResults", Kind: dbtest.PlainColumns, Times: always}, "any"},
		{"no metadata", inlinePages, dbtest.Fault{Method: "FetchResults", Kind: dbtest.NoMetadata, Times: always}, "FetchResults: the answer has no metadata of the result"},
		{"no metadata at first", inlinePages, dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.NoMetadata, Times: always}, "ExecuteStatement: the answer has no metadata of the result"},
		{"rows declared that do not come", inlinePages, dbtest.Fault{Method: "FetchResults", Nth: 2, Kind: dbtest.LyingRowCount}, "any"},
		{"rows of a file declared that do not come", filePages, dbtest.Fault{Method: "FetchResults", Kind: dbtest.LyingRowCount, Times: always}, "any"},

		{"links expired", filePages, dbtest.Fault{Method: "FetchResults", Kind: dbtest.ExpiredLink, Times: always}, "a link to a file of it has expired before the file was read"},
		{"link to no rows", filePages, dbtest.Fault{Method: "FetchResults", Kind: dbtest.EmptyLink, Times: always}, ""},
		{"links to no rows", dbtest.Options{CloudFetch: true, RowsPerLink: 2500, LinksPerPage: 1}, dbtest.Fault{Method: "FetchResults", Kind: dbtest.EmptyLink, Times: 3}, ""},
		{"link gone", filePages, dbtest.Fault{Method: dbtest.MethodFile, Nth: 3, Kind: dbtest.LinkGone}, "any"},
		{"padding", filePages, dbtest.Fault{Method: dbtest.MethodFile, Kind: dbtest.PaddedFile, Times: always}, ""},
		{"file short", filePages, dbtest.Fault{Method: dbtest.MethodFile, Nth: 3, Kind: dbtest.ShortFile}, "the table: incomplete: "},
		{"file torn", filePages, dbtest.Fault{Method: dbtest.MethodFile, Nth: 3, Kind: dbtest.TornFile}, "any"},
		{"file corrupt", filePages, dbtest.Fault{Method: dbtest.MethodFile, Nth: 3, Kind: dbtest.CorruptArrow}, "any"},
		{"file cut", filePages, dbtest.Fault{Method: dbtest.MethodFile, Nth: 2, Kind: dbtest.CutBody}, ""},
		{"file stalls", filePages, dbtest.Fault{Method: dbtest.MethodFile, Nth: 2, Kind: dbtest.StallBody}, ""},
		{"file never comes", filePages, dbtest.Fault{Method: dbtest.MethodFile, Nth: 2, Kind: dbtest.Stall}, ""},
		{"storage slow", filePages, dbtest.Fault{Method: dbtest.MethodFile, Kind: dbtest.HTTPStatus, Status: 503, Times: 2}, ""},
		{"storage refuses", filePages, dbtest.Fault{Method: dbtest.MethodFile, Kind: dbtest.HTTPStatus, Status: 403, Times: always}, "file of the result: the server answered 403 Forbidden (Injected: Forbidden): the link to it may have expired"},
		{"stale name in files", filePages, dbtest.Fault{Kind: dbtest.StaleName, Times: always}, ""},
		{"stale name", inlinePages, dbtest.Fault{Kind: dbtest.StaleName, Times: always}, `ExecuteStatement: column 1 of the result is named "`},

		{"session not closed", inlinePages, dbtest.Fault{Method: "CloseSession", Kind: dbtest.HTTPStatus, Status: 500}, ""},
		{"operation not closed", inlinePages, dbtest.Fault{Method: "CloseOperation", Kind: dbtest.ThriftError, Times: always}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWarehouse(t, test.server)
			config := w.config(t, "", w.patEnv())
			if test.fault.Kind == dbtest.Stall || test.fault.Kind == dbtest.StallBody {
				patience := 400 * time.Millisecond
				if test.err == "" { // the attempt after it must not depend on how busy the machine is
					patience = 2 * time.Second
				}
				config.limits.start, config.limits.answer, config.limits.idle = patience, patience, patience
			}
			c := connect(t, config)
			w.Inject(test.fault)
			p, err := pullAll(t.Context(), c, fmt.Sprintf("rows %d", faultRows))
			if len(w.Injected()) == 0 {
				t.Error("the fault did not hit")
			}
			t.Logf("%d rows: %v", p.rows, err)
			switch {
			case (err == nil || errors.Is(err, p.wrong)) && (p.rows != faultRows || p.wrong != nil):
				t.Fatalf("%d rows came without an error, want %d: %v", p.rows, faultRows, p.wrong)
			case test.err == "" && p.schema.Field(0).Name != "n":
				t.Fatalf("the first column is %s", p.schema.Field(0).Name)
			case test.err == "" && err != nil:
				t.Fatalf("error %v, want all rows", err)
			case test.err != "" && test.err != "any" && (err == nil || !strings.Contains(err.Error(), test.err)):
				t.Fatalf("error %v, want one with %s", err, test.err)
			}
			var incomplete *source.IncompleteError
			if errors.As(err, &incomplete) && (incomplete.Received != p.rows || incomplete.Table != "the table") {
				t.Errorf("the error counts %d rows of %s, %d came", incomplete.Received, incomplete.Table, p.rows)
			}
			if err != nil && !errors.As(err, &incomplete) && p.rows > 0 {
				t.Errorf("%d rows came before the error %v, which is no IncompleteError", p.rows, err)
			}
		})
	}
}
