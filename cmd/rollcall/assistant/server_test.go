package assistant_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

const secret = "rc_do-not-show-this"

func TestServerURLs(t *testing.T) {
	for address, want := range map[string]string{
		"http://studio.example.com":     `the server's URL "http://studio.example.com" is not encrypted and not of this machine, expected https://`,
		"http://10.0.0.1:8765":          `the server's URL "http://10.0.0.1:8765" is not encrypted and not of this machine, expected https://`,
		"http://127.0.0.1.example.com":  `the server's URL "http://127.0.0.1.example.com" is not encrypted and not of this machine, expected https://`,
		"https://ada:pass@example.com":  `the server's URL "https://ada:xxxxx@example.com" holds a user: give a token`,
		"ftp://example.com":             `the server's URL "ftp://example.com" is not as expected, https://HOST[:PORT]`,
		"studio.example.com":            `the server's URL "studio.example.com" is not as expected, https://HOST[:PORT]`,
		"https://example.com/?x=1":      `the server's URL "https://example.com/?x=1" is not as expected, https://HOST[:PORT]`,
		"https://ada:pass@exa mple.com": `the server's URL "" cannot be read, expected https://HOST[:PORT]`,
	} {
		_, err := assistant.NewServerBackend(address, secret)
		if wrong := (*assistant.ServerURLError)(nil); !errors.As(err, &wrong) || err.Error() != want {
			t.Errorf("%s: %v, expected %s", address, err, want)
		}
	}
	for _, address := range []string{"http://127.0.0.1:8765", "http://[::1]:8765/", "http://localhost", "https://example.com/studio/"} {
		if _, err := assistant.NewServerBackend(address, secret); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := assistant.NewServerBackend("https://example.com", "a\nb"); err == nil || err.Error() != "the token has a character that no token has" {
		t.Error(err)
	}
}

// TestServersThatFail asserts what is said of servers that do not answer as expected, and
// that the token goes nowhere else.
func TestServersThatFail(t *testing.T) {
	var strangers atomic.Int64
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	defer stranger.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, c := range []struct {
		name, code, text string
		answer           http.HandlerFunc
	}{
		{"elsewhere", "REDIRECTED", "the server sends elsewhere, where the token does not go: give the URL of the server itself", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, stranger.URL, http.StatusTemporaryRedirect)
		}},
		{"a page", "NOT_ROLLCALL", "what answers at the server's URL is no rollcall server, or of another version", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<html>"))
		}},
		{"a proxy", "HTTP_502", "Bad Gateway", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }},
		{"busy", "RATE", "too many requests\nhint: ask again in 3 s", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(`{"code":"RATE","detail":"too many requests"}`))
		}},
		{"no token", "UNAUTHORIZED", "it opens nothing\nhint: the server needs a token that it knows, in ROLLCALL_TOKEN", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"code":"UNAUTHORIZED","detail":"it opens nothing"}`))
		}},
		{"endless", "TOO_LARGE", "the server's answer is larger than 16 MiB: ask for less", func(w http.ResponseWriter, _ *http.Request) {
			chunk := []byte(strings.Repeat(" ", 1<<20))
			for range 17 {
				_, _ = w.Write(chunk)
			}
		}},
	} {
		server := httptest.NewServer(c.answer)
		backend, err := assistant.NewServerBackend(server.URL, secret)
		must(t, err)
		p, text := connect(t, backend, assistant.Options{}).fails("count", object{"parent": "X", "rule": gold})
		if diff := cmp.Diff(c.code+": "+c.text, text); diff != "" || p.Code != c.code || strings.Contains(text, secret) {
			t.Errorf("%s: %s", c.name, diff)
		}
		server.Close()
	}
	if n := strangers.Load(); n != 0 {
		t.Errorf("another host was asked %d times", n)
	}
	backend, err := assistant.NewServerBackend(gone.URL, secret)
	must(t, err)
	if _, text := connect(t, backend, assistant.Options{}).fails("count", object{"parent": "X", "rule": gold}); !strings.HasPrefix(text, "UNREACHABLE: the server cannot be reached: dial tcp ") {
		t.Error(text)
	}
}

// TestServerCancel cancels a call: the request to the server ends.
func TestServerCancel(t *testing.T) {
	began, ended := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server notices that a client is gone only then
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client goes
		close(began)
		<-r.Context().Done()
		close(ended)
	}))
	defer server.Close()
	backend, err := assistant.NewServerBackend(server.URL, "")
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-began
		cancel()
	}()
	if _, err := backend.Count(ctx, "X", service.CountRequest{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-ended
}

// TestHandlerCancel cancels a call over HTTP, with a client of a protocol before sessions went
// away: the question ends with the request.
func TestHandlerCancel(t *testing.T) {
	backend := &slow{Backend: snapshotBackend(t, ""), began: make(chan struct{}), ended: make(chan error, 1)}
	server := httptest.NewServer(assistant.Handler(func(context.Context) (assistant.Backend, assistant.Options) { return backend, assistant.Options{} }))
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-backend.began
		cancel()
	}()
	body := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"count","arguments":{"parent":"CDNOW customers","rule":"orders > 1"}}}`
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader(body))
	must(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Header.Set("MCP-Protocol-Version", "2025-06-18")
	if _, err := http.DefaultClient.Do(r); !errors.Is(err, context.Canceled) { //nolint:bodyclose // There is no answer.
		t.Errorf("the request ended with %v", err)
	}
	if err := <-backend.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the question ended with %v", err)
	}
}

// TestHandlerRefuses asserts that nobody is answered over HTTP whom the mounting handler does
// not know.
func TestHandlerRefuses(t *testing.T) {
	server := httptest.NewServer(assistant.Handler(func(context.Context) (assistant.Backend, assistant.Options) { return nil, assistant.Options{} }))
	defer server.Close()
	for _, c := range []struct {
		method, body string
		want         int
	}{
		{http.MethodPost, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, http.StatusBadRequest},
		{http.MethodGet, "", http.StatusMethodNotAllowed},
	} {
		r, err := http.NewRequest(c.method, server.URL, strings.NewReader(c.body))
		must(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		response, err := http.DefaultClient.Do(r)
		must(t, err)
		must(t, response.Body.Close())
		if response.StatusCode != c.want {
			t.Errorf("%s: %s, expected %d", c.method, response.Status, c.want)
		}
	}
}
