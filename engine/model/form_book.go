package model

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/window"
)

var (
	bookMasterKeys = mapKeys{
		known: slices.Concat(tableKeys, []string{"key_column", "attributes", "filters"}),
		alias: map[string]string{"columns": "attributes"},
	}
	bookAttributeKeys = mapKeys{
		known: slices.Concat([]string{"name"}, tableKeys, []string{"key_column", "value_column", "type"}),
		alias: map[string]string{"column": "value_column"},
	}
	bookBehaviorKeys = mapKeys{
		known: slices.Concat([]string{"name"}, tableKeys, []string{"key_column", "timestamp_column", "fields", "keep", "ranks"}),
		alias: map[string]string{"time_column": "timestamp_column", "columns": "fields"},
	}
	bookFields = fieldList{
		list: "fields", item: mapKeys{known: []string{"name", "column", "type"}}, name: "name", column: "column", strict: true,
	}
	computedKeys = mapKeys{known: []string{"name", "behavior", "rule"}}
)

// book reads what stands below the top of a file in the book form.
func (r *reader) book(m configMap, s *ParentSegment) {
	if master, ok := m.submap("master_table", bookMasterKeys); ok {
		s.Master = r.bookMaster(master)
	}
	r.each(m, "attributes", func(n *document.Node, path *document.Path) {
		s.Attributes = append(s.Attributes, r.bookAttribute(n, path))
	})
	r.each(m, "behaviors", func(n *document.Node, path *document.Path) {
		s.Behaviors = append(s.Behaviors, r.bookBehavior(n, path))
	})
	r.each(m, "computed", func(n *document.Node, path *document.Path) {
		s.Computed = append(s.Computed, r.computed(n, path, s.Behaviors))
	})
	s.Schedule = r.schedule(m)
}

func (r *reader) bookMaster(m configMap) Master {
	master := Master{Table: r.table(m), KeyColumn: m.name("key_column")}
	r.connection = master.Table.Connection
	master.AllColumns, master.Columns = r.masterColumns(m)
	master.Filters = r.filters(m)
	return master
}

// masterColumns reads "attributes: all", "attributes: none" or
// "attributes: [column, …]" of the master table.
func (r *reader) masterColumns(m configMap) (all bool, columns []string) {
	n := m.values["attributes"]
	switch {
	case n == nil:
		return true, nil
	case n.Kind == document.Scalar && !n.IsNull():
		if n.Text != "all" && n.Text != "none" {
			r.problems.add(m.at("attributes").unknownColumnChoice(n.Text, m.expectation(m.path("attributes"))))
		}
		return n.Text == "all", nil
	}
	items, path := m.list("attributes"), m.path("attributes")
	for i, item := range items {
		r.named = append(r.named, namedNode{node: item, path: path.Item(i), what: "attribute", list: path})
	}
	return false, m.columns("attributes", items)
}

func (r *reader) bookAttribute(n *document.Node, path *document.Path) AttributeSource {
	m, ok := r.readMap(n, path, bookAttributeKeys)
	if !ok {
		return AttributeSource{}
	}
	r.addName(m, "name", "attribute")
	return AttributeSource{
		Name: m.name("name"), Table: r.table(m), KeyColumn: m.name("key_column"),
		ValueColumn: m.name("value_column"), Kind: r.kind(m),
	}
}

func (r *reader) bookBehavior(n *document.Node, path *document.Path) BehaviorSource {
	m, ok := r.readMap(n, path, bookBehaviorKeys)
	if !ok {
		return BehaviorSource{}
	}
	r.addName(m, "name", "behavior")
	behavior := BehaviorSource{
		Name: m.name("name"), Table: r.table(m), KeyColumn: m.name("key_column"),
		TimeColumn: m.name("timestamp_column"), Keep: r.keep(m), Ranks: r.ranks(m),
	}
	r.fields(m, bookFields, &behavior)
	return behavior
}

// keep reads how long the events of a behavior are kept: keep: 730 days.
func (r *reader) keep(m configMap) window.Spec {
	text := m.optionalName("keep")
	if text == "" {
		return window.Spec{}
	}
	spec := window.Spec{Form: window.InLast}
	count, unit, _ := strings.Cut(strings.Join(strings.Fields(text), " "), " ")
	var err error
	if spec.N, err = strconv.ParseInt(count, 10, 64); err == nil {
		spec.Unit, _ = window.ParseUnit(unit)
		err = spec.Validate()
	}
	if err != nil {
		r.problems.add(m.at("keep").unknownSpan(text, unit))
		return window.Spec{}
	}
	return spec
}

// ranks reads of how many of a customer's latest events the day is indexed:
// ranks: 8.
func (r *reader) ranks(m configMap) *int {
	text := m.optionalName("ranks")
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > MaxRanks || strconv.Itoa(n) != text {
		r.problems.add(m.at("ranks").unknownRanks(text))
		return nil
	}
	return &n
}

// computed reads a computed attribute, of one of the behaviors.
func (r *reader) computed(n *document.Node, path *document.Path, behaviors []BehaviorSource) ComputedSource {
	m, ok := r.readMap(n, path, computedKeys)
	if !ok {
		return ComputedSource{}
	}
	r.addName(m, "name", "attribute")
	computed := ComputedSource{Name: m.name("name"), Behavior: m.name("behavior"), Rule: m.name("rule")}
	names := make([]string, 0, len(behaviors))
	for _, b := range behaviors {
		names = append(names, b.Name)
	}
	if computed.Behavior != "" && !slices.Contains(names, computed.Behavior) {
		r.problems.add(m.at("behavior").unknownBehavior(computed.Behavior, names))
	}
	return computed
}
