package databricks

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// newTestTransport returns the transport to a server.
func newTestTransport(t *testing.T, server *httptest.Server, options string) *transport {
	t.Helper()
	c, err := ParseURI("databricks://"+server.Listener.Addr().String()+"/sql?insecure-http=true"+options, lookup(map[string]string{envToken: testToken}))
	if err != nil {
		t.Fatal(err)
	}
	c.limits = shortLimits
	carrier, err := newTransport(c, &Redactor{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(carrier.close)
	return carrier
}

// statement is a request of the warehouse's protocol.
func statement(ctx context.Context, t *testing.T, address, method string) *http.Request {
	t.Helper()
	message, err := thrift.Encode(method, thrift.Call, 1, thrift.Fields{})
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	if _, err := message.WriteTo(&body); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", thriftContent)
	req.Header.Set("User-Agent", "driver/1 (rollcall) agent/somebody")
	return req
}

// The token goes to the warehouse, and nowhere else.
func TestTransportLogin(t *testing.T) {
	var seen atomic.Pointer[http.Request]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Store(r)
		_, _ = io.WriteString(w, "hello")
	}))
	defer server.Close()
	get := func(address string) *http.Request {
		return httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	}
	put := httptest.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+"/volume", strings.NewReader("x"))
	for _, test := range []struct {
		name    string
		req     *http.Request
		options string
		sent    bool
		login   bool
		agent   string
		err     string
	}{
		{"a statement", statement(t.Context(), t, server.URL+"/sql", "GetOperationStatus"), "", true, true, "driver/1 (rollcall)", ""},
		{"a statement, with telemetry", statement(t.Context(), t, server.URL+"/sql", "GetOperationStatus"), "&telemetry=true", true, true, "driver/1 (rollcall) agent/somebody", ""},
		{"a statement to another path", statement(t.Context(), t, server.URL+"/other", "GetOperationStatus"), "", false, false, "", "GetOperationStatus: it is not sent to " + server.URL + "/other"},
		{"a statement to another host", statement(t.Context(), t, "https://elsewhere.example/sql", "GetOperationStatus"), "", false, false, "", "GetOperationStatus: it is not sent to https://elsewhere.example:443/sql"},
		{"a file", get(server.URL + "/file?sig=1"), "", true, false, "", ""},
		{"a file on its way", put, "", true, false, "", ""},
		{"telemetry", get(server.URL + "/telemetry-ext"), "", false, false, "", ""},
		{"the flag of telemetry", get(server.URL + "/api/2.0/connector-service/feature-flags/GOLANG/1.14.0"), "", false, false, "", ""},
		{"the flag of telemetry, asked for", get(server.URL + "/api/2.0/connector-service/feature-flags/GOLANG/1.14.0"), "&telemetry=true", true, true, "", ""},
	} {
		seen.Store(nil)
		resp, err := newTestTransport(t, server, test.options).RoundTrip(test.req)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if text != test.err {
			t.Errorf("%s: error %q, want %q", test.name, text, test.err)
			continue
		}
		if err == nil {
			if _, err := io.ReadAll(resp.Body); errors.Join(err, resp.Body.Close()) != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d: %v", test.name, resp.StatusCode, err)
			}
		}
		r := seen.Load()
		if (r != nil) != test.sent {
			t.Errorf("%s: sent is %t, want %t", test.name, r != nil, test.sent)
		}
		if r == nil {
			continue
		}
		if login := r.Header.Get("Authorization"); (login == "Bearer "+testToken) != test.login || !test.login && login != "" {
			t.Errorf("%s: Authorization is %q", test.name, login)
		}
		if agent := r.Header.Get("User-Agent"); test.agent != "" && agent != test.agent {
			t.Errorf("%s: User-Agent is %q, want %q", test.name, agent, test.agent)
		}
	}
}

// A server that leads elsewhere is not followed, by nobody.
func TestTransportFollowsNobody(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("somebody came") }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		w := httptest.NewServer(http.RedirectHandler(elsewhere.URL+"/sql?secret=1", status))
		c, err := ParseURI("databricks://"+w.Listener.Addr().String()+"/sql?insecure-http=true", lookup(map[string]string{envToken: testToken}))
		if err != nil {
			t.Fatal(err)
		}
		_, err = pullAll(t.Context(), connect(t, c), "rows 1")
		want := fmt.Sprintf("the table: OpenSession: the server answered %d %s: are the host and the HTTP path right?", status, http.StatusText(status))
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
		w.CloseClientConnections()
		w.Close()
	}
}

// A request that the driver detached from its call ends with the call.
func TestTransportEndsWithCall(t *testing.T) {
	release := make(chan struct{})
	arrived := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case arrived <- struct{}{}:
		case <-release: // what ends a session is sent again
		}
		<-release
	}))
	defer server.Close()
	defer close(release)
	carrier := newTestTransport(t, server, "")
	carrier.limits.answer, carrier.limits.start = time.Hour, time.Hour
	for _, make := range []func(ctx context.Context) *http.Request{
		func(ctx context.Context) *http.Request { return statement(ctx, t, server.URL+"/sql", "FetchResults") },
		func(ctx context.Context) *http.Request { return statement(ctx, t, server.URL+"/sql", "OpenSession") },
		func(ctx context.Context) *http.Request {
			return httptest.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/file", nil)
		},
		func(ctx context.Context) *http.Request {
			return httptest.NewRequestWithContext(ctx, http.MethodPut, server.URL+"/file", nil)
		},
	} {
		call, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		if _, err := carrier.RoundTrip(make(context.WithoutCancel(WithCall(call)))); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
	}
	if _, err := carrier.RoundTrip(statement(t.Context(), t, server.URL+"/sql", "CloseSession")); !errors.Is(err, errStalled) && !strings.Contains(err.Error(), errStalled.Error()) {
		t.Errorf("error %v of what ends a session, want that of its limit", err)
	}
}

