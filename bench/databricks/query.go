package databricks

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
)

// prepared is a query of a warehouse. A warehouse prepares nothing: it reads the
// text anew each time.
type prepared struct {
	sessions    *sessions
	id          string
	count, keys string // statements
}

// Prepare readies a query. The error is ErrUnsupported where the query has no text
// in Databricks' SQL; the warehouse itself is not asked.
func (e *Engine) Prepare(ctx context.Context, q *suite.Query) (contender.Prepared, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	count, ok := q.CountSQL(suite.Databricks)
	if !ok {
		return nil, fmt.Errorf("databricks: query %s: %w: it has no text in this SQL", q.ID, contender.ErrUnsupported)
	}
	return &prepared{
		sessions: e.sessions, id: q.ID, count: count,
		keys: "SELECT customer_id FROM (" + q.SQL[suite.Databricks] + ") AS audience ORDER BY customer_id",
	}, nil
}

// Count asks how many customers the query selects. took is the time from the
// statement to its answer, here: the network is in it, because the warehouse does
// not tell its own. Opening a session is not. A context that ends is answered at
// once; its statement and session are ended behind it, see ask.
func (p *prepared) Count(ctx context.Context) (n int64, took time.Duration, err error) {
	type timed struct {
		n    int64
		took time.Duration
	}
	t, err := ask(ctx, p.sessions, func(ctx context.Context, conn *sql.Conn) (timed, error) {
		start := time.Now()
		n, err := number(ctx, conn, p.count)
		return timed{n, time.Since(start)}, err
	})
	if err != nil {
		return 0, 0, p.error("counting", err)
	}
	return t.n, t.took, nil
}

// Keys pulls the keys between two counts of the same session. The driver has lost
// rows of a result before, and told nobody, so that a pull of other than that many
// keys fails, as does one whose keys do not ascend.
func (p *prepared) Keys(ctx context.Context) ([]int64, error) {
	keys, err := ask(ctx, p.sessions, func(ctx context.Context, conn *sql.Conn) ([]int64, error) {
		before, err := number(ctx, conn, p.count)
		if err != nil {
			return nil, err
		}
		keys, err := pull(ctx, conn, p.keys, before)
		if err != nil {
			return nil, err
		}
		after, err := number(ctx, conn, p.count)
		switch {
		case err != nil:
			return nil, err
		case before != after:
			return nil, fmt.Errorf("the data changed meanwhile: %d customers before, %d after", before, after)
		case int64(len(keys)) != before:
			return nil, fmt.Errorf("the result is not complete: %d keys received, %d expected", len(keys), before)
		}
		for i := 1; i < len(keys); i++ {
			if keys[i] <= keys[i-1] {
				return nil, fmt.Errorf("the result is out of order: key %d comes after key %d, %d keys received", keys[i], keys[i-1], len(keys))
			}
		}
		return keys, nil
	})
	if err != nil {
		return nil, p.error("keys", err)
	}
	return keys, nil
}

// pull reads the keys of a statement, to their end.
func pull(ctx context.Context, conn *sql.Conn, text string, expected int64) ([]int64, error) {
	rows, err := conn.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err has told
	keys := make([]int64, 0, expected)
	for rows.Next() {
		var key int64
		if err := rows.Scan(&key); err != nil {
			return nil, fmt.Errorf("after %d keys of %d: %w", len(keys), expected, err)
		}
		keys = append(keys, key)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("after %d keys of %d: %w", len(keys), expected, err)
	}
	return keys, nil
}

// error names the query. The end of a context stays what it is.
func (p *prepared) error(doing string, err error) error {
	return fmt.Errorf("databricks: query %s: %s: %w", p.id, doing, err)
}

// Close does nothing: there is nothing that the warehouse keeps.
func (p *prepared) Close() error { return nil }
