package databricks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

func TestLogin(t *testing.T) {
	w := newWarehouse(t, inlinePages)
	for _, test := range []struct {
		name string
		env  map[string]string
		err  string
	}{
		{"token", w.patEnv(), ""},
		{"service principal", w.oauthEnv(), ""},
		{"wrong token", map[string]string{envToken: "dapi-wrong"}, "the table: OpenSession: the server answered 40"},
		{"wrong secret", map[string]string{envClientID: testClient, envClientSecret: "dose-wrong"}, "the table: login: the server answered 401 Unauthorized (invalid_client"},
		{"wrong client", map[string]string{envClientID: "nobody", envClientSecret: testSecret}, "the table: login: the server answered 401 Unauthorized (invalid_client"},
	} {
		c := connect(t, w.config(t, "", test.env))
		p, err := pullAll(t.Context(), c, "rows 5000")
		switch {
		case test.err == "" && (err != nil || p.rows != 5000):
			t.Errorf("%s: %d rows and error %v, want all", test.name, p.rows, err)
		case test.err != "" && (err == nil || !strings.HasPrefix(err.Error(), test.err)):
			t.Errorf("%s: error %v, want %s", test.name, err, test.err)
		}
		var refused *HTTPError
		if test.err != "" && !errors.As(err, &refused) {
			t.Errorf("%s: %v is no HTTPError", test.name, err)
		}
		noSecret(t, err, test.env)
	}
}

// noSecret fails where an error holds what an environment knows, or what the
// warehouse was asked with.
func noSecret(t *testing.T, err error, env map[string]string) {
	t.Helper()
	if err == nil {
		return
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, text := range []string{e.Error(), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e)} {
			for _, s := range []string{env[envToken], env[envClientSecret], env[envClientID], "Bearer ey", "sig="} {
				if s != "" && strings.Contains(text, s) {
					t.Errorf("the error holds %q: %s", s, text)
				}
			}
		}
	}
}

// A token that ends while a result is read is replaced, whether the client sees it
// coming or not.
func TestTokenEndsInPull(t *testing.T) {
	for _, test := range []struct {
		name string
		ttl  time.Duration
		nth  []int // calls of FetchResults in which it ends
		more int   // tokens beyond the first
	}{
		{"unseen", 0, []int{3}, 1},
		{"unseen, again", 0, []int{3, 6}, 2},
		{"seen", time.Second, nil, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			var tokens atomic.Int64
			server := inlinePages
			server.TokenTTL = test.ttl
			server.Observe = func(call dbtest.Call) {
				if call.Method == dbtest.MethodToken {
					tokens.Add(1)
				}
			}
			w := newWarehouse(t, server)
			c := connect(t, w.config(t, "", w.oauthEnv()))
			for _, nth := range test.nth {
				w.Inject(dbtest.Fault{Method: "FetchResults", Nth: nth, Kind: dbtest.TokenExpired})
			}
			rows := int64(0)
			for b, err := range c.query(t.Context(), "the table", "rows 20000") {
				if err != nil {
					t.Fatal(err)
				}
				if rows == 0 && test.ttl > 0 {
					time.Sleep(test.ttl + 10*time.Millisecond) // a slow reader
				}
				rows += b.NumRows()
			}
			if rows != 20000 || tokens.Load() < int64(1+test.more) {
				t.Errorf("%d rows with %d tokens", rows, tokens.Load())
			}
		})
	}
}

// A personal token that is withdrawn is not asked for again.
func TestPersonalTokenEndsInPull(t *testing.T) {
	w := newWarehouse(t, inlinePages)
	c := connect(t, w.config(t, "", w.patEnv()))
	w.Inject(dbtest.Fault{Method: "FetchResults", Nth: 3, Kind: dbtest.HTTPStatus, Status: 401, Times: -1})
	_, err := pullAll(t.Context(), c, "rows 20000")
	const want = "FetchResults: the server answered 401 Unauthorized (Injected: Unauthorized): is the token or the secret right, and not expired?"
	if err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("error %v, want %s", err, want)
	}
}

// tokens is a token endpoint.
type tokens struct {
	answer func(w http.ResponseWriter, n int64) // to the n-th request, from 1
	asked  atomic.Int64
	form   atomic.Pointer[string]
}

func (s *tokens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, password, _ := r.BasicAuth()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	form := fmt.Sprintf("%s %s %s:%s %s", r.Method, r.URL.Path, id, password, body)
	s.form.Store(&form)
	s.answer(w, s.asked.Add(1))
}

// issue gives a token that lives for some seconds.
func issue(seconds int) func(http.ResponseWriter, int64) {
	return func(w http.ResponseWriter, n int64) {
		_, _ = fmt.Fprintf(w, `{"access_token": "issued-%d", "token_type": "Bearer", "expires_in": %d}`, n, seconds)
	}
}

