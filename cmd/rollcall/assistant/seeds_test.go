package assistant_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/api"
	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
)

// doors are the ways to CDNOW: each asks the same through another backend or transport.
func doors(t *testing.T) map[string]*session {
	t.Helper()
	s, tokens := studio(t)
	_, secret, err := tokens.Add("ada", access.Admin, time.Time{}, demoTime)
	must(t, err)
	who, err := s.Authenticate(context.Background(), secret.Reveal(), false)
	must(t, err)
	handler, err := api.New(s, api.Options{Tokens: tokens, Assistants: assistant.Handler(func(ctx context.Context) (assistant.Backend, assistant.Options) {
		caller, ok := api.CallerOf(ctx)
		if !ok {
			return nil, assistant.Options{}
		}
		return assistant.NewServiceBackend(s, caller), assistant.Options{Language: language}
	})})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	remote, err := assistant.NewServerBackend(server.URL, secret.Reveal())
	must(t, err)
	options := assistant.Options{Language: language}
	return map[string]*session{
		"snapshot": connect(t, snapshotBackend(t, t.TempDir()), options),
		"service":  connect(t, assistant.NewServiceBackend(s, who), options),
		"server":   connect(t, remote, assistant.Options{Language: language, Personal: true}),
		"http":     connectHTTP(t, server.URL+"/mcp", secret.Reveal()),
	}
}

// withToken sends a token with every request.
type withToken struct{ token string }

func (w withToken) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+w.token)
	return http.DefaultTransport.RoundTrip(r)
}

// connectHTTP returns a client of a server over streamable HTTP.
func connectHTTP(t *testing.T, url, token string) *session {
	t.Helper()
	client, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(context.Background(),
		&mcp.StreamableClientTransport{Endpoint: url, HTTPClient: &http.Client{Transport: withToken{token}}, MaxRetries: -1}, nil)
	must(t, err)
	t.Cleanup(func() { must(t, client.Close()) })
	return &session{client, t}
}

// TestSeeds asks the questions of the seeds' story through every door.
func TestSeeds(t *testing.T) {
	for name, s := range doors(t) {
		t.Run(name, func(t *testing.T) {
			s := &session{s.ClientSession, t}
			howMany(t, s)
			misspelt(t, s)
			updated(t, s)
			listed(t, s)
			compared(t, s)
			saved(t, s)
			if name != "snapshot" {
				asAttribute(t, s)
			}
			if name == "server" {
				customers(t, s)
			}
		})
	}
}

// howMany: how many customers are Gold and purchased in the last 30 days as of 1998-07-01?
func howMany(t *testing.T, s *session) {
	out, text := s.call("count", object{"parent": parent, "rule": gold, "as_of": "1998-07-01"})
	if out["count"] != 315.0 || out["customers"] != 23570.0 || !strings.HasPrefix(text, "315 of 23,570 customers (1.34 %) as of 1998-07-01T00:00:00Z\n") ||
		!strings.Contains(text, "Window of purchase in last 30 days: from 1998-06-01T00:00:00Z until before 1998-07-01T00:00:00Z\n") {
		t.Errorf("%v\n%s", out, text)
	}
	out, text = s.call("explain", object{"rule": gold, "as_of": "1998-07-01"})
	if out["count"] != 315.0 || out["plan"] == nil || !strings.Contains(text, "loyalty_tier = 'Gold'") {
		t.Errorf("%v\n%s", out, text)
	}
}

// misspelt: a wrong name gives the nearest, and the corrected call an answer.
func misspelt(t *testing.T, s *session) {
	p, text := s.fails("count", object{"rule": "loyalty_tear = 'Gold' and purchase in last 30 days", "as_of": "1998-07-01"})
	if p.Code != "UNKNOWN_ATTRIBUTE" || len(p.Problems) != 1 || p.Problems[0].Nearest != "loyalty_tier" || p.Problems[0].Line != 1 || p.Problems[0].Column != 1 ||
		!strings.Contains(text, `did you mean`) || !strings.Contains(text, "UNKNOWN_ATTRIBUTE at line 1, column 1") {
		t.Fatalf("%+v\n%s", p, text)
	}
	out, _ := s.call("count", object{"rule": p.Problems[0].Nearest + " = 'Gold' and purchase in last 30 days", "as_of": "1998-07-01"})
	if out["count"] != 315.0 {
		t.Error(out)
	}
	out, text = s.call("check_rule", object{"rule": "loyalty_tear = 'Gold'"})
	if out["ok"] != false || !strings.Contains(text, "loyalty_tier") {
		t.Errorf("%v\n%s", out, text)
	}
	out, text = s.call("check_rule", object{"rule": "purchase  in LAST 30 days AND loyalty_tier='Gold'", "as_of": "1998-07-01"})
	if out["ok"] != true || out["rule"] != "purchase in last 30 days and loyalty_tier = 'Gold'" || !strings.Contains(text, "from 1998-06-01T00:00:00Z") || out["segment"] != nil {
		t.Errorf("%v\n%s", out, text)
	}
	if p, _ := s.fails("count", object{"parent": "CDNOW custmers", "rule": gold}); p.Code != "NOT_FOUND" || p.Nearest != parent {
		t.Errorf("%+v", p)
	}
}

