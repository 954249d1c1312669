package model

import (
	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Parse reads a parent segment from a file in any of the five forms that
// docs/configuration.md describes. The form that we document and write is the
// book form:
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
// The keys of a file tell its form. A file whose path ends in ".json" is JSON;
// every other is JSON where it can be read as such, else YAML. The path is for
// that and for messages, and may be empty.
//
// Names and values are the text of the file, whatever YAML would make of them:
// 00001 is the text "00001".
//
// A file with problems gives a nil ParentSegment and a *ConfigError that lists
// them all. A file may come from anywhere: time and memory are bounded by the
// limits of this package.
func Parse(path string, data []byte) (*ParentSegment, error) {
	segment, _, err := ParseForm(path, data)
	return segment, err
}

// ParseForm is [Parse], and says which form the file is in: of a file with
// problems the form that it was taken for, 0 where nothing could be read.
func ParseForm(path string, data []byte) (*ParentSegment, Form, error) {
	r := &reader{problems: &problemList{}}
	limits := document.Limits{
		Bytes: MaxConfigBytes, Depth: MaxConfigDepth, Marks: MaxConfigMarks, Problems: MaxProblems + 1,
	}
	root, problems := limits.ParseFile(path, data)
	for _, p := range problems {
		r.problems.add(documentProblem(p))
	}
	var segment *ParentSegment
	if root != nil {
		r.form = formOf(root)
		segment = r.segment(root)
	}
	if err := r.problems.err(path); err != nil {
		return nil, r.form, err
	}
	return segment, r.form, nil
}

// reader reads one file. Its methods return what they could read and add
// problems about the rest, so that one pass finds them all.
type reader struct {
	form       Form
	problems   *problemList
	named      []namedNode // in no particular order; see checkNames
	key        masterKey
	connection string // of the master table, which tables without one share
}

// segment reads the root of a file in the reader's form.
func (r *reader) segment(root *document.Node) *ParentSegment {
	segment := &ParentSegment{}
	m, ok := r.readMap(root, nil, topKeys[r.form])
	if !ok {
		return nil
	}
	segment.Name, segment.Timezone = m.name("name"), r.timezone(m)
	switch r.form {
	case FormGrouped:
		r.grouped(m, segment)
	case FormComposableYAML:
		r.composable(m, segment, composableYAML)
	case FormComposableJSON:
		r.composable(m, segment, composableJSON)
	case FormAudienceAPI:
		r.audience(m, segment)
	default:
		r.book(m, segment)
	}
	r.checkNames()
	return segment
}

// topKeys are the keys at the top of a file.
var topKeys = map[Form]mapKeys{
	FormBook: {
		known: []string{"name", "timezone", "master_table", "attributes", "behaviors", "computed", "schedule"},
		alias: map[string]string{"tz": "timezone", "master": "master_table"},
	},
	FormGrouped: {
		known:   []string{"name", "timezone", "master", "attributes", "behaviors", "schedule"},
		ignored: []string{"description", "id", "engine"},
	},
	FormComposableYAML: {
		known:   []string{"name", "timezone", "master", "attributes", "behaviors"},
		ignored: []string{"description", "id", "kind", "type"},
	},
	FormComposableJSON: {
		known: []string{"name", "timezone", "master", "attributes", "behaviors"},
		ignored: []string{
			"description", "id", "kind", "isComposable", "createdAt", "updatedAt", "createdBy", "updatedBy",
		},
	},
	FormAudienceAPI: {
		known: []string{"name", "timezone", "master", "attributes", "behaviors", "filters"},
		ignored: []string{
			"description", "id", "rootFolderId", "customerGroup", "scheduleType", "scheduleOption", "matrixUpdatedAt",
			"workflowHiveOnly", "hiveEngineVersion", "hivePoolName", "prestoPoolName", "allowActivationBehavior",
			"maxActivationBehaviorRow", "llmEnabled", "llmState", "population", "kind", "isComposable", "createdAt",
			"updatedAt", "createdBy", "updatedBy",
		},
	},
}

// each calls read for the items of the list that a key gives, if it is there.
func (r *reader) each(m configMap, key string, read func(n *document.Node, path *document.Path)) {
	for i, item := range m.list(key) {
		if r.problems.full() {
			return
		}
		read(item, m.path(key).Item(i))
	}
}

// timezone returns the IANA name of the zone that the file gives, or "UTC".
func (r *reader) timezone(m configMap) string {
	if name := r.optionalTimezone(m); name != "" {
		return name
	}
	return "UTC"
}

// optionalTimezone returns the IANA name of the zone that a mapping gives, or "".
func (r *reader) optionalTimezone(m configMap) string {
	name := m.optionalName("timezone")
	if name == "" {
		return ""
	}
	if _, err := window.LoadLocation(name); err != nil {
		r.problems.add(m.at("timezone").unknownTimezone(name))
	}
	return name
}

// kind reads the type that the file forces, 0 where it forces none.
func (r *reader) kind(m configMap) Kind {
	name := m.optionalName("type")
	if name == "" {
		return 0
	}
	kind, ok := ParseKind(name)
	if !ok {
		r.problems.add(m.at("type").unknownType(name))
	}
	return kind
}

// filters returns the filters of the master table, MaxFilters at most, from the
// list that m has under "filters".
func (r *reader) filters(m configMap) []ColumnFilter {
	items := m.list("filters")
	if len(items) > MaxFilters {
		r.problems.add(placeOf(items[MaxFilters], m.path("filters").Item(MaxFilters)).tooManyFilters(len(items)))
		items = items[:MaxFilters]
	}
	var filters []ColumnFilter
	for i, item := range items {
		filters = append(filters, r.filter(item, m.path("filters").Item(i)))
	}
	return filters
}

var filterKeys = mapKeys{known: []string{"column", "values"}}

func (r *reader) filter(n *document.Node, path *document.Path) ColumnFilter {
	m, ok := r.readMap(n, path, filterKeys)
	if !ok {
		return ColumnFilter{}
	}
	filter := ColumnFilter{Column: m.name("column")}
	if !m.has("values") {
		m.missing("values", CodeMissingKey)
		return filter
	}
	items := m.list("values")
	if len(items) == 0 && m.values["values"].Kind == document.List {
		r.problems.add(m.at("values").noValues())
	}
	for i, item := range items {
		if r.problems.full() {
			break
		}
		if text, ok := m.text(item, m.path("values").Item(i), CodeInvalidValue); ok {
			filter.Values = append(filter.Values, text)
		}
	}
	return filter
}
