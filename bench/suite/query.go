package suite

import "time"

// Dialect names the SQL that an engine reads.
type Dialect string

// The dialects that queries are written in.
const (
	DuckDB     Dialect = "duckdb"
	Postgres   Dialect = "postgres"
	ClickHouse Dialect = "clickhouse"
	Databricks Dialect = "databricks"
)

// Query is one question in rollcall's language and in SQL.
type Query struct {
	ID   string // unique within its suite, as Q1
	Rule string // the rule as text
	AsOf time.Time
	// SQL gives, by dialect, a statement that selects one column, customer_id, each
	// customer once, in any order, without a semicolon at its end. A dialect that
	// cannot express the question is absent.
	SQL map[Dialect]string
	// Bare names the plain loop that answers the same question over words in memory;
	// "": there is none.
	Bare string
}

// CountSQL returns the statement that counts what q selects, false where the
// dialect cannot express q.
func (q *Query) CountSQL(d Dialect) (string, bool) {
	text, ok := q.SQL[d]
	return "SELECT count(*) FROM (" + text + ") AS audience", ok
}
