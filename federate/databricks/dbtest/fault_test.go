package dbtest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// TestFaultsOfPages fetches 3,000 rows in pages of 1,000, the second of them with
// a fault.
func TestFaultsOfPages(t *testing.T) {
	whole := []got{
		{Offset: 0, Rows: 1000, More: true, First: 0, Came: 1000, Name: "id"},
		{Offset: 1000, Rows: 1000, More: true, First: 1000, Came: 1000, Name: "id"},
		{Offset: 2000, Rows: 1000, More: false, First: 2000, Came: 1000, Name: "id"},
	}
	with := func(change func(g []got) []got) []got {
		return change(append([]got(nil), whole...))
	}
	second := func(change func(g *got)) []got {
		return with(func(g []got) []got { change(&g[1]); return g })
	}
	for _, c := range []struct {
		fault  dbtest.Fault
		inline []got // as by default
		links  []got // nil: as inline
	}{
		{dbtest.Fault{Kind: dbtest.LostPage}, with(func(g []got) []got { return append(g[:1], g[2]) }), nil},
		{dbtest.Fault{Kind: dbtest.LostPage, Quiet: true}, with(func(g []got) []got {
			g[2].Offset = 1000
			return append(g[:1], g[2])
		}), nil},
		{dbtest.Fault{Kind: dbtest.RepeatedPage}, with(func(g []got) []got { return []got{g[0], g[1], g[1], g[2]} }), nil},
		{dbtest.Fault{Kind: dbtest.RepeatedPage, Quiet: true}, with(func(g []got) []got {
			last, again := g[2], g[1]
			again.Offset, last.Offset = 2000, 3000
			return []got{g[0], g[1], again, last}
		}), nil},
		{dbtest.Fault{Kind: dbtest.EmptyPage}, with(func(g []got) []got {
			return []got{g[0], {Offset: 1000, More: true, First: -1}, g[1], g[2]}
		}), nil},
		{dbtest.Fault{Kind: dbtest.EarlyEnd}, second(func(g *got) { g.More = false })[:2], nil},
		{dbtest.Fault{Kind: dbtest.CorruptArrow}, second(func(g *got) { g.Bad, g.Came, g.First = true, 0, -1 }), nil},
		{dbtest.Fault{Kind: dbtest.StaleName}, second(func(g *got) { g.Name = "id_stale" }), nil},
		{dbtest.Fault{Kind: dbtest.LyingRowCount}, second(func(g *got) { g.Rows++ }), nil},
		{dbtest.Fault{Kind: dbtest.NoMetadata}, second(func(g *got) { g.Bad, g.Came, g.First, g.Name = true, 0, -1, "" }), whole},
		{dbtest.Fault{Kind: dbtest.PlainRows}, second(func(g *got) { g.Rows, g.Came, g.First, g.Name = 0, 0, -1, "" }), nil},
		{dbtest.Fault{Kind: dbtest.PlainColumns}, second(func(g *got) { g.Rows, g.Came, g.First, g.Name = 0, 0, -1, "" }), nil},
		{dbtest.Fault{Method: dbtest.MethodFile, Kind: dbtest.ShortFile}, whole, second(func(g *got) { g.Came, g.First = 0, -1 })},
		{dbtest.Fault{Method: dbtest.MethodFile, Kind: dbtest.PaddedFile}, whole, second(func(g *got) { g.Came = 2000 })},
		{dbtest.Fault{Method: dbtest.MethodFile, Kind: dbtest.TornFile}, whole, second(func(g *got) { g.Bad, g.Came, g.First = true, 0, -1 })},
		{dbtest.Fault{Method: dbtest.MethodFile, Kind: dbtest.CorruptArrow}, whole, second(func(g *got) { g.Bad, g.Came, g.First = true, 0, -1 })},
	} {
		for _, links := range []bool{false, true} {
			name, want := string(c.fault.Kind)+", inline", c.inline
			if links {
				name = string(c.fault.Kind) + ", links"
				if c.links != nil {
					want = c.links
				}
			}
			if c.fault.Quiet {
				name += ", quiet"
			}
			t.Run(name, func(t *testing.T) {
				w := start(t, dbtest.Options{CloudFetch: links, RowsPerLink: 1000, LinksPerPage: 1})
				client := w.raw(t)
				_, operation := client.start("rows 3000")
				fault := c.fault
				fault.Nth = 2
				if fault.Method == "" {
					fault.Method = thrift.MethodFetch
				}
				w.Inject(fault)
				var pages []got
				for more := true; more && len(pages) < 10; {
					page, err := client.page(operation, 1000)
					if err != nil {
						t.Fatal(err)
					}
					pages = append(pages, *page)
					more = page.More
				}
				if diff := cmp.Diff(want, pages); diff != "" {
					t.Error(diff)
				}
				injected := map[string]int{string(c.fault.Kind): 1}
				if fault.Method == dbtest.MethodFile && !links {
					injected = map[string]int{}
				}
				if diff := cmp.Diff(injected, w.Injected()); diff != "" {
					t.Errorf("counted: %s", diff)
				}
			})
		}
	}
}

func TestEndlessPages(t *testing.T) {
	w := start(t, dbtest.Options{})
	client := w.raw(t)
	_, operation := client.start("rows 10")
	w.Inject(dbtest.Fault{Method: thrift.MethodFetch, Kind: dbtest.EndlessPages, Times: -1})
	for i := range 5 {
		page, err := client.page(operation, 10)
		if err != nil || !page.More {
			t.Fatalf("page %d: %+v (%v), want more", i, page, err)
		}
	}
}

