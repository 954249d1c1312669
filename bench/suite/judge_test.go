package suite

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine"
)

// ask answers a query by its rule: the customers, ascending.
func ask(ctx context.Context, db *engine.DB, q *Query) ([]int64, error) {
	checked, err := db.Query(q.Rule)
	if err != nil {
		return nil, err
	}
	var keys []int64
	for key, err := range checked.At(q.AsOf).Keys(ctx) {
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return nil, err
		}
		keys = append(keys, n)
	}
	slices.Sort(keys)
	return keys, nil
}

// differences says how two answers in ascending order differ, "" for not at all. A
// customer given twice is a difference, too.
func differences(got, want []int64) string {
	if slices.Equal(got, want) {
		return ""
	}
	return fmt.Sprintf("%d customers, want %d\nonly got %s\nonly want %s", len(got), len(want), beyond(got, want), beyond(want, got))
}

// beyond lists the first of the keys that others lack, or have less often.
func beyond(keys, others []int64) string {
	times := map[int64]int{}
	for _, k := range others {
		times[k]++
	}
	var list []string
	for _, k := range keys {
		if times[k]--; times[k] < 0 && len(list) < 10 {
			list = append(list, fmt.Sprint(k))
		}
	}
	return "[" + strings.Join(list, " ") + "]"
}

// openDuckDB loads a data set into a DuckDB in memory, as the statements expect it,
// until the end of the test. The session's zone is one of its own.
func openDuckDB(t *testing.T, w *world) *sql.DB {
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
	db.SetMaxOpenConns(1)
	dir := w.data.Warehouse(t)
	parts := func(table string) string { return "read_parquet('" + filepath.Join(dir, table, "*.parquet") + "')" }
	files := map[string]string{"customers": "main/customers", "purchases": "events/purchases"}
	replaced := map[string]string{} // by table: the columns that are ENUMs
	for _, e := range Enums(w.dataset(t).Shape) {
		values := "SELECT " + e.Column + " AS v FROM " + parts(files[e.Table])
		for _, v := range e.Values {
			values += " UNION ALL SELECT " + text(v)
		}
		run(t, db, fmt.Sprintf("CREATE TYPE %s AS ENUM (SELECT DISTINCT v FROM (%s) WHERE v IS NOT NULL ORDER BY v)", e.Type, values))
		replaced[e.Table] += fmt.Sprintf(", %s::%s AS %[1]s", e.Column, e.Type)
	}
	events := func(table, replace string) string {
		return fmt.Sprintf("CREATE TABLE %s AS SELECT * REPLACE (time AT TIME ZONE 'UTC' AS time%s) FROM %s ORDER BY time", table, replace, parts("events/"+table))
	}
	run(t, db,
		"SET threads = 2", "SET TimeZone = 'Asia/Kolkata'",
		"CREATE TABLE customers AS SELECT * REPLACE ("+strings.TrimPrefix(replaced["customers"], ", ")+") FROM "+parts("main/customers"),
		events("purchases", replaced["purchases"]),
		events("page_views", ""),
		events("email_opens", ""))
	run(t, db, GeneratedViews(DuckDB, w.traits)...)
	return db
}

// run executes statements.
func run(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// selectKeys runs a statement that returns keys, and orders them.
func selectKeys(ctx context.Context, db *sql.DB, statement string) ([]int64, error) {
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	var keys []int64
	for rows.Next() {
		var key int64
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	slices.Sort(keys)
	return keys, rows.Close()
}

// count runs the statement that counts what a query selects.
func count(ctx context.Context, db *sql.DB, q *Query, d Dialect) (n int, err error) {
	statement, ok := q.CountSQL(d)
	if !ok {
		return 0, fmt.Errorf("query %s has no statement in %s", q.ID, d)
	}
	return n, db.QueryRowContext(ctx, statement).Scan(&n)
}
