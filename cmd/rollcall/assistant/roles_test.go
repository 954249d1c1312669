package assistant_test

import (
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// TestRoles asks a service for callers who may not do everything: the tools are there, and
// say which role is missing; the flag does not stand for a role.
func TestRoles(t *testing.T) {
	s, _ := studio(t)
	calls := map[string]object{
		"count":              {"rule": gold, "as_of": "1998-07-01"},
		"list_members":       {"rule": gold},
		"profile":            {"key": "00048"},
		"save_segment":       {"path": "x", "rule": gold, "replace": true},
		"list_source_tables": {},
		"suggest_attribute":  {"table": "marketing.customers", "column": "cohort"},
	}
	for _, c := range []struct {
		roles access.Roles
		may   string
	}{
		{0, ""},
		{access.Counts, "count"},
		{access.Counts | access.Members, "count list_members profile"},
		{access.Counts | access.Segments, "count save_segment"},
		{access.Admin, "count list_members profile save_segment list_source_tables suggest_attribute"},
	} {
		client := connect(t, assistant.NewServiceBackend(s, service.Caller{Name: "ada", Roles: c.roles}), assistant.Options{Personal: true})
		for tool, arguments := range calls {
			arguments["parent"] = parent
			out := client.result(tool, arguments)
			may := strings.Contains(" "+c.may+" ", " "+tool+" ")
			if out.IsError == may || !may && !strings.HasPrefix(textOf(out), "FORBIDDEN: ada has not the role ") {
				t.Errorf("%s with %s: %s", tool, c.roles, textOf(out))
			}
		}
	}
}
