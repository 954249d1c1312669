package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// eventTables are the tables with a column time.
var eventTables = []string{"purchases", "page_views", "email_opens"}

// execer is a database or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// loadDataset makes every table of d, checks that it has all rows, and makes the
// views that generated SQL reads.
func (e *Engine) loadDataset(ctx context.Context, d *workload.Dataset, progress func(string)) error {
	for i := range d.Tables {
		t := &d.Tables[i]
		progress(e.name + ": loading " + t.Name)
		if err := e.loadTable(ctx, d, t); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	for _, text := range suite.GeneratedViews(suite.DuckDB, d.Shape.StringAttributes) {
		if err := exec(ctx, e.db, text); err != nil {
			return err
		}
	}
	if e.path == "" {
		return nil
	}
	progress(e.name + ": writing the checkpoint")
	return exec(ctx, e.db, "CHECKPOINT")
}

func (e *Engine) loadTable(ctx context.Context, d *workload.Dataset, t *workload.Table) error {
	from, err := readParquet(d, t)
	if err != nil {
		return err
	}
	for _, enum := range suite.Enums(d.Shape) {
		if enum.Table != t.Name {
			continue
		}
		column := identifier(enum.Column)
		values := "SELECT " + column + " AS value FROM " + from
		for _, v := range enum.Values {
			values += " UNION ALL SELECT " + literal(v)
		}
		text := fmt.Sprintf("CREATE TYPE %s AS ENUM (SELECT DISTINCT value FROM (%s) WHERE value IS NOT NULL ORDER BY 1)",
			identifier(enum.Type), values)
		if err := exec(ctx, e.db, text); err != nil {
			return err
		}
	}
	if err := exec(ctx, e.db, fmt.Sprintf("CREATE TABLE %s AS %s", identifier(t.Name), selectRows(d, t.Name, from))); err != nil {
		return err
	}
	var rows int64
	if err := e.db.QueryRowContext(ctx, "SELECT count(*) FROM "+identifier(t.Name)).Scan(&rows); err != nil {
		return err
	}
	if rows != t.Rows {
		return fmt.Errorf("%d rows loaded, expected %d", rows, t.Rows)
	}
	return nil
}

// insertTable adds the rows of a table of d behind those that are there.
func insertTable(ctx context.Context, to execer, d *workload.Dataset, t *workload.Table) error {
	from, err := readParquet(d, t)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("INSERT INTO %s BY NAME %s", identifier(t.Name), selectRows(d, t.Name, from))
	result, err := to.ExecContext(ctx, text)
	if err != nil {
		return fmt.Errorf("%s: %w", abridged(text), err)
	}
	rows, err := result.RowsAffected()
	if err == nil && rows != t.Rows {
		err = fmt.Errorf("%d rows appended, expected %d", rows, t.Rows)
	}
	return err
}

// selectRows returns the query for the rows of a table, in their types, from the
// table function that reads its files.
func selectRows(d *workload.Dataset, table, from string) string {
	var replaced []string
	for _, enum := range suite.Enums(d.Shape) {
		if enum.Table == table {
			column := identifier(enum.Column)
			replaced = append(replaced, fmt.Sprintf("%s::%s AS %s", column, identifier(enum.Type), column))
		}
	}
	if slices.Contains(eventTables, table) {
		// As AT TIME ZONE 'UTC', without asking the calendar about every row.
		replaced = append(replaced, "make_timestamp(epoch_us(time)) AS time")
	}
	if len(replaced) == 0 {
		return "SELECT * FROM " + from
	}
	return fmt.Sprintf("SELECT * REPLACE (%s) FROM %s", strings.Join(replaced, ", "), from)
}

// readParquet returns the table function that reads the part files of a table in
// the order of their names, which is the order of time.
func readParquet(d *workload.Dataset, t *workload.Table) (string, error) {
	paths, err := d.Files(t.Schema, t.Name)
	if err != nil {
		return "", err
	}
	if len(paths) != t.Files {
		return "", fmt.Errorf("%d part files in %s, expected %d", len(paths), filepath.Join(d.Dir, t.Schema, t.Name), t.Files)
	}
	for i, path := range paths {
		paths[i] = literal(path)
	}
	return "read_parquet([" + strings.Join(paths, ", ") + "])", nil
}

func exec(ctx context.Context, to execer, text string) error {
	if _, err := to.ExecContext(ctx, text); err != nil {
		return fmt.Errorf("%s: %w", abridged(text), interrupted(ctx, err))
	}
	return nil
}

// interrupted returns an error of the driver, with the context's where that has
// ended: sometimes the driver returns no more than that DuckDB was interrupted.
func interrupted(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return fmt.Errorf("%w: %w", ended, err)
	}
	return err
}

// maxErrorText is how much of a statement an error repeats, in bytes. Those that
// name the files of a table are long.
const maxErrorText = 200

func abridged(text string) string {
	if len(text) <= maxErrorText {
		return text
	}
	return strings.ToValidUTF8(text[:maxErrorText], "") + "…"
}
