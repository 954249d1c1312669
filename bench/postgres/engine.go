package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// Engine is a database with the data, on a server of its own.
type Engine struct {
	server   *server
	pool     *pgxpool.Pool
	progress func(stage string)
	threads  int
	memory   int64
	version  string
	loaded   contender.Load
	prepared atomic.Int64 // statements so far: each has a name of its own
}

// Open starts a server, in o.Scratch or, where its user cannot reach that, in the
// system's folder for temporary files, and loads d. The server ends with ctx,
// with Close, or, on Linux, when this process dies; Close is needed all the same.
// Where no server is installed the error says what was looked for.
func Open(ctx context.Context, d *workload.Dataset, o contender.Options) (contender.Engine, error) {
	return open(ctx, thisSystem(), d, o)
}

func open(ctx context.Context, sys system, d *workload.Dataset, o contender.Options) (contender.Engine, error) {
	if sys.memory == 0 {
		sys.memory = assumedMemory
	}
	o.Threads = max(o.Threads, 1)
	o.Progress("postgres: starting a server")
	s, err := startServer(ctx, sys, o.Scratch, o.Threads)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	e := &Engine{server: s, progress: o.Progress, threads: o.Threads, memory: sys.memory}
	if err := e.prepareData(ctx, d); err != nil {
		return nil, fmt.Errorf("postgres: %w", errors.Join(err, e.Close()))
	}
	return e, nil
}

// prepareData connects and loads.
func (e *Engine) prepareData(ctx context.Context, d *workload.Dataset) error {
	var err error
	if e.pool, err = e.server.connect(ctx); err != nil {
		return e.server.cause(ctx, err)
	}
	if err := e.pool.QueryRow(ctx, "SHOW server_version").Scan(&e.version); err != nil {
		return e.server.cause(ctx, err)
	}
	return e.load(ctx, d)
}

// Name returns postgres.
func (e *Engine) Name() string { return "postgres" }

// Version returns what the server says.
func (e *Engine) Version() string { return e.version }

// Loaded says what loading took, without starting the server.
func (e *Engine) Loaded() contender.Load { return e.loaded }

// Prepare has the server plan the query. Every connection plans it once more
// when it first asks it, outside of what is timed.
func (e *Engine) Prepare(ctx context.Context, q *suite.Query) (contender.Prepared, error) {
	count, ok := q.CountSQL(suite.Postgres)
	if !ok {
		return nil, fmt.Errorf("postgres, query %s: it has no SQL for PostgreSQL: %w", q.ID, contender.ErrUnsupported)
	}
	n := e.prepared.Add(1)
	p := &prepared{
		engine: e, id: q.ID, name: fmt.Sprintf("audience_%d", n), count: count,
		keys: "SELECT customer_id FROM (" + q.SQL[suite.Postgres] + ") AS audience ORDER BY customer_id",
	}
	if err := p.with(ctx, func(*pgx.Conn) error { return nil }); err != nil {
		return nil, err
	}
	return p, nil
}

// Append copies the rows of add behind those of its tables, which have their
// indexes, and makes statistics anew.
func (e *Engine) Append(ctx context.Context, add *workload.Dataset) (time.Duration, error) {
	tables, closeFiles, err := openTables(ctx, add)
	if err != nil {
		return 0, fmt.Errorf("postgres: %w", err)
	}
	start := time.Now()
	var changed []string
	for i, t := range tables {
		if add.Tables[i].Rows > 0 {
			changed = append(changed, t.Ref().Table)
		}
	}
	err = e.with(ctx, func(conn *pgx.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(pgx.Tx) error {
			for i, t := range tables {
				if err := copyRows(ctx, conn, t, add.Tables[i].Rows, ""); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err == nil {
		err = e.vacuum(ctx, changed)
	}
	took := time.Since(start)
	if err = errors.Join(err, closeFiles()); err != nil {
		return 0, fmt.Errorf("postgres: %w", err)
	}
	return took, nil
}

// Export returns ErrUnsupported: PostgreSQL writes no Parquet.
func (e *Engine) Export(context.Context, *suite.Query, []string, string) (time.Duration, error) {
	return 0, fmt.Errorf("postgres writes no Parquet: %w", contender.ErrUnsupported)
}

// Close ends the server and removes its folder.
func (e *Engine) Close() error {
	if e.pool != nil {
		e.pool.Close()
	}
	return e.server.stop()
}
