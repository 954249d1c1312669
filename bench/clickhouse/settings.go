package clickhouse

import "fmt"

// database is what the tables lie in.
const database = "rollcall"

// session returns the statements that every connection begins with.
func session(threads int) []string {
	settings := []struct {
		name  string
		value any
	}{
		{"max_threads", threads},
		{"max_insert_threads", threads},
		{"session_timezone", "'UTC'"},
		// No answer may come from an earlier one: neither whole, nor as the list of
		// granules in which the same condition found nothing.
		{"use_query_cache", 0},
		{"use_query_condition_cache", 0},
		// NULL as in the SQL standard: not equal to itself in IN, NULL and not '' or 0
		// where an outer join finds nothing, and NULL for a sum of nothing. One
		// difference cannot be set: NULLs to the right of NOT IN are passed over, where
		// the standard has the whole condition unknown.
		{"transform_null_in", 0},
		{"join_use_nulls", 1},
		{"aggregate_functions_null_for_empty", 1},
		// UNION, EXCEPT and INTERSECT remove duplicates unless they say ALL, and a name in
		// WHERE is the table's column before it is the alias of something selected.
		{"union_default_mode", "'DISTINCT'"},
		{"except_default_mode", "'DISTINCT'"},
		{"intersect_default_mode", "'DISTINCT'"},
		{"prefer_column_name_to_alias", 1},
		// A NULL for a column that has none is an error, not silently 0 or ''.
		{"insert_null_as_default", 0},
		{"input_format_null_as_default", 0},
	}
	statements := []string{"CREATE DATABASE IF NOT EXISTS " + database, "USE " + database}
	for _, s := range settings {
		statements = append(statements, fmt.Sprintf("SET %s = %v", s.name, s.value))
	}
	return statements
}
