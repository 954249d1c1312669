package assistant_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
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

// TestUnreadable asserts what is said of a snapshot that cannot be opened.
func TestUnreadable(t *testing.T) {
	s := connect(t, assistant.NewSnapshotBackend(assistant.SnapshotOptions{Open: opener(filepath.Join(t.TempDir(), "none"), "")}), assistant.Options{})
	if p, text := s.fails("count", object{"rule": gold}); p.Status != 500 || !strings.Contains(text, "none") {
		t.Errorf("%+v\n%s", p, text)
	}
}
