package warehouse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
)

// informationSchema is the schema of each catalog that describes it. That of the
// catalog system describes all.
const informationSchema = "information_schema"

const systemCatalog = "system"

// informationTable reports whether a name is that of a table of information_schema:
// of which catalog, and which table.
func (s *session) informationTable(parts []string) (catalog, table string, ok bool) {
	const full = 3
	catalog, within := s.inside[0], s.inside[1]
	switch len(parts) {
	case full:
		catalog, within = parts[0], parts[1]
	case full - 1:
		within = parts[0]
	}
	return strings.ToLower(catalog), strings.ToLower(parts[len(parts)-1]), strings.EqualFold(within, informationSchema)
}

// information is a table of information_schema: its columns, those of numbers with
// a + behind them, and the rows for a schema, or for a table of one.
type information struct {
	columns  string
	ofSchema func(c *catalog, s *schema) [][]any
	ofTable  func(t *table) [][]any
}

// informationTables are by name.
var informationTables = map[string]information{
	"schemata": {
		"catalog_name schema_name schema_owner comment", func(c *catalog, s *schema) [][]any {
			return [][]any{{c.name, s.name, userName, nil}}
		}, nil,
	},
	"tables": {
		"table_catalog table_schema table_name table_type is_insertable_into commit_action table_owner comment created last_altered " +
			"data_source_format storage_sub_directory storage_path", nil, tablesRows,
	},
	"views": {
		"table_catalog table_schema table_name view_definition check_option is_updatable is_insertable_into", nil, viewsRows,
	},
	"columns": {
		"table_catalog table_schema table_name column_name ordinal_position+ column_default is_nullable full_data_type data_type " +
			"character_maximum_length+ numeric_precision+ numeric_scale+ datetime_precision+ partition_ordinal_position+ comment", nil, columnsRows,
	},
	"table_constraints": {
		"constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name constraint_type is_deferrable " +
			"initially_deferred enforced", nil, constraintsRows,
	},
	"key_column_usage": {
		"constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name ordinal_position+ " +
			"position_in_unique_constraint+", nil, keysRows,
	},
	"referential_constraints": {
		"constraint_catalog constraint_schema constraint_name unique_constraint_catalog unique_constraint_schema unique_constraint_name " +
			"match_option update_rule delete_rule", nil, nil,
	},
	"constraint_column_usage": {
		"table_catalog table_schema table_name column_name constraint_catalog constraint_schema constraint_name", nil, usageRows,
	},
	"constraint_table_usage": {
		"constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name", nil, tableUsageRows,
	},
}

// informationRelation returns a table of information_schema as it is now.
func (w *Warehouse) informationRelation(of, name string) (string, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if of != systemCatalog && w.catalogs[of] == nil {
		return "", tableNotFound([]string{of, informationSchema, name})
	}
	table, ok := informationTables[name]
	if !ok {
		return "", tableNotFound([]string{of, informationSchema, name})
	}
	var rows [][]any
	for _, c := range w.sortedCatalogs() {
		if of != systemCatalog && !strings.EqualFold(of, c.name) {
			continue
		}
		for _, s := range c.sorted() {
			if table.ofSchema != nil {
				rows = append(rows, table.ofSchema(c, s)...)
			}
			for _, t := range s.sorted() {
				switch {
				case table.ofTable != nil:
					rows = append(rows, table.ofTable(t)...)
				case name == "referential_constraints":
					rows = append(rows, w.referentialRows(t)...)
				}
			}
		}
	}
	return inlineRelation(strings.Fields(table.columns), rows), nil
}

// inlineRelation returns rows as a table of DuckDB.
func inlineRelation(columns []string, rows [][]any) string {
	var b strings.Builder
	items, places := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		name, isNumber := strings.CutSuffix(c, "+")
		typ := "VARCHAR"
		switch {
		case isNumber:
			typ = "INTEGER"
		case name == "created" || name == "last_altered":
			typ = "TIMESTAMPTZ"
		}
		places[i] = fmt.Sprintf("c%d", i)
		items[i] = fmt.Sprintf("CAST(c%d AS %s) AS %s", i, typ, name)
	}
	fmt.Fprintf(&b, "(SELECT %s FROM (VALUES ", strings.Join(items, ", "))
	if len(rows) == 0 {
		b.WriteString("(" + strings.TrimSuffix(strings.Repeat("NULL, ", len(columns)), ", ") + ")")
	}
	for i, row := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		for k, value := range row {
			b.WriteString(map[bool]string{true: "(", false: ", "}[k == 0])
			switch value := value.(type) {
			case nil:
				b.WriteString("NULL")
			case string:
				b.WriteString(duckText(value))
			default:
				fmt.Fprint(&b, value)
			}
		}
		b.WriteString(")")
	}
	fmt.Fprintf(&b, ") AS v(%s)", strings.Join(places, ", "))
	if len(rows) == 0 {
		b.WriteString(" WHERE FALSE")
	}
	b.WriteString(")")
	return b.String()
}

