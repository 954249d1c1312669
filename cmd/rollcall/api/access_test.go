package api

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
)

// needed is the role of every operation that needs one.
var needed = map[string]access.Roles{
	"listTokens": access.Admin, "addToken": access.Admin, "revokeToken": access.Admin,
	"listAudit": access.Admin, "verifyAudit": access.Admin,
	"listConnections": access.Admin, "getConnection": access.Admin, "putConnection": access.Admin, "deleteConnection": access.Admin,
	"testConnection": access.Admin, "listTables": access.Admin, "getTable": access.Admin,
	"listParents": access.Counts, "getParent": access.Counts, "listParentVersions": access.Admin, "putParent": access.Admin,
	"deleteParent": access.Admin, "refreshParent": access.Admin, "listSourceTables": access.Admin, "suggestAttribute": access.Admin,
	"check": access.Counts, "count": access.Counts, "breakdown": access.Counts, "overlap": access.Counts, "waterfall": access.Counts,
	"trend": access.Counts, "funnel": access.Counts, "diff": access.Counts, "split": access.Counts, "fields": access.Counts, "values": access.Counts,
	"list": access.Members, "profile": access.Members, "why": access.Members, "createExport": access.Members, "downloadExport": access.Members,
	"listSegments": access.Counts, "getSegment": access.Counts, "listSegmentVersions": access.Counts,
	"createSegment": access.Segments, "updateSegment": access.Segments, "deleteSegment": access.Segments, "moveSegment": access.Segments,
	"restoreSegment": access.Segments,
	"listJobs":       access.Counts, "getJob": access.Counts, "cancelJob": access.Members,
}

// TestAccess sends every operation as everybody.
func TestAccess(t *testing.T) {
	s := newStudio(t, unhurried, func(o *Options) { o.Limits.Attempts = 1 << 20 })
	s.built()
	roles := map[string]access.Roles{"counts": access.Counts, "members": access.Members, "segments": access.Segments, "admin": access.Admin}
	tokens := map[string]string{}
	for name, role := range roles {
		tokens[name] = s.token(name, role)
	}
	strangers := map[string]string{
		"no token": "", "wrong": "rc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "none at all": "x",
		"expired": s.expired(), "revoked": s.revoked(),
	}
	for _, o := range describe(t, s.document).operations() {
		path, body := o.request(asDescribed)
		need, known := needed[o.OperationID]
		if !known && !o.public() {
			t.Errorf("%s is not in the table of roles", o.OperationID)
		}
		for who, token := range strangers {
			c := s.on(t).client(token)
			if o.public() && token == "" {
				if got := c.send(o.method, path, body); got.status == http.StatusForbidden {
					t.Errorf("%s as %s answers %d", o.OperationID, who, got.status)
				}
				continue
			}
			c.send(o.method, path, body).fails(http.StatusUnauthorized, codeUnauthorized)
		}
		for _, who := range []string{"counts", "members", "segments", "admin"} {
			got := s.on(t).client(tokens[who]).send(o.method, path, body)
			switch {
			case got.status >= http.StatusInternalServerError && got.status != http.StatusBadGateway:
				t.Errorf("%s as %s answers %d: %s", o.OperationID, who, got.status, got.body)
			case !o.public() && !roles[who].Has(need):
				got.fails(http.StatusForbidden, "FORBIDDEN")
			case o.OperationID == "cancelJob" && who == "members":
				got.fails(http.StatusForbidden, "FORBIDDEN") // the job is another's
			case got.status == http.StatusUnauthorized && o.OperationID != "login" || got.status == http.StatusForbidden:
				t.Errorf("%s as %s answers %d: %s", o.OperationID, who, got.status, got.body)
			}
		}
	}
}

// expired makes a token that has ended.
func (s *studio) expired() string {
	s.t.Helper()
	now := s.clock.now()
	_, secret, err := s.tokens.Add("late", access.Admin, now.Add(-time.Minute), now.Add(-time.Hour))
	must(s.t, err)
	return secret.Reveal()
}

// revoked makes a token and revokes it.
func (s *studio) revoked() string {
	s.t.Helper()
	token, secret, err := s.tokens.Add("gone", access.Admin, time.Time{}, s.clock.now())
	must(s.t, err)
	must(s.t, s.tokens.Revoke(token.ID, s.clock.now()))
	return secret.Reveal()
}

// entries returns the log's entries of an outcome.
func (s *studio) entries(outcome audit.Outcome) []audit.Entry {
	s.t.Helper()
	var out []audit.Entry
	for e, err := range s.log.Read(s.t.Context(), audit.Filter{Outcome: outcome}) {
		must(s.t, err)
		out = append(out, e)
	}
	return out
}

