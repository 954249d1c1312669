package api

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestCrossOrigin sends what other sites' pages can send.
func TestCrossOrigin(t *testing.T) {
	s := newStudio(t)
	own := s.server.URL
	for _, refused := range []struct{ method, header, value string }{
		{http.MethodPost, "Sec-Fetch-Site", "cross-site"},
		{http.MethodPost, "Sec-Fetch-Site", "same-site"},
		{http.MethodPost, "Origin", "https://evil.example"},
		{http.MethodPost, "Origin", "null"},
		{http.MethodPost, "Origin", "http://127.0.0.1:1"},
		{http.MethodDelete, "Sec-Fetch-Site", "cross-site"},
		{http.MethodGet, "Sec-Fetch-Site", "cross-site"},
		{http.MethodGet, "Sec-Fetch-Site", "same-site"},
	} {
		s.client("").with(refused.header, refused.value).send(refused.method, "/session", nil).fails(http.StatusForbidden, "CROSS_ORIGIN")
	}
	for _, taken := range []struct{ header, value string }{
		{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "none"}, {"Origin", own}, {"X-Nothing", "x"},
	} {
		s.client("").with(taken.header, taken.value).send(http.MethodDelete, "/session", nil).is(http.StatusNoContent)
	}
}

// TestForms sends the bodies that a form of another site can send without asking: they are
// no JSON to the server.
func TestForms(t *testing.T) {
	s := newStudio(t)
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"} {
		s.client("").with("Content-Type", kind).send(http.MethodPost, "/tokens", `{"name":"x","roles":["admin"]}`).
			fails(http.StatusUnsupportedMediaType, codeMediaType)
	}
	if n := len(s.tokens.List()); n != 0 {
		t.Errorf("%d tokens were made", n)
	}
}

// TestHost sends requests for names that other sites can point here.
func TestHost(t *testing.T) {
	s := newStudio(t, func(o *Options) { o.Hosts = []string{"Studio.Example.com"} })
	send := func(host string) *reply {
		c := s.client("")
		r := c.request(http.MethodGet, s.server.URL+prefix+"/session", nil)
		r.Host = host
		return c.exchange(r)
	}
	for _, host := range []string{"localhost", "LOCALHOST:1", "127.0.0.1", "127.9.9.9:80", "[::1]:8765", "[::1]", "studio.example.com", "studio.example.com.:443", "[::ffff:127.0.0.1]"} {
		send(host).is(http.StatusOK)
	}
	for _, host := range []string{"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:8765", "10.0.0.1", "[2001:db8::1]", "0.0.0.0", "2130706433", "studio.example.com.evil"} {
		send(host).fails(http.StatusForbidden, "WRONG_HOST")
	}
	// An answer to a wrong host does not repeat it, wherever it is asked for.
	r := s.client("").request(http.MethodGet, s.server.URL+"/", nil)
	r.Host = "evil.example"
	answer, err := s.server.Client().Do(r)
	must(t, err)
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	must(t, answer.Body.Close())
	if answer.StatusCode != http.StatusForbidden || strings.Contains(string(body), "evil") {
		t.Errorf("%s: %s", answer.Status, body)
	}
}

// TestHeaders looks at what every answer has.
func TestHeaders(t *testing.T) {
	s := newStudio(t, func(o *Options) {
		o.Page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "page") })
	})
	for path, policy := range map[string]string{
		"/": pagePolicy, prefix + "/session": dataPolicy, prefix + "/nothing": dataPolicy, "/healthz": dataPolicy, "/metrics": dataPolicy,
	} {
		answer, err := s.server.Client().Get(s.server.URL + path)
		must(t, err)
		must(t, answer.Body.Close())
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Content-Security-Policy": policy,
			"Access-Control-Allow-Origin": "",
		} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s has %s: %s, want %s", path, name, got, want)
			}
		}
		if got := answer.Header.Get("Cache-Control"); path != "/" && got != "no-store" {
			t.Errorf("%s may be stored: %q", path, got)
		}
		if len(answer.Header.Get("X-Request-Id")) != 26 {
			t.Errorf("%s has the request id %q", path, answer.Header.Get("X-Request-Id"))
		}
	}
	if strings.Contains(pagePolicy, "unsafe") {
		t.Error("the page may run what it finds")
	}
}

// TestRequestID gives ids that are fit to be used, and others.
func TestRequestID(t *testing.T) {
	s := newStudio(t)
	for given, kept := range map[string]bool{
		"a-1_B.2": true, strings.Repeat("x", 64): true, strings.Repeat("x", 65): false, "a b": false, "a\tb": false, "ä": false, "": false, "<x>": false,
	} {
		got := s.client("").with("X-Request-Id", given).send(http.MethodGet, "/session", nil).header.Get("X-Request-Id")
		if (got == given) != kept {
			t.Errorf("the id %q is answered as %q", given, got)
		}
	}
}
