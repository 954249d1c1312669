package contendertest

import (
	"fmt"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bench/suite"
)

// Question is a rule, the same as SQL, and the same as Go over one customer.
type Question struct {
	ID      string
	Rule    string
	Bare    string // as suite.Query has it
	SQL     string // for every dialect; {D} is the instant D days before the as_of, {0} the as_of
	Selects func(c *Customer, asOf time.Time) bool
}

// Query returns the question at an as_of, in every dialect.
func (q *Question) Query(asOf time.Time) *suite.Query {
	text := q.SQL
	for _, days := range []int{0, 7, 30, 31, 60, 90, 150, 180, 200} {
		at := asOf.AddDate(0, 0, -days).Format("TIMESTAMP '2006-01-02 15:04:05'")
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", days), at)
	}
	return &suite.Query{ID: q.ID, Rule: q.Rule, Bare: q.Bare, AsOf: asOf, SQL: map[suite.Dialect]string{
		suite.DuckDB: text, suite.Postgres: text, suite.ClickHouse: text, suite.Databricks: text,
	}}
}

// Keys returns the keys of the customers that the question selects, ascending.
func (q *Question) Keys(customers []Customer, asOf time.Time) []int64 {
	keys := []int64{}
	for i := range customers {
		if q.Selects(&customers[i], asOf) {
			keys = append(keys, customers[i].ID)
		}
	}
	return keys
}

// Questions returns one question of every kind. Their SQL says nothing of types,
// so that every dialect reads it.
func Questions() []Question {
	return []Question{
		{
			ID: "text", Rule: "loyalty_tier = 'Gold'",
			SQL:     "SELECT customer_id FROM customers WHERE loyalty_tier = 'Gold'",
			Selects: func(c *Customer, _ time.Time) bool { return c.tier() == "Gold" },
		}, {
			ID: "list", Rule: "loyalty_tier = 'Gold' and country in ('US', 'JP', 'DE')",
			SQL: "SELECT customer_id FROM customers WHERE loyalty_tier = 'Gold' AND country IN ('US', 'JP', 'DE')",
			Selects: func(c *Customer, _ time.Time) bool {
				return c.tier() == "Gold" && (c.Country == "US" || c.Country == "JP" || c.Country == "DE")
			},
		},
		AndOfFour(),
		{
			ID: "not NULL", Rule: "not loyalty_tier = 'Gold'",
			SQL:     "SELECT customer_id FROM customers WHERE loyalty_tier <> 'Gold' OR loyalty_tier IS NULL",
			Selects: func(c *Customer, _ time.Time) bool { return c.tier() != "Gold" },
		}, {
			ID: "all", Rule: "lifetime_value >= 0",
			SQL:     "SELECT customer_id FROM customers WHERE lifetime_value >= 0",
			Selects: func(*Customer, time.Time) bool { return true },
		}, {
			ID: "none", Rule: "purchase count > 1000 in last 30 days",
			SQL:     "SELECT customer_id FROM purchases WHERE time >= {30} AND time < {0} GROUP BY customer_id HAVING count(*) > 1000",
			Selects: func(*Customer, time.Time) bool { return false },
		}, {
			ID: "window", Rule: "purchase in last 30 days",
			SQL:     "SELECT DISTINCT customer_id FROM purchases WHERE time >= {30} AND time < {0}",
			Selects: func(c *Customer, asOf time.Time) bool { return c.bought(asOf, 30, 0) },
		}, {
			ID: "past", Rule: "purchase 150 to 200 days ago",
			SQL:     "SELECT DISTINCT customer_id FROM purchases WHERE time >= {200} AND time < {150}",
			Selects: func(c *Customer, asOf time.Time) bool { return c.bought(asOf, 200, 150) },
		}, {
			ID: "lapsed", Rule: "loyalty_tier = 'Gold' and purchase in last 30 days and not purchase in last 7 days",
			SQL: `SELECT customer_id FROM customers WHERE loyalty_tier = 'Gold'
				AND customer_id IN (SELECT customer_id FROM purchases WHERE time >= {30} AND time < {0})
				AND customer_id NOT IN (SELECT customer_id FROM purchases WHERE time >= {7} AND time < {0})`,
			Selects: func(c *Customer, asOf time.Time) bool {
				return c.tier() == "Gold" && c.bought(asOf, 30, 0) && !c.bought(asOf, 7, 0)
			},
		}, {
			ID: "count", Rule: "email_open count > 3 in last 31 days",
			SQL:     "SELECT customer_id FROM email_opens WHERE time >= {31} AND time < {0} GROUP BY customer_id HAVING count(*) > 3",
			Selects: func(c *Customer, asOf time.Time) bool { return len(c.campaigns(asOf, 31)) > 3 },
		}, {
			ID: "distinct", Rule: "email_open count distinct campaign_id >= 3 in last 60 days",
			SQL: "SELECT customer_id FROM email_opens WHERE time >= {60} AND time < {0} GROUP BY customer_id HAVING count(DISTINCT campaign_id) >= 3",
			Selects: func(c *Customer, asOf time.Time) bool {
				distinct := map[int64]bool{}
				for _, campaign := range c.campaigns(asOf, 60) {
					distinct[campaign] = true
				}
				return len(distinct) >= 3
			},
		}, {
			ID: "sum", Rule: "purchase where category = 'Electronics' sum(amount) > 500 in last 90 days",
			SQL: `SELECT customer_id FROM purchases WHERE category = 'Electronics' AND time >= {90} AND time < {0}
				GROUP BY customer_id HAVING sum(amount) > 500`,
			Selects: func(c *Customer, asOf time.Time) bool {
				sum := int64(0)
				for _, p := range c.Purchases {
					if p.Category == "Electronics" && within(p.Time, asOf, 90, 0) {
						sum += p.Amount
					}
				}
				return sum > 500_00
			},
		}, {
			ID: "or", Rule: "(page_view in last 7 days and not purchase in last 90 days) or loyalty_tier = 'Silver'",
			SQL: `SELECT customer_id FROM customers WHERE loyalty_tier = 'Silver'
				OR customer_id IN (SELECT customer_id FROM page_views WHERE time >= {7} AND time < {0})
				AND customer_id NOT IN (SELECT customer_id FROM purchases WHERE time >= {90} AND time < {0})`,
			Selects: func(c *Customer, asOf time.Time) bool {
				viewed := false
				for _, v := range c.PageViews {
					viewed = viewed || within(v.Time, asOf, 7, 0)
				}
				return viewed && !c.bought(asOf, 90, 0) || c.tier() == "Silver"
			},
		},
	}
}

