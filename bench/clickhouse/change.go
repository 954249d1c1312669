package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// Append inserts the rows of add, and returns the time that the statements took.
// They become parts of their own, which ClickHouse merges when it sees fit.
// Queries prepared before see them, too. Where it fails, some may be there.
func (e *engine) Append(ctx context.Context, add *workload.Dataset) (time.Duration, error) {
	e.appending.Lock()
	defer e.appending.Unlock()
	var total time.Duration
	for _, t := range add.Tables {
		took, err := e.insert(ctx, add, t)
		if err != nil {
			return 0, fmt.Errorf("clickhouse: appending to table %s: %w", t.Name, err)
		}
		total += took
	}
	if err := e.checkRows(ctx, add); err != nil {
		return 0, fmt.Errorf("clickhouse: appending: %w", err)
	}
	return total, nil
}

// exportSettings are those of the exported file. Row groups end where blocks end,
// so that they have about that many rows.
const exportSettings = "max_block_size = 122880, " +
	"output_format_parquet_compression_method = 'zstd', output_format_compression_level = 1, " +
	"output_format_parquet_row_group_size = 122880, engine_file_truncate_on_insert = 1"

// Export writes the customers that q selects to a Parquet file, in the order of
// their keys, and returns how long that took. Where it fails, there is no file.
func (e *engine) Export(ctx context.Context, q *suite.Query, columns []string, file string) (time.Duration, error) {
	rows, _, ok := q.RowsSQL(suite.ClickHouse, identifiers(columns))
	if !ok {
		return 0, fmt.Errorf("clickhouse: query %s has no SQL for it: %w", q.ID, contender.ErrUnsupported)
	}
	link, err := e.link(file)
	if err != nil {
		return 0, fmt.Errorf("clickhouse: export: %w", err)
	}
	took, err := e.exec(ctx, strings.Join([]string{
		"INSERT INTO FUNCTION file(" + quote(link) + ", Parquet)",
		rows + " ORDER BY customer_id", // the order of the table, which is read in it
		"SETTINGS " + exportSettings,
	}, " "))
	// The link goes first: a statement that is still on its way to its end writes
	// into our folder then.
	err = errors.Join(err, os.Remove(link))
	start := time.Now()
	if err == nil {
		err = contender.Sync(file)
	}
	took += time.Since(start)
	if err != nil {
		if removeErr := os.Remove(file); !errors.Is(removeErr, os.ErrNotExist) {
			err = errors.Join(err, removeErr)
		}
		return 0, fmt.Errorf("clickhouse: export of query %s: %w", q.ID, err)
	}
	return took, nil
}
