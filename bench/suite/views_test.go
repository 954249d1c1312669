package suite

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGeneratedViews(t *testing.T) {
	check := func(d Dialect, traits int, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, GeneratedViews(d, traits)); diff != "" {
			t.Errorf("%s with %d traits (-want +got):\n%s", d, traits, diff)
		}
	}
	check(Postgres, 2,
		"CREATE SCHEMA generated",
		"CREATE VIEW generated.customers AS SELECT customer_id, loyalty_tier, country, lifetime_value, email_opt_in, trait_1, trait_2 FROM customers",
		"CREATE VIEW generated.purchases AS SELECT customer_id, time, category, product_id, amount FROM purchases",
		"CREATE VIEW generated.page_views AS SELECT customer_id, time, url FROM page_views",
		"CREATE VIEW generated.email_opens AS SELECT customer_id, time, campaign_id FROM email_opens")
	check(ClickHouse, 2)
	check(Databricks, 2)
}

// TestGeneratedViewsInDuckDB checks the types that the views have over a loaded
// data set.
func TestGeneratedViewsInDuckDB(t *testing.T) {
	db := openDuckDB(t, generated)
	rows, err := db.QueryContext(t.Context(), `SELECT table_name || '.' || column_name || ' ' || data_type
		FROM information_schema.columns WHERE table_schema = 'generated' ORDER BY table_name, ordinal_position`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		got = append(got, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	want := `customers.customer_id BIGINT
customers.loyalty_tier VARCHAR
customers.country VARCHAR
customers.lifetime_value DECIMAL(12,2)
customers.email_opt_in BOOLEAN
customers.trait_1 VARCHAR
customers.trait_2 VARCHAR
email_opens.customer_id BIGINT
email_opens.time TIMESTAMP
email_opens.campaign_id BIGINT
page_views.customer_id BIGINT
page_views.time TIMESTAMP
page_views.url VARCHAR
purchases.customer_id BIGINT
purchases.time TIMESTAMP
purchases.category VARCHAR
purchases.product_id BIGINT
purchases.amount DECIMAL(10,2)`
	if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
}
