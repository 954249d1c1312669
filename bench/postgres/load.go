package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/resident"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
)

// load fills the empty database, makes the indexes and keeps what that took.
func (e *Engine) load(ctx context.Context, d *workload.Dataset) error {
	watch := resident.Watch(e.server.process.Pid)
	start := time.Now()
	err := e.fill(ctx, d)
	seconds, peak := time.Since(start).Seconds(), watch.Stop()
	if err != nil {
		return err
	}
	sizes, total, err := e.sizes(ctx)
	if err != nil {
		return err
	}
	e.loaded = contender.Load{
		Seconds: seconds, SizeBytes: total, PeakBytes: peak, AnonOnly: true, Indexes: sizes, Note: e.note(),
	}
	return nil
}

// note says how the figures of a load came about.
func (e *Engine) note() string {
	return fmt.Sprintf("time is COPY, indexes and VACUUM ANALYZE on a running server; memory is the server's processes, without %d MiB of shared buffers and without the reading of Parquet here; "+
		"fsync, synchronous_commit, full_page_writes, autovacuum and jit are off, wal_level is minimal", sharedBuffers(e.memory)/mib)
}

// fill makes the tables of d with their rows, indexes, views and statistics.
func (e *Engine) fill(ctx context.Context, d *workload.Dataset) error {
	tables, closeFiles, err := openTables(ctx, d)
	if err != nil {
		return err
	}
	err = e.each(ctx, len(tables), func(ctx context.Context, conn *pgx.Conn, i int) error {
		e.progress("postgres: copying " + tables[i].Ref().Table)
		return createTable(ctx, conn, tables[i], d.Tables[i].Rows)
	})
	if err = errors.Join(err, closeFiles()); err != nil {
		return err
	}
	jobs := indexesOf(tables)
	err = e.each(ctx, len(jobs), func(ctx context.Context, conn *pgx.Conn, i int) error {
		e.progress("postgres: building " + jobs[i].name)
		_, err := conn.Exec(ctx, jobs[i].sql())
		return err
	})
	if err != nil {
		return err
	}
	for _, text := range suite.GeneratedViews(suite.Postgres, d.Shape.StringAttributes) {
		if _, err := e.pool.Exec(ctx, text); err != nil {
			return fmt.Errorf("%s: %w", text, e.server.cause(ctx, err))
		}
	}
	var names []string
	for _, t := range tables {
		names = append(names, t.Ref().Table)
	}
	return e.vacuum(ctx, names)
}

// vacuum makes statistics for the planner and the map that lets indexes answer
// without their table.
func (e *Engine) vacuum(ctx context.Context, tables []string) error {
	e.progress("postgres: vacuum and analyze")
	return e.each(ctx, len(tables), func(ctx context.Context, conn *pgx.Conn, i int) error {
		_, err := conn.Exec(ctx, "VACUUM (ANALYZE) "+pgx.Identifier{tables[i]}.Sanitize())
		return err
	})
}

// openTables opens the Parquet files of every table of d. The tables are used
// before closeFiles is called.
func openTables(ctx context.Context, d *workload.Dataset) (tables []source.Table, closeFiles func() error, err error) {
	src, err := files.Open(d.Dir)
	if err != nil {
		return nil, nil, err
	}
	for _, want := range d.Tables {
		t, err := src.Table(ctx, model.TableRef{Schema: want.Schema, Table: want.Name})
		if err != nil {
			return nil, nil, errors.Join(err, src.Close())
		}
		tables = append(tables, t)
	}
	return tables, src.Close, nil
}

// createTable makes a table and fills it, in one transaction: what a transaction
// made needs no log of writes, and its rows are visible to all from the start.
func createTable(ctx context.Context, conn *pgx.Conn, t source.Table, rows int64) error {
	create, err := createSQL(t)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, create); err != nil {
			return err
		}
		return copyRows(ctx, conn, t, rows, ", FREEZE")
	})
}

// copyRows appends the rows of t to its table and checks that there were as many
// as the data set says.
func copyRows(ctx context.Context, conn *pgx.Conn, t source.Table, rows int64, options string) error {
	copied, err := copyTable(ctx, conn.PgConn(), t, options)
	if err != nil {
		return err
	}
	if copied != rows {
		return fmt.Errorf("table %s: %d rows copied, expected %d", t.Ref(), copied, rows)
	}
	return nil
}

// createSQL returns the statement that makes a table with the columns of t.
func createSQL(t source.Table) (string, error) {
	var columns []string
	for _, f := range t.Schema().Fields() {
		typ, err := sqlType(f.Type)
		if err != nil {
			return "", fmt.Errorf("table %s: column %q: %w", t.Ref(), f.Name, err)
		}
		if f.Name == keyColumn || f.Name == timeColumn {
			typ += " NOT NULL"
		}
		columns = append(columns, pgx.Identifier{f.Name}.Sanitize()+" "+typ)
	}
	return "CREATE TABLE " + pgx.Identifier{t.Ref().Table}.Sanitize() + " (" + strings.Join(columns, ", ") + ")", nil
}

// each calls do for 0 to n−1, on as many connections at a time as the engine may
// use cores, and returns the first error, which cancels the others.
func (e *Engine) each(ctx context.Context, n int, do func(ctx context.Context, conn *pgx.Conn, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range min(e.threads, n) {
		wg.Go(func() {
			for i := range next {
				if err := e.with(ctx, func(conn *pgx.Conn) error { return do(ctx, conn, i) }); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// with lends a connection.
func (e *Engine) with(ctx context.Context, do func(conn *pgx.Conn) error) error {
	conn, err := e.pool.Acquire(ctx)
	if err == nil {
		defer conn.Release()
		err = do(conn.Conn())
	}
	return e.server.cause(ctx, err)
}

// sizes returns the bytes of tables without their indexes and of every index, and
// of all that together, with maps of free space and long values.
func (e *Engine) sizes(ctx context.Context) (map[string]int64, int64, error) {
	by := map[string]int64{}
	total := int64(0)
	rows, err := e.pool.Query(ctx, `
		SELECT relname || ': rows', pg_table_size(oid), pg_total_relation_size(oid)
		FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
		UNION ALL
		SELECT relname, pg_relation_size(oid), 0
		FROM pg_class WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace`)
	if err == nil {
		var name string
		var size, all int64
		_, err = pgx.ForEachRow(rows, []any{&name, &size, &all}, func() error {
			by[name] = size
			total += all
			return nil
		})
	}
	return by, total, e.server.cause(ctx, err)
}
