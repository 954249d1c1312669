package assistant_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

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