// newTestPrincipal returns a service principal at a token endpoint.
func newTestPrincipal(t *testing.T, s *tokens) (*principal, *Redactor) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c, err := ParseURI("databricks://"+server.Listener.Addr().String()+"/a?insecure-http=true", lookup(map[string]string{envClientID: "the client", envClientSecret: "a&secret"}))
	if err != nil {
		t.Fatal(err)
	}
	c.limits = shortLimits
	redact := &Redactor{}
	carrier, err := newTransport(c, redact)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(carrier.close)
	return carrier.prover.(*principal), redact
}

func TestPrincipal(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer func(http.ResponseWriter, int64)
		err    string
	}{
		{"a token", issue(3600), ""},
		{"busy at first", func(w http.ResponseWriter, n int64) {
			if n < 3 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			issue(3600)(w, n)
		}, ""},
		{"never", func(w http.ResponseWriter, _ int64) { w.WriteHeader(http.StatusBadGateway) }, "login: the server answered 502 Bad Gateway"},
		{"elsewhere", func(w http.ResponseWriter, _ int64) {
			w.Header().Set("Location", "/login.html")
			w.WriteHeader(http.StatusFound)
		}, "login: the server answered 302 Found: are the host and the HTTP path right?"},
		{"refused", func(w http.ResponseWriter, _ int64) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error": "invalid_client", "error_description": "a&secret is not that of the client"}`)
		}, "login: the server answered 401 Unauthorized (invalid_client: [redacted] is not that of [redacted]): is the token or the secret right, and not expired?"},
		{"no JSON", func(w http.ResponseWriter, _ int64) { _, _ = io.WriteString(w, "<html>") }, "login: the answer is no JSON of a token"},
		{"no token", func(w http.ResponseWriter, _ int64) { _, _ = io.WriteString(w, `{"token_type": "Bearer"}`) }, "login: the answer has no bearer token"},
		{"of another kind", func(w http.ResponseWriter, _ int64) {
			_, _ = io.WriteString(w, `{"access_token": "x", "token_type": "mac"}`)
		}, "login: the answer has no bearer token"},
		{"without end", func(w http.ResponseWriter, _ int64) {
			for range maxTokenBytes / 10 {
				_, _ = io.WriteString(w, "0123456789 ")
			}
		}, "login: an answer of more than 1048576 bytes: too large"},
		{"black hole", func(http.ResponseWriter, int64) { time.Sleep(2 * shortLimits.token) }, "login: no answer came in time"},
	} {
		s := &tokens{answer: test.answer}
		p, redact := newTestPrincipal(t, s)
		text, err := p.bearer(t.Context())
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != test.err || err == nil && !strings.HasPrefix(text, "issued-") {
			t.Errorf("%s: token %q and error %q, want %q", test.name, text, got, test.err)
		}
		if text != "" && redact.Text("it is "+text) != "it is [redacted]" {
			t.Errorf("%s: the token is not known as a secret", test.name)
		}
		const form = "POST /oidc/v1/token the+client:a%26secret grant_type=client_credentials&scope=all-apis"
		if got := *s.form.Load(); got != form {
			t.Errorf("%s: asked with %q, want %q", test.name, got, form)
		}
	}
}

// One token is asked for at a time, and kept until most of its life is over.
func TestPrincipalSharesTokens(t *testing.T) {
	s := &tokens{answer: issue(3600)}
	p, _ := newTestPrincipal(t, s)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if text, err := p.bearer(t.Context()); err != nil || text != "issued-1" {
				t.Errorf("token %q and error %v", text, err)
			}
		})
	}
	all.Wait()
	p.token.fresh = time.Now() // old, but valid
	if text, err := p.bearer(t.Context()); err != nil || text != "issued-2" {
		t.Errorf("token %q and error %v, want a new one", text, err)
	}
	if left := time.Until(p.token.fresh); left > 48*time.Minute || left < 47*time.Minute {
		t.Errorf("a token of an hour is fresh for %v, want 48 minutes", left)
	}
	s.answer = func(w http.ResponseWriter, _ int64) { w.WriteHeader(http.StatusForbidden) }
	p.token.fresh = time.Now()
	if text, err := p.bearer(t.Context()); err != nil || text != "issued-2" {
		t.Errorf("token %q and error %v, want the old one, which is valid", text, err)
	}
	p.turn <- struct{}{} // somebody is at it
	if text, err := p.bearer(t.Context()); err != nil || text != "issued-2" {
		t.Errorf("token %q and error %v, want the old one at once", text, err)
	}
	p.refused("issued-1") // long gone
	if p.token.text.reveal() != "issued-2" {
		t.Error("the refusal of an old token took the new one")
	}
	p.refused("issued-2")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.bearer(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for a token with a cancelled context: %v", err)
	}
}
