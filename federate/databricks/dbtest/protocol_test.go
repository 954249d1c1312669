package dbtest_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pierrec/lz4/v4"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

func TestRefusesTokens(t *testing.T) {
	w := start(t, dbtest.Options{Faults: []dbtest.Fault{{Method: thrift.MethodOpenSession, Nth: 2, Kind: dbtest.TokenExpired}}})
	client := w.raw(t)
	for token, status := range map[string]int{"": http.StatusUnauthorized, "wrong": http.StatusForbidden} {
		client.token = token
		_, err := client.call(thrift.MethodOpenSession, nil)
		wantStatus(t, err, status)
	}
	client.token = token
	session := client.open(nil)
	if _, err := client.call(thrift.MethodCloseSession, about(session)); err != nil {
		t.Error(err)
	}
	for range 2 { // expired in the second call, and ever after
		_, err := client.call(thrift.MethodOpenSession, nil)
		wantStatus(t, err, http.StatusForbidden)
	}
}

// form posts a form and returns status and answer.
func (w *warehouse) form(t *testing.T, path string, form url.Values) (int, map[string]any) {
	t.Helper()
	answer, err := http.PostForm(w.http.URL+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var values map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&values); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, values
}

func TestOAuth(t *testing.T) {
	w := start(t, dbtest.Options{Clients: map[string]string{"me": "secret"}, TokenTTL: time.Minute})
	for path, key := range map[string]string{
		"/.well-known/databricks-config":               "oidc_endpoint",
		"/oidc/.well-known/openid-configuration":       "token_endpoint",
		"/oidc/.well-known/oauth-authorization-server": "token_endpoint",
	} {
		answer, err := http.Get(w.http.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		var values map[string]any
		err = json.NewDecoder(answer.Body).Decode(&values)
		_ = answer.Body.Close()
		if text, ok := values[key].(string); err != nil || !ok || !strings.HasPrefix(text, w.http.URL+"/oidc") {
			t.Errorf("%s: %v (%v), want %s of this server", path, values, err, key)
		}
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"all-apis"}, "client_id": {"me"}, "client_secret": {"wrong"}}
	if status, values := w.form(t, "/oidc/v1/token", form); status != http.StatusUnauthorized || values["error"] != "invalid_client" {
		t.Errorf("a wrong secret: %d %v", status, values)
	}
	if status, values := w.form(t, "/oidc/v1/token", url.Values{"grant_type": {"password"}}); status != http.StatusBadRequest || values["error"] != "unsupported_grant_type" {
		t.Errorf("a wrong grant: %d %v", status, values)
	}
	form.Set("client_secret", "secret")
	for _, path := range []string{"/oidc/v1/token", "/oidc/oauth2/v2.0/token"} {
		status, values := w.form(t, path, form)
		if status != http.StatusOK || values["expires_in"] != 60.0 || values["token_type"] != "Bearer" {
			t.Fatalf("%s: %d %v", path, status, values)
		}
		client := w.raw(t)
		client.token = values["access_token"].(string)
		session := client.open(nil)
		if _, err := client.call(thrift.MethodCloseSession, about(session)); err != nil {
			t.Error(err)
		}
		w.Expire()
		_, err := client.call(thrift.MethodOpenSession, nil)
		wantStatus(t, err, http.StatusUnauthorized)
	}
}

func TestUnknownHandles(t *testing.T) {
	w := start(t, dbtest.Options{})
	client := w.raw(t)
	nobody := thrift.Fields{{Number: thrift.Handle, Value: thrift.Fields{
		{Number: thrift.HandleGUID, Value: []byte("0123456789abcdef")}, {Number: thrift.HandleSecret, Value: []byte("x")},
	}}}
	const session = "Invalid SessionHandle: SessionHandle [30313233343536373839616263646566]"
	const operation = "Invalid OperationHandle: OperationHandle [opType=EXECUTE_STATEMENT, getHandleIdentifier()=30313233343536373839616263646566]"
	for method, want := range map[string]string{
		thrift.MethodCloseSession: session, thrift.MethodExecute: session, thrift.MethodStatus: operation, thrift.MethodMetadata: operation,
		thrift.MethodFetch: operation, thrift.MethodCancel: operation, thrift.MethodCloseOperation: operation, "GetTables": "unknown method GetTables",
	} {
		if _, err := client.call(method, about(nobody)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", method, err, want)
		}
	}
}

