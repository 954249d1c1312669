package contendertest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// Day is how far the second data set of the suite, and its as_of, are ahead of the
// first.
const Day = 24 * time.Hour

// nCustomers is more than one word of a bitmap and no multiple of one.
const nCustomers = 333

// days is how far back events go, beyond every window of the questions.
const days = 365

// seed is that of the data, which is the same in every run.
const seed = 5

// Customer is a row of main.customers, and the customer's events.
type Customer struct {
	ID            int64      `parquet:"customer_id"`
	Tier          *string    `parquet:"loyalty_tier,optional"`
	Country       string     `parquet:"country"`
	LifetimeValue int64      `parquet:"lifetime_value,decimal(2:12)"` // in hundredths
	OptIn         *bool      `parquet:"email_opt_in,optional"`
	Trait1        string     `parquet:"trait_1"`
	Purchases     []Purchase `parquet:"-"`
	PageViews     []PageView `parquet:"-"`
	Opens         []Open     `parquet:"-"`
}

// Purchase is a row of events.purchases.
type Purchase struct {
	CustomerID int64  `parquet:"customer_id"`
	Time       int64  `parquet:"time,timestamp(microsecond:utc)"` // since 1970, UTC
	Category   string `parquet:"category"`
	ProductID  int64  `parquet:"product_id"`
	Amount     int64  `parquet:"amount,decimal(2:10)"` // in hundredths
}

// PageView is a row of events.page_views.
type PageView struct {
	CustomerID int64  `parquet:"customer_id"`
	Time       int64  `parquet:"time,timestamp(microsecond:utc)"` // since 1970, UTC
	URL        string `parquet:"url"`
}

// Open is a row of events.email_opens.
type Open struct {
	CustomerID int64 `parquet:"customer_id"`
	Time       int64 `parquet:"time,timestamp(microsecond:utc)"` // since 1970, UTC
	CampaignID int64 `parquet:"campaign_id"`
}

var (
	tiers      = []string{"Gold", "Silver", "Bronze", ""} // "" is NULL
	countries  = []string{"US", "JP", "DE", "FR", "BR"}
	categories = []string{"Electronics", "Books", "Toys", "Garden's"}
)

// makeCustomers makes the customers and every event before the end of the day
// that is appended, in ascending order of their time.
func makeCustomers() []Customer {
	r := rand.New(rand.NewPCG(seed, seed))
	customers := make([]Customer, nCustomers)
	for i := range customers {
		c := &customers[i]
		c.ID = int64(i + 1)
		if tier := tiers[r.IntN(len(tiers))]; tier != "" {
			c.Tier = &tier
		}
		c.Country = countries[r.IntN(len(countries))]
		c.LifetimeValue = money(r)
		if in := r.IntN(5); in < 4 { // else NULL
			yes := in < 2
			c.OptIn = &yes
		}
		if i%10 == 1 { // only the value decides about AndOfFour
			gold, yes := "Gold", true
			c.Tier, c.Country, c.OptIn, c.LifetimeValue = &gold, "JP", &yes, edges[i/10%len(edges)]
		}
		c.Trait1 = fmt.Sprintf("trait_1_%05d", r.IntN(40))
		if i%8 == 0 {
			continue // a customer without events
		}
		c.addEvents(r)
	}
	return customers
}

// edges are amounts that rules compare with, and their neighbours.
var edges = []int64{0, 1, 100_00, 100_01, 199_99, 200_00, 500_00, 1000_00, 2000_00, 2000_01}

// money returns an amount between nothing and 3,000, often a round one that rules
// compare with.
func money(r *rand.Rand) int64 {
	if r.IntN(3) == 0 {
		return edges[r.IntN(len(edges))]
	}
	return r.Int64N(3000_00)
}

func (c *Customer) addEvents(r *rand.Rand) {
	for range r.IntN(8) {
		c.Purchases = append(c.Purchases, Purchase{
			CustomerID: c.ID, Time: instant(r), Category: categories[r.IntN(len(categories))], ProductID: r.Int64N(50), Amount: money(r),
		})
	}
	for range r.IntN(12) {
		c.PageViews = append(c.PageViews, PageView{CustomerID: c.ID, Time: instant(r), URL: fmt.Sprintf("/page/%d", r.IntN(20))})
	}
	for range r.IntN(14) {
		c.Opens = append(c.Opens, Open{CustomerID: c.ID, Time: instant(r), CampaignID: 1 + r.Int64N(6)})
	}
}

// instant returns a time of an event: often one on the edge of a window, or a
// microsecond beside it, sometimes on the day that is appended.
func instant(r *rand.Rand) int64 {
	windows := []int{7, 30, 31, 60, 90, 150, 180, 200}
	end := workload.End
	switch r.IntN(4) {
	case 0:
		edge := end.AddDate(0, 0, -windows[r.IntN(len(windows))])
		return edge.UnixMicro() + r.Int64N(3) - 1
	case 1:
		return end.UnixMicro() + r.Int64N(Day.Microseconds())
	case 2:
		return end.UnixMicro() - 1 - r.Int64N(40*Day.Microseconds())
	}
	return end.UnixMicro() - 1 - r.Int64N(days*Day.Microseconds())
}

// events gathers the events of all customers within [lo, hi), in order of time.
func events[E any](customers []Customer, of func(*Customer) []E, at func(*E) int64, lo, hi int64) []E {
	var found []E
	for i := range customers {
		for _, e := range of(&customers[i]) {
			if t := at(&e); t >= lo && t < hi {
				found = append(found, e)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b E) int { return cmp.Compare(at(&a), at(&b)) })
	return found
}
