package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
)

// prepared is a query as a prepared statement of every connection that asks it.
type prepared struct {
	engine *Engine
	id     string
	keys   string // the statement for the keys
	count  *sql.Stmt
}

// Prepare readies the statement that counts, on one connection; others ready it when
// they are first asked.
func (e *Engine) Prepare(ctx context.Context, q *suite.Query) (contender.Prepared, error) {
	selected, err := e.text(q)
	if err != nil {
		return nil, err
	}
	text, _ := q.CountSQL(suite.DuckDB)
	count, err := e.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("%s, query %s: %w", e.name, q.ID, err)
	}
	keys := "SELECT customer_id FROM (" + selected + ") AS audience ORDER BY customer_id"
	return &prepared{engine: e, id: q.ID, keys: keys, count: count}, nil
}

// text returns the SQL that selects the customers of q.
func (e *Engine) text(q *suite.Query) (string, error) {
	text, ok := q.SQL[suite.DuckDB]
	if !ok {
		return "", e.unsupported(q)
	}
	return text, nil
}

// unsupported is the error of a query without SQL for DuckDB.
func (e *Engine) unsupported(q *suite.Query) error {
	return fmt.Errorf("%s: query %s has no SQL in the dialect %s: %w", e.name, q.ID, suite.DuckDB, contender.ErrUnsupported)
}

// Count runs the statement. The driver interrupts it when ctx ends.
func (p *prepared) Count(ctx context.Context) (n int64, took time.Duration, err error) {
	start := time.Now()
	err = p.count.QueryRowContext(ctx).Scan(&n)
	took = time.Since(start)
	if err != nil {
		return 0, took, p.failed(ctx, err)
	}
	return n, took, nil
}

// Keys returns the keys in the order that DuckDB sorts them in.
func (p *prepared) Keys(ctx context.Context) (keys []int64, err error) {
	rows, err := p.engine.db.QueryContext(ctx, p.keys)
	if err != nil {
		return nil, p.failed(ctx, err)
	}
	defer func() {
		if closing := rows.Close(); err == nil && closing != nil {
			keys, err = nil, p.failed(ctx, closing)
		}
	}()
	for rows.Next() {
		var key int64
		if err := rows.Scan(&key); err != nil {
			return nil, p.failed(ctx, err)
		}
		keys = append(keys, key)
	}
	if err := errors.Join(rows.Err(), ctx.Err()); err != nil {
		return nil, p.failed(ctx, err)
	}
	return keys, nil
}

// Close closes the statement.
func (p *prepared) Close() error { return p.count.Close() }

// failed says which query of which engine an error is of.
func (p *prepared) failed(ctx context.Context, err error) error {
	return fmt.Errorf("%s, query %s: %w", p.engine.name, p.id, interrupted(ctx, err))
}
