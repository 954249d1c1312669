package workload

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the driver "duckdb"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
)

// duck returns a DuckDB with the tables of a data set as views, until the end of
// the test.
func duck(t *testing.T, d *Dataset) *sql.DB {
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
	if _, err := db.ExecContext(t.Context(), "SET TimeZone = 'UTC'"); err != nil {
		t.Fatal(err)
	}
	for _, table := range d.Tables {
		text := fmt.Sprintf("CREATE VIEW %s AS SELECT * FROM '%s'", table.Name, filepath.Join(d.Dir, table.Schema, table.Name, "*.parquet"))
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return db
}

// ask returns the one number that a query gives.
func ask(t *testing.T, db *sql.DB, query string) float64 {
	t.Helper()
	var n float64
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// TestBuild loads a data set into rollcall with the parent segment beside it, and
// compares one count with DuckDB's.
func TestBuild(t *testing.T) {
	d := dataset(t, small())
	parent, err := model.Parse(parentName, []byte(parentYAML))
	if err != nil {
		t.Fatal(err)
	}
	src, err := files.Open(d.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}()
	snapshot := filepath.Join(t.TempDir(), "data.rollcall")
	m, err := ingest.Build(t.Context(), parent, src, snapshot, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range m.Load.Tables {
		if table.Loaded != table.Rows {
			t.Errorf("of %s, %d of %d rows are loaded", table.Table, table.Loaded, table.Rows)
		}
	}
	want := ask(t, duck(t, d), `SELECT count(DISTINCT customer_id) FROM customers JOIN purchases USING (customer_id)
		WHERE loyalty_tier = 'Gold' AND time >= TIMESTAMPTZ '2025-12-02 00:00:00Z'`)
	if got := countRule(t, snapshot, "loyalty_tier = 'Gold' and purchase in last 30 days"); got != int64(want) || got == 0 {
		t.Errorf("rollcall counts %d, DuckDB %v", got, want)
	}
}

// countRule returns how many customers of a snapshot a rule selects at the end of
// the workload.
func countRule(t *testing.T, snapshot, rule string) int64 {
	t.Helper()
	db, err := engine.Open(snapshot, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	q, err := db.Query(rule)
	if err != nil {
		t.Fatal(err)
	}
	n, err := q.At(End).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return int64(n)
}
