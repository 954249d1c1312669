package duckdb

import (
	"strings"

	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// literal returns s as a string literal of SQL.
func literal(s string) string {
	sql, _ := sqlgen.Literal(sqlgen.DuckDB, s) // DuckDB has one of every text
	return sql
}

// identifier returns s as a quoted name of SQL. What is no name becomes nothing,
// which no statement takes.
func identifier(s string) string {
	sql, _ := sqlgen.Identifier(sqlgen.DuckDB, s)
	return sql
}

// identifiers returns names as a list of quoted names.
func identifiers(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = identifier(name)
	}
	return strings.Join(quoted, ", ")
}
