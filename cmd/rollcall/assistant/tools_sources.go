package assistant

import (
	"context"
	"fmt"
	"strings"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
)

// tablesIn asks which tables there are.
type tablesIn struct {
	In
	Table string `json:"table,omitempty" jsonschema:"this table alone; absent: all of them"`
}

// tablesOut is tables with their columns.
type tablesOut struct {
	*service.TablesJSON
	Cuts
}

func (o *tablesOut) text() string {
	if len(o.Tables) == 0 {
		return "There are no tables.\n"
	}
	var b strings.Builder
	for i := range o.Tables {
		t := &o.Tables[i]
		b.WriteString(cell(t.Name))
		if t.Connection != "" {
			b.WriteString(" of " + t.Connection)
		}
		if t.Rows != nil {
			fmt.Fprintf(&b, ", %s rows", wording.Number(max(0, *t.Rows)))
		}
		if len(t.Uses) > 0 {
			b.WriteString(": " + strings.Join(t.Uses, ", "))
		}
		b.WriteString("\n")
		if t.Problem != "" {
			b.WriteString("  problem: " + t.Problem + "\n")
		}
		for _, c := range t.Columns {
			line := "  " + cell(c.Name) + " " + c.Type
			if len(c.Uses) > 0 {
				line += ": " + strings.Join(c.Uses, ", ")
			}
			b.WriteString(line + "\n")
		}
	}
	return b.String() + o.lines()
}

// cut leaves out half of the columns of the widest tables, then tables.
func (o *tablesOut) cut() bool {
	const fewest = 10
	widest := 0
	for i := range o.Tables {
		widest = max(widest, len(o.Tables[i].Columns))
	}
	if widest <= fewest {
		return halve(&o.Cuts, "tables", &o.Tables)
	}
	most := max(fewest, widest/2)
	for i := range o.Tables {
		if t := &o.Tables[i]; len(t.Columns) > most {
			t.Columns = t.Columns[:most]
		}
	}
	o.say("columns", fmt.Sprintf("columns: of each table the first %d at most are shown; ask for one table to see more", most))
	return true
}

// suggestIn asks how a column would be an attribute.
type suggestIn struct {
	In
	Table  string `json:"table" jsonschema:"the table, as list_source_tables names it"`
	Column string `json:"column" jsonschema:"a column of the table"`
	Name   string `json:"name,omitempty" jsonschema:"of the attribute; absent: the column's"`
}

// suggestOut is a configuration with one more attribute.
type suggestOut struct {
	*service.SuggestionJSON
	Cuts
}

func (o *suggestOut) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Attribute %s, %s. Add this to the configuration, %s:\n\n%s\n\n", o.Attribute.Name, o.Attribute.Type, o.Where, strings.TrimRight(o.Snippet, "\n"))
	b.WriteString("An administrator then puts the configuration, and refreshes the parent segment. Nothing has been changed.\n")
	for _, n := range o.Notes {
		fmt.Fprintf(&b, "Note: %s\n", n)
	}
	return b.String() + o.lines()
}

func (o *suggestOut) cut() bool {
	if o.Configuration == "" {
		return false
	}
	o.Configuration = ""
	o.add("the whole configuration is too large to show")
	return true
}

// sourceTools offers what a backend knows of the tables behind a parent segment.
func (s *server) sourceTools() {
	sources, ok := s.backend.(Sources)
	if !ok {
		return
	}
	add(s, tool{
		name: "list_source_tables", title: "List source tables",
		description: "Lists the tables of the source that a parent segment is read from, with their columns and types, and what the configuration makes of each already (master table, attribute, behavior, key). Use it before suggest_attribute. Needs the role admin.",
	}, about(s, func(ctx context.Context, parent string, in tablesIn) (*tablesOut, error) {
		found, err := sources.SourceTables(ctx, parent, service.SourceTablesRequest{Table: in.Table})
		if err != nil {
			return nil, err
		}
		return &tablesOut{TablesJSON: found}, nil
	}))
	add(s, tool{
		name: "suggest_attribute", title: "Add a column as an attribute",
		description: "Says how a column of a source table becomes an attribute that rules can use: the entry to add to the configuration of the parent segment, where it goes, and the whole configuration with it, checked against the source. Changes nothing. For \"how do I add a column as an attribute?\". Needs the role admin.",
	}, about(s, func(ctx context.Context, parent string, in suggestIn) (*suggestOut, error) {
		found, err := sources.SuggestAttribute(ctx, parent, service.SuggestRequest{Table: in.Table, Column: in.Column, Name: in.Name})
		if err != nil {
			return nil, err
		}
		return &suggestOut{SuggestionJSON: found}, nil
	}))
}
