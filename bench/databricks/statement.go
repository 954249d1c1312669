package databricks

import (
	"strings"

	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// The properties that mark a table of ours.
const (
	workloadProperty = "rollcall.workload" // the fingerprint of its data
	runProperty      = "rollcall.run"      // the run that made it
)

// ident quotes a name. What is no name becomes nothing, which no statement takes.
func ident(name string) string {
	sql, _ := sqlgen.Identifier(sqlgen.Databricks, name)
	return sql
}

// literal writes text as a literal.
func literal(text string) string {
	sql, _ := sqlgen.Literal(sqlgen.Databricks, text) // there is one of every text
	return sql
}

// name is a table's full name, which needs no session to be resolved.
func (s *settings) name(table string) string {
	return ident(s.config.Catalog) + "." + ident(s.config.Schema) + "." + ident(table)
}

// existing lists the tables and views of the schema that have a table's name.
func (s *settings) existing(tables []table) string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = literal(t.Name)
	}
	return "SELECT lower(table_name) AS name FROM " + ident(s.config.Catalog) + ".information_schema.tables" +
		" WHERE lower(table_schema) = " + literal(strings.ToLower(s.config.Schema)) +
		" AND lower(table_name) IN (" + strings.Join(names, ", ") + ")"
}

func (s *settings) properties(table string) string { return "SHOW TBLPROPERTIES " + s.name(table) }
func (s *settings) detail(table string) string     { return "DESCRIBE DETAIL " + s.name(table) }
func (s *settings) count(table string) string      { return "SELECT count(*) FROM " + s.name(table) }
func (s *settings) drop(table string) string       { return "DROP TABLE " + s.name(table) }
func (s *settings) optimize(table string) string   { return "OPTIMIZE " + s.name(table) }

// analyze has the optimizer know the values of every column.
func (s *settings) analyze(table string) string {
	return "ANALYZE TABLE " + s.name(table) + " COMPUTE STATISTICS FOR ALL COLUMNS"
}

// create makes a table of the Parquet files of a folder in the volume.
func (s *settings) create(t table, folder, fingerprint, run string) string {
	text := "CREATE TABLE " + s.name(t.Name)
	if t.events {
		text += " CLUSTER BY (`time`)"
	}
	return text + " TBLPROPERTIES (" + literal(workloadProperty) + " = " + literal(fingerprint) + ", " +
		literal(runProperty) + " = " + literal(run) + ") AS " + t.selectFrom(folder)
}

// insert adds the rows of the Parquet files of a folder in the volume.
func (s *settings) insert(t table, folder string) string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = ident(c.name)
	}
	return "INSERT INTO " + s.name(t.Name) + " (" + strings.Join(names, ", ") + ") " + t.selectFrom(folder)
}

// spoil has a table no longer count as that of its workload.
func (s *settings) spoil(table string) string {
	return "ALTER TABLE " + s.name(table) + " SET TBLPROPERTIES (" + literal(workloadProperty) + " = 'changed')"
}

// selectFrom reads a table's columns from the files of a folder in the volume.
func (t *table) selectFrom(folder string) string {
	columns := make([]string, len(t.columns))
	for i, c := range t.columns {
		columns[i] = "CAST(" + ident(c.name) + " AS " + c.kind + ") AS " + ident(c.name)
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM read_files(" + literal(folder) + ", format => 'parquet')"
}

// put has the driver upload a local file to the volume.
func put(local, remote string) string {
	return "PUT " + literal(local) + " INTO " + literal(remote) + " OVERWRITE"
}

// remove deletes a file of the volume.
func remove(remote string) string { return "REMOVE " + literal(remote) }
