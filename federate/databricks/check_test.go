package databricks

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// answerOf is the answer to a call, as a warehouse writes it.
func answerOf(t *testing.T, name string, kind thrift.Type, body thrift.Fields) []byte {
	t.Helper()
	message, err := thrift.Encode(name, kind, 1, body)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := message.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What the driver would take for an end, or panic at, is an error.
func TestCheck(t *testing.T) {
	type fields = thrift.Fields
	schema := schemaMessage(t, arrow.Field{Name: "n", Type: arrow.PrimitiveTypes.Int64})
	ok := thrift.Field{Number: thrift.ResponseStatus, Value: fields{{Number: thrift.StatusCode, Value: thrift.StatusSuccess}}}
	named := func(name string) fields {
		return fields{{Number: thrift.SchemaColumns, Value: thrift.List{fields{{Number: thrift.ColumnName, Value: name}}}}}
	}
	metadata := func(more ...thrift.Field) thrift.Field {
		return thrift.Field{Number: thrift.FetchedMetadata, Value: append(fields{
			{Number: thrift.MetadataFormat, Value: thrift.FormatArrow}, {Number: thrift.MetadataArrowSchema, Value: schema},
		}, more...)}
	}
	batch := fields{{Number: thrift.BatchData, Value: "x"}, {Number: thrift.BatchCount, Value: int64(3)}}
	link := fields{{Number: thrift.LinkURL, Value: "https://h/x"}, {Number: thrift.LinkOffset, Value: int64(0)}, {Number: thrift.LinkCount, Value: int64(3)}}
	rows := func(offset int64, more ...thrift.Field) thrift.Field {
		return thrift.Field{Number: thrift.FetchedRows, Value: append(fields{{Number: thrift.RowsOffset, Value: offset}}, more...)}
	}
	batches := thrift.Field{Number: thrift.RowsBatches, Value: thrift.List{batch}}
	links := thrift.Field{Number: thrift.RowsLinks, Value: thrift.List{link}}
	last := thrift.Field{Number: thrift.FetchedMore, Value: false}
	handle := thrift.Field{Number: thrift.ExecutedHandle, Value: fields{{Number: thrift.Handle, Value: fields{{Number: thrift.HandleGUID, Value: strings.Repeat("x", handleSize)}}}}}
	state := func(code int32) thrift.Field { return thrift.Field{Number: thrift.OperationState, Value: code} }
	const fetch = thrift.MethodFetch
	for _, test := range []struct {
		name, method string
		answer       fields
		err          string
		again        bool // an answer to the call may have been lost before
	}{
		{"a page", fetch, fields{ok, last, rows(0, batches), metadata()}, "", false},
		{"a page of links", fetch, fields{ok, last, rows(0, links), metadata()}, "", false},
		{"a page without rows", fetch, fields{ok, last, rows(0), metadata()}, "", false},
		{"a page without rows, elsewhere", fetch, fields{ok, last, rows(7), metadata()}, "FetchResults: a page begins at row 7 of the result, expected row 0", false},
		{"a page, asked for twice", fetch, fields{ok, last, rows(0, batches), metadata()}, "", true},
		{"an end, asked for twice", fetch, fields{ok, last, rows(0), metadata()}, "FetchResults: a page had to be asked for twice, and has no rows, the last ones may be lost", true},
		{"a page without rows, asked for twice", fetch, fields{ok, {Number: thrift.FetchedMore, Value: true}, rows(0), metadata()}, "", true},
		{"a page with names", fetch, fields{ok, last, rows(0, batches), metadata(thrift.Field{Number: thrift.MetadataSchema, Value: named("n")})}, "", false},
		{"other names", fetch, fields{ok, last, rows(0), metadata(thrift.Field{Number: thrift.MetadataSchema, Value: named("m")})}, `FetchResults: column 1 of the result is named "n" and "m"`, false},
		{"other columns", fetch, fields{ok, last, rows(0), metadata(thrift.Field{Number: thrift.MetadataSchema, Value: fields{}})}, "FetchResults: the result has 1 columns and 0", false},
		{"compressed", fetch, fields{ok, last, rows(0), metadata(thrift.Field{Number: thrift.MetadataLZ4, Value: true})}, "FetchResults: the result is compressed, which was not asked for", false},
		{"staging", fetch, fields{ok, last, rows(0), metadata(thrift.Field{Number: thrift.MetadataStaging, Value: true})}, "FetchResults: the statement moves files, which is not done here", false},
		{"no status", fetch, fields{last, rows(0), metadata()}, "FetchResults: the answer has no status", false},
		{"still running", fetch, fields{{Number: thrift.ResponseStatus, Value: fields{{Number: thrift.StatusCode, Value: int32(2)}}}}, "FetchResults: the answer has status 2 (), expected success", false},
		{"unknown handle", fetch, fields{{Number: thrift.ResponseStatus, Value: fields{{Number: thrift.StatusCode, Value: thrift.StatusInvalidHandle}}}}, "FetchResults: the warehouse does not know the session or the statement any more", false},
		{"no metadata", fetch, fields{ok, last, rows(0)}, "FetchResults: the answer has no metadata of the result", false},
		{"no form", fetch, fields{ok, last, rows(0), {Number: thrift.FetchedMetadata, Value: fields{{Number: thrift.MetadataArrowSchema, Value: schema}}}}, "FetchResults: the answer does not say what form the result has", false},
		{"no schema", fetch, fields{ok, last, rows(0), {Number: thrift.FetchedMetadata, Value: fields{{Number: thrift.MetadataFormat, Value: thrift.FormatLinks}}}}, "FetchResults: the answer has no schema of the result", false},
		{"no rows", fetch, fields{ok, last, metadata()}, "FetchResults: the answer has no rows, not even none", false},
		{"no end", fetch, fields{ok, rows(0), metadata()}, "FetchResults: the answer does not say whether there are more rows", false},
		{"plain rows", fetch, fields{ok, last, rows(0, thrift.Field{Number: thrift.RowsRows, Value: thrift.List{fields{}}}), metadata()}, "FetchResults: the result comes as rows, not as Arrow, which a Databricks SQL warehouse sends", false},
		{"a gap", fetch, fields{ok, last, rows(7, batches), metadata()}, "FetchResults: a page begins at row 7 of the result, expected row 0", false},
		{"a batch without bytes", fetch, fields{ok, last, rows(0, thrift.Field{Number: thrift.RowsBatches, Value: thrift.List{fields{{Number: thrift.BatchCount, Value: int64(2)}}}}), metadata()}, "FetchResults: a batch declares 2 rows in 0 bytes", false},
		{"both", fetch, fields{ok, last, rows(0, batches, links), metadata()}, "FetchResults: a page has batches and links to files", false},
		{"a link without rows", fetch, fields{ok, last, rows(0, thrift.Field{Number: thrift.RowsLinks, Value: thrift.List{fields{}}}), metadata()}, "", false},
		{"a link without rows, elsewhere", fetch, fields{ok, last, rows(0, thrift.Field{Number: thrift.RowsLinks, Value: thrift.List{fields{{Number: thrift.LinkOffset, Value: int64(3)}}}}), metadata()}, "FetchResults: a file declares 0 rows from row 3 of the result, expected some from row 0", false},
		{"a link to less than none", fetch, fields{ok, last, rows(0, thrift.Field{Number: thrift.RowsLinks, Value: thrift.List{fields{{Number: thrift.LinkCount, Value: int64(-1)}}}}), metadata()}, "FetchResults: a file declares -1 rows from row 0 of the result, expected some from row 0", false},

		{"a session", thrift.MethodOpenSession, fields{ok, {Number: thrift.OpenedProtocol, Value: thrift.ProtocolV8}, {Number: thrift.OpenedHandle, Value: handle.Value}}, "", false},
		{"a session of Hive", thrift.MethodOpenSession, fields{ok, {Number: thrift.OpenedProtocol, Value: int32(9)}, {Number: thrift.OpenedHandle, Value: handle.Value}}, "OpenSession: the server speaks version 9 of the protocol, expected 42245 or later, which a Databricks SQL warehouse does", false},
		{"no session", thrift.MethodOpenSession, fields{ok, {Number: thrift.OpenedProtocol, Value: thrift.ProtocolV8}}, "OpenSession: the answer has no handle", false},
		{"a statement", thrift.MethodExecute, fields{ok, handle}, "", false},
		{"no statement", thrift.MethodExecute, fields{ok}, "ExecuteStatement: the answer has no handle", false},
		{"closed too early", thrift.MethodExecute, fields{ok, handle, {Number: thrift.ExecutedDirect, Value: fields{
			{Number: thrift.DirectMetadata, Value: metadata().Value}, {Number: thrift.DirectClosed, Value: fields{}},
			{Number: thrift.DirectResults, Value: fields{ok, rows(0, batches), {Number: thrift.FetchedMore, Value: true}}},
		}}}, "ExecuteStatement: the warehouse has closed the statement, and says that there are more rows", false},
		{"running", thrift.MethodStatus, fields{ok, state(thrift.StateRunning)}, "", false},
		{"no state", thrift.MethodStatus, fields{ok}, "GetOperationStatus: the answer has no state of the statement", false},
		{"failed", thrift.MethodStatus, fields{ok, state(thrift.StateError)}, "the warehouse refused the statement without a word", false},
		{"failed with words", thrift.MethodStatus, fields{ok, state(thrift.StateError), {Number: thrift.OperationMessage, Value: "[X_Y] no"}}, "[X_Y] no", false},
		{"cancelled", thrift.MethodStatus, fields{ok, state(thrift.StateCanceled)}, "GetOperationStatus: the statement was cancelled at the warehouse", false},
		{"took too long", thrift.MethodStatus, fields{ok, state(thrift.StateTimedOut), {Number: thrift.OperationMessage, Value: "60 s"}}, "the statement took longer than the warehouse allows: 60 s", false},
	} {
		g := newGuard(t.Context(), &transport{redact: &Redactor{}}, true)
		err := g.check(test.method, answerOf(t, test.method, thrift.Reply, fields{{Number: thrift.Result, Value: test.answer}}), test.again)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if text != test.err {
			t.Errorf("%s: error %q, want %q", test.name, text, test.err)
		}
	}
	g := newGuard(t.Context(), &transport{redact: &Redactor{}}, true)
	for _, test := range []struct {
		body []byte
		err  string
	}{
		{[]byte("<html>"), "FetchResults: the answer is not of the warehouse's protocol: thrift: at byte 0: version is 0x3c68746d, expected 0x80010000 and a type"},
		{answerOf(t, "Other", thrift.Reply, fields{{Number: thrift.Result, Value: fields{ok}}}), "FetchResults: the answer is one to another call"},
		{answerOf(t, fetch, thrift.Reply, fields{}), "FetchResults: the answer is one to another call"},
		{answerOf(t, fetch, thrift.Exception, fields{{Number: thrift.ExceptionMessage, Value: "no"}}), "FetchResults: the warehouse answered: no"},
	} {
		if err := g.check(fetch, test.body, false); err == nil || err.Error() != test.err {
			t.Errorf("error %v, want %s", err, test.err)
		}
	}
}

// Files are followed to where they are, but not to plain HTTP.
func TestFileElsewhere(t *testing.T) {
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("x")) }))
	defer there.Close()
	here := httptest.NewServer(http.RedirectHandler(there.URL+"/file", http.StatusTemporaryRedirect))
	defer here.Close()
	carrier := newTestTransport(t, here, "")
	resp, err := (&http.Client{Transport: carrier}).Get(here.URL + "/file")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("answer %v, error %v", resp, err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	carrier.origin = "https://elsewhere.example:443"
	_, err = carrier.RoundTrip(httptest.NewRequestWithContext(t.Context(), http.MethodGet, here.URL+"/file", nil))
	if want := "file of the result: the link to it is one of plain HTTP"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
