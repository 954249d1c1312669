package suite

import (
	"testing"
)

// TestAgree compares the rule of every query with its statement for DuckDB.
func TestAgree(t *testing.T) {
	for _, w := range worlds {
		t.Run(w.name, func(t *testing.T) {
			db, duck := w.open(t), openDuckDB(t, w)
			everybody := int(db.Manifest().Customers)
			for _, suite := range Names() {
				t.Run(suite, func(t *testing.T) {
					telling, queries := 0, w.load(t, suite)
					for i := range queries {
						q := &queries[i]
						got, err := ask(t.Context(), db, q)
						if err != nil {
							t.Errorf("%s: rule %s: %v", q.ID, q.Rule, err)
							continue
						}
						statement, ok := q.SQL[DuckDB]
						if !ok {
							continue // TestEveryDialect counts those
						}
						want, err := selectKeys(t.Context(), duck, statement)
						if err != nil {
							t.Errorf("%s: %s: %v", q.ID, statement, err)
							continue
						}
						if d := differences(got, want); d != "" {
							t.Errorf("%s at %s: rule %s: %s\nSQL %s", q.ID, q.AsOf, q.Rule, d, statement)
						}
						if n, err := count(t.Context(), duck, q, DuckDB); err != nil || n != len(want) {
							t.Errorf("%s counts %d customers, error %v; want %d", q.ID, n, err, len(want))
						}
						if 0 < len(got) && len(got) < everybody {
							telling++
						}
					}
					t.Logf("%d of %d queries select some customers and not all", telling, len(queries))
					if 2*telling < len(queries) {
						t.Errorf("%d of %d queries select some customers and not all, want half of them at least", telling, len(queries))
					}
				})
			}
		})
	}
}

// TestAgreeFindsMistakes puts a wrong rule beside each statement of suite
// audience: each must show as a difference.
func TestAgreeFindsMistakes(t *testing.T) {
	wrong := map[string]string{
		"Q1":  "loyalty_tier = 'Silver'",
		"Q2":  "loyalty_tier = 'Gold' and country in ('US', 'JP')",
		"Q3":  "lifetime_value >= 1000",
		"Q4":  "loyalty_tier = 'Gold' and email_opt_in and lifetime_value between 200 and 2000 and country is not null and not country = 'US'",
		"Q5":  "purchase between '2025-12-02T00:00:00.000001Z' and '2026-01-01'",
		"Q6":  "loyalty_tier = 'Gold' and purchase in last 30 days",
		"Q7":  "email_open count >= 3 in last 31 days",
		"Q8":  "purchase where category = 'Electronics' sum(amount) >= 500 in last 90 days",
		"Q9":  "page_view in last 7 days and not purchase in last 90 days",
		"Q10": "purchase where category = 'Electronics' and amount >= 100 count >= 2 in last 180 days",
		"Q11": "purchase 150 to 199 days ago",
		"Q12": "email_open count >= 3 in last 60 days",
	}
	db, duck := edges.open(t), openDuckDB(t, edges)
	for _, q := range edges.load(t, "audience") {
		want, err := selectKeys(t.Context(), duck, q.SQL[DuckDB])
		if err != nil {
			t.Fatal(err)
		}
		q.Rule = wrong[q.ID]
		got, err := ask(t.Context(), db, &q)
		if err != nil {
			t.Fatalf("rule %s: %v", q.Rule, err)
		}
		if differences(got, want) == "" {
			t.Errorf("%s: the wrong rule %s selects the same %d customers", q.ID, q.Rule, len(got))
		}
	}
}

func TestDifferences(t *testing.T) {
	check := func(got, want []int64, text string) {
		t.Helper()
		if d := differences(got, want); d != text {
			t.Errorf("%v and %v: got %q, want %q", got, want, d, text)
		}
	}
	check([]int64{1, 2}, []int64{1, 2}, "")
	check(nil, nil, "")
	check([]int64{1, 2}, []int64{2, 3}, "2 customers, want 2\nonly got [1]\nonly want [3]")
	check([]int64{1}, nil, "1 customers, want 0\nonly got [1]\nonly want []")
	check([]int64{1, 1}, []int64{1}, "2 customers, want 1\nonly got [1]\nonly want []")
}
