package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// Engine is a DuckDB in this process, in memory or with a file.
type Engine struct {
	name     string
	path     string // of the file; "": there is none
	spill    string // the folder for what does not fit into memory
	readOnly bool   // the file is another's
	version  string
	db       *sql.DB
	load     contender.Load
}

// Name returns duckdb, or duckdb-disk where there is a file.
func (e *Engine) Name() string { return e.name }

// Version returns the version that DuckDB tells.
func (e *Engine) Version() string { return e.version }

// Loaded says what loading took; of a file that was reopened nothing is known.
func (e *Engine) Loaded() contender.Load { return e.load }

// Append inserts the rows of every table of add in one transaction.
func (e *Engine) Append(ctx context.Context, add *workload.Dataset) (time.Duration, error) {
	if e.readOnly {
		return 0, fmt.Errorf("%s: the file was opened for reading only: %w", e.name, contender.ErrUnsupported)
	}
	start := time.Now()
	tx, err := e.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", e.name, err)
	}
	for i := range add.Tables {
		t := &add.Tables[i]
		if err := insertTable(ctx, tx, add, t); err != nil {
			return 0, fmt.Errorf("%s: appending to table %s: %w", e.name, t.Name, errors.Join(err, tx.Rollback()))
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, fmt.Errorf("%s: appending: %w", e.name, err)
	}
	return time.Since(start), nil
}

// Export copies what q selects to a file, in ascending order of customer_id. A
// file that is there is replaced once the new one is whole.
func (e *Engine) Export(ctx context.Context, q *suite.Query, columns []string, file string) (time.Duration, error) {
	rows, joined, ok := q.RowsSQL(suite.DuckDB, identifiers(columns))
	if !ok {
		return 0, e.unsupported(q)
	}
	if joined { // else DuckDB keeps the order of the table
		rows += " ORDER BY customer_id"
	}
	part := file + ".part"
	text := fmt.Sprintf("COPY (%s) TO %s (FORMAT parquet, CODEC zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)", rows, literal(part))
	start := time.Now()
	err := exec(ctx, e.db, text)
	if err == nil {
		err = contender.Sync(part)
	}
	if err == nil {
		err = os.Rename(part, file)
	}
	took := time.Since(start)
	if err != nil {
		if e := os.Remove(part); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
		return 0, fmt.Errorf("%s, export of query %s: %w", e.name, q.ID, err)
	}
	return took, nil
}

// Detach closes the database of OpenDisk and returns the path of its file, which
// other processes can Reopen until Close removes it. Nothing else can be asked of
// the engine any more.
func (e *Engine) Detach() (path string, err error) {
	if e.path == "" {
		return "", fmt.Errorf("%s: there is no file: the tables are in memory", e.name)
	}
	if err := e.db.Close(); err != nil {
		return "", fmt.Errorf("%s: %w", e.name, err)
	}
	return e.path, nil
}

// Close closes the database and removes its files, but for a file that was
// reopened. A second call does nothing.
func (e *Engine) Close() error {
	var errs []error
	if e.db != nil {
		errs = append(errs, e.db.Close())
	}
	if e.path != "" && !e.readOnly {
		errs = append(errs, os.RemoveAll(e.path), os.RemoveAll(e.path+".wal"))
	}
	if e.spill != "" {
		errs = append(errs, os.RemoveAll(e.spill))
	}
	return errors.Join(errs...)
}
