package assistant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// TestBadArguments asserts what an assistant is told of a call that makes no sense.
func TestBadArguments(t *testing.T) {
	s := connect(t, snapshotBackend(t, t.TempDir()), assistant.Options{Personal: true})
	for _, c := range []struct {
		tool      string
		arguments object
		want      string // the whole text
	}{
		{"count", object{}, "INVALID_ARGUMENT: rule: it is missing: the rule as text, such as: loyalty_tier = 'Gold' and purchase in last 30 days. A saved segment is asked as: segment 'Folder/Name'"},
		{"count", object{"rule": nil}, "INVALID_ARGUMENT: rule: it is missing: the rule as text, such as: loyalty_tier = 'Gold' and purchase in last 30 days. A saved segment is asked as: segment 'Folder/Name'"},
		{"count", object{"rule": gold, "asof": "1998-07-01"}, `INVALID_ARGUMENT: "asof": there is no such argument, expected parent, rule, as_of; did you mean "as_of"?`},
		{"count", object{"rule": 7}, `INVALID_ARGUMENT: rule: type: 7 has type "integer", want "string"`},
		{"count", object{"rule": gold, "as_of": "yesterday"}, `INVALID_ARGUMENT: as_of: "yesterday" is not a time: expected YYYY-MM-DD, or YYYY-MM-DD HH:MM[:SS[.ffffff]][Z|±HH:MM]`},
		{"count", object{"rule": "purchase in last"}, ""},
		{"breakdown", object{"rule": gold, "by": []string{}}, "INVALID_ARGUMENT: by: there are 0, expected 1 to 8"},
		{"breakdown", object{"rule": gold, "by": []string{"loyalty_teir"}}, ""},
		{"breakdown", object{"rule": gold, "by": []string{"cohort"}, "limit": 51}, "INVALID_ARGUMENT: limit: 51, expected 1 to 50"},
		{"breakdown", object{"rule": gold, "by": []string{"last_purchase_date"}, "every": "decade"}, `INVALID_ARGUMENT: every: "decade", expected one of day, week, month, quarter, year`},
		{"breakdown", object{"rule": gold, "by": []string{"orders"}, "bins": 3, "every": "days"}, `INVALID_ARGUMENT: every: "days", expected one of day, week, month, quarter, year; did you mean "day"?`},
		{"breakdown", object{"rule": gold, "by": []string{"orders"}, "bins": 3, "every": "day"}, "INVALID_ARGUMENT: every: it is there with bins: give bins for numbers, or every for dates and times"},
		{"overlap", object{"rules": []string{gold}}, "INVALID_ARGUMENT: rules: there are 1, expected 2 to 8"},
		{"trend", object{"rule": gold, "from": "x", "to": "1998-07-01"}, ""},
		{"trend", object{"rule": gold, "from": "1998-07-01", "to": "1997-07-01"}, ""},
		{"list_values", object{"field": "loyalty_tear"}, `INVALID: field: there is no attribute and no field of events "loyalty_tear"; did you mean "loyalty_tier"?`},
		{"list_members", object{"rule": gold, "columns": []string{"loyalty_teir"}}, ""},
		{"profile", object{"key": "nobody"}, ""},
		{"freshness", object{"parent": "CDNOW"}, `NOT_FOUND: there is no parent segment "CDNOW"; did you mean "CDNOW customers"?`},
		{"save_segment", object{"path": "../x", "rule": gold}, `INVALID_ARGUMENT: path: ".." starts with a point, or starts or ends with a space`},
		{"save_segment", object{"path": "/etc/x", "rule": gold}, `INVALID_ARGUMENT: path: "/etc/x" has an empty part, expected folder/name`},
		{"save_segment", object{"path": `a\b`, "rule": gold}, `INVALID_ARGUMENT: path: "a\\b" has a character that names of files may not have: \ : * ? " < > | or one that cannot be printed`},
		{"save_segment", object{"path": "x", "rule": "x = 1"}, ""},
	} {
		p, text := s.fails(c.tool, c.arguments)
		if p.Code == "" || p.Code == "INTERNAL" || p.Status < 400 || p.Status >= 500 || !strings.HasPrefix(text, p.Code) {
			t.Errorf("%s %v: %+v\n%s", c.tool, c.arguments, p, text)
		}
		if diff := cmp.Diff(c.want, text); c.want != "" && diff != "" {
			t.Errorf("%s %v: %s", c.tool, c.arguments, diff)
		}
		if c.want == "" && len(p.Problems) == 0 && p.Detail == "" {
			t.Errorf("%s %v says nothing: %s", c.tool, c.arguments, text)
		}
	}
	if _, err := s.CallTool(context.Background(), &mcp.CallToolParams{Name: "drop_everything"}); err == nil {
		t.Error("there is a tool drop_everything")
	}
	if out := s.result("count", []string{gold}); !out.IsError || !strings.HasPrefix(textOf(out), "INVALID_ARGUMENT: the arguments are no object: ") {
		t.Error(textOf(out))
	}
}

