package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// TestStory is the whole way over HTTP: a connection, a parent segment, its build, questions
// of all kinds, a segment with its versions, an export with its download, the log.
func TestStory(t *testing.T) {
	s := newStudio(t)
	t.Run("connection", func(t *testing.T) { connectionStory(s.on(t).client("")) })
	t.Run("parent", func(t *testing.T) { parentStory(s.on(t).client("")) })
	t.Run("questions", func(t *testing.T) { questionStory(s.on(t).client("")) })
	t.Run("pictures", func(t *testing.T) { pictureStory(s.on(t).client("")) })
	t.Run("segments", func(t *testing.T) { segmentStory(s.on(t).client("")) })
	t.Run("exports", func(t *testing.T) { exportStory(s.on(t).client("")) })
	t.Run("examples", func(t *testing.T) { exampleStory(s.on(t).client("")) })
	t.Run("log", func(t *testing.T) { logStory(s.on(t).client("")) })
}

// on returns the studio for a part of a test.
func (s *studio) on(t testing.TB) *studio {
	out := *s
	out.t = t
	return &out
}

func connectionStory(c *client) {
	put := service.ConnectionRequest{Kind: "files", URI: cdnowData.Warehouse(c.t)}
	var got service.ConnectionJSON
	c.send(http.MethodPut, "/connections/shop", put).is(http.StatusOK).as(&got)
	if got.Name != "shop" || got.Outcome != registry.Created || got.Version != 1 {
		c.t.Errorf("the connection is %+v", got)
	}
	c.send(http.MethodPut, "/connections/shop", put).is(http.StatusOK).as(&got)
	if got.Outcome != registry.Unchanged {
		c.t.Errorf("the same connection again is %s", got.Outcome)
	}
	c.send(http.MethodGet, "/connections", nil).is(http.StatusOK)
	c.send(http.MethodGet, "/connections/shop", nil).is(http.StatusOK)
	if p := c.send(http.MethodGet, "/connections/shp", nil).fails(http.StatusNotFound, codeNotFound); p.Nearest != "shop" {
		c.t.Errorf("the nearest name is %q", p.Nearest)
	}
	var tried service.TestJSON
	c.send(http.MethodPost, "/connections/shop/test", nil).is(http.StatusOK).as(&tried)
	if !tried.OK || tried.Tables == 0 {
		c.t.Errorf("the connection is tried as %+v", tried)
	}
	var tables service.TablesJSON
	c.send(http.MethodGet, "/connections/shop/tables", nil).is(http.StatusOK).as(&tables)
	for _, table := range tables.Tables {
		c.send(http.MethodGet, "/connections/shop/tables/"+table.Name, nil).is(http.StatusOK)
	}
	c.send(http.MethodPut, "/connections/other", put).is(http.StatusOK)
	c.send(http.MethodDelete, "/connections/other", nil).is(http.StatusNoContent)
	c.send(http.MethodDelete, "/connections/other", nil).fails(http.StatusNotFound, codeNotFound)
}

func parentStory(c *client) {
	text := cdnow.ParentYAML()
	yaml := c.with("Content-Type", "application/yaml")
	c.send(http.MethodPost, "/parents/CDNOW/count", exampleCount()).fails(http.StatusNotFound, codeNotFound)
	var put service.PutJSON
	yaml.send(http.MethodPut, "/parents/CDNOW?connection=shop&mode=copied&build=false", text).is(http.StatusOK).as(&put)
	if put.Outcome != registry.Created || put.Job != nil {
		c.t.Errorf("the parent segment is %s with the job %+v", put.Outcome, put.Job)
	}
	c.send(http.MethodPost, "/parents/CDNOW/count", exampleCount()).fails(http.StatusConflict, "NOT_BUILT")
	yaml.send(http.MethodPut, "/parents/CDNOW", text).is(http.StatusOK).as(&put)
	if put.Outcome != registry.Unchanged || put.Job == nil {
		c.t.Fatalf("the same parent segment again is %s with the job %+v", put.Outcome, put.Job)
	}
	c.wait(put.Job.ID)
	var parent service.ParentJSON
	c.send(http.MethodGet, "/parents/CDNOW", nil).is(http.StatusOK).as(&parent)
	if parent.Freshness.State != service.StateReady || parent.Freshness.Customers == 0 || parent.Text != string(text) {
		c.t.Errorf("the parent segment is %+v", parent.Freshness)
	}
	c.send(http.MethodGet, "/parents", nil).is(http.StatusOK)
	c.send(http.MethodGet, "/parents/CDNOW/versions", nil).is(http.StatusOK)
	c.send(http.MethodGet, "/parents/CDNOW/source-tables", nil).is(http.StatusOK)
	c.send(http.MethodGet, "/jobs?parent=CDNOW&kind=build&state=succeeded", nil).is(http.StatusOK)
	var job service.JobJSON
	c.send(http.MethodPost, "/parents/CDNOW/refresh", service.RefreshRequest{}).is(http.StatusAccepted).as(&job)
	c.wait(job.ID)
	c.send(http.MethodGet, fmt.Sprintf("/jobs/%d", job.ID), nil).is(http.StatusOK)
	// It has ended, which whoever looks right then may not see yet.
	if got := c.send(http.MethodPost, fmt.Sprintf("/jobs/%d/cancel", job.ID), nil); got.status != http.StatusOK {
		got.fails(http.StatusConflict, "JOB_STATE")
	}
	c.send(http.MethodGet, fmt.Sprintf("/jobs/%d/download", job.ID), nil).is(http.StatusNotFound)
	yaml.send(http.MethodPut, "/parents/Wrong", "parent_segment:\n  nme: x\n").is(http.StatusUnprocessableEntity)
	drifted := strings.ReplaceAll(string(text), "loyalty_tier", "tier_of_loyalty")
	yaml.send(http.MethodPut, "/parents/CDNOW", drifted)
	c.with("Content-Type", "image/png").send(http.MethodPut, "/parents/CDNOW", "x").fails(http.StatusUnsupportedMediaType, codeMediaType)
	yaml.send(http.MethodPut, "/parents/CDNOW", "").fails(http.StatusBadRequest, codeMalformed)
}