func TestServerCloses(t *testing.T) {
	for _, c := range []struct {
		fault dbtest.Fault
		want  string
	}{
		{dbtest.Fault{Kind: dbtest.SessionClosed}, "Invalid OperationHandle"},
		{dbtest.Fault{Kind: dbtest.SessionClosed, Status: http.StatusNotFound}, "Not Found"},
		{dbtest.Fault{Kind: dbtest.OperationClosed}, "Invalid OperationHandle"},
		{dbtest.Fault{Kind: dbtest.VersionGone}, "[DELTA_FILE_NOT_FOUND_DETAILED]"},
	} {
		w := start(t, dbtest.Options{})
		client := w.raw(t)
		_, operation := client.start("rows 3000")
		c.fault.Method = thrift.MethodFetch
		w.Inject(c.fault)
		if _, err := client.fetch(operation, 10); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.fault.Kind, err, c.want)
		}
	}
}

func TestIdleSessionsEnd(t *testing.T) {
	w := start(t, dbtest.Options{SessionIdle: time.Millisecond})
	client := w.raw(t)
	session := client.open(nil)
	time.Sleep(5 * time.Millisecond)
	if _, err := client.execute(session, "rows 1", 1); err == nil || !strings.Contains(err.Error(), "Invalid SessionHandle") {
		t.Errorf("%v, want the session to be unknown", err)
	}
}

func TestSessions(t *testing.T) {
	w := start(t, dbtest.Options{})
	db := w.connect(t, "catalog=c&schema=s&timezone=UTC&STATEMENT_TIMEOUT=60")
	if err := db.PingContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	want := map[string]string{"catalog": "c", "schema": "s", "timezone": "UTC", "STATEMENT_TIMEOUT": "60"}
	if diff := cmp.Diff(want, *w.engine.params.Load()); diff != "" {
		t.Error(diff)
	}
	_, err := pull(t, w.connect(t, "catalog=nowhere"), "rows 1")
	if err == nil || !strings.Contains(err.Error(), "[NO_SUCH_CATALOG_EXCEPTION]") {
		t.Errorf("%v, want that there is no such catalog", err)
	}
}

func TestStatementErrors(t *testing.T) {
	w := start(t, dbtest.Options{Faults: []dbtest.Fault{
		{Method: thrift.MethodExecute, Nth: 4, Kind: dbtest.StatementError, State: "22012", Message: "[DIVIDE_BY_ZERO] no"},
		{Method: thrift.MethodExecute, Nth: 5, Kind: dbtest.VersionGone},
	}})
	for _, c := range []struct{ statement, want string }{
		{"selekt", "[PARSE_SYNTAX_ERROR] Syntax error at or near 'selekt'. SQLSTATE: 42601"},
		{"unsigned", `[INTERNAL_ERROR] column "u": a warehouse sends no Arrow type uint8 SQLSTATE: XX000`},
		{"fail after 0", "[INTERNAL_ERROR] the disk is gone SQLSTATE: XX000"},
		{"rows 1", "[DIVIDE_BY_ZERO] no"},
		{"rows 1", "[DELTA_FILE_NOT_FOUND_DETAILED]"},
	} {
		_, err := pull(t, w.connect(t, ""), c.statement)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.statement, err, c.want)
		}
	}
	polled := start(t, dbtest.Options{DirectWait: -1})
	_, err := pull(t, polled.connect(t, ""), "selekt")
	if err == nil || !strings.Contains(err.Error(), "[PARSE_SYNTAX_ERROR]") {
		t.Errorf("polled: %v, want a syntax error", err)
	}
}

func TestLateResults(t *testing.T) {
	w := start(t, dbtest.Options{Faults: []dbtest.Fault{{Method: thrift.MethodExecute, Kind: dbtest.Late}}})
	client := w.raw(t)
	session := client.open(nil)
	for i, late := range []bool{true, false} {
		answer, err := client.execute(session, "rows 10", 10)
		if err != nil || answer.Has(thrift.ExecutedDirect) == late {
			t.Errorf("statement %d: direct results are there: %v (%v)", i, answer.Has(thrift.ExecutedDirect), err)
		}
	}
}