// timeLayout is how times are written for DuckDB.
const timeLayout = "2006-01-02 15:04:05.999999Z07:00"

func tablesRows(t *table) [][]any {
	kind, format, changed := "MANAGED", any("DELTA"), t.created
	if t.isView() {
		kind, format = "VIEW", any("UNKNOWN_DATA_SOURCE_FORMAT")
	} else {
		changed = t.latest().at
	}
	return [][]any{{
		t.catalog, t.schema, t.name, kind, "YES", "PRESERVE", userName, orNull(t.comment),
		t.created.Format(timeLayout), changed.Format(timeLayout), format, nil, nil,
	}}
}

func viewsRows(t *table) [][]any {
	if !t.isView() {
		return nil
	}
	return [][]any{{t.catalog, t.schema, t.name, t.query, "NONE", "NO", "NO"}}
}

func columnsRows(t *table) (rows [][]any) {
	for i, c := range t.current() {
		nullable := "YES"
		if c.required {
			nullable = "NO"
		}
		row := []any{t.catalog, t.schema, t.name, c.name, i + 1, nil, nullable, catalogType(c.typ), shortType(c.typ)}
		row = append(row, precision(c.typ)...)
		rows = append(rows, append(row, nil, orNull(c.comment)))
	}
	return rows
}

// precision returns the length of a text, the digits of a number and those behind
// the point, and the digits of the seconds of a time.
func precision(t arrow.DataType) []any {
	digits := map[arrow.Type]int{
		arrow.INT8: 3, arrow.INT16: 5, arrow.INT32: 10, arrow.INT64: 19, arrow.FLOAT32: 24, arrow.FLOAT64: 53,
	}
	switch t := t.(type) {
	case *arrow.Decimal128Type:
		return []any{nil, t.Precision, t.Scale, nil}
	case *arrow.TimestampType:
		return []any{nil, nil, nil, microDigits}
	case *arrow.StringType, *arrow.BinaryType:
		return []any{0, nil, nil, nil}
	}
	if n, ok := digits[t.ID()]; ok {
		return []any{nil, n, 0, nil}
	}
	return []any{nil, nil, nil, nil}
}

func constraintsRows(t *table) (rows [][]any) {
	for _, c := range t.constraints {
		kind := "PRIMARY KEY"
		if c.foreign {
			kind = "FOREIGN KEY"
		}
		rows = append(rows, []any{t.catalog, t.schema, c.name, t.catalog, t.schema, t.name, kind, "YES", "YES", "NO"})
	}
	return rows
}

func keysRows(t *table) (rows [][]any) {
	for _, c := range t.constraints {
		for i, name := range c.columns {
			var place any
			if c.foreign {
				place = i + 1
			}
			rows = append(rows, []any{t.catalog, t.schema, c.name, t.catalog, t.schema, t.name, name, i + 1, place})
		}
	}
	return rows
}

// usageRows says which columns a constraint is about: of a foreign key those that
// it refers to.
func usageRows(t *table) (rows [][]any) {
	for _, c := range t.constraints {
		of, columns := t.names(), c.columns
		if c.foreign {
			of, columns = c.refers, c.toward
		}
		for _, name := range columns {
			rows = append(rows, []any{of[0], of[1], of[2], name, t.catalog, t.schema, c.name})
		}
	}
	return rows
}

func tableUsageRows(t *table) (rows [][]any) {
	for _, c := range t.constraints {
		of := t.names()
		if c.foreign {
			of = c.refers
		}
		rows = append(rows, []any{t.catalog, t.schema, c.name, of[0], of[1], of[2]})
	}
	return rows
}

// referentialRows names, of each foreign key, the primary key that it refers to.
func (w *Warehouse) referentialRows(t *table) (rows [][]any) {
	for _, c := range t.constraints {
		if !c.foreign {
			continue
		}
		to, err := w.find(c.refers, [2]string{})
		if err != nil {
			continue // it was dropped
		}
		i := slices.IndexFunc(to.constraints, func(k constraint) bool { return !k.foreign })
		if i < 0 {
			continue
		}
		rows = append(rows, []any{
			t.catalog, t.schema, c.name, to.catalog, to.schema, to.constraints[i].name, "FULL", "NO ACTION", "NO ACTION",
		})
	}
	return rows
}
