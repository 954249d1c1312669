package workload

import (
	"fmt"
	"strings"
	"testing"
)

// TestValues asks for the shares that the workload is documented with.
func TestValues(t *testing.T) {
	db := duck(t, dataset(t, Default(30_000)))
	for _, c := range []struct {
		query  string
		lo, hi float64
	}{
		{"SELECT count(*) FROM customers WHERE customer_id BETWEEN 1 AND 30000", 30_000, 30_000},
		{"SELECT count(DISTINCT customer_id) FROM customers", 30_000, 30_000},
		{"SELECT avg((loyalty_tier = 'Gold')::int) * count(loyalty_tier) / count(*) FROM customers", 0.075, 0.085},
		{"SELECT avg((loyalty_tier = 'Silver')::int) * count(loyalty_tier) / count(*) FROM customers", 0.163, 0.177},
		{"SELECT avg((loyalty_tier = 'Bronze')::int) * count(loyalty_tier) / count(*) FROM customers", 0.34, 0.36},
		{"SELECT avg((loyalty_tier IS NULL)::int) FROM customers", 0.39, 0.41},
		{"SELECT avg((country = 'US')::int) FROM customers", 0.24, 0.26},
		{"SELECT count(DISTINCT country) FROM customers", 30, 30},
		{"SELECT count(*) FROM (SELECT country FROM customers GROUP BY ALL ORDER BY count(*) DESC LIMIT 3) WHERE country IN ('US', 'JP', 'DE')", 3, 3},
		{"SELECT avg((lifetime_value > 1000)::int) FROM customers", 0.094, 0.106},
		{"SELECT median(lifetime_value) FROM customers", 140, 153},
		{"SELECT avg((email_opt_in IS TRUE)::int) FROM customers", 0.59, 0.61},
		{"SELECT avg((email_opt_in IS NULL)::int) FROM customers", 0.045, 0.055},
		{"SELECT count(DISTINCT trait_1) FROM customers WHERE trait_1 BETWEEN 'trait_1_00000' AND 'trait_1_01999'", 2000, 2000},
		{"SELECT max(n) / avg(n) FROM (SELECT count(*) n FROM customers GROUP BY trait_1)", 10, 60},
		// The attributes of a customer have nothing to do with each other.
		{"SELECT avg((country = 'US')::int) FROM customers WHERE loyalty_tier = 'Gold' AND email_opt_in", 0.21, 0.29},

		{"SELECT count(*) FROM purchases", 150_000, 150_000},
		{"SELECT count(*) FROM page_views", 360_000, 360_000},
		{"SELECT count(*) FROM email_opens", 90_600, 90_600},
		{"SELECT count(*) FROM purchases ANTI JOIN customers USING (customer_id)", 0, 0},
		{"SELECT count(DISTINCT category) FROM purchases WHERE product_id BETWEEN 1 AND 10000", 20, 20},
		{"SELECT count(DISTINCT product_id) FROM purchases", 9_000, 10_000},
		{"SELECT count(*) FROM (SELECT product_id FROM purchases GROUP BY 1 HAVING count(DISTINCT category) > 1)", 0, 0},
		{"SELECT median(amount) FROM purchases", 29, 31},
		{"SELECT avg((amount > 500)::int) FROM purchases", 0.004, 0.007},
		{"SELECT count(DISTINCT url) FROM page_views", 1000, 1000},
		// The share of a customer's own category: 40 %, and what is drawn of it besides.
		{`SELECT avg(most / n) FROM (SELECT max(k) most, sum(k) n FROM
			(SELECT customer_id, category, count(*) k FROM purchases GROUP BY ALL) GROUP BY customer_id HAVING sum(k) >= 200)`, 0.42, 0.47},
		{"SELECT count(DISTINCT campaign_id) FROM email_opens WHERE time >= TIMESTAMPTZ '2025-06-01 00:00:00Z'", 61, 75},
		{"SELECT max(campaign_id) FROM email_opens", 2713, 2713}, // Tuesday, 30 December 2025
		{`SELECT avg((campaign_id = (SELECT max(campaign_id) FROM email_opens))::int) FROM email_opens
			WHERE time >= TIMESTAMPTZ '2025-12-30 09:00:00Z'`, 0.75, 0.85},
		// All days are alike but for the noise, and hours are not.
		{"SELECT max(n) - min(n) FROM (SELECT count(*) n FROM page_views GROUP BY date_trunc('day', time))", 0, 1},
		{"SELECT max(n) / min(n) FROM (SELECT count(*) n FROM page_views GROUP BY hour(time))", 5, 15},
	} {
		if got := ask(t, db, c.query); got < c.lo || got > c.hi {
			t.Errorf("%s\n\tis %v, want %v to %v", c.query, got, c.lo, c.hi)
		}
	}
}

