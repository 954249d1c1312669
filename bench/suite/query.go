package suite

import (
	"strings"
	"time"
)

// Dialect names the SQL that an engine reads.
type Dialect string

// The dialects that queries are written in.
const (
	DuckDB     Dialect = "duckdb"
	Postgres   Dialect = "postgres"
	ClickHouse Dialect = "clickhouse"
	Databricks Dialect = "databricks"
)

// AimCustomers is the number of customers that the aims of queries are set for,
// with 200 million events.
const AimCustomers = 10_000_000

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
	// Aim is what the question is to take, at most, as the median at AimCustomers; 0:
	// there is no aim.
	Aim time.Duration
}

// RowsSQL returns the statement that selects columns of the customers whom q
// selects, without an ORDER BY; ok is false where the dialect cannot express q.
// columns are the select list, as the dialect writes it. joined says that
// customers are found by a join, which need not keep the order of their table.
func (q *Query) RowsSQL(d Dialect, columns string) (statement string, joined, ok bool) {
	text, ok := q.SQL[d]
	condition, direct := strings.CutPrefix(text, customersWhere(""))
	if !direct {
		condition = "customer_id IN (" + text + ")"
	}
	return "SELECT " + columns + " FROM customers WHERE " + condition, strings.Contains(condition, "SELECT"), ok
}

// CountSQL returns the statement that counts what q selects, false where the
// dialect cannot express q.
func (q *Query) CountSQL(d Dialect) (string, bool) {
	text, ok := q.SQL[d]
	return "SELECT count(*) FROM (" + text + ") AS audience", ok
}
