package clickhouse

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
)

// keyBytes is the length of a key in a result.
const keyBytes = 8

// prepared is a query of the engine. ClickHouse prepares nothing for later: every
// time, the text is parsed and planned anew, within the time that is measured.
type prepared struct {
	engine *engine
	id     string // of the query, for messages
	count  string
	keys   string
}

// Prepare checks that ClickHouse can plan a query.
func (e *engine) Prepare(ctx context.Context, q *suite.Query) (contender.Prepared, error) {
	count, ok := q.CountSQL(suite.ClickHouse)
	if !ok {
		return nil, fmt.Errorf("clickhouse: query %s has no SQL for it: %w", q.ID, contender.ErrUnsupported)
	}
	if _, err := e.exec(ctx, "EXPLAIN "+count); err != nil {
		return nil, fmt.Errorf("clickhouse: query %s: %w", q.ID, err)
	}
	return &prepared{engine: e, id: q.ID, count: count, keys: "SELECT CAST(customer_id AS Int64) AS key FROM (" +
		q.SQL[suite.ClickHouse] + ") AS audience ORDER BY key"}, nil
}

// Count asks how many customers the query selects. took is that of chDB's query
// call.
func (p *prepared) Count(ctx context.Context) (n int64, took time.Duration, err error) {
	data, took, err := p.engine.worker.run(ctx, p.count, "TabSeparatedRaw")
	if err != nil {
		return 0, 0, fmt.Errorf("clickhouse: query %s: %w", p.id, err)
	}
	n, err = strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
	if err != nil {
		return 0, 0, fmt.Errorf("clickhouse: query %s: the count: %w", p.id, err)
	}
	return n, took, nil
}

// Keys returns the keys of the customers that the query selects, ascending.
func (p *prepared) Keys(ctx context.Context) ([]int64, error) {
	data, _, err := p.engine.worker.run(ctx, p.keys, "RowBinary")
	if err != nil {
		return nil, fmt.Errorf("clickhouse: query %s: %w", p.id, err)
	}
	if len(data)%keyBytes != 0 {
		return nil, fmt.Errorf("clickhouse: query %s: %d bytes of keys, expected a multiple of %d", p.id, len(data), keyBytes)
	}
	keys := make([]int64, len(data)/keyBytes)
	for i := range keys {
		keys[i] = int64(binary.LittleEndian.Uint64(data[i*keyBytes:]))
	}
	return keys, nil
}

// Close does nothing: nothing is held.
func (p *prepared) Close() error { return nil }
