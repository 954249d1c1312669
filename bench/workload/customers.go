package workload

import (
	"fmt"

	"github.com/apache/arrow-go/v18/parquet"
)

// customerStep is the number of customers that are made at a time.
const customerStep = 1 << 13

// customers makes the rows of main.customers. Every value is a function of the seed,
// of the customer and of the column.
type customers struct {
	n                                   int
	tier, country, optIn                *picker
	value                               *money
	tierKey, countryKey, optInKey, vKey uint64
	traits                              []traitColumn
}

func newCustomers(s Shape) *customers {
	c := &customers{
		n:          s.Customers,
		tier:       newPicker(tierWeights),
		country:    newPicker(countryWeights),
		optIn:      newPicker(optInWeights),
		value:      newMoney(lifetimeMean, lifetimeDeviation),
		tierKey:    keyOf(s.Seed, "loyalty_tier"),
		countryKey: keyOf(s.Seed, "country"),
		optInKey:   keyOf(s.Seed, "email_opt_in"),
		vKey:       keyOf(s.Seed, "lifetime_value"),
	}
	for i := range s.StringAttributes {
		c.traits = append(c.traits, newTrait(s, fmt.Sprintf("trait_%d", i+1)))
	}
	return c
}

// The lifetime values: the greatest tenth are above 1,000, half are above 146.
const (
	lifetimeDeviation = 1.5
	lifetimeMean      = 6.907755278982137 - 1.2815515655446004*lifetimeDeviation // ln 1000, less the quantile of 0.9
)

func (c *customers) plan() *tablePlan {
	columns := []column{
		bigint("customer_id"), text("loyalty_tier").orNull(), text("country"), decimal("lifetime_value", 12), boolean("email_opt_in").orNull(),
	}
	for _, t := range c.traits {
		columns = append(columns, text(t.name))
	}
	steps := (c.n + customerStep - 1) / customerStep
	return &tablePlan{
		schema: schemaMain, name: "customers", columns: columns,
		hi: steps, grain: 1, parts: partsFor(int64(c.n), steps),
		rows: int64(c.n), fill: c.fill,
		groupRows: min(customerGroupRows, customerGroupValues/len(columns)),
	}
}

func (c *customers) fill(r *rows, step int) {
	id, tier, country, value, optIn := &r.columns[0], &r.columns[1], &r.columns[2], &r.columns[3], &r.columns[4]
	hi := min(c.n, (step+1)*customerStep)
	for i := step * customerStep; i < hi; i++ {
		who := mix(uint64(i))
		id.ints = append(id.ints, int64(i)+1)
		if t := c.tier.pick(mix(who ^ c.tierKey)); t < len(tiers) {
			tier.addText(tiers[t])
		} else {
			tier.addText(nil)
		}
		country.texts = append(country.texts, countries[c.country.pick(mix(who^c.countryKey))])
		value.ints = append(value.ints, c.value.at(mix(who^c.vKey)))
		if o := c.optIn.pick(mix(who ^ c.optInKey)); o < 2 {
			optIn.bools = append(optIn.bools, o == 0)
			optIn.levels = append(optIn.levels, 1)
		} else {
			optIn.levels = append(optIn.levels, 0)
		}
		for k := range c.traits {
			v := &r.columns[5+k]
			start := len(r.arena)
			r.arena = trait(r.arena, c.traits[k].name, c.traits[k].at(uint64(i), who))
			v.texts = append(v.texts, parquet.ByteArray(r.arena[start:len(r.arena):len(r.arena)]))
		}
		r.n++
	}
}

// traitColumn is a string attribute. As many customers as it has values have one
// each, so that every value occurs; the others have values that are the rarer, the
// greater they are.
type traitColumn struct {
	name   string
	values uint64
	order  *permutation
	key    uint64
}

func newTrait(s Shape, name string) traitColumn {
	return traitColumn{
		name: name, values: uint64(s.Cardinality),
		order: newPermutation(keyOf(s.Seed, name+" order"), uint64(s.Customers)),
		key:   keyOf(s.Seed, name),
	}
}

// at returns the value of customer i, whose mixed number is who.
func (t *traitColumn) at(i, who uint64) uint64 {
	if place := t.order.at(i); place < t.values {
		return place
	}
	u := mix(who ^ t.key)
	return below(below(u, u), t.values) // the square of a uniform number
}