// A file that breaks off is gone on with, whether the storage knows ranges or not.
func TestFileResumes(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), 1000)
	for _, test := range []struct {
		name   string
		ranges bool
		breaks int // times the answer breaks off
		err    string
	}{
		{"whole", true, 0, ""},
		{"with ranges", true, 2, ""},
		{"without", false, 2, ""},
		{"too often", true, 9, "file of the result: 9375 bytes came, 10000 were declared: unexpected EOF"},
	} {
		var asked atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := int(asked.Add(1))
			from := 0
			w.Header().Set("ETag", `"1"`)
			if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil && test.ranges {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
			} else {
				from = 0
			}
			rest := content[from:]
			w.Header().Set("Content-Length", fmt.Sprint(len(rest)))
			if from > 0 {
				w.WriteHeader(http.StatusPartialContent)
			}
			if n <= test.breaks {
				rest = rest[:len(rest)/2]
			}
			_, _ = w.Write(rest)
		}))
		resp, err := newTestTransport(t, server, "").RoundTrip(httptest.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/file?sig=secret", nil))
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		got, err := io.ReadAll(resp.Body)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if text != test.err || err == nil && !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes and error %q, want %q", test.name, len(got), text, test.err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
		server.Close()
	}
}

// Certificates are checked, and those of a file are trusted.
func TestTLS(t *testing.T) {
	warehouse := dbtest.New(dbtest.Options{Engine: typesEngine{}, Clients: map[string]string{testClient: testSecret}})
	defer func() {
		if err := warehouse.Close(); err != nil {
			t.Error(err)
		}
	}()
	server := httptest.NewUnstartedServer(warehouse)
	server.StartTLS()
	defer server.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	uri := "databricks://" + server.Listener.Addr().String() + dbtest.Path
	env := lookup(map[string]string{envClientID: testClient, envClientSecret: testSecret})
	for _, test := range []struct {
		options string
		err     string
	}{
		{"", "the table: login: tls: failed to verify certificate: x509: certificate signed by unknown authority"},
		{"?ca=" + ca, ""},
	} {
		c, err := ParseURI(uri+test.options, env)
		if err != nil {
			t.Fatal(err)
		}
		p, err := pullAll(t.Context(), connect(t, c), "rows 10")
		if test.err == "" && (err != nil || p.rows != 10) || test.err != "" && (err == nil || err.Error() != test.err) {
			t.Errorf("%q: %d rows and error %v, want %q", test.options, p.rows, err, test.err)
		}
	}
	for _, test := range []struct{ file, err string }{
		{"/nowhere", `databricks: option "ca": open /nowhere: no such file or directory`},
		{os.Args[0], `databricks: option "ca": ` + os.Args[0] + " has no certificate in PEM form"},
	} {
		c, err := ParseURI(uri+"?ca="+test.file, env)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := newClient(c); err == nil || err.Error() != test.err {
			t.Errorf("error %v, want %s", err, test.err)
		}
	}
	if base, err := newBase(&Config{}); err != nil || base.TLSClientConfig.MinVersion != tls.VersionTLS12 || base.TLSClientConfig.InsecureSkipVerify {
		t.Errorf("TLS is configured as %+v: %v", base.TLSClientConfig, err)
	}
}

// quietEnv has TestQuiet run in a process of its own, because the driver's log
// keeps the standard error output that there was at the start.
const quietEnv = "ROLLCALL_TEST_QUIET"

// Nothing is printed, whatever goes wrong.
func TestQuiet(t *testing.T) {
	if os.Getenv(quietEnv) == "" {
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestQuiet$")
		command.Env = append(os.Environ(), quietEnv+"=1")
		var printed bytes.Buffer
		command.Stderr = &printed
		if out, err := command.Output(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		if printed.Len() > 0 {
			t.Errorf("printed: %s", &printed)
		}
		return
	}
	w := newWarehouse(t, inlinePages)
	c := connect(t, w.config(t, "", w.patEnv()))
	for _, f := range []dbtest.Fault{
		{Method: "FetchResults", Kind: dbtest.HTTPStatus, Status: 400, Times: -1},
		{Method: "FetchResults", Kind: dbtest.ThriftError},
		{Method: "FetchResults", Kind: dbtest.NoMetadata},
		{Method: "FetchResults", Kind: dbtest.CorruptArrow},
		{Method: "ExecuteStatement", Kind: dbtest.StatementError, Message: "[X] y"},
		{Method: "CloseSession", Kind: dbtest.HTTPStatus, Status: 500},
	} {
		w.Inject(f)
		_, _ = pullAll(t.Context(), c, "rows 20000")
		w.Clear()
	}
}

// A host that nobody answers at is an error that names it.
func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := ParseURI("databricks://"+address+"/sql?insecure-http=true", lookup(map[string]string{envToken: testToken}))
	if err != nil {
		t.Fatal(err)
	}
	c.limits = shortLimits
	want := "the table: OpenSession: dial tcp " + address + ": connect: connection refused"
	if _, err := pullAll(t.Context(), connect(t, c), "rows 1"); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
