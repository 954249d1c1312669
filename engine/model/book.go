package model

import (
	"bytes"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-db/rollcall/engine/window"
)

// ParseBook reads a parent segment in the book form, the YAML that
// docs/configuration.md describes:
//
//	name: All Customers
//	timezone: Asia/Tokyo
//	master_table: {database: marketing, table: customers, key_column: customer_id}
//	behaviors:
//	  - name: purchase
//	    database: events
//	    table: purchases
//	    key_column: customer_id
//	    timestamp_column: purchased_at
//
// Names and values are the text of the file, whatever YAML would make of them:
// 00001 is the text "00001". The path is for messages and may be empty.
//
// A file with problems gives a nil ParentSegment and a *ConfigError that lists
// them all. A file may come from anywhere: time and memory are bounded by the
// limits of this package.
func ParseBook(path string, data []byte) (*ParentSegment, error) {
	b := &bookReader{problems: &problemList{}}
	segment := b.read(bytes.TrimPrefix(data, []byte("\ufeff")))
	if err := b.problems.err(path); err != nil {
		return nil, err
	}
	return segment, nil
}

// bookReader reads one file. Its methods return what they could read and add
// problems about the rest, so that one pass finds them all.
type bookReader struct {
	problems *problemList
	named    []namedNode // in no particular order; see checkNames
}

var (
	bookKeys = mapKeys{
		known: []string{"name", "timezone", "master_table", "attributes", "behaviors"},
		later: []string{"schedule", "computed"},
		alias: map[string]string{"tz": "timezone"},
	}
	masterKeys = mapKeys{
		known: []string{"catalog", "database", "schema", "table", "key_column", "attributes", "filters"},
		alias: map[string]string{"columns": "attributes"},
	}
	filterKeys    = mapKeys{known: []string{"column", "values"}}
	attributeKeys = mapKeys{
		known: []string{"name", "catalog", "database", "schema", "table", "key_column", "value_column", "type"},
		alias: map[string]string{"column": "value_column"},
	}
	behaviorKeys = mapKeys{
		known: []string{"name", "catalog", "database", "schema", "table", "key_column", "timestamp_column", "fields"},
		later: []string{"keep"},
		alias: map[string]string{"time_column": "timestamp_column", "columns": "fields"},
	}
)

func (b *bookReader) read(data []byte) *ParentSegment {
	if !checkText(data, b.problems) {
		return nil
	}
	root := loadYAML(data, b.problems)
	if root == nil {
		return nil
	}
	if key, form := otherForm(root); form != "" {
		b.problems.add(placeOf(key, nil).otherForm(form))
		return nil
	}
	checkNodes(root, nil, b.problems)
	m, ok := readMap(root, nil, bookKeys, expectation(nil), b.problems)
	if !ok {
		return nil
	}
	segment := &ParentSegment{Name: m.name("name"), Timezone: b.timezone(m)}
	if m.has("master_table") {
		segment.Master = b.master(m.values["master_table"], m.path("master_table"))
	} else {
		m.missing("master_table", CodeMissingKey)
	}
	b.each(m, "attributes", func(n *yaml.Node, path *keyPath) {
		segment.Attributes = append(segment.Attributes, b.attribute(n, path))
	})
	b.each(m, "behaviors", func(n *yaml.Node, path *keyPath) {
		segment.Behaviors = append(segment.Behaviors, b.behavior(n, path))
	})
	b.checkNames()
	return segment
}

// each calls read for the items of the list that a key gives, if it is there.
func (b *bookReader) each(m configMap, key string, read func(n *yaml.Node, path *keyPath)) {
	for i, item := range m.list(key) {
		if b.problems.full() {
			return
		}
		read(item, m.path(key).item(i))
	}
}

// timezone returns the IANA name of the zone that the file gives, or "UTC".
func (b *bookReader) timezone(m configMap) string {
	name := m.optionalName("timezone")
	if name == "" {
		return "UTC"
	}
	if _, err := window.LoadLocation(name); err != nil {
		b.problems.add(m.at("timezone").unknownTimezone(name))
	}
	return name
}

func (b *bookReader) master(n *yaml.Node, path *keyPath) Master {
	m, ok := readMap(n, path, masterKeys, expectation(path), b.problems)
	if !ok {
		return Master{}
	}
	master := Master{Table: b.table(m), KeyColumn: m.name("key_column")}
	master.AllColumns, master.Columns = b.masterColumns(m)
	for i, item := range b.filterList(m) {
		master.Filters = append(master.Filters, b.filter(item, m.path("filters").item(i)))
	}
	return master
}