// TestDeniedIsLogged looks for every refusal in the audit log, and that who floods it is
// stopped, without keeping out who has a token.
func TestDeniedIsLogged(t *testing.T) {
	s := newStudio(t, func(o *Options) { o.Limits.Attempts = 3 })
	right := s.token("ada", access.Admin)
	wrong := s.client("rc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	for range 3 {
		wrong.send(http.MethodGet, "/parents", nil).fails(http.StatusUnauthorized, codeUnauthorized)
	}
	got := wrong.send(http.MethodGet, "/parents", nil)
	got.fails(http.StatusTooManyRequests, codeRate)
	if got.header.Get("Retry-After") != "20" {
		t.Errorf("to be tried again after %q s, want 20", got.header.Get("Retry-After"))
	}
	s.client("").send(http.MethodPost, "/session", Login{Token: "rc_x"}).fails(http.StatusTooManyRequests, codeRate)
	if n := len(s.entries(audit.Denied)); n != 3 {
		t.Errorf("%d refusals are in the log, want 3", n)
	}
	s.client(right).send(http.MethodGet, "/parents", nil).is(http.StatusOK)
	s.clock.move(20 * time.Second)
	wrong.send(http.MethodGet, "/parents", nil).fails(http.StatusUnauthorized, codeUnauthorized)
	if header := wrong.send(http.MethodGet, "/parents", nil).header; header.Get("Retry-After") == "" {
		t.Error("the second in a row is not held up")
	}
}

// TestScheme looks at headers that are no token.
func TestScheme(t *testing.T) {
	s := newStudio(t)
	token := s.token("ada", access.Admin)
	for _, header := range []string{"Basic " + token, token, "Bearer", "Bearer  " + token, "Bearer " + token + " x", ""} {
		s.client("").with("Authorization", header).send(http.MethodGet, "/parents", nil).fails(http.StatusUnauthorized, codeUnauthorized)
	}
	twice := s.client("")
	twice.header["Authorization"] = []string{"Bearer " + token, "Bearer " + token}
	twice.send(http.MethodGet, "/parents", nil).fails(http.StatusUnauthorized, codeUnauthorized)
	got := s.client("").with("Authorization", "bearer "+token).send(http.MethodGet, "/parents", nil).is(http.StatusOK)
	if got.header.Get("WWW-Authenticate") != "" {
		t.Error("who is known is asked for a token")
	}
}

// TestTokensClose looks whether the first token closes the door to everybody else, and that
// it stays closed.
func TestTokensClose(t *testing.T) {
	s := newStudio(t)
	var before, after Session
	s.client("").send(http.MethodGet, "/session", nil).is(http.StatusOK).as(&before)
	if !before.Local || before.TokensRequired || before.Roles != access.Admin {
		t.Errorf("without tokens the session is %+v", before)
	}
	s.client("").send(http.MethodPost, "/tokens", map[string]any{"name": "ada", "roles": []string{"admin"}}).is(http.StatusCreated)
	s.client("").send(http.MethodGet, "/parents", nil).fails(http.StatusUnauthorized, codeUnauthorized)
	s.client("").send(http.MethodGet, "/session", nil).is(http.StatusOK).as(&after)
	if after.Local || !after.TokensRequired || after.Roles != 0 || after.Name != "" {
		t.Errorf("with tokens the session of nobody is %+v", after)
	}
	must(t, s.tokens.Revoke(s.tokens.List()[0].ID, s.clock.now()))
	s.client("").send(http.MethodGet, "/parents", nil).fails(http.StatusUnauthorized, codeUnauthorized)
}

// TestLocal sends what does not come from the machine itself, where nobody needs a token.
func TestLocal(t *testing.T) {
	s := newStudio(t)
	for _, header := range passedOn {
		s.client("").with(header, "for=192.0.2.7").send(http.MethodGet, "/parents", nil).fails(http.StatusUnauthorized, codeUnauthorized)
	}
	for address, want := range map[string]int{
		"127.0.0.1:5": http.StatusOK, "127.8.8.8:5": http.StatusOK, "[::1]:5": http.StatusOK, "[::ffff:127.0.0.1]:5": http.StatusOK,
		"192.0.2.7:5": http.StatusUnauthorized, "[2001:db8::1]:5": http.StatusUnauthorized, "nowhere": http.StatusUnauthorized, "": http.StatusUnauthorized,
	} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+prefix+"/parents", nil)
		r.RemoteAddr = address
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("from %q: %d, want %d", address, w.Code, want)
		}
	}
}

// TestAddress counts an IPv4 address by itself, and of IPv6 what one subscriber has.
func TestAddress(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:5": "192.0.2.7", "[::ffff:192.0.2.7]:5": "192.0.2.7", "[2001:db8:1:2:3::4]:5": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:5": "fe80::/64", "[::1]:5": "::1", "pipe": "pipe", "name:5": "name",
	} {
		if got := address(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("address(%q) is %q, want %q", remote, got, want)
		}
	}
}
