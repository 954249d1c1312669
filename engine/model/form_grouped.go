package model

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/document"
)

// groupedTime is the column with the time of an event, in every table of the
// grouped and the Audience API form.
const groupedTime = "time"

var (
	groupedIgnored    = []string{"id", "description"}
	groupedMasterKeys = mapKeys{
		known: slices.Concat(tableKeys, []string{"filters"}), ignored: []string{"id", "name", "description"},
	}
	groupedSourceKeys = mapKeys{known: tableKeys}
	groupedJoinKeys   = mapKeys{known: []string{"parent_key", "child_key"}}
	groupedGroupKeys  = mapKeys{known: []string{"name", "source", "join", "columns"}, ignored: groupedIgnored}
	groupedColumnKeys = mapKeys{
		known: []string{"column", "label", "type"}, ignored: groupedIgnored, alias: map[string]string{"name": "label"},
	}
	groupedBehaviorKeys = mapKeys{
		known: []string{"name", "source", "join", "columns", "all_columns"}, ignored: groupedIgnored,
	}
	groupedFields = fieldList{
		list: "columns", all: "all_columns", item: groupedColumnKeys, name: "label", column: "column",
	}
)

// grouped reads what stands below the top of a file in the grouped form.
func (r *reader) grouped(m configMap, s *ParentSegment) {
	if master, ok := m.submap("master", groupedMasterKeys); ok {
		s.Master.Table, s.Master.Filters = r.table(master), r.filters(master)
		r.connection = s.Master.Table.Connection
	}
	r.each(m, "attributes", func(n *document.Node, path *document.Path) {
		s.Attributes = append(s.Attributes, r.group(n, path)...)
	})
	r.each(m, "behaviors", func(n *document.Node, path *document.Path) {
		s.Behaviors = append(s.Behaviors, r.groupedBehavior(n, path))
	})
	s.Master.KeyColumn = r.requireMasterKey(m, "join.parent_key")
	s.Schedule = r.schedule(m)
}

// group reads an attribute group: a table of which each column is an attribute.
// The name of the group is for people; no rule says it.
func (r *reader) group(n *document.Node, path *document.Path) []AttributeSource {
	m, ok := r.readMap(n, path, groupedGroupKeys)
	if !ok {
		return nil
	}
	m.optionalName("name")
	table, key := r.groupedTable(m)
	if !m.has("columns") {
		m.missing("columns", CodeMissingKey)
	}
	var attributes []AttributeSource
	r.each(m, "columns", func(n *document.Node, path *document.Path) {
		a := AttributeSource{Table: table, KeyColumn: key}
		if n.Kind == document.Map {
			r.groupColumn(n, path, &a)
		} else {
			a.Name = m.nameAt(n, path, CodeInvalidValue)
			a.ValueColumn = a.Name
			r.named = append(r.named, namedNode{node: n, path: path, what: "attribute"})
		}
		attributes = append(attributes, a)
	})
	return attributes
}

// groupColumn reads a column of a group that is a mapping, into a. Its label is
// the attribute's name, else its column.
func (r *reader) groupColumn(n *document.Node, path *document.Path, a *AttributeSource) {
	m, _ := r.readMap(n, path, groupedColumnKeys)
	a.ValueColumn, a.Kind = m.name("column"), r.kind(m)
	if m.has("label") {
		r.addName(m, "label", "attribute")
		a.Name = m.name("label")
		return
	}
	r.addName(m, "column", "attribute")
	a.Name = a.ValueColumn
}

func (r *reader) groupedBehavior(n *document.Node, path *document.Path) BehaviorSource {
	m, ok := r.readMap(n, path, groupedBehaviorKeys)
	if !ok {
		return BehaviorSource{}
	}
	r.addName(m, "name", "behavior")
	behavior := BehaviorSource{Name: m.name("name"), TimeColumn: groupedTime}
	behavior.Table, behavior.KeyColumn = r.groupedTable(m)
	r.fields(m, groupedFields, &behavior)
	return behavior
}

// groupedTable reads the table of a group or a behavior, with the column that
// equals the customer's key.
func (r *reader) groupedTable(m configMap) (table TableRef, key string) {
	if source, ok := m.submap("source", groupedSourceKeys); ok {
		table = r.table(source)
	}
	if join, ok := m.submap("join", groupedJoinKeys); ok {
		r.joinsMaster(join, "parent_key", join.name("parent_key"))
		key = join.name("child_key")
	}
	return table, key
}
