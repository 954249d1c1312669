package databricks

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The properties that mark a table of ours.
const (
	workloadProperty = "rollcall.workload" // the fingerprint of its data
	runProperty      = "rollcall.run"      // the run that made it
)

// ident quotes a name.
func ident(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// literal writes text as a literal: backslash escapes, because what two quotes in a
// row are depends on the version. The $ of ${name} is escaped, because Spark
// replaces that before it parses, within literals, too.
func literal(text string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for i, r := range text {
		switch {
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f || r == '$' && strings.HasPrefix(text[i+utf8.RuneLen(r):], "{"):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// name is a table's full name, which needs no session to be resolved.
func (s *settings) name(table string) string {
	return ident(s.catalog) + "." + ident(s.schema) + "." + ident(table)
}

// existing lists the tables and views of the schema that have a table's name.
func (s *settings) existing(tables []table) string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = literal(t.Name)
	}
	return "SELECT lower(table_name) AS name FROM " + ident(s.catalog) + ".information_schema.tables" +
		" WHERE lower(table_schema) = " + literal(strings.ToLower(s.schema)) +
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