// TestTraits wants as many values as the cardinality says, down to one and up to
// one for each customer.
func TestTraits(t *testing.T) {
	for _, cardinality := range []int{1, 2, 299, 500} {
		s := Default(500)
		s.StringAttributes, s.Cardinality = 64, cardinality
		db := duck(t, dataset(t, s))
		for _, trait := range []string{"trait_1", "trait_64"} {
			if got := ask(t, db, "SELECT count(DISTINCT "+trait+") FROM customers"); got != float64(cardinality) {
				t.Errorf("%s has %v values, want %d", trait, got, cardinality)
			}
		}
		if got := ask(t, db, "SELECT avg((trait_1[9:] = trait_2[9:])::int) FROM customers"); cardinality > 2 && got > 0.05 {
			t.Errorf("of %d, trait_1 and trait_2 are equal in %v of the customers", cardinality, got)
		}
	}
}

// TestTypes asks DuckDB for the types of the columns and for the statistics.
func TestTypes(t *testing.T) {
	d := dataset(t, small())
	db := duck(t, d)
	for table, want := range map[string]string{
		"customers":   "customer_id BIGINT, loyalty_tier VARCHAR, country VARCHAR, lifetime_value DECIMAL(12,2), email_opt_in BOOLEAN, trait_1 VARCHAR, trait_2 VARCHAR, trait_3 VARCHAR",
		"purchases":   "customer_id BIGINT, time TIMESTAMP WITH TIME ZONE, category VARCHAR, product_id BIGINT, amount DECIMAL(10,2)",
		"page_views":  "customer_id BIGINT, time TIMESTAMP WITH TIME ZONE, url VARCHAR",
		"email_opens": "customer_id BIGINT, time TIMESTAMP WITH TIME ZONE, campaign_id BIGINT",
	} {
		var got string
		query := "SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE " + table + ")"
		if err := db.QueryRowContext(t.Context(), query).Scan(&got); err != nil || got != want {
			t.Errorf("%s has\n\t%s, %v\nwant\n\t%s", table, got, err, want)
		}
	}
	const wrong = `SELECT count(*) FROM parquet_metadata('%s') m WHERE m.path_in_schema = '%s' AND
		(m.stats_min_value IS DISTINCT FROM (SELECT min(%[2]s)::VARCHAR FROM '%[1]s') OR
		 m.stats_max_value IS DISTINCT FROM (SELECT max(%[2]s)::VARCHAR FROM '%[1]s') OR m.compression <> 'ZSTD')`
	for _, column := range []string{"main.customers.country", "main.customers.lifetime_value", "main.customers.loyalty_tier",
		"events.purchases.customer_id", "events.purchases.time", "events.purchases.amount", "events.page_views.url"} {
		schema, rest, _ := strings.Cut(column, ".")
		table, name, _ := strings.Cut(rest, ".")
		paths, err := d.Files(schema, table)
		if err != nil {
			t.Fatal(err)
		}
		if got := ask(t, db, fmt.Sprintf(wrong, paths[0], name)); got != 0 {
			t.Errorf("%s: the statistics of a row group are not its least and greatest value, or it is not ZSTD", column)
		}
	}
}
