package model

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/document"
)

// composableKeys are the keys of a composable form, in YAML or in JSON.
type composableKeys struct {
	master, attribute, behavior mapKeys
	join                        *mapKeys // of a mapping under "join"; nil where its keys stand beside the others
	keyColumn                   string
	tableKey, masterKey         string
	timeColumn                  string
	fields                      fieldList
}

var composableYAML = composableKeys{
	master: mapKeys{
		known:   slices.Concat(tableKeys, []string{"key_column"}),
		ignored: []string{"id", "name", "description"},
	},
	attribute: mapKeys{
		known:   slices.Concat([]string{"name"}, tableKeys, []string{"join", "column", "type"}),
		ignored: []string{"id", "description"},
		alias:   map[string]string{"value_column": "column"},
	},
	behavior: mapKeys{
		known:   slices.Concat([]string{"name"}, tableKeys, []string{"join", "time_column", "columns", "all_columns"}),
		ignored: []string{"id", "description"},
		alias:   map[string]string{"timestamp_column": "time_column", "fields": "columns"},
	},
	join:      &mapKeys{known: []string{"table_key", "master_key"}},
	keyColumn: "key_column", tableKey: "table_key", masterKey: "master_key", timeColumn: "time_column",
	fields: fieldList{
		list: "columns", all: "all_columns", name: "name", column: "column",
		item: mapKeys{known: []string{"name", "type", "column"}, ignored: []string{"id", "description"}},
	},
}

// composableIgnored are the keys that the service adds to what it gives back.
var composableIgnored = []string{"id", "description", "createdAt", "updatedAt"}

var jsonTableKeys = slices.Concat(connectionKeys, []string{"catalog", "schema", "table"})

var composableJSON = composableKeys{
	master: mapKeys{
		known:   slices.Concat(jsonTableKeys, []string{"keyColumn"}),
		ignored: slices.Concat([]string{"name"}, composableIgnored),
	},
	attribute: mapKeys{
		known:   slices.Concat([]string{"name"}, jsonTableKeys, []string{"tableKey", "masterKey", "column", "type"}),
		ignored: composableIgnored,
		alias:   map[string]string{"cdwColumn": "column"},
	},
	behavior: mapKeys{
		known: slices.Concat([]string{"name"}, jsonTableKeys,
			[]string{"tableKey", "masterKey", "timeColumn", "columnMapping", "allColumns"}),
		ignored: composableIgnored,
		alias:   map[string]string{"columns": "columnMapping"},
	},
	keyColumn: "keyColumn", tableKey: "tableKey", masterKey: "masterKey", timeColumn: "timeColumn",
	fields: fieldList{
		list: "columnMapping", all: "allColumns", name: "name", column: "cdwColumn",
		item: mapKeys{
			known: []string{"name", "type", "cdwColumn"}, ignored: composableIgnored,
			alias: map[string]string{"column": "cdwColumn"},
		},
	},
}

// composable reads what stands below the top of a file in a composable form.
func (r *reader) composable(m configMap, s *ParentSegment, keys composableKeys) {
	if master, ok := m.submap("master", keys.master); ok {
		s.Master.Table = r.table(master)
		r.connection = s.Master.Table.Connection
		if s.Master.KeyColumn = master.name(keys.keyColumn); s.Master.KeyColumn != "" {
			r.key = masterKey{s.Master.KeyColumn, master.values[keys.keyColumn].Line}
		}
	}
	r.each(m, "attributes", func(n *document.Node, path *document.Path) {
		of, ok := r.readMap(n, path, keys.attribute)
		if !ok {
			return
		}
		r.addName(of, "name", "attribute")
		s.Attributes = append(s.Attributes, AttributeSource{
			Name: of.name("name"), Table: r.table(of), KeyColumn: r.composableKey(of, keys),
			ValueColumn: of.name("column"), Kind: r.kind(of),
		})
	})
	r.each(m, "behaviors", func(n *document.Node, path *document.Path) {
		of, ok := r.readMap(n, path, keys.behavior)
		if !ok {
			return
		}
		r.addName(of, "name", "behavior")
		behavior := BehaviorSource{
			Name: of.name("name"), Table: r.table(of), KeyColumn: r.composableKey(of, keys),
			TimeColumn: of.name(keys.timeColumn),
		}
		r.fields(of, keys.fields, &behavior)
		s.Behaviors = append(s.Behaviors, behavior)
	})
}

// composableKey reads the column of a table that equals the customer's key.
func (r *reader) composableKey(m configMap, keys composableKeys) string {
	if keys.join != nil {
		join, ok := m.submap("join", *keys.join)
		if !ok {
			return ""
		}
		m = join
	}
	r.joinsMaster(m, keys.masterKey, m.optionalName(keys.masterKey))
	return m.name(keys.tableKey)
}
