package workload

import "math/rand/v2"

// purchases makes events.purchases.
type purchases struct {
	eventTable
	category  *picker
	amount    *money
	preferred uint64 // the key of the preferred category
}

// The amounts: half are above 30, one of 200 is above 500.
const (
	amountMean      = 3.4011973816621555 // ln 30
	amountDeviation = 1.1

	// preferredShare is how many of 2^16 purchases are of the customer's preferred
	// category whatever else is drawn: 40 %.
	preferredShare = 26214
)

func newPurchases(s Shape, who *activity) *tablePlan {
	p := &purchases{
		eventTable: newEventTable(s, "purchases", defaultPurchases, who),
		category:   newPicker(hyperbolic(len(categories), 8)),
		amount:     newMoney(amountMean, amountDeviation),
		preferred:  keyOf(s.Seed, "preferred category"),
	}
	return p.plan("purchases", []column{
		bigint("customer_id"), timestamp("time"), text("category"), bigint("product_id").repeated(), decimal("amount", 10),
	}, p.fill)
}

func (p *purchases) fill(r *rows, hour int) {
	id, when, category, product, amount := &r.columns[0], &r.columns[1], &r.columns[2], &r.columns[3], &r.columns[4]
	p.each(hour, func(random *rand.PCG, customer uint64, at int64) {
		u := random.Uint64()
		c := 0
		if u&(1<<16-1) < preferredShare {
			c = p.category.pick(mix(customer ^ p.preferred))
		} else {
			c = p.category.pick(random.Uint64())
		}
		// The lesser of two numbers: the first products of a category are bought most.
		in := min(u>>16&(1<<24-1), u>>40) * productsPerCategory >> 24
		id.ints = append(id.ints, int64(customer)+1)
		when.ints = append(when.ints, at)
		category.texts = append(category.texts, categories[c])
		product.ints = append(product.ints, int64(c*productsPerCategory)+int64(in)+1)
		amount.ints = append(amount.ints, p.amount.at(random.Uint64()))
		r.n++
	})
}
