package suite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the driver "duckdb"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// writeEdges writes the tables of a workload in which NULL is in every attribute.
// Of 1,000 customers some have many events, at ends of windows. Each of the others
// has one event, at such an end or a microsecond beside it, and no two the same.
func writeEdges(ctx context.Context, dir string) (err error) {
	for _, folder := range []string{"main/customers", "events/purchases", "events/page_views", "events/email_opens"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return err
		}
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	for _, statement := range append(edgeTables(), edgeFiles(dir)...) {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// crowd is the number of customers with many events.
const crowd = 1000

// edgeInstants returns the ends of all windows, each once.
func edgeInstants() []time.Time {
	var instants []time.Time
	seen := map[time.Time]bool{}
	add := func(t time.Time) {
		if !seen[t] {
			seen[t] = true
			instants = append(instants, t)
		}
	}
	earlier := workload.End.AddDate(0, 0, -earlierAsOf)
	for _, to := range []time.Time{workload.End, earlier, workload.End.AddDate(0, 0, -agoDays)} {
		add(to)
		for _, l := range lengths {
			add(l.before(to))
		}
	}
	for _, days := range []int{31, 150, 200, agoDays + 2*daysOfAYear, agoDays + 3*daysOfAYear} {
		add(workload.End.AddDate(0, 0, -days))
	}
	return instants
}

// edgeTables returns the statements that make the tables in DuckDB.
func edgeTables() []string {
	var rows []string
	for _, at := range edgeInstants() {
		for nudge := int64(-1); nudge <= 1; nudge++ {
			rows = append(rows, fmt.Sprintf("(%d, make_timestamp(%d))", len(rows), at.UnixMicro()+nudge))
		}
	}
	events := func(table, fields string) string {
		return fmt.Sprintf(`CREATE TABLE %[1]s AS SELECT customer_id, time AT TIME ZONE 'UTC' AS time, %[2]s FROM (
			SELECT %[3]d + 1 + n AS customer_id, time, n AS k FROM instants
			UNION ALL
			SELECT c.i AS customer_id, n.time, k.k FROM range(1, %[3]d) AS c(i)
			JOIN range(0, 80) AS k(k) ON k.k < CASE hash(c.i, '%[1]s', 'many') %% 4 WHEN 0 THEN 0 WHEN 3 THEN 80 ELSE hash(c.i, '%[1]s') %% 8 END
			JOIN instants AS n ON n.n = (hash(c.i, k.k, '%[1]s') %% %[4]d)::BIGINT)
			ORDER BY time, customer_id, k`, table, fields, crowd, len(rows))
	}
	return []string{
		"CREATE TABLE instants (n BIGINT, time TIMESTAMP)",
		"INSERT INTO instants VALUES " + strings.Join(rows, ", "),
		fmt.Sprintf(`CREATE TABLE customers AS SELECT i::BIGINT AS customer_id,
			['Gold', 'Silver', 'Bronze', NULL][1 + (hash(i, 'tier') %% 4)::INT] AS loyalty_tier,
			['US', 'JP', 'DE', 'FR', 'BR', 'IN', NULL][1 + (hash(i, 'country') %% 7)::INT] AS country,
			CASE WHEN hash(i, 'value') %% 9 = 0 THEN NULL WHEN hash(i, 'value') %% 9 = 1 THEN [200, 2000, 1000][1 + (i %% 3)::INT]
				ELSE exp(3 + hash(i, 'exp') %% 6000 / 1000.0) END::DECIMAL(12,2) AS lifetime_value,
			[true, false, NULL][1 + (hash(i, 'opt') %% 3)::INT] AS email_opt_in,
			CASE WHEN hash(i, 'trait') %% 20 > 0 THEN 'trait_1_' || lpad((hash(i, 'trait') %% 400)::VARCHAR, 5, '0') END AS trait_1
			FROM range(1, %d) AS r(i)`, crowd+len(rows)+1),
		events("purchases", `['Electronics', 'Books', 'Toys', NULL][1 + (hash(customer_id, k, 'c') % 4)::INT] AS category,
			(hash(customer_id, k) % 50)::BIGINT AS product_id,
			[100.00, 100.01, 250.00, 50.00, NULL][1 + (hash(customer_id, k, 'a') % 5)::INT]::DECIMAL(10,2) AS amount`),
		events("page_views", "'https://example.com/' || hash(customer_id, k) % 30 AS url"),
		events("email_opens", "(hash(customer_id, k) % 5)::BIGINT AS campaign_id"),
	}
}

// edgeFiles returns the statements that write the tables, each as two parts.
func edgeFiles(dir string) []string {
	var statements []string
	part := func(path, query string, n int) {
		file := filepath.Join(dir, path, fmt.Sprintf("part-%04d.parquet", n))
		statements = append(statements, fmt.Sprintf("COPY (%s) TO '%s' (FORMAT parquet)", query, file))
	}
	part("main/customers", fmt.Sprintf("FROM customers WHERE customer_id <= %d ORDER BY customer_id", crowd), 0)
	part("main/customers", fmt.Sprintf("FROM customers WHERE customer_id > %d ORDER BY customer_id", crowd), 1)
	for _, table := range []string{"purchases", "page_views", "email_opens"} {
		part("events/"+table, "FROM "+table+" WHERE time < TIMESTAMPTZ '2025-09-01 00:00:00+00' ORDER BY time", 0)
		part("events/"+table, "FROM "+table+" WHERE time >= TIMESTAMPTZ '2025-09-01 00:00:00+00' ORDER BY time", 1)
	}
	return statements
}
