package databricks

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// carry sends a request through a transport to a workspace at origin.
func carry(ctx context.Context, t *testing.T, origin, address, authorization string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	return (&transport{base: http.DefaultTransport, origin: origin}).RoundTrip(req)
}

func TestTransport(t *testing.T) {
	var served atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		served.Add(1)
		_, _ = io.WriteString(w, "hello")
	}))
	defer server.Close()
	for _, test := range []struct {
		name, path, login, origin string
		status                    int
		sent                      int64
	}{
		{"a statement", "/sql/1.0/warehouses/a", "Bearer x", server.URL, 200, 1},
		{"a file of a result", "/file?sig=1", "", "https://elsewhere:443", 200, 1},
		{"the flag of telemetry", "/api/2.0/connector-service/feature-flags/GOLANG/1.14.0", "Bearer x", server.URL, 200, 0},
		{"telemetry", "/telemetry-ext", "Bearer x", server.URL, 200, 0},
		{"a redirect to another server", "/sql", "Bearer x", "https://elsewhere:443", 421, 0},
	} {
		before := served.Load()
		resp, err := carry(withCall(t.Context()), t, test.origin, server.URL+test.path, test.login)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		text, err := io.ReadAll(resp.Body)
		if err := errors.Join(err, resp.Body.Close()); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if resp.StatusCode != test.status || served.Load()-before != test.sent || test.sent == 1 && string(text) != "hello" {
			t.Errorf("%s: status %d with %q and %d requests, want %d and %d", test.name, resp.StatusCode, text, served.Load()-before, test.status, test.sent)
		}
	}
}

// A request that the driver detached from its call ends with the call all the
// same, with a status that is not tried again.
func TestTransportEndsWithCall(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-release
	}))
	defer server.Close()
	defer close(release)
	call, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	detached := context.WithoutCancel(withCall(call))
	resp, err := carry(detached, t, server.URL, server.URL+"/sql", "Bearer x")
	if err != nil || resp.StatusCode != 499 {
		t.Fatalf("the answer is %v, %v, want status 499", resp, err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	if resp, err := carry(withCall(call), t, server.URL, server.URL+"/sql", "Bearer x"); !errors.Is(err, context.Canceled) {
		t.Errorf("a request of the call itself is answered with %v, %v, want context.Canceled", resp, err)
	}
	if _, limited := detached.Deadline(); limited {
		t.Error("the context has a deadline already")
	}
	ctx, done := during(context.Background())
	defer done()
	if end, limited := ctx.Deadline(); !limited || time.Until(end) > requestLimit {
		t.Errorf("a request without a call ends at %v, want within %v", end, requestLimit)
	}
}

// slowConnector opens a session whose context it checks after the caller's ended.
type slowConnector struct {
	driver.Connector
	cancel context.CancelFunc
}

func (c slowConnector) Connect(ctx context.Context) (driver.Conn, error) {
	c.cancel()
	return nil, errors.Join(ctx.Err(), callOf(ctx).Err())
}

// A session is opened to its end.
func TestConnectIsPatient(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := (patient{slowConnector{cancel: cancel}}).Connect(withCall(ctx)); err != nil || ctx.Err() == nil {
		t.Errorf("opening a session is cut short: %v", err)
	}
}

// tokens is a token endpoint.
type tokens struct {
	refuse  bool
	seconds int // that a token lasts
	issued  atomic.Int64
}

func (s *tokens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, password, _ := r.BasicAuth()
	w.Header().Set("Content-Type", "application/json")
	if s.refuse || r.URL.Path != "/oidc/v1/token" || id != "the-client-id" || password == "" || r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "all-apis" {
		w.WriteHeader(http.StatusUnauthorized)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": "invalid_client", "error_description": "not " + password + " of " + id})
		return
	}
	s.issued.Add(1)
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "issued-token", "token_type": "Bearer", "expires_in": s.seconds})
}

// newTestLogin returns a login at a token endpoint.
func newTestLogin(t *testing.T, s *tokens) (*login, *redactor) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	env := configured()
	delete(env, envToken)
	env[envHost], env[envPlaintext] = server.URL, "1"
	env[envClientID], env[envClientSecret] = "the-client-id", testSecret
	read, err := read(lookup(env))
	if err != nil {
		t.Fatal(err)
	}
	redact := &redactor{}
	redact.add(read.clientSecret)
	return newLogin(read, server.Client(), redact), redact
}

func TestLogin(t *testing.T) {
	for _, test := range []struct {
		name            string
		seconds, issued int64
	}{
		{"a token that lasts is kept", 3600, 1},
		{"a token that is about to end is not", 30, 3},
	} {
		s := &tokens{seconds: int(test.seconds)}
		l, redact := newTestLogin(t, s)
		for range 3 {
			req := httptest.NewRequestWithContext(withCall(t.Context()), http.MethodPost, "/sql", nil)
			if err := l.Authenticate(req); err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			if got := req.Header.Get("Authorization"); got != "Bearer issued-token" {
				t.Errorf("%s: Authorization is %q", test.name, got)
			}
		}
		if got := s.issued.Load(); got != test.issued {
			t.Errorf("%s: %d tokens were issued, want %d", test.name, got, test.issued)
		}
		if got := redact.text("issued-token"); got != "[redacted]" {
			t.Errorf("%s: the token is not known as a secret: %q", test.name, got)
		}
	}
}

func TestLoginRefused(t *testing.T) {
	l, redact := newTestLogin(t, &tokens{refuse: true})
	err := redact.error(l.Authenticate(httptest.NewRequestWithContext(withCall(t.Context()), http.MethodPost, "/sql", nil)))
	if err == nil || !strings.Contains(err.Error(), "invalid_client") || strings.Contains(err.Error(), testSecret) {
		t.Errorf("the error is %v, want invalid_client and no secret", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l.turn <- struct{}{} // somebody else is at it
	cancel()
	if err := l.Authenticate(httptest.NewRequestWithContext(withCall(ctx), http.MethodPost, "/sql", nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for a token with a cancelled context: %v", err)
	}
}

// The driver's own failures, through the whole of it, tell no secret and come soon
// where there is no use in trying again.
func TestOpenRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Databricks-Reason-Phrase", "not with "+r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusForbidden)
	}))
	defer server.Close()
	env := configured()
	env[envHost], env[envPlaintext] = server.URL, "1"
	s, err := read(lookup(env))
	if err != nil {
		t.Fatal(err)
	}
	redact := &redactor{}
	db, err := connect(s, redact)
	if err != nil {
		t.Fatal(err)
	}
	_, err = start(t.Context(), s, db, redact, testData(workload.Shape{}), contender.Options{Progress: func(string) {}})
	if err == nil || !strings.Contains(err.Error(), "logging in") || !strings.Contains(err.Error(), "not with Bearer [redacted]") {
		t.Errorf("the error is %v, want a refusal without the token", err)
	}
	if err != nil && strings.Contains(err.Error(), testToken) {
		t.Error("the error holds the token")
	}
}