// updated: when was this last updated?
func updated(t *testing.T, s *session) {
	out, text := s.call("freshness", nil)
	fresh, ok := out["freshness"].(object)
	if !ok || fresh["state"] != "ready" || fresh["customers"] != 23570.0 || fresh["snapshot_version"] != 1.0 {
		t.Fatal(out)
	}
	at, err := time.Parse(time.RFC3339Nano, fresh["last_updated"].(string))
	if err != nil || !strings.Contains(text, "was last updated at "+at.Format(time.RFC3339)[:16]) {
		t.Errorf("%v\n%s", err, text)
	}
	out, text = s.call("list_parent_segments", nil)
	if list, ok := out["parent_segments"].([]any); !ok || len(list) != 1 || !strings.Contains(text, "\n"+parent+"  ready  23,570 ") {
		t.Errorf("%v\n%s", out, text)
	}
}

// listed: attributes, behaviors and values, as the command lists them.
func listed(t *testing.T, s *session) {
	out, text := s.call("list_attributes", object{"stats": true})
	if len(out["attributes"].([]any)) < 5 || !strings.HasPrefix(text, parent+": 23,570 customers by customer_id (string), time zone UTC, last updated ") ||
		!strings.Contains(text, "\nlifetime_value ") || !strings.Contains(text, "number (decimal(10,2))  0.00 ") {
		t.Error(text)
	}
	if out, _ := s.call("list_attributes", object{"search": "TIER"}); len(out["attributes"].([]any)) != 1 {
		t.Error(out)
	}
	_, text = s.call("list_behaviors", object{})
	if !strings.Contains(text, "\npurchase  purchased_at timestamp, amount number (decimal(10,2)), quantity number (int64)") {
		t.Error(text)
	}
	out, text = s.call("list_values", object{"field": "loyalty_tier", "search": "gold"})
	if !strings.Contains(text, "\nGold   734") || len(out["values"].([]any)) != 1 {
		t.Error(text)
	}
	if out, _ := s.call("list_values", object{"field": "purchase.quantity", "limit": 3}); len(out["values"].([]any)) != 3 || out["more"] != true {
		t.Error(out)
	}
}

// compared: breakdown, overlap, trend.
func compared(t *testing.T, s *session) {
	out, text := s.call("breakdown", object{"rule": "purchase in last 30 days", "by": []string{"loyalty_tier"}, "as_of": "1998-07-01"})
	if !strings.Contains(text, "\nGold ") || !strings.Contains(text, " 315 ") || len(out["breakdowns"].([]any)) != 1 {
		t.Error(text)
	}
	out, text = s.call("overlap", object{"rules": []string{"loyalty_tier = 'Gold'", "purchase in last 30 days"}, "as_of": "1998-07-01"})
	if out["common"] != 315.0 || !strings.Contains(text, "and 315 in all") {
		t.Error(text)
	}
	out, text = s.call("trend", object{"rule": gold, "from": "1998-05-01", "to": "1998-07-01", "every": "month"})
	if len(out["points"].([]any)) != 3 || !strings.Contains(text, "1998-07-01T00:00:00Z  315") {
		t.Error(text)
	}
}

// saved: a segment is saved once, changed when asked, and used.
func saved(t *testing.T, s *session) {
	folder := "Loyalty of " + strings.TrimPrefix(t.Name(), "TestSeeds/") // the doors of one studio share its segments
	path := folder + "/Recent gold"
	save := object{"path": path, "rule": gold, "note": "for the test"}
	out, text := s.call("save_segment", save)
	if out["path"] != path || out["rule"] != gold || !strings.Contains(text, "segment '"+path+"'") {
		t.Errorf("%v\n%s", out, text)
	}
	if p, _ := s.fails("save_segment", save); p.Code != "EXISTS" {
		t.Errorf("%+v", p)
	}
	out, _ = s.call("count", object{"rule": "segment '" + path + "'", "as_of": "1998-07-01"})
	if out["count"] != 315.0 {
		t.Error(out)
	}
	save["rule"], save["replace"] = "loyalty_tier = 'Gold'", true
	s.call("save_segment", save)
	out, text = s.call("list_segments", object{"counts": true, "folder": folder, "as_of": "1998-07-01"})
	if !strings.Contains(text, path+"  734  ") {
		t.Errorf("%v\n%s", out, text)
	}
	save["rule"] = "segment '" + path + "'"
	if p, text := s.fails("save_segment", save); p.Status != 422 {
		t.Errorf("a segment of itself: %s", text)
	}
	if p, _ := s.fails("save_segment", object{"path": "a/../b", "rule": gold}); p.Status != 422 {
		t.Errorf("%+v", p)
	}
}

// asAttribute: how do I add a column as an attribute?
func asAttribute(t *testing.T, s *session) {
	out, text := s.call("list_source_tables", nil)
	if !strings.Contains(text, "customer_id") || len(out["tables"].([]any)) != 3 {
		t.Fatal(text)
	}
	out, text = s.call("suggest_attribute", object{"table": "marketing.customers", "column": "first_purchase_date", "name": "joined_on"})
	if !strings.Contains(text, "joined_on") || !strings.Contains(text, "Nothing has been changed.") || !strings.Contains(out["configuration"].(string), "joined_on") {
		t.Errorf("%v\n%s", out, text)
	}
	if p, text := s.fails("suggest_attribute", object{"table": "marketing.custmers", "column": "x"}); p.Nearest != "marketing.customers" || !strings.Contains(text, "marketing.customers") {
		t.Errorf("%+v", p)
	}
}

// TestStdioOfAChild talks to a process over its stdin and stdout.
func TestStdioOfAChild(t *testing.T) {
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), childVariable+"="+cdnowData.Snapshot(t))
	client, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(context.Background(), &mcp.CommandTransport{Command: command}, nil)
	must(t, err)
	s := &session{client, t}
	howMany(t, s)
	misspelt(t, s)
	updated(t, s)
	must(t, client.Close())
	if !command.ProcessState.Success() {
		t.Errorf("the child ended with %s", command.ProcessState)
	}
}