func TestExpiredLinks(t *testing.T) {
	w := start(t, dbtest.Options{CloudFetch: true, RowsPerLink: 10})
	client := w.raw(t)
	_, operation := client.start("rows 10")
	w.Inject(dbtest.Fault{Method: thrift.MethodFetch, Kind: dbtest.ExpiredLink})
	answer, err := client.fetch(operation, 10)
	if err != nil {
		t.Fatal(err)
	}
	link := answer.Struct(thrift.FetchedRows).List(thrift.RowsLinks)[0].(thrift.Struct)
	if until := time.Unix(link.Int(thrift.LinkExpires), 0); until.After(time.Now()) {
		t.Errorf("the link says %v, which is not over", until)
	}
	_, err = download(t, link.Text(thrift.LinkURL), "")
	wantStatus(t, err, http.StatusForbidden)
}

func wantStatus(t *testing.T, err error, status int) {
	t.Helper()
	if e := (*httpError)(nil); !errors.As(err, &e) || e.status != status {
		t.Errorf("%v, want status %d", err, status)
	}
}

// TestFaultsOfCalls hits each method with each fault that keeps it from being
// answered.
func TestFaultsOfCalls(t *testing.T) {
	timeout := func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }
	cut := func(err error) bool {
		return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
	}
	status := func(want int, retryAfter string) func(error) bool {
		return func(err error) bool {
			e := (*httpError)(nil)
			return errors.As(err, &e) && e.status == want && e.header.Get("Retry-After") == retryAfter
		}
	}
	says := func(text string) func(error) bool {
		return func(err error) bool { return err != nil && strings.Contains(err.Error(), text) }
	}
	for _, c := range []struct {
		fault dbtest.Fault
		want  func(error) bool
	}{
		{dbtest.Fault{Kind: dbtest.HTTPStatus}, status(500, "")},
		{dbtest.Fault{Kind: dbtest.HTTPStatus, Status: 400}, status(400, "")},
		{dbtest.Fault{Kind: dbtest.HTTPStatus, Status: 429}, status(429, "0")},
		{dbtest.Fault{Kind: dbtest.HTTPStatus, Status: 429, RetryAfter: 2 * time.Second}, status(429, "2")},
		{dbtest.Fault{Kind: dbtest.HTTPStatus, Status: 503, RetryAfter: 100_000 * time.Second}, status(503, "100000")},
		{dbtest.Fault{Kind: dbtest.HTTPStatus, Status: 503, RetryAfter: -1}, status(503, "")},
		{dbtest.Fault{Kind: dbtest.Cut}, cut},
		{dbtest.Fault{Kind: dbtest.CutAnswer}, cut},
		{dbtest.Fault{Kind: dbtest.CutBody}, cut},
		{dbtest.Fault{Kind: dbtest.Stall}, timeout},
		{dbtest.Fault{Kind: dbtest.StallBody}, timeout},
		{dbtest.Fault{Kind: dbtest.ThriftError, Message: "no luck"}, says("no luck")},
		{dbtest.Fault{Kind: dbtest.ThriftException, Message: "no luck"}, says("no luck")},
		{dbtest.Fault{Kind: dbtest.TokenExpired}, status(403, "")},
	} {
		t.Run(string(c.fault.Kind), func(t *testing.T) {
			for _, method := range []string{
				thrift.MethodOpenSession, thrift.MethodCloseSession, thrift.MethodExecute, thrift.MethodStatus,
				thrift.MethodMetadata, thrift.MethodFetch, thrift.MethodCancel, thrift.MethodCloseOperation,
			} {
				callWithFault(t, method, c.fault, c.want)
			}
		})
	}
}

// callWithFault makes one call with a fault, on a server of its own, and closes
// the session.
func callWithFault(t *testing.T, method string, fault dbtest.Fault, want func(error) bool) {
	t.Helper()
	const second = "dapi-second"
	w := start(t, dbtest.Options{Tokens: []string{second}})
	client := w.raw(t)
	session, operation := client.start("rows 10")
	fault.Method = method
	w.Inject(fault)
	patience := 10 * time.Second
	if fault.Kind == dbtest.Stall || fault.Kind == dbtest.StallBody {
		patience = 50 * time.Millisecond
	}
	if err := client.one(patience, method, session, operation); !want(err) {
		t.Errorf("%s: %v is not what was wanted", method, err)
	}
	if n := w.Injected(); len(n) != 1 {
		t.Errorf("%s: counted %v, want one fault", method, n)
	}
	client.token = second                                         // the first may have expired
	_, _ = client.call(thrift.MethodCloseSession, about(session)) // it may be closed
	if method == thrift.MethodOpenSession {                       // one that the client does not know may be open
		_ = w.Close()
	}
}

// one makes a call and gives it so much time.
func (c *rawClient) one(patience time.Duration, method string, session, operation thrift.Fields) error {
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	args := about(operation)
	switch method {
	case thrift.MethodOpenSession:
		args = nil
	case thrift.MethodCloseSession:
		args = about(session)
	case thrift.MethodExecute:
		args = append(about(session), thrift.Field{Number: thrift.ExecuteStatement, Value: "rows 10"})
	}
	_, err := c.callWithin(ctx, method, args)
	return err
}
