package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/resident"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// note is what a reader of the figures must know.
const note = "in a process of its own, timed there; every client has a connection of its own, at most 16; " +
	"MergeTree, one part per table, events ordered by time; " +
	"query cache and query condition cache off; text is parsed and planned in every query"

// loadAll loads the tables of a data set and measures that.
func (e *engine) loadAll(ctx context.Context, d *workload.Dataset, o contender.Options) error {
	watch := resident.Watch(e.worker.cmd.Process.Pid)
	began := time.Now()
	err := e.loadTables(ctx, d, o)
	took := time.Since(began)
	peak := watch.Stop()
	if err != nil {
		return err
	}
	sizes, err := e.sizes(ctx)
	if err != nil {
		return fmt.Errorf("sizes of the tables: %w", err)
	}
	e.load = contender.Load{Seconds: took.Seconds(), PeakBytes: peak, AnonOnly: true, Indexes: sizes, Note: note}
	for _, size := range sizes {
		e.load.SizeBytes += size
	}
	return nil
}

// loadTables fills every table, then merges each into one part. A merge takes one
// core, so several tables are merged at a time.
func (e *engine) loadTables(ctx context.Context, d *workload.Dataset, o contender.Options) error {
	for i, t := range d.Tables {
		o.Progress(fmt.Sprintf("loading table %s, %d of %d", t.Name, i+1, len(d.Tables)))
		if err := e.createTable(ctx, d, t); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
		if _, err := e.insert(ctx, d, t); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	o.Progress("merging parts")
	errs := make([]error, len(d.Tables))
	cores := make(chan struct{}, max(1, o.Threads))
	var merges sync.WaitGroup
	for i, t := range d.Tables {
		merges.Go(func() {
			cores <- struct{}{}
			defer func() { <-cores }()
			if _, err := e.exec(ctx, "OPTIMIZE TABLE "+identifier(t.Name)+" FINAL"); err != nil {
				errs[i] = fmt.Errorf("table %s: merging: %w", t.Name, err)
			}
		})
	}
	merges.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return e.checkRows(ctx, d)
}

// checkRows makes sure that every table has the rows of a data set behind those
// that were counted before: a file that is gone is not missed by its pattern.
func (e *engine) checkRows(ctx context.Context, d *workload.Dataset) error {
	for _, t := range d.Tables {
		text, err := e.text(ctx, "SELECT count() FROM "+identifier(t.Name))
		if err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
		rows, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
		if want := e.rows[t.Name] + t.Rows; rows != want {
			return fmt.Errorf("table %s: %d rows loaded, expected %d", t.Name, rows, want)
		}
		e.rows[t.Name] = rows
	}
	return nil
}

// createTable makes an empty table for the rows of files.
func (e *engine) createTable(ctx context.Context, d *workload.Dataset, t workload.Table) error {
	var columns []column
	err := e.withFiles(d, t, func(files string) (err error) {
		columns, err = e.inspect(ctx, files)
		return err
	})
	if err != nil {
		return err
	}
	definitions := make([]string, len(columns))
	for i, c := range columns {
		definitions[i] = identifier(c.Name) + " " + c.Type
		e.columns[t.Name] = append(e.columns[t.Name], c.Name)
	}
	_, err = e.exec(ctx, fmt.Sprintf("CREATE TABLE %s (%s) ENGINE = MergeTree ORDER BY %s",
		identifier(t.Name), strings.Join(definitions, ", "), order(columns)))
	return err
}

// insert appends the rows of files to a table, and returns the time that took.
func (e *engine) insert(ctx context.Context, d *workload.Dataset, t workload.Table) (took time.Duration, err error) {
	columns, ok := e.columns[t.Name]
	if !ok {
		return 0, errors.New("there is no such table")
	}
	names := identifiers(columns)
	err = e.withFiles(d, t, func(files string) (err error) {
		took, err = e.exec(ctx, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s", identifier(t.Name), names, names, files))
		return err
	})
	return took, err
}

// withFiles calls use with the files of a table as a table expression.
func (e *engine) withFiles(d *workload.Dataset, t workload.Table, use func(files string) error) error {
	dir := filepath.Join(d.Dir, t.Schema, t.Name)
	if _, err := os.Stat(dir); err != nil {
		return err // ClickHouse would say that it cannot tell the columns of no file
	}
	link, err := e.link(dir)
	if err != nil {
		return err
	}
	err = use("file(" + quote(filepath.Join(link, "part-*.parquet")) + ", Parquet)")
	return errors.Join(err, os.Remove(link))
}

// sizes returns the bytes of every table on disk.
func (e *engine) sizes(ctx context.Context) (map[string]int64, error) {
	text, err := e.text(ctx, "SELECT table, sum(bytes_on_disk) FROM system.parts WHERE active AND database = "+
		quote(database)+" GROUP BY table ORDER BY table")
	sizes := map[string]int64{}
	for line := range strings.Lines(text) {
		table, size, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		n, parseErr := strconv.ParseInt(size, 10, 64)
		err = errors.Join(err, parseErr)
		sizes[table] = n
	}
	return sizes, err
}
