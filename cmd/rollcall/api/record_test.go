package api

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

var update = flag.Bool("update", false, "write the document's examples of answers anew")

// step is a request whose answer is the document's example.
type step struct {
	id, method, path string
	body             any
	match            string
}

// examplesOf are requests of every operation that answers with an object, in an order in
// which all of them succeed.
func examplesOf(warehouse, token string) []step {
	const segments = "/parents/CDNOW/segments"
	gold := segments + "/Loyalty%2FGold"
	return []step{
		{"login", http.MethodPost, "/session", Login{Token: token}, ""},
		{"getSession", http.MethodGet, "/session", nil, ""},
		{"addToken", http.MethodPost, "/tokens", service.TokenRequest{Name: "Ana", Roles: []string{"counts", "members"}}, ""},
		{"listTokens", http.MethodGet, "/tokens", nil, ""},
		{"putConnection", http.MethodPut, "/connections/shop", service.ConnectionRequest{Kind: "files", URI: warehouse}, ""},
		{"getConnection", http.MethodGet, "/connections/shop", nil, ""},
		{"listConnections", http.MethodGet, "/connections", nil, ""},
		{"testConnection", http.MethodPost, "/connections/shop/test", nil, ""},
		{"listTables", http.MethodGet, "/connections/shop/tables", nil, ""},
		{"getTable", http.MethodGet, "/connections/shop/tables/marketing.customers", nil, ""},
		{"putParent", http.MethodPut, "/parents/CDNOW", string(cdnow.ParentYAML()), ""},
		{"getJob", http.MethodGet, "/jobs/1", nil, ""},
		{"getParent", http.MethodGet, "/parents/CDNOW", nil, ""},
		{"listParents", http.MethodGet, "/parents", nil, ""},
		{"listParentVersions", http.MethodGet, "/parents/CDNOW/versions", nil, ""},
		{"listSourceTables", http.MethodGet, "/parents/CDNOW/source-tables", nil, ""},
		{"suggestAttribute", http.MethodPost, "/parents/CDNOW/suggest-attribute", service.SuggestRequest{Table: "analytics.customer_metrics", Column: "ltv", Name: "value"}, ""},
		{"fields", http.MethodGet, "/parents/CDNOW/fields?stats=true", nil, ""},
		{"values", http.MethodGet, "/parents/CDNOW/values?field=loyalty_tier", nil, ""},
		{"check", http.MethodPost, "/parents/CDNOW/check", service.CheckRequest{Ask: exampleAsk}, ""},
		{"count", http.MethodPost, "/parents/CDNOW/count", service.CountRequest{Ask: exampleAsk, Explain: true}, ""},
		{"list", http.MethodPost, "/parents/CDNOW/list", service.ListRequest{Ask: exampleAsk, Columns: []string{"loyalty_tier"}, Limit: 2}, ""},
		{"profile", http.MethodPost, "/parents/CDNOW/profile", service.ProfileRequest{Key: exampleKey, AsOf: exampleAsOf}, ""},
		{"why", http.MethodPost, "/parents/CDNOW/why", service.WhyRequest{Ask: exampleAsk, Key: exampleKey}, ""},
		{"breakdown", http.MethodPost, "/parents/CDNOW/breakdown", service.BreakdownRequest{Ask: exampleAsk, By: []string{"cohort"}}, ""},
		{"overlap", http.MethodPost, "/parents/CDNOW/overlap", exampleRules, ""},
		{"waterfall", http.MethodPost, "/parents/CDNOW/waterfall", exampleRules, ""},
		{"trend", http.MethodPost, "/parents/CDNOW/trend", service.TrendRequest{Ask: service.Ask{Rule: exampleOther}, From: "1998-01-01", To: "1998-06-30", Every: "month"}, ""},
		{"funnel", http.MethodPost, "/parents/CDNOW/funnel", service.Ask{Rule: "purchase then purchase within 30 days", AsOf: exampleAsOf}, ""},
		{"diff", http.MethodPost, "/parents/CDNOW/diff", service.DiffRequest{Ask: service.Ask{Rule: exampleOther}, From: "1998-04-01", To: exampleAsOf}, ""},
		{"split", http.MethodPost, "/parents/CDNOW/split", service.SplitRequest{Ask: exampleAsk, Parts: "control=10,a=45,b=45", Salt: "spring"}, ""},
		{"createSegment", http.MethodPost, segments, service.SegmentRequest{Path: "Loyalty/Gold", Rule: exampleRule, Note: "for the spring campaign"}, ""},
		{"getSegment", http.MethodGet, gold, nil, ""},
		{"listSegments", http.MethodGet, segments + "?counts=true&as_of=1998-07-01", nil, ""},
		{"updateSegment", http.MethodPut, gold, service.SegmentRequest{Rule: "loyalty_tier in ('Gold', 'Platinum')", Note: "Platinum, too"}, `"1"`},
		{"listSegmentVersions", http.MethodGet, gold + "/versions", nil, ""},
		{"moveSegment", http.MethodPost, gold + "/move", service.MoveRequest{To: "VIP/Gold"}, `"2"`},
		{"deleteSegment", http.MethodDelete, segments + "/VIP%2FGold", nil, `"3"`},
		{"restoreSegment", http.MethodPost, segments + "/VIP%2FGold/restore", service.RestoreRequest{Note: "as it was"}, ""},
		{"createExport", http.MethodPost, "/parents/CDNOW/exports", service.ExportRequest{Ask: exampleAsk, Columns: []string{"loyalty_tier"}, Format: "csv"}, ""},
		{"cancelJob", http.MethodPost, "/jobs/2/cancel", nil, ""},
		{"refreshParent", http.MethodPost, "/parents/CDNOW/refresh", service.RefreshRequest{}, ""},
		{"listJobs", http.MethodGet, "/jobs", nil, ""},
		{"listAudit", http.MethodGet, "/audit", nil, ""},
		{"verifyAudit", http.MethodGet, "/audit/verify", nil, ""},
	}
}

