package service

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
)

func TestTokens(t *testing.T) {
	ctx := context.Background()
	now := demoTime
	s := newStudio(t, func(o *Options) { o.Now = func() time.Time { return now } })
	if s.TokensRequired() {
		t.Error("tokens are required before there is one")
	}
	made, err := s.AddToken(ctx, Local(), TokenRequest{Name: "ada", Roles: []string{"counts", "members"}, Expires: "1998-07-02T00:00:00Z"})
	must(t, err)
	if !s.TokensRequired() || made.Token.Name != "ada" || !strings.HasPrefix(made.Secret, access.Prefix) {
		t.Fatal(toJSON(t, made.Token))
	}
	who, err := s.Authenticate(ctx, made.Secret, true)
	must(t, err)
	if who.Name != "ada" || who.TokenID != made.Token.ID || who.Roles != access.Counts|access.Members || who.Local {
		t.Errorf("%+v", who)
	}
	list, err := s.Tokens(ctx, admin)
	must(t, err)
	if len(list) != 1 || strings.Contains(toJSON(t, list), made.Secret[4:]) {
		t.Error(toJSON(t, list))
	}
	denied := func(token string, reason access.Reason) {
		t.Helper()
		_, err := s.Authenticate(ctx, token, false)
		if StatusOf(err) != 401 || strings.Contains(err.Error(), string(reason)) {
			t.Errorf("%s: %v", reason, err)
		}
		if got := s.outcomes("login", "unknown ("+string(reason)+")"); len(got) == 0 || got[len(got)-1] != audit.Denied {
			t.Errorf("%s: the log has %v", reason, got)
		}
	}
	denied("", access.Missing)
	denied("abc", access.Malformed)
	denied(access.Prefix+strings.Repeat("A", 43), access.Unknown)
	now = demoTime.AddDate(0, 0, 2)
	denied(made.Secret, access.Expired)
	now = demoTime
	must(t, s.RevokeToken(ctx, admin, made.Token.ID))
	denied(made.Secret, access.Revoked)
	for want, in := range map[string]TokenRequest{
		"422 INVALID roles: there is none":             {Name: "x"},
		"422 INVALID roles: ":                          {Name: "x", Roles: []string{"root"}},
		`422 INVALID expires: "tomorrow" is no time, `: {Name: "x", Roles: []string{"counts"}, Expires: "tomorrow"},
		"422 INVALID token: ":                          {Name: "", Roles: []string{"counts"}},
	} {
		if err := second(s.AddToken(ctx, admin, in)); err == nil || !strings.HasPrefix(short(err), want) {
			t.Errorf("%v, expected %s", err, want)
		}
	}
	s.noSecret(made.Secret)
}

func TestAuditLog(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	_, err := s.List(ctx, members, "CDNOW", ListRequest{Ask: Ask{Rule: gold}, Limit: 7})
	must(t, err)
	_, err = s.Profile(ctx, members, "CDNOW", ProfileRequest{Key: "00048"})
	must(t, err)
	_, err = s.List(ctx, counts, "CDNOW", ListRequest{Ask: Ask{Rule: gold}})
	if StatusOf(err) != 403 {
		t.Error(err)
	}
	page, err := s.AuditLog(ctx, admin, AuditRequest{Parent: "CDNOW", By: "mia"})
	must(t, err)
	if len(page.Items) != 2 || page.Items[0].Revealed != 7 || page.Items[1].Customer != s.log.CustomerHash("CDNOW", "00048") {
		t.Error(toJSON(t, page))
	}
	if page.Items[0].Version != 1 || page.Items[1].Version != 1 {
		t.Error("the log does not say of which version customers were shown:", toJSON(t, page))
	}
	if strings.Contains(toJSON(t, page), "00048") {
		t.Error("the log has the key of a customer")
	}
	first, err := s.AuditLog(ctx, admin, AuditRequest{Listing: Listing{Limit: 2}})
	must(t, err)
	rest, err := s.AuditLog(ctx, admin, AuditRequest{Listing: Listing{After: first.Next, Limit: 100}})
	must(t, err)
	if len(first.Items) != 2 || rest.Items[0].Seq != 3 || rest.Next != "" {
		t.Error(toJSON(t, first), toJSON(t, rest))
	}
	denied, err := s.AuditLog(ctx, admin, AuditRequest{Action: "list", By: "cccccccc"})
	must(t, err)
	if len(denied.Items) != 1 || denied.Items[0].Outcome != audit.Denied {
		t.Error(toJSON(t, denied))
	}
	if err := second(s.AuditLog(ctx, admin, AuditRequest{Listing: Listing{After: "x"}})); StatusOf(err) != 422 {
		t.Error(err)
	}
}

// TestAuditDamage changes a line of the log behind the server's back: who checks it is told
// which, and not where the server keeps it.
func TestAuditDamage(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.connect()
	files, err := filepath.Glob(filepath.Join(s.dir, "audit", "*.jsonl"))
	must(t, err)
	data, err := os.ReadFile(files[0])
	must(t, err)
	must(t, os.WriteFile(files[0], bytes.Replace(data, []byte(`"ada"`), []byte(`"eve"`), 1), 0o600))
	err = second(s.VerifyAudit(ctx, admin))
	p := ProblemFor(admin, err)
	want := "audit: audit/" + filepath.Base(files[0]) + ":"
	if p.Status != 500 || p.Code != "AUDIT_DAMAGED" || !strings.HasPrefix(p.Detail, want) || strings.Contains(p.Detail, s.dir) {
		t.Errorf("%v: %+v, want a detail that starts with %q", err, p, want)
	}
}

// TestNoTokens lists tokens where there are none: a list all the same.
func TestNoTokens(t *testing.T) {
	tokens, err := newStudio(t).Tokens(context.Background(), admin)
	must(t, err)
	if got := toJSON(t, tokens); got != "[]" {
		t.Errorf("no tokens are %s, want []", got)
	}
}

// TestNothingWithoutLog asks for customers while the log cannot be written: none is shown.
func TestNothingWithoutLog(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	must(t, s.log.Close())
	for name, err := range map[string]error{
		"list":    second(s.List(ctx, members, "CDNOW", ListRequest{Ask: Ask{Rule: gold}})),
		"profile": second(s.Profile(ctx, members, "CDNOW", ProfileRequest{Key: "00048"})),
		"why":     second(s.Why(ctx, members, "CDNOW", WhyRequest{Ask: Ask{Rule: gold}, Key: "00048"})),
		"diff":    second(s.Diff(ctx, members, "CDNOW", DiffRequest{Ask: Ask{Rule: gold}, From: "1998-06-01", To: "1998-07-01", Rows: true})),
		"denied":  second(s.List(ctx, counts, "CDNOW", ListRequest{Ask: Ask{Rule: gold}})),
	} {
		if StatusOf(err) != 503 {
			t.Errorf("%s: %v", name, err)
		}
	}
	out, err := s.List(ctx, members, "CDNOW", ListRequest{Ask: Ask{Rule: gold}})
	if out != nil || err == nil {
		t.Error("customers are shown that are not in the log")
	}
}