// TestTools says which tools there are, and what is said of them.
func TestTools(t *testing.T) {
	s, _ := studio(t)
	folder := t.TempDir()
	always := "breakdown check_rule count explain freshness list_attributes list_behaviors list_parent_segments list_segments list_values overlap"
	for _, c := range []struct {
		name    string
		backend assistant.Backend
		options assistant.Options
		want    string
	}{
		{"a snapshot", snapshotBackend(t, ""), assistant.Options{}, always + " trend"},
		{"with segments", snapshotBackend(t, folder), assistant.Options{}, always + " save_segment trend"},
		{"personal", snapshotBackend(t, ""), assistant.Options{Personal: true}, strings.Replace(always, "list_parent", "list_members list_parent", 1) + " profile trend"},
		{"a service", assistant.NewServiceBackend(s, service.Local()), assistant.Options{},
			strings.Replace(always, "list_values", "list_source_tables list_values", 1) + " save_segment suggest_attribute trend"},
	} {
		client := connect(t, c.backend, c.options)
		list, err := client.ListTools(context.Background(), nil)
		must(t, err)
		var names []string
		for _, tool := range list.Tools {
			names = append(names, tool.Name)
			described(t, tool)
		}
		if diff := cmp.Diff(c.want, strings.Join(names, " ")); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if !c.options.Personal {
			if _, err := client.CallTool(context.Background(), &mcp.CallToolParams{Name: "profile", Arguments: object{"key": "00048"}}); err == nil {
				t.Errorf("%s: profile can be called all the same", c.name)
			}
		}
	}
}

// described asserts that a tool and its arguments say what they are for.
func described(t *testing.T, tool *mcp.Tool) {
	t.Helper()
	if len(tool.Description) < 60 || tool.Title == "" || tool.Annotations == nil || tool.Annotations.OpenWorldHint == nil || *tool.Annotations.OpenWorldHint {
		t.Errorf("%s is not described", tool.Name)
	}
	if saves := tool.Name == "save_segment"; tool.Annotations.ReadOnlyHint == saves || *tool.Annotations.DestructiveHint != saves || tool.Annotations.IdempotentHint == saves {
		t.Errorf("%s has wrong hints", tool.Name)
	}
	var schema struct {
		Type                 string
		Properties           map[string]struct{ Type, Description string }
		AdditionalProperties any
	}
	data, err := json.Marshal(tool.InputSchema)
	must(t, err)
	must(t, json.Unmarshal(data, &schema))
	if schema.Type != "object" || schema.AdditionalProperties == nil {
		t.Errorf("%s: %s", tool.Name, data)
	}
	for name, p := range schema.Properties {
		if p.Type == "" || len(p.Description) < 10 {
			t.Errorf("%s: %s is not described: %s", tool.Name, name, data)
		}
	}
}

// TestResources reads the language and the fields of a parent segment.
func TestResources(t *testing.T) {
	ctx := context.Background()
	s := connect(t, snapshotBackend(t, ""), assistant.Options{Language: language, Manual: "# Rules"})
	list, err := s.ListResources(ctx, nil)
	must(t, err)
	var uris []string
	for _, r := range list.Resources {
		uris = append(uris, r.URI)
	}
	if diff := cmp.Diff([]string{"rollcall://language", "rollcall://manual", "rollcall://parent-segments/CDNOW%20customers/fields"}, uris); diff != "" {
		t.Fatal(diff)
	}
	for i, want := range []string{language, "# Rules"} {
		read, err := s.ReadResource(ctx, &mcp.ReadResourceParams{URI: uris[i]})
		must(t, err)
		if read.Contents[0].Text != want || list.Resources[i].Size != int64(len(want)) {
			t.Error(read.Contents[0].Text)
		}
	}
	if out, text := s.call("rule_language", nil); out["language"] != language || text+"\n" != language {
		t.Errorf("%v\n%s", out, text)
	}
	read, err := s.ReadResource(ctx, &mcp.ReadResourceParams{URI: uris[2]})
	must(t, err)
	var fields ask.FieldsJSON
	must(t, json.Unmarshal([]byte(read.Contents[0].Text), &fields))
	if fields.Name != parent || len(fields.Behaviors) != 1 || fields.Customers != 23570 {
		t.Error(read.Contents[0].Text)
	}
	for _, uri := range []string{"rollcall://parent-segments/CDNOW/fields", "rollcall://parent-segments//fields", "rollcall://other", "file:///etc/passwd"} {
		if _, err := s.ReadResource(ctx, &mcp.ReadResourceParams{URI: uri}); err == nil {
			t.Errorf("%s can be read", uri)
		}
	}
}