// AndOfFour returns the question that the plain loop and4 answers.
func AndOfFour() Question {
	return Question{
		ID: "and4", Bare: "and4",
		Rule: "loyalty_tier = 'Gold' and email_opt_in and lifetime_value between 200 and 2000 and not country = 'US'",
		SQL: `SELECT customer_id FROM customers
			WHERE loyalty_tier = 'Gold' AND email_opt_in AND lifetime_value BETWEEN 200 AND 2000 AND country <> 'US'`,
		Selects: func(c *Customer, _ time.Time) bool {
			return c.tier() == "Gold" && c.OptIn != nil && *c.OptIn && c.LifetimeValue >= 200_00 && c.LifetimeValue <= 2000_00 && c.Country != "US"
		},
	}
}

// tier returns the loyalty tier, "" for NULL.
func (c *Customer) tier() string {
	if c.Tier == nil {
		return ""
	}
	return *c.Tier
}

// bought reports whether a purchase lies in [asOf − lo days, asOf − hi days).
func (c *Customer) bought(asOf time.Time, lo, hi int) bool {
	for _, p := range c.Purchases {
		if within(p.Time, asOf, lo, hi) {
			return true
		}
	}
	return false
}

// campaigns returns the campaign of every e-mail opened in the last days.
func (c *Customer) campaigns(asOf time.Time, days int) []int64 {
	var campaigns []int64
	for _, o := range c.Opens {
		if within(o.Time, asOf, days, 0) {
			campaigns = append(campaigns, o.CampaignID)
		}
	}
	return campaigns
}

// within reports whether a time lies in [asOf − lo days, asOf − hi days).
func within(micros int64, asOf time.Time, lo, hi int) bool {
	return micros >= asOf.AddDate(0, 0, -lo).UnixMicro() && micros < asOf.AddDate(0, 0, -hi).UnixMicro()
}