func exampleCount() service.CountRequest { return service.CountRequest{Ask: exampleAsk} }

func questionStory(c *client) {
	var count service.CountJSON
	c.send(http.MethodPost, "/parents/CDNOW/count", service.CountRequest{
		Ask: service.Ask{Rule: "loyalty_tier = 'Gold' and purchase in last 30 days", AsOf: "1998-07-01"}, Explain: true, WithSegment: true,
	}).is(http.StatusOK).as(&count)
	if count.Count != 315 {
		c.t.Errorf("%d customers are Gold and have purchased in the last 30 days, want 315", count.Count)
	}
	var check service.CheckJSON
	c.send(http.MethodPost, "/parents/CDNOW/check", service.CheckRequest{Ask: service.Ask{Rule: "loyalty_teir = 'Gold'"}}).is(http.StatusOK).as(&check)
	if check.OK || len(check.Problems) != 1 || check.Problems[0].Nearest != "loyalty_tier" {
		c.t.Errorf("the check of a wrong name is %+v", check)
	}
	p := c.send(http.MethodPost, "/parents/CDNOW/count", service.CountRequest{Ask: service.Ask{Rule: "loyalty_teir = 'Gold'"}}).is(http.StatusUnprocessableEntity)
	if !strings.Contains(string(p.body), `"nearest":"loyalty_tier"`) {
		c.t.Errorf("a wrong name is answered as %s", p.body)
	}
	var list ask.ListJSON
	c.send(http.MethodPost, "/parents/CDNOW/list", service.ListRequest{Ask: exampleAsk, Limit: 3}).is(http.StatusOK).as(&list)
	if len(list.Rows) != 3 {
		c.t.Fatalf("the list has %d rows", len(list.Rows))
	}
	key := fmt.Sprint(list.Rows[0][0])
	for path, body := range map[string]any{
		"profile":   service.ProfileRequest{Key: key, AsOf: exampleAsOf, Segments: true},
		"why":       service.WhyRequest{Ask: exampleAsk, Key: key},
		"breakdown": service.BreakdownRequest{Ask: exampleAsk, By: []string{"cohort", "loyalty_tier"}},
		"overlap":   exampleRules,
		"waterfall": exampleRules,
		"trend":     service.TrendRequest{Ask: service.Ask{Rule: exampleOther}, From: "1998-01-01", To: "1998-06-30", Every: "month"},
		"funnel":    service.Ask{Rule: "purchase then purchase within 30 days", AsOf: exampleAsOf},
		"diff":      service.DiffRequest{Ask: service.Ask{Rule: exampleOther}, From: "1998-04-01", To: exampleAsOf, Rows: true},
		"split":     service.SplitRequest{Ask: exampleAsk, Parts: "a=50,b=50"},
	} {
		c.send(http.MethodPost, "/parents/CDNOW/"+path, body).is(http.StatusOK)
	}
	c.send(http.MethodPost, "/parents/CDNOW/profile", service.ProfileRequest{Key: "nobody"}).is(http.StatusNotFound)
	for _, path := range []string{"fields", "fields?stats=true", "values?field=loyalty_tier", "values?field=cohort&search=1&limit=3", "values?field=purchase.amount"} {
		c.send(http.MethodGet, "/parents/CDNOW/"+path, nil).is(http.StatusOK)
	}
	c.send(http.MethodGet, "/parents/CDNOW/values", nil).fails(http.StatusUnprocessableEntity, codeInvalid)
	if p := c.send(http.MethodGet, "/parents/CDNOW/values?field=cohort&limt=x", nil).fails(http.StatusUnprocessableEntity, codeInvalid); p.Nearest != "limit" {
		c.t.Errorf("an unknown parameter is answered as %+v", p)
	}
	p422 := c.send(http.MethodPost, "/parents/CDNOW/count", `{"rul":"x"}`).fails(http.StatusUnprocessableEntity, codeInvalid)
	if p422.Problems[0].Path != "rul" || p422.Detail != "rul: unexpected property" || p422.Nearest != "rule" || p422.Hint != `did you mean "rule"?` {
		c.t.Errorf("an unknown name is answered as %+v", p422)
	}
	c.send(http.MethodPost, "/parents/CDNOW/count", `{"rule":`).fails(http.StatusBadRequest, codeMalformed)
	c.send(http.MethodPost, "/parents/CDNOW/count", "").fails(http.StatusBadRequest, codeMalformed)
}