// slow is a backend whose count ends with the call.
type slow struct {
	assistant.Backend
	began chan struct{}
	ended chan error
}

func (b *slow) Count(ctx context.Context, _ string, _ service.CountRequest) (*service.CountJSON, error) {
	close(b.began)
	<-ctx.Done()
	b.ended <- ctx.Err()
	return nil, ctx.Err()
}

// TestCancel cancels a call: the question ends.
func TestCancel(t *testing.T) {
	backend := &slow{snapshotBackend(t, ""), make(chan struct{}), make(chan error, 1)}
	s := connect(t, backend, assistant.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-backend.began
		cancel()
	}()
	if _, err := s.CallTool(ctx, &mcp.CallToolParams{Name: "count", Arguments: object{"rule": gold, "parent": parent}}); !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v", err)
	}
	if err := <-backend.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the question ended with %v", err)
	}
}

// wide is a backend with more than an assistant can read.
type wide struct{ assistant.Backend }

func (b wide) Values(context.Context, string, service.ValuesRequest) (*service.ValuesJSON, error) {
	out := &service.ValuesJSON{Field: "f", Of: "customers"}
	for i := range 100 {
		text, err := json.Marshal(strings.Repeat("é", 5000) + fmt.Sprint(i))
		if err != nil {
			return nil, err
		}
		out.Values = append(out.Values, service.ValueJSON{Value: text, Count: 70})
	}
	return out, nil
}

func (b wide) Count(context.Context, string, service.CountRequest) (*service.CountJSON, error) {
	return &service.CountJSON{CountJSON: ask.CountJSON{AnswerJSON: ask.AnswerJSON{Rule: strings.Repeat("x", 100_000)}}}, nil
}

func (b wide) Check(context.Context, string, service.CheckRequest) (*service.CheckJSON, error) {
	p := service.Problem{Status: 422, Code: "SYNTAX", Detail: strings.Repeat("é", 100_000)}
	return nil, &assistant.RemoteError{Problem: p}
}

// TestBounded asserts that answers are cut, and say so.
func TestBounded(t *testing.T) {
	s := connect(t, wide{snapshotBackend(t, "")}, assistant.Options{})
	out, text := s.call("list_values", object{"parent": parent, "field": "f"})
	data, err := json.Marshal(out)
	must(t, err)
	if len(data) > assistant.MaxAnswerBytes || len(text) > assistant.MaxAnswerBytes || !strings.HasSuffix(text, "\nCut: values: the first 6 of 100 are shown") {
		t.Errorf("%d bytes, and %d of text that ends with %q", len(data), len(text), text[len(text)-60:])
	}
	if diff := cmp.Diff([]any{"values: the first 6 of 100 are shown"}, out["cut"]); diff != "" {
		t.Error(diff)
	}
	p, text := s.fails("count", object{"parent": parent, "rule": gold})
	if p.Code != "INVALID_ARGUMENT" || text != "INVALID_ARGUMENT: the answer is too large for an assistant: ask for less" {
		t.Errorf("%.200s", text)
	}
	failed := s.result("check_rule", object{"parent": parent, "rule": gold})
	if text := textOf(failed); !failed.IsError || len(text) > assistant.MaxAnswerBytes || !strings.HasSuffix(text, "\n… (cut)") {
		t.Errorf("%d bytes of an error", len(textOf(failed)))
	}
}

