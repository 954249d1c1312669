package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
)

// login begins a session and returns a client that has its cookie.
func (s *studio) login(token string) (*client, *http.Cookie) {
	s.t.Helper()
	got := s.client("").send(http.MethodPost, "/session", Login{Token: token}).is(http.StatusOK)
	cookies, err := http.ParseSetCookie(got.header.Get("Set-Cookie"))
	must(s.t, err)
	return s.client("").with("Cookie", cookies.Name+"="+cookies.Value), cookies
}

// TestSession follows a session from its token to its end.
func TestSession(t *testing.T) {
	s := newStudio(t)
	token := s.token("mia", access.Counts)
	page, cookie := s.login(token)
	if cookie.Name != sessionCookie || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.Secure || cookie.MaxAge != 12*3600 {
		t.Errorf("the cookie is %+v", cookie)
	}
	if len(cookie.Value) != 43 || strings.Contains(cookie.Value, token[3:]) {
		t.Errorf("the cookie's value is %q", cookie.Value)
	}
	var who Session
	page.send(http.MethodGet, "/session", nil).is(http.StatusOK).as(&who)
	if who.Name != "mia" || who.Roles != access.Counts || who.Local || !who.TokensRequired {
		t.Errorf("the session is of %+v", who)
	}
	page.send(http.MethodGet, "/parents", nil).is(http.StatusOK)
	page.send(http.MethodGet, "/tokens", nil).fails(http.StatusForbidden, "FORBIDDEN")
	taken := page.send(http.MethodDelete, "/session", nil).is(http.StatusNoContent)
	if out, err := http.ParseSetCookie(taken.header.Get("Set-Cookie")); err != nil || out.MaxAge != -1 || out.Value != "" {
		t.Errorf("the cookie is taken back as %q", taken.header.Get("Set-Cookie"))
	}
	page.send(http.MethodGet, "/parents", nil).fails(http.StatusUnauthorized, codeUnauthorized)
	logins := 0
	for _, e := range s.entries(audit.Done) {
		if e.Action == "login" && e.Actor.Name == "mia" {
			logins++
		}
	}
	if logins != 1 {
		t.Errorf("%d logins are in the audit log, want 1", logins)
	}
}

// TestSessionEnds moves the clock to where sessions end.
func TestSessionEnds(t *testing.T) {
	s := newStudio(t)
	token := s.token("mia", access.Counts)
	ends := func(what string, page *client) {
		t.Helper()
		page.send(http.MethodGet, "/parents", nil).fails(http.StatusUnauthorized, codeUnauthorized)
		if n := len(s.sessions.all); n != 0 {
			t.Errorf("%s, %d sessions are left", what, n)
		}
	}
	page, _ := s.login(token)
	s.clock.move(2*time.Hour - time.Second)
	page.send(http.MethodGet, "/parents", nil).is(http.StatusOK)
	s.clock.move(2 * time.Hour)
	ends("unused", page)

	page, _ = s.login(token)
	for range 11 {
		s.clock.move(time.Hour)
		page.send(http.MethodGet, "/parents", nil).is(http.StatusOK)
	}
	s.clock.move(time.Hour)
	ends("old", page)

	page, _ = s.login(token)
	must(t, s.tokens.Revoke(s.tokens.List()[0].ID, s.clock.now()))
	ends("without its token", page)

	brief, secret, err := s.tokens.Add("brief", access.Counts, s.clock.now().Add(time.Minute), s.clock.now())
	must(t, err)
	page, _ = s.login(secret.Reveal())
	s.clock.move(time.Minute)
	if brief.Expires.After(s.clock.now()) {
		t.Fatal("the token has not ended")
	}
	ends("after its token", page)
}

// TestSessionsAreBounded begins more sessions than a token may have.
func TestSessionsAreBounded(t *testing.T) {
	at := demoTime
	s := newSessions(Limits{}.withDefaults(), func() time.Time { return at })
	first := s.begin("a")
	at = at.Add(time.Second)
	other := s.begin("b")
	for range maxTokenSessions {
		at = at.Add(time.Second)
		s.begin("a")
	}
	if _, _, ok := s.use(first); ok {
		t.Error("the oldest session of the token goes on")
	}
	if _, _, ok := s.use(other); !ok {
		t.Error("another token's session has ended")
	}
	if n := len(s.all); n != maxTokenSessions+1 {
		t.Errorf("%d sessions", n)
	}
}

// TestSessionIsReplaced logs in again: the session before ends, so that a cookie that was
// planted is worth nothing.
func TestSessionIsReplaced(t *testing.T) {
	s := newStudio(t)
	token := s.token("mia", access.Counts)
	page, first := s.login(token)
	again := page.send(http.MethodPost, "/session", Login{Token: token}).is(http.StatusOK)
	second, err := http.ParseSetCookie(again.header.Get("Set-Cookie"))
	must(t, err)
	if second.Value == first.Value {
		t.Error("the session is the one before")
	}
	page.send(http.MethodGet, "/parents", nil).fails(http.StatusUnauthorized, codeUnauthorized)
	s.client("").with("Cookie", sessionCookie+"=planted").send(http.MethodGet, "/parents", nil).fails(http.StatusUnauthorized, codeUnauthorized)
}