func pictureStory(c *client) {
	for kind, magic := range map[string]string{svgType: "<?xml", pngType: "\x89PNG"} {
		accepts := c.with("Accept", kind)
		for path, body := range map[string]any{
			"breakdown": service.BreakdownRequest{Ask: exampleAsk, By: []string{"cohort"}},
			"overlap":   exampleRules,
			"trend":     service.TrendRequest{Ask: service.Ask{Rule: exampleOther}, From: "1998-01-01", To: "1998-06-30", Every: "month"},
		} {
			got := accepts.send(http.MethodPost, "/parents/CDNOW/"+path, body).is(http.StatusOK)
			if got.header.Get("Content-Type") != kind || !bytes.HasPrefix(got.body, []byte(magic)) {
				c.t.Errorf("%s as %s answers %s: %.60q", path, kind, got.header.Get("Content-Type"), got.body)
			}
		}
		accepts.send(http.MethodPost, "/parents/CDNOW/breakdown", service.BreakdownRequest{Ask: exampleAsk, By: []string{"cohort", "loyalty_tier"}}).
			fails(http.StatusUnprocessableEntity, codeInvalid)
		accepts.send(http.MethodPost, "/parents/CDNOW/count", exampleCount()).fails(http.StatusNotAcceptable, codeNotAcceptable)
	}
}

func segmentStory(c *client) {
	const path = "/parents/CDNOW/segments/Loyalty%2FGold"
	var s service.SegmentJSON
	created := c.send(http.MethodPost, "/parents/CDNOW/segments", service.SegmentRequest{Path: "Loyalty/Gold", Rule: exampleRule, Note: "first"}).is(http.StatusCreated).as(&s)
	if s.Path != "Loyalty/Gold" || s.Version != 1 || created.header.Get("ETag") != `"1"` {
		c.t.Errorf("the segment is %s version %d, ETag %s", s.Path, s.Version, created.header.Get("ETag"))
	}
	c.send(http.MethodPost, "/parents/CDNOW/segments", service.SegmentRequest{Path: "Loyalty/Gold", Rule: exampleRule}).fails(http.StatusConflict, "EXISTS")
	c.send(http.MethodGet, path, nil).is(http.StatusOK)
	c.send(http.MethodGet, "/parents/CDNOW/segments?counts=true&folder=Loyalty&as_of=1998-07-01", nil).is(http.StatusOK)
	c.send(http.MethodPost, "/parents/CDNOW/count", service.CountRequest{Ask: service.Ask{Path: "Loyalty/Gold"}}).is(http.StatusOK)
	change := service.SegmentRequest{Rule: exampleOther}
	c.send(http.MethodPut, path, change).fails(http.StatusPreconditionRequired, "VERSION_REQUIRED")
	if p := c.with("If-Match", `"7"`).send(http.MethodPut, path, change).fails(http.StatusPreconditionFailed, "VERSION_CONFLICT"); p.Current != 1 {
		c.t.Errorf("the current version is %d", p.Current)
	}
	c.with("If-Match", `"gold"`).send(http.MethodPut, path, change).fails(http.StatusPreconditionFailed, "VERSION_CONFLICT")
	c.with("If-Match", `"1"`).send(http.MethodPut, path, change).is(http.StatusOK).as(&s)
	if s.Version != 2 {
		c.t.Errorf("the version is %d after a change", s.Version)
	}
	c.with("If-Match", "2").send(http.MethodPost, path+"/move", service.MoveRequest{To: "VIP/Gold"}).is(http.StatusOK).as(&s)
	const moved = "/parents/CDNOW/segments/VIP%2FGold"
	c.send(http.MethodGet, moved+"/versions", nil).is(http.StatusOK)
	version := fmt.Sprintf(`"%d"`, s.Version)
	c.with("If-Match", version).send(http.MethodDelete, moved+"?note=over", nil).is(http.StatusOK)
	c.send(http.MethodGet, moved, nil).fails(http.StatusNotFound, codeNotFound)
	c.send(http.MethodGet, "/parents/CDNOW/segments?deleted=true", nil).is(http.StatusOK)
	c.send(http.MethodPost, moved+"/restore", service.RestoreRequest{}).is(http.StatusOK)
	c.send(http.MethodPost, "/parents/CDNOW/segments", service.SegmentRequest{Path: "X", Rule: "loyalty_teir = 'Gold'"}).is(http.StatusUnprocessableEntity)
}

