package model

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/document"
)

// audienceIgnored are keys of attributes, behaviors and columns that say where
// the service keeps its own tables, or how its console shows things.
var audienceIgnored = []string{
	"id", "audienceId", "description", "groupingName", "matrixDatabaseName", "matrixTableName", "matrixColumnName",
	"defaultTimeFilterEnabled", "isRealtime", "visibility", "createdAt", "updatedAt",
}

var (
	audienceTableKeys  = []string{"parentDatabaseName", "parentTableName"}
	audienceMasterKeys = mapKeys{
		known: audienceTableKeys, ignored: slices.Concat([]string{"name"}, audienceIgnored),
	}
	audienceAttributeKeys = mapKeys{
		known: slices.Concat([]string{"name", "type"}, audienceTableKeys,
			[]string{"parentColumn", "parentKey", "foreignKey"}),
		ignored: audienceIgnored,
	}
	audienceBehaviorKeys = mapKeys{
		known: slices.Concat([]string{"name"}, audienceTableKeys,
			[]string{"parentKey", "foreignKey", "schema", "allColumns"}),
		ignored: audienceIgnored,
	}
	audienceFields = fieldList{
		list: "schema", all: "allColumns", name: "name", column: "parentColumn", chosen: true,
		item: mapKeys{known: []string{"name", "type", "parentColumn"}, ignored: audienceIgnored},
	}
)

// audience reads what stands below the top of a file in the Audience API form.
func (r *reader) audience(m configMap, s *ParentSegment) {
	if master, ok := m.submap("master", audienceMasterKeys); ok {
		s.Master.Table = r.audienceTable(master)
	}
	s.Master.Filters = r.filters(m)
	r.each(m, "attributes", func(n *document.Node, path *document.Path) {
		of, ok := r.readMap(n, path, audienceAttributeKeys)
		if !ok {
			return
		}
		r.addName(of, "name", "attribute")
		s.Attributes = append(s.Attributes, AttributeSource{
			Name: of.name("name"), Table: r.audienceTable(of), KeyColumn: r.audienceKey(of),
			ValueColumn: of.name("parentColumn"), Kind: r.kind(of),
		})
	})
	r.each(m, "behaviors", func(n *document.Node, path *document.Path) {
		of, ok := r.readMap(n, path, audienceBehaviorKeys)
		if !ok {
			return
		}
		r.addName(of, "name", "behavior")
		behavior := BehaviorSource{
			Name: of.name("name"), Table: r.audienceTable(of), KeyColumn: r.audienceKey(of), TimeColumn: groupedTime,
		}
		r.fields(of, audienceFields, &behavior)
		s.Behaviors = append(s.Behaviors, behavior)
	})
	s.Master.KeyColumn = r.requireMasterKey(m, "parentKey")
}

func (r *reader) audienceTable(m configMap) TableRef {
	return TableRef{Schema: m.name("parentDatabaseName"), Table: m.name("parentTableName")}
}

// audienceKey reads the column of a table that equals the customer's key.
func (r *reader) audienceKey(m configMap) string {
	r.joinsMaster(m, "parentKey", m.name("parentKey"))
	return m.name("foreignKey")
}
