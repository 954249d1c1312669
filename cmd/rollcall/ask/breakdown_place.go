package ask

import (
	"context"
	"fmt"
	"strings"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
)

// maxCompared is the number of values of an attribute up to which a breakdown in
// place is compared with all customers, whose values are asked for then, and up to
// which a histogram is made of them: beyond, the answer would be larger than anybody
// reads.
const maxCompared = 1 << 20

// Breakdown divides the members by each of several attributes, a statement for each.
func (q *InPlace) Breakdown(ctx context.Context, by []engine.By, limit int) (*Answer, []*Breakdown, error) {
	for _, each := range by {
		at := q.Schema().Attribute(each.Attribute)
		if at >= 0 {
			if err := each.CheckBins(&q.Schema().Attributes[at]); err != nil {
				return nil, nil, err
			}
		}
	}
	var parts []*Breakdown
	count := uint64(0)
	for _, each := range by {
		b, err := q.breakdownBy(ctx, each, limit)
		if err != nil {
			return nil, nil, err
		}
		count = b.Count
		parts = append(parts, b)
	}
	answer, err := q.Answered(ctx, count)
	if err != nil {
		return nil, nil, err
	}
	for _, b := range parts {
		b.Answer = answer.Answer
	}
	return answer, parts, nil
}

// breakdownBy divides the members by one attribute. Of the answer it has the count.
func (q *InPlace) breakdownBy(ctx context.Context, by engine.By, limit int) (*Breakdown, error) {
	binned := by.Bins != 0 || by.Every != 0
	if binned {
		limit = maxCompared
	}
	groups, err := federate.Breakdown(ctx, q.Place.Place, q.Checked, q.AsOf, by.Attribute, limit)
	if err != nil {
		return nil, err
	}
	everybody, err := q.everybody(ctx, by.Attribute)
	if err != nil {
		return nil, err
	}
	b := &engine.Breakdown{Attribute: by.Attribute, Distinct: int(groups.Distinct)}
	values := portionsOf(groups, everybody)
	if binned {
		if groups.Distinct > maxCompared {
			return nil, UnsupportedInPlace(fmt.Sprintf("members have %d values of %q, and a histogram in place takes up to %d",
				groups.Distinct, by.Attribute, maxCompared))
		}
		of := &q.Schema().Attributes[q.Schema().Attribute(by.Attribute)]
		if b, err = by.Histogram(of, q.Location(), values); err != nil {
			return nil, err
		}
	} else {
		b.OfElements = q.Schema().Attributes[q.Schema().Attribute(by.Attribute)].Type.IsArray()
		b.Rest.Count = groups.Held
		for _, p := range values[:len(groups.Groups)] {
			b.Rest.Count -= p.Count
			b.Values = append(b.Values, p)
		}
	}
	b.Count = groups.Customers
	b.Null = engine.Portion{Count: groups.Null, Customers: everybody.Null}
	b.Empty = engine.Portion{Count: groups.Empty, Customers: everybody.Empty}
	return &Breakdown{Breakdown: b, Compared: everybody.Distinct <= maxCompared, Every: by.Every}, nil
}

// portionsOf returns the values that members have, in their order, and behind them
// those that only others have.
func portionsOf(members, everybody *federate.Groups) []engine.Portion {
	customers := map[any]uint64{}
	for _, g := range everybody.Groups {
		customers[g.Value] = g.Customers
	}
	var out []engine.Portion
	for _, g := range members.Groups {
		out = append(out, engine.Portion{Value: g.Value, Count: g.Customers, Customers: customers[g.Value]})
		delete(customers, g.Value)
	}
	for _, g := range everybody.Groups {
		if n, ok := customers[g.Value]; ok {
			out = append(out, engine.Portion{Value: g.Value, Customers: n})
		}
	}
	return out
}

// everybody divides all customers by an attribute.
func (q *InPlace) everybody(ctx context.Context, attribute string) (*federate.Groups, error) {
	name := `"` + strings.ReplaceAll(attribute, `"`, `""`) + `"`
	parsed, err := rule.Parse(fmt.Sprintf("%[1]s is null or not %[1]s is null", name))
	if err != nil {
		return nil, err
	}
	checked, err := rule.Check(parsed, q.Schema(), nil)
	if err != nil {
		return nil, err
	}
	return federate.Breakdown(ctx, q.Place.Place, checked, q.AsOf, attribute, maxCompared)
}