// TestExamples sends the requests of the examples and looks whether the document has the
// members that are answered; what they hold differs from run to run.
func TestExamples(t *testing.T) {
	s := newStudio(t)
	token := s.token("ada", access.Admin)
	warehouse := cdnowData.Warehouse(t)
	answers := map[string]json.RawMessage{}
	for _, step := range examplesOf(warehouse, token) {
		c := s.client(token)
		if step.match != "" {
			c = c.with("If-Match", step.match)
		}
		if step.id == "putParent" {
			c = c.with("Content-Type", "application/yaml")
		}
		got := c.send(step.method, step.path, step.body)
		if got.status >= http.StatusBadRequest && step.id != "cancelJob" {
			t.Errorf("%s answers %d: %s", step.id, got.status, got.body)
			continue
		}
		switch step.id {
		case "putParent":
			s.wait(1)
		case "createExport":
			s.wait(2)
		case "cancelJob":
			got = c.send(http.MethodGet, "/jobs/2", nil) // it may have ended before; a job is what is answered
		}
		answers[step.id] = shortened(t, got.body, warehouse)
	}
	if *update {
		data, err := json.MarshalIndent(answers, "", " ")
		must(t, err)
		must(t, os.WriteFile("examples.json", append(data, '\n'), 0o644)) //nolint:gosec // a source of the program
		return
	}
	var kept map[string]json.RawMessage
	must(t, json.Unmarshal(examples, &kept))
	v := validatorOf(t, s.document)
	for _, step := range examplesOf(warehouse, token) {
		if kept[step.id] == nil {
			t.Errorf("%s has no example of an answer: run the test with -update", step.id)
			continue
		}
		r, err := http.NewRequest(step.method, s.server.URL+prefix+step.path, nil)
		must(t, err)
		response := &http.Response{
			StatusCode: successOf(s, step.id), Header: http.Header{"Content-Type": {jsonType}, "Etag": {`"1"`}, "Set-Cookie": {"x=y"}},
			Body: readCloser(kept[step.id]),
		}
		if ok, wrong := v.ValidateHttpResponse(r, response); !ok {
			t.Errorf("the example of %s is not as the document says: %v: run the test with -update", step.id, wrong[0])
		}
	}
	for _, o := range describe(t, s.document).operations() {
		for status, response := range o.Responses {
			if _, ok := response.Content[jsonType]; ok && answers[o.OperationID] == nil {
				t.Errorf("%s answers %s, and nothing makes an example of it", o.OperationID, status)
			}
		}
	}
}

// successOf returns the status that an operation answers with where all is well.
func successOf(s *studio, id string) int {
	for _, o := range describe(s.t, s.document).operations() {
		for status := range o.Responses {
			if o.OperationID == id && strings.HasPrefix(status, "2") {
				var n int
				if _, err := fmt.Sscan(status, &n); err == nil {
					return n
				}
			}
		}
	}
	return 0
}

// shortened returns an answer as an example: of long lists the first entries, of long texts
// the start, and no paths and secrets of a test.
func shortened(t testing.TB, body []byte, warehouse string) json.RawMessage {
	t.Helper()
	body = []byte(strings.ReplaceAll(string(body), warehouse, "/srv/warehouse"))
	var v any
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	must(t, decoder.Decode(&v))
	out, err := json.Marshal(shorten(v))
	must(t, err)
	return out
}

func shorten(v any) any {
	const entries, letters = 2, 160
	switch v := v.(type) {
	case string:
		if strings.HasPrefix(v, "rc_") {
			return "rc_" + strings.Repeat("A", 43)
		}
		if runes := []rune(v); len(runes) > letters {
			return string(runes[:letters]) + "…"
		}
	case []any:
		v = v[:min(len(v), entries)]
		for i := range v {
			v[i] = shorten(v[i])
		}
		return v
	case map[string]any:
		for name := range v {
			v[name] = shorten(v[name])
		}
	}
	return v
}
