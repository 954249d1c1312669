package suite

import "fmt"

// The statements below are, for each dialect, the fastest of those that were
// measured, on two cores: over 10 to 38 million events in DuckDB 1.5.5, over 10
// million in chDB 4.4.0, and over 5 million in PostgreSQL 15 with customer_id a
// primary key and covering indexes on time. The figures are milliseconds over the
// least of these. Databricks was not measured: it has what its planner is known to
// do well.

// customersWhere selects customers by their attributes.
func customersWhere(condition string) string {
	return "SELECT customer_id FROM customers WHERE " + condition
}

// seen selects customers with an event in a span.
//
// DISTINCT against a semi-join with customers: DuckDB 3.0 to 5.5 ms for 30 days of
// purchases, 51 to 78 for 365; PostgreSQL 16 to 44 for 30 days, and 1,339 to 2,637
// for 365 at a million customers, since each worker hashes all events of a
// semi-join. GROUP BY is the same to both. ClickHouse groups on all cores and merges
// what is DISTINCT on one: 164 to 217 ms for 365 days.
func (l *language) seen(table string, s span) string {
	if l.dialect == ClickHouse {
		return fmt.Sprintf("SELECT customer_id FROM %s WHERE %s GROUP BY customer_id", table, l.during(s))
	}
	return fmt.Sprintf("SELECT DISTINCT customer_id FROM %s WHERE %s", table, l.during(s))
}

// among writes the right side of a semi-join with the events in a span.
func (l *language) among(table string, s span) string {
	return fmt.Sprintf("IN (SELECT customer_id FROM %s WHERE %s)", table, l.during(s))
}

// notExists writes that the customer of the outer row, which has the given alias,
// has no event in a span.
func (l *language) notExists(outer, table string, s span) string {
	return fmt.Sprintf("NOT EXISTS (SELECT 1 FROM %s AS e WHERE e.customer_id = %s.customer_id AND %s)", table, outer, l.during(s))
}

// unseen selects customers without an event in a span.
//
// DuckDB plans a correlated NOT EXISTS with a second pass over customers, 35 to 6.8
// ms, and EXCEPT as a hash of both sides, 32. PostgreSQL cannot make an anti-join of
// NOT IN: 620 to 261 ms for 365 days, nor can Spark. ClickHouse builds the set of
// NOT IN on one core; EXCEPT ALL, which need not look for duplicates, is 34 ms
// where EXCEPT is 52 and NOT IN 56. A customer is in customers once.
func (l *language) unseen(table string, s span) string {
	switch l.dialect {
	case DuckDB:
		return fmt.Sprintf("SELECT customer_id FROM customers ANTI JOIN (SELECT customer_id FROM %s WHERE %s) AS e USING (customer_id)",
			table, l.during(s))
	case ClickHouse:
		return fmt.Sprintf("SELECT customer_id FROM customers EXCEPT ALL SELECT customer_id FROM %s WHERE %s", table, l.during(s))
	}
	return "SELECT c.customer_id FROM customers AS c WHERE " + l.notExists("c", table, s)
}

// grouped selects customers by what their events in a span come to; where narrows
// the events, and is empty or ends in AND.
func (l *language) grouped(table, where string, s span, having string) string {
	return fmt.Sprintf("SELECT customer_id FROM %s WHERE %s%s GROUP BY customer_id HAVING %s", table, where, l.during(s), having)
}

// isNot writes that a column is not a value, or NULL. DuckDB takes IS DISTINCT FROM
// in 1.5 ms where an OR or a coalesce takes 7.7.
func (l *language) isNot(c column, v string) string {
	return c.name + " IS DISTINCT FROM " + l.value(c, v)
}

// isIn writes that a column is one of some values. IN beat a chain of OR, a join
// with VALUES and list_contains at every length in DuckDB.
func (l *language) isIn(c column, list []string) string {
	return c.name + " IN (" + l.values(c, list, "", "") + ")"
}

// fewValues is the longest list that DuckDB leaves out faster by a chain of
// comparisons than by an anti-join.
const fewValues = 3

// isNotIn writes that a column is none of some values, or NULL.
//
// DuckDB makes a hash join of IN, but compares one by one for NOT IN or a negation
// that lets NULL through: 31 ms for 30 values, 950 for 1,000. An anti-join with
// VALUES takes 4 and 13.
func (l *language) isNotIn(c column, list []string) string {
	switch {
	case l.dialect == DuckDB && len(list) <= fewValues:
		condition := ""
		for i, v := range list {
			if i > 0 {
				condition += " AND "
			}
			condition += l.isNot(c, v)
		}
		return condition
	case l.dialect == DuckDB:
		return fmt.Sprintf("NOT EXISTS (SELECT 1 FROM (VALUES %s) AS v(value) WHERE v.value = customers.%s)", l.values(c, list, "(", ")"), c.name)
	}
	return l.isNotTrue(l.isIn(c, list))
}

// isNotTrue writes that a condition is false or NULL.
func (l *language) isNotTrue(condition string) string {
	if l.dialect == ClickHouse {
		return "NOT ifNull(" + condition + ", false)"
	}
	return "(" + condition + ") IS NOT TRUE"
}