// masterColumns reads "attributes: all", "attributes: none" or
// "attributes: [column, …]" of the master table.
func (b *bookReader) masterColumns(m configMap) (all bool, columns []string) {
	n := m.values["attributes"]
	switch {
	case n == nil:
		return true, nil
	case n.Kind == yaml.ScalarNode && !isNull(n):
		if n.Value != "all" && n.Value != "none" {
			b.problems.add(m.at("attributes").unknownColumnChoice(n.Value))
		}
		return n.Value == "all", nil
	}
	items, path := m.list("attributes"), m.path("attributes")
	for i, item := range items {
		b.named = append(b.named, namedNode{item, path.item(i), "attribute"})
	}
	return false, m.columns("attributes", items)
}

// filterList returns the filters of the master table, MaxFilters at most.
func (b *bookReader) filterList(m configMap) []*yaml.Node {
	filters := m.list("filters")
	if len(filters) <= MaxFilters {
		return filters
	}
	b.problems.add(placeOf(filters[MaxFilters], m.path("filters").item(MaxFilters)).tooManyFilters(len(filters)))
	return filters[:MaxFilters]
}

func (b *bookReader) filter(n *yaml.Node, path *keyPath) ColumnFilter {
	m, ok := readMap(n, path, filterKeys, expectation(path), b.problems)
	if !ok {
		return ColumnFilter{}
	}
	filter := ColumnFilter{Column: m.name("column")}
	if !m.has("values") {
		m.missing("values", CodeMissingKey)
		return filter
	}
	items := m.list("values")
	if len(items) == 0 && m.values["values"].Kind == yaml.SequenceNode {
		b.problems.add(m.at("values").noValues())
	}
	for i, item := range items {
		if b.problems.full() {
			break
		}
		if text, ok := m.text(item, m.path("values").item(i), CodeInvalidValue); ok {
			filter.Values = append(filter.Values, text)
		}
	}
	return filter
}

// table reads the keys that name a table.
func (b *bookReader) table(m configMap) TableRef {
	ref := TableRef{Catalog: m.optionalName("catalog"), Schema: m.optionalName("database"), Table: m.name("table")}
	if schema := m.optionalName("schema"); schema != "" {
		if ref.Schema != "" && ref.Schema != schema {
			b.problems.add(m.at("schema").schemaDiffers(schema, ref.Schema))
		}
		ref.Schema = schema
	}
	if m.has("catalog") && !m.has("database") && !m.has("schema") {
		m.missing("database", CodeMissingName)
	}
	return ref
}

func (b *bookReader) attribute(n *yaml.Node, path *keyPath) AttributeSource {
	m, ok := readMap(n, path, attributeKeys, expectation(path), b.problems)
	if !ok {
		return AttributeSource{}
	}
	b.addName(m, "attribute")
	return AttributeSource{
		Name: m.name("name"), Table: b.table(m), KeyColumn: m.name("key_column"),
		ValueColumn: m.name("value_column"), Kind: b.kind(m),
	}
}

// kind reads the type that the file forces, 0 where it forces none.
func (b *bookReader) kind(m configMap) Kind {
	name := m.optionalName("type")
	if name == "" {
		return 0
	}
	kind, ok := ParseKind(name)
	if !ok {
		b.problems.add(m.at("type").unknownType(name))
	}
	return kind
}

func (b *bookReader) behavior(n *yaml.Node, path *keyPath) BehaviorSource {
	m, ok := readMap(n, path, behaviorKeys, expectation(path), b.problems)
	if !ok {
		return BehaviorSource{}
	}
	b.addName(m, "behavior")
	behavior := BehaviorSource{
		Name: m.name("name"), Table: b.table(m), KeyColumn: m.name("key_column"),
		TimeColumn: m.name("timestamp_column"), AllFields: !m.has("fields"),
	}
	if m.has("fields") {
		items := m.list("fields")
		behavior.Fields = m.columns("fields", items)
		b.checkFields(m, behavior, items)
	}
	return behavior
}

// checkFields adds problems for listed fields that are none: the time, which
// rules can name anyway, and the key.
func (b *bookReader) checkFields(m configMap, behavior BehaviorSource, items []*yaml.Node) {
	for i, item := range items {
		at := placeOf(item, m.path("fields").item(i))
		switch {
		case item.Kind != yaml.ScalarNode || item.Value == "":
		case item.Value == behavior.TimeColumn:
			b.problems.add(at.notAField(item.Value, "timestamp_column"))
		case item.Value == behavior.KeyColumn:
			b.problems.add(at.notAField(item.Value, "key_column"))
		}
	}
}
