package main

import (
	"context"
	"fmt"

	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// engineOf returns what runs SQL over all tables of a source; nil: nothing does.
func engineOf(src source.Source) source.Engine {
	engine, _ := src.(source.Engine)
	return engine
}

// textTypes are what dialects call their type of texts.
var textTypes = map[sqlgen.Dialect]string{sqlgen.Databricks: "STRING", sqlgen.Postgres: "text", sqlgen.DuckDB: "VARCHAR"}

// countKeys is scanKeys by SQL: the source counts, and no key leaves it.
func (g *guesser) countKeys(ctx context.Context, i int, column string, keys *keyScan) (*keyScan, error) {
	s := &keyScan{table: i, column: column}
	statement, err := g.keyCounts(i, column, keys)
	if err != nil {
		s.failed = err
		return s, ctx.Err()
	}
	n := 3 // rows, keys, different ones
	if keys != nil {
		n++ // those of customers
	}
	counts, err := g.numbers(ctx, statement, n)
	if err != nil {
		s.failed = err
		return s, ctx.Err()
	}
	s.rows, s.total, s.nulls, s.repeats = counts[0], counts[0], counts[0]-counts[1], counts[2] < counts[1]
	if keys != nil {
		s.known = counts[3]
	}
	return s, ctx.Err()
}

// keyCounts returns the statement that counts the keys of a table: rows, keys,
// different ones and, of another table than the master, those of customers. Keys of
// two tables are compared as text, which is how a build compares them where their
// types differ.
func (g *guesser) keyCounts(i int, column string, keys *keyScan) (string, error) {
	d := sqlgen.Dialect(g.engine.Dialect())
	table, key, err := quoted(d, g.tables[i], column)
	if err != nil {
		return "", err
	}
	counts := fmt.Sprintf("SELECT count(*) AS n1, count(t.%[1]s) AS n2, count(DISTINCT t.%[1]s) AS n3", key)
	if keys == nil {
		return counts + " FROM " + table + " AS t", nil
	}
	master, masterKey, err := quoted(d, g.tables[keys.table], keys.column)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, count(m.k) AS n4 FROM %s AS t LEFT JOIN (SELECT DISTINCT CAST(%s AS %[4]s) AS k FROM %[5]s) AS m ON CAST(t.%[6]s AS %[4]s) = m.k",
		counts, table, masterKey, textTypes[d], master, key), nil
}

// quoted returns the names of a table and of a column of it in SQL.
func quoted(d sqlgen.Dialect, t source.Table, column string) (table, name string, err error) {
	if table, err = sqlgen.Table(d, t.Ref()); err == nil {
		name, err = sqlgen.Identifier(d, column)
	}
	return table, name, err
}

// numbers runs a statement that gives one row of so many whole numbers, NULL among
// them as 0.
func (g *guesser) numbers(ctx context.Context, statement string, n int) ([]int64, error) {
	var row []int64
	rows := int64(0)
	for batch, err := range g.engine.Query(ctx, statement) {
		if err != nil {
			return nil, err
		}
		if rows += batch.NumRows(); batch.NumRows() == 0 || int(batch.NumCols()) != n {
			continue
		}
		for c := range n {
			x, _ := wholeNumber(batch.Column(c), 0)
			row = append(row, x)
		}
	}
	if rows != 1 || len(row) != n {
		return nil, fmt.Errorf("%s: %d rows and %d numbers came of a count, expected 1 row of %d", g.engine.URI(), rows, len(row), n)
	}
	return row, nil
}

// secondsRange returns the least and the greatest value of a column of whole numbers
// by SQL; some is false where all are NULL.
func (g *guesser) secondsRange(ctx context.Context, i int, column string) (lo, hi int64, some bool, err error) {
	table, name, err := quoted(sqlgen.Dialect(g.engine.Dialect()), g.tables[i], column)
	if err != nil {
		return 0, 0, false, err
	}
	statement := fmt.Sprintf("SELECT min(%[1]s) AS n1, max(%[1]s) AS n2, count(%[1]s) AS n3 FROM %[2]s", name, table)
	found, err := g.numbers(ctx, statement, 3)
	if err != nil {
		return 0, 0, false, err
	}
	return found[0], found[1], found[2] > 0, nil
}
