package suite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestAgreeWithPostgres compares the rule of every query with its statement for
// PostgreSQL, where ROLLCALL_POSTGRES is the URL of a server.
func TestAgreeWithPostgres(t *testing.T) {
	url := os.Getenv("ROLLCALL_POSTGRES")
	if url == "" {
		t.Skip("ROLLCALL_POSTGRES is not set; bench/difftest/postgres.sh go test ./bench/suite sets it")
	}
	for _, w := range worlds {
		t.Run(w.name, func(t *testing.T) {
			db, conn := w.open(t), openPostgres(t, w, url)
			for _, suite := range Names() {
				queries := w.load(t, suite)
				for i := range queries {
					q := &queries[i]
					statement, ok := q.SQL[Postgres]
					if !ok {
						continue // TestEveryDialect counts those
					}
					want, err := ask(t.Context(), db, q)
					if err != nil {
						t.Errorf("%s: rule %s: %v", q.ID, q.Rule, err)
						continue
					}
					got, err := postgresKeys(t.Context(), conn, statement)
					if err != nil {
						t.Errorf("%s: %s: %v", q.ID, statement, err)
						continue
					}
					if d := differences(got, want); d != "" {
						t.Errorf("%s at %s: rule %s: %s\nSQL %s", q.ID, q.AsOf, q.Rule, d, statement)
					}
				}
			}
		})
	}
}

// openPostgres loads a data set into a database of its own, by way of DuckDB, until
// the end of the test.
func openPostgres(t *testing.T, w *world, url string) *pgx.Conn {
	t.Helper()
	ctx := context.Background() // the cleanups need one that outlives the test's
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec // no statement comes twice
	admin, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	name := "suite_" + w.name
	execute(t, admin, "DROP DATABASE IF EXISTS "+name, "CREATE DATABASE "+name)
	config.Database = name
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(ctx); err != nil {
			t.Error(err)
		}
		execute(t, admin, "DROP DATABASE "+name)
		if err := admin.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	traits := ""
	for i := range w.traits {
		traits += fmt.Sprintf(", trait_%d text", i+1)
	}
	execute(t, conn, "SET TimeZone = 'UTC'",
		"CREATE TABLE customers (customer_id bigint PRIMARY KEY, loyalty_tier text, country text, lifetime_value numeric(12,2), email_opt_in boolean"+traits+")",
		"CREATE TABLE purchases (customer_id bigint, time timestamptz, category text, product_id bigint, amount numeric(10,2))",
		"CREATE TABLE page_views (customer_id bigint, time timestamptz, url text)",
		"CREATE TABLE email_opens (customer_id bigint, time timestamptz, campaign_id bigint)")
	copyTables(t, w, conn)
	execute(t, conn, "SET TimeZone = 'Asia/Kolkata'", "SET statement_timeout = '60s'")
	execute(t, conn, GeneratedViews(Postgres, w.traits)...)
	return conn
}

// copyTables fills the tables, as CSV that DuckDB writes.
func copyTables(t *testing.T, w *world, conn *pgx.Conn) {
	t.Helper()
	duck, dir := openDuckDB(t, w), t.TempDir()
	for _, table := range []string{"customers", "purchases", "page_views", "email_opens"} {
		path := filepath.Join(dir, table+".csv")
		run(t, duck, fmt.Sprintf("COPY %s TO '%s' (FORMAT csv, HEADER false)", table, path))
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.PgConn().CopyFrom(t.Context(), f, "COPY "+table+" FROM STDIN (FORMAT csv)"); err != nil {
			t.Errorf("table %s: %v", table, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// execute executes statements.
func execute(t *testing.T, conn *pgx.Conn, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := conn.Exec(context.Background(), s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

// postgresKeys runs a statement that returns keys, and orders them.
func postgresKeys(ctx context.Context, conn *pgx.Conn, statement string) ([]int64, error) {
	rows, err := conn.Query(ctx, statement)
	if err != nil {
		return nil, err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	slices.Sort(keys)
	return keys, err
}
