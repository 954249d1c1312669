package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// prepared is a statement that connections prepare under a name. It has no
// parameters, so its plan is made once for each connection.
type prepared struct {
	engine *Engine
	id     string // of the query
	name   string
	count  string
	keys   string
}

// with lends a connection on which the statement is prepared.
func (p *prepared) with(ctx context.Context, do func(conn *pgx.Conn) error) error {
	err := p.engine.with(ctx, func(conn *pgx.Conn) error {
		if _, err := conn.Prepare(ctx, p.name, p.count); err != nil { // asks the server the first time only
			return err
		}
		return do(conn)
	})
	if err != nil {
		return fmt.Errorf("postgres, query %s: %w", p.id, err)
	}
	return nil
}

// Count measures from the statement's execution to its answer.
func (p *prepared) Count(ctx context.Context) (n int64, took time.Duration, err error) {
	err = p.with(ctx, func(conn *pgx.Conn) error {
		start := time.Now()
		err := conn.QueryRow(ctx, p.name).Scan(&n)
		took = time.Since(start)
		return err
	})
	return n, took, err
}

// Keys returns the customers in the server's order.
func (p *prepared) Keys(ctx context.Context) ([]int64, error) {
	var keys []int64
	err := p.with(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, p.keys, pgx.QueryExecModeDescribeExec)
		if err != nil {
			return err
		}
		var key int64
		_, err = pgx.ForEachRow(rows, []any{&key}, func() error {
			keys = append(keys, key)
			return nil
		})
		return err
	})
	return keys, err
}

// Close makes the connections that are not in use forget the statement.
func (p *prepared) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), cancelPatience)
	defer cancel()
	var errs []error
	for _, conn := range p.engine.pool.AcquireAllIdle(ctx) {
		if err := conn.Conn().Deallocate(ctx, p.name); !conn.Conn().IsClosed() { // a closed one has forgotten all
			errs = append(errs, err)
		}
		conn.Release()
	}
	return errors.Join(errs...)
}