func exportStory(c *client) {
	const path = "/parents/CDNOW/exports"
	c.send(http.MethodPost, path, service.ExportRequest{Ask: exampleAsk, Format: "xml"}).is(http.StatusUnprocessableEntity)
	for format, kind := range map[string]string{"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet", "arrow": "application/vnd.apache.arrow.file"} {
		var job service.JobJSON
		c.send(http.MethodPost, path, service.ExportRequest{Ask: exampleAsk, Columns: []string{"loyalty_tier"}, Format: format}).is(http.StatusAccepted).as(&job)
		c.wait(job.ID)
		file := fmt.Sprintf("/jobs/%d/download", job.ID)
		whole := c.send(http.MethodGet, file, nil).is(http.StatusOK)
		if got := whole.header.Get("Content-Type"); got != kind {
			c.t.Errorf("%s is downloaded as %s", format, got)
		}
		if got := whole.header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=") || !strings.Contains(got, "."+format) {
			c.t.Errorf("%s is downloaded as %s", format, got)
		}
		part := c.with("Range", "bytes=3-9").send(http.MethodGet, file, nil).is(http.StatusPartialContent)
		if !bytes.Equal(part.body, whole.body[3:10]) {
			c.t.Errorf("bytes 3 to 9 are %q, want %q", part.body, whole.body[3:10])
		}
		if got := c.with("Range", "bytes=0-1,3-4").send(http.MethodGet, file, nil).is(http.StatusOK); !bytes.Equal(got.body, whole.body) {
			c.t.Error("two parts are not answered as the whole")
		}
		for _, of := range []string{"bytes=x", "lines=1-2"} {
			got := c.with("Range", of).send(http.MethodGet, file, nil)
			if got.status != http.StatusOK && got.status != http.StatusRequestedRangeNotSatisfiable {
				c.t.Errorf("the range %s is answered %d", of, got.status)
			}
		}
		c.with("Range", "bytes=99999999-").send(http.MethodGet, file, nil).fails(http.StatusRequestedRangeNotSatisfiable, codeRange)
		c.with("Accept", "text/html").send(http.MethodGet, file, nil).fails(http.StatusNotAcceptable, codeNotAcceptable)
	}
	c.send(http.MethodGet, "/jobs?kind=export", nil).is(http.StatusOK)
	c.send(http.MethodGet, "/jobs/999/download", nil).fails(http.StatusNotFound, codeNotFound)
}

// exampleStory asks the examples of the document's questions.
func exampleStory(c *client) {
	var document struct {
		Paths map[string]map[string]struct {
			Tags        []string
			RequestBody *struct {
				Content map[string]struct{ Example json.RawMessage }
			}
		}
	}
	must(c.t, json.Unmarshal(c.document, &document))
	asked := 0
	for path, operations := range document.Paths {
		post, ok := operations["post"]
		if !ok || post.Tags[0] != tagAsks {
			continue
		}
		example := post.RequestBody.Content[jsonType].Example
		if example == nil {
			c.t.Errorf("POST %s has no example", path)
			continue
		}
		c.send(http.MethodPost, strings.Replace(path, "{name}", "CDNOW", 1), []byte(example)).is(http.StatusOK)
		asked++
	}
	if asked != 12 {
		c.t.Errorf("%d questions have examples", asked)
	}
}

func logStory(c *client) {
	c.send(http.MethodGet, "/audit?limit=5", nil).is(http.StatusOK)
	c.send(http.MethodGet, "/audit?action=segment&parent=CDNOW&by=local", nil).is(http.StatusOK)
	c.send(http.MethodGet, "/audit/verify", nil).is(http.StatusOK)
}