// TestPersonal shows customers where that was asked for.
func TestPersonal(t *testing.T) {
	s := connect(t, snapshotBackend(t, ""), assistant.Options{Personal: true})
	out, text := s.call("list_members", object{"rule": gold, "limit": 3, "columns": []string{"cohort", "lifetime_value"}})
	if out["count"] != 315.0 || len(out["rows"].([]any)) != 3 || !strings.Contains(text, "\n00048        1997-01  649.93\n") {
		t.Error(text)
	}
	_, text = s.call("list_members", object{"rule": gold, "limit": 1, "columns": []string{"lifetime_value"}, "order_by": "lifetime_value desc"})
	if !strings.Contains(text, "first 1 by") && !strings.HasPrefix(text, "1 of 23,570") {
		t.Error(text)
	}
	out, text = s.call("profile", object{"key": "00048", "events": 1})
	if out["key"] != "00048" || !strings.Contains(text, "loyalty_tier") || !strings.Contains(text, "\npurchase: ") {
		t.Error(text)
	}
}

// TestFolder asserts what saving does to a folder of segments.
func TestFolder(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "old.yml"), []byte("id: s-7\nname: Gold\nfolder: Loyalty\nowner: ada\nrule:\n  type: Value\n  attribute: loyalty_tier\n  operator: {type: Equal, value: Gold}\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "Notes.yml"), []byte("name: Uses gold\nrule:\n  type: include\n  segment: Loyalty/Gold\n"), 0o600))
	must(t, os.Symlink(outside, filepath.Join(dir, "link")))
	s := connect(t, snapshotBackend(t, dir), assistant.Options{})
	s.call("save_segment", object{"path": "Loyalty/Gold", "rule": "loyalty_tier = 'Gold' and orders > 1", "replace": true, "note": "asked by Ada"})
	text, err := os.ReadFile(filepath.Join(dir, "old.yml"))
	must(t, err)
	if !strings.Contains(string(text), "id: s-7") || !strings.Contains(string(text), "owner: ada") || !strings.Contains(string(text), "orders") || strings.Count(string(text), "note: ") != 1 {
		t.Errorf("the file is now\n%s", text)
	}
	if p, text := s.fails("save_segment", object{"path": "Loyalty/Gold", "rule": "segment 'Uses gold'", "replace": true}); p.Status != 422 || len(p.Problems) == 0 {
		t.Errorf("a circle: %s", text)
	}
	if p, text := s.fails("save_segment", object{"path": "link/x", "rule": gold}); p.Code == "" {
		t.Errorf("a folder outside: %s", text)
	}
	if p, _ := s.fails("save_segment", object{"path": "old", "rule": gold}); p.Code != "EXISTS" {
		t.Errorf("%+v", p)
	}
	found, err := os.ReadDir(outside)
	must(t, err)
	if len(found) > 0 {
		t.Errorf("%s is outside the folder", found[0].Name())
	}
	drafts, err := filepath.Glob(filepath.Join(dir, "*", ".draft-*"))
	must(t, err)
	if len(drafts) > 0 {
		t.Error(drafts)
	}
	out, _ := s.call("list_segments", object{"limit": 1})
	if out["next"] != "Loyalty/Gold" {
		t.Error(out)
	}
	if !strings.Contains(fmt.Sprint(out), "note:asked by Ada") {
		t.Error(out)
	}
	if out, _ := s.call("list_segments", object{"after": "Loyalty/Gold"}); len(out["segments"].([]any)) != 1 {
		t.Error(out)
	}
}

// TestDefaultTime asks at the time of the options where a call names none.
func TestDefaultTime(t *testing.T) {
	s := connect(t, assistant.NewSnapshotBackend(assistant.SnapshotOptions{Open: opener(cdnowData.Snapshot(t), ""), AsOf: "1998-07-01"}), assistant.Options{})
	if out, _ := s.call("count", object{"rule": gold}); out["count"] != 315.0 || out["as_of"] != "1998-07-01T00:00:00Z" {
		t.Error(out)
	}
	if out, _ := s.call("count", object{"rule": gold, "as_of": "1998-06-01"}); out["count"] != 316.0 {
		t.Error(out)
	}
}

// TestUnreadable asserts what is said of a snapshot that cannot be opened.
func TestUnreadable(t *testing.T) {
	s := connect(t, assistant.NewSnapshotBackend(assistant.SnapshotOptions{Open: opener(filepath.Join(t.TempDir(), "none"), "")}), assistant.Options{})
	if p, text := s.fails("count", object{"rule": gold}); p.Status != 500 || !strings.Contains(text, "none") {
		t.Errorf("%+v\n%s", p, text)
	}
}