func TestErrorsAmidRows(t *testing.T) {
	w := start(t, dbtest.Options{})
	client := w.raw(t)
	_, operation := client.start("fail after 250")
	for range 2 {
		if _, err := client.fetch(operation, 100); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.fetch(operation, 100); err == nil || err.Error() != "[INTERNAL_ERROR] the disk is gone SQLSTATE: XX000" {
		t.Errorf("%v, want the disk to be gone", err)
	}
}

func TestParameters(t *testing.T) {
	w := start(t, dbtest.Options{})
	db := w.connect(t, "")
	rows, err := db.QueryContext(t.Context(), "params", sql.Named("a", "x"), sql.Named("b", int64(7)), sql.Named("c", nil))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		got[text] = true
	}
	if err := rows.Err(); err != nil {
		t.Error(err)
	}
	want := map[string]bool{"a|STRING|x|false": true, "b|BIGINT|7|false": true, "c|VOID||true": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestWrites(t *testing.T) {
	w := start(t, dbtest.Options{})
	db := w.connect(t, "")
	done, err := db.ExecContext(t.Context(), "write 12")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := done.RowsAffected(); n != 12 || err != nil {
		t.Errorf("%d rows (%v), want 12", n, err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestCancels(t *testing.T) {
	w := start(t, dbtest.Options{DirectWait: time.Millisecond, Faults: []dbtest.Fault{{Method: thrift.MethodExecute, Kind: dbtest.Endless}}})
	client := w.raw(t)
	session := client.open(map[string]string{"STATEMENT_TIMEOUT": "1"})
	for _, statement := range []string{"endless", "sleep 1h"} {
		answer, err := client.execute(session, statement, 10)
		if err != nil {
			t.Fatal(err)
		}
		operation := handleOf(answer, thrift.ExecutedHandle)
		if _, err := client.call(thrift.MethodCancel, about(operation)); err != nil {
			t.Error(err)
		}
		client.until(operation, thrift.StateCanceled)
		if _, err := client.fetch(operation, 10); err == nil || err.Error() != "Operation canceled" {
			t.Errorf("%v, want that it was canceled", err)
		}
	}
	answer, err := client.execute(session, "sleep 1h", 10)
	if err != nil {
		t.Fatal(err)
	}
	status := client.until(handleOf(answer, thrift.ExecutedHandle), thrift.StateTimedOut)
	if text := status.Text(thrift.OperationDisplay); text != "Query has exceeded its STATEMENT_TIMEOUT" {
		t.Errorf("%s, want that time is over", text)
	}
}

func TestClosingEndsWhatRuns(t *testing.T) {
	w := start(t, dbtest.Options{DirectWait: -1})
	client := w.raw(t)
	session := client.open(nil)
	for _, statement := range []string{"rows 5000", "sleep 1h", "rows 10"} { // the third waits for the second
		if _, err := client.execute(session, statement, 0); err != nil {
			t.Fatal(err)
		}
	}
	if sessions, operations := w.Open(); sessions != 1 || operations != 3 {
		t.Errorf("%d sessions and %d operations are open, want 1 and 3", sessions, operations)
	}
	if _, err := client.call(thrift.MethodCloseSession, about(session)); err != nil {
		t.Error(err)
	}
	w.engine.nothingOpen(t)
}

func TestChangedColumns(t *testing.T) {
	for kind, want := range map[dbtest.Kind]string{
		dbtest.SchemaChange: "id name price at tags|utf8 STRING",
		dbtest.NameChange:   "id_renamed name price at tags|int64 BIGINT",
		dbtest.ColumnLost:   "id name price at|int64 BIGINT",
	} {
		w := start(t, dbtest.Options{Faults: []dbtest.Fault{{Method: thrift.MethodExecute, Kind: kind}}})
		p, err := pull(t, w.connect(t, ""), "rows 100")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p.names, " ") + "|" + p.types[0]; got != want || p.rows != 100 {
			t.Errorf("%s: %d rows of %s, want 100 of %s", kind, p.rows, got, want)
		}
	}
}

func TestFilesTakeNoToken(t *testing.T) {
	w := start(t, dbtest.Options{CloudFetch: true})
	client := w.raw(t)
	_, operation := client.start("rows 10")
	answer, err := client.fetch(operation, 10)
	if err != nil {
		t.Fatal(err)
	}
	link := answer.Struct(thrift.FetchedRows).List(thrift.RowsLinks)[0].(thrift.Struct).Text(thrift.LinkURL)
	for range 2 { // a file can be read again
		if _, err := download(t, link, ""); err != nil {
			t.Error(err)
		}
	}
	_, err = download(t, link, "Bearer "+token)
	wantStatus(t, err, http.StatusBadRequest)
	_, err = download(t, strings.Replace(link, "/cloudfetch/", "/cloudfetch/x", 1), "")
	wantStatus(t, err, http.StatusNotFound)
}

// TestCompresses asks for LZ4, which the driver does not do.
func TestCompresses(t *testing.T) {
	for _, links := range []bool{false, true} {
		w := start(t, dbtest.Options{CloudFetch: links})
		client := w.raw(t)
		session := client.open(nil)
		answer, err := client.call(thrift.MethodExecute, append(about(session),
			thrift.Field{Number: thrift.ExecuteStatement, Value: "rows 100"},
			thrift.Field{Number: thrift.ExecuteCanLZ4, Value: true},
			thrift.Field{Number: thrift.ExecuteCanDownload, Value: true},
			thrift.Field{Number: thrift.ExecuteDirect, Value: thrift.Fields{{Number: thrift.DirectMaxRows, Value: int64(100)}}},
		))
		if err != nil {
			t.Fatal(err)
		}
		direct := answer.Struct(thrift.ExecutedDirect)
		set := direct.Struct(thrift.DirectResults).Struct(thrift.FetchedRows)
		var packed, header []byte
		if links {
			link := set.List(thrift.RowsLinks)[0].(thrift.Struct).Text(thrift.LinkURL)
			if packed, err = download(t, link, ""); err != nil {
				t.Fatal(err)
			}
		} else {
			header = direct.Struct(thrift.DirectMetadata).Bytes(thrift.MetadataArrowSchema)
			packed = set.List(thrift.RowsBatches)[0].(thrift.Struct).Bytes(thrift.BatchData)
		}
		data, err := io.ReadAll(lz4.NewReader(bytes.NewReader(packed)))
		if err != nil {
			t.Fatal(err)
		}
		g := &got{First: -1}
		g.arrow(append(bytes.Clone(header), data...))
		if g.Bad || g.Came != 100 || !direct.Struct(thrift.DirectMetadata).Bool(thrift.MetadataLZ4) {
			t.Errorf("links %t: %+v, want 100 rows, said to be compressed", links, g)
		}
	}
}

func TestFetchesForwardOnly(t *testing.T) {
	w := start(t, dbtest.Options{})
	client := w.raw(t)
	_, operation := client.start("rows 10")
	_, err := client.call(thrift.MethodFetch, append(about(operation), thrift.Field{Number: thrift.FetchOrientation, Value: int32(1)}))
	if want := "The fetch orientation 1 is not supported, results are read forward"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestObserves(t *testing.T) {
	var calls []dbtest.Call
	w := start(t, dbtest.Options{Observe: func(c dbtest.Call) { calls = append(calls, c) }})
	client := w.raw(t)
	session := client.open(map[string]string{"timezone": "UTC"})
	if _, err := client.execute(session, "rows 1", 10); err != nil {
		t.Fatal(err)
	}
	want := []dbtest.Call{
		{Method: "OpenSession", Conf: map[string]string{"timezone": "UTC"}, UserAgent: "Go-http-client/1.1", Credential: "token"},
		{Method: "ExecuteStatement", Statement: "rows 1", Conf: map[string]string{}, Arrow: true, UserAgent: "Go-http-client/1.1", Credential: "token"},
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Error(diff)
	}
}

func TestServe(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := start(t, dbtest.Options{})
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- w.Serve(ctx, l) }()
	client := w.raw(t)
	client.url = "http://" + l.Addr().String() + dbtest.Path
	client.open(nil)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if sessions, _ := w.Open(); sessions != 0 {
		t.Errorf("%d sessions are open after the end", sessions)
	}
}
