package difftest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the driver "duckdb"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// sqlJudge answers SQL over the warehouse folder of the data.
type sqlJudge struct {
	db *sql.DB
}

// newSQLJudge opens a DuckDB in memory and loads the files of each table, until
// the end of the test. Instants become TIMESTAMP, which is UTC by agreement here,
// so that no time zone of the session can have a say.
func newSQLJudge(t *testing.T, data *fixture.Data) *sqlJudge {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	warehouse := data.Warehouse(t)
	load := func(name, columns, database, table string) {
		t.Helper()
		path := filepath.Join(warehouse, database, table+".parquet")
		text := fmt.Sprintf("CREATE TABLE %s AS SELECT %s FROM read_parquet(%s)", name, columns, quoted(path))
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	load("customers", "*", "marketing", "customers")
	load("metrics", "* REPLACE (make_timestamp(epoch_us(last_purchase_date)) AS last_purchase_date)", "analytics", "customer_metrics")
	load("purchases", "* REPLACE (make_timestamp(epoch_us(purchased_at)) AS purchased_at)", "events", "purchases")
	return &sqlJudge{db}
}

// customers returns the keys that a query selects, sorted and distinct.
func (j *sqlJudge) customers(ctx context.Context, query string) (keys []string, err error) {
	rows, err := j.db.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, fmt.Errorf("%s: %w", query, err)
		}
		keys = append(keys, key)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	if err := rows.Close(); err != nil {
		return nil, err
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// difference counts the customers that only the first query selects, and those
// that only the second does.
func (j *sqlJudge) difference(ctx context.Context, first, second string) (onlyFirst, onlySecond int, err error) {
	query := fmt.Sprintf(`WITH a AS (%s), b AS (%s) SELECT
		(SELECT count(*) FROM (SELECT customer_id FROM a EXCEPT SELECT customer_id FROM b)),
		(SELECT count(*) FROM (SELECT customer_id FROM b EXCEPT SELECT customer_id FROM a))`, first, second)
	if err := j.db.QueryRowContext(ctx, query).Scan(&onlyFirst, &onlySecond); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", query, err)
	}
	return onlyFirst, onlySecond, nil
}

// quoted returns a string literal of SQL.
func quoted(s string) string {
	sql, _ := sqlgen.Literal(sqlgen.DuckDB, s) // DuckDB has one of every text
	return sql
}

// writeEarlierCDNOW writes the warehouse of the data with every time, in
// purchases and in last_purchase_date, a microsecond earlier: just before
// midnight.
func writeEarlierCDNOW(ctx context.Context, dir string) (err error) {
	if err := cdnow.WriteWarehouse(ctx, dir); err != nil {
		return err
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	earlier := func(path, column string) error {
		query := fmt.Sprintf(`COPY (SELECT * REPLACE (%[1]s - INTERVAL 1 microsecond AS %[1]s) FROM read_parquet(%[2]s)) TO %[3]s (FORMAT parquet)`,
			column, quoted(path), quoted(path+".tmp"))
		if _, err := db.ExecContext(ctx, query); err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
		return os.Rename(path+".tmp", path)
	}
	if err := earlier(filepath.Join(dir, "analytics", "customer_metrics.parquet"), "last_purchase_date"); err != nil {
		return err
	}
	return earlier(filepath.Join(dir, "events", "purchases.parquet"), "purchased_at")
}
