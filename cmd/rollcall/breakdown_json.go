package main

import "github.com/rollcall-db/rollcall/engine"

// breakdownJSON is what an attribute has in the object that breakdown prints. A
// histogram has bins, others have the values.
type breakdownJSON struct {
	Attribute string       `json:"attribute"`
	Elements  bool         `json:"elements,omitempty"` // the attribute is a list
	Distinct  *int         `json:"distinct,omitempty"`
	Values    *[]valueJSON `json:"values,omitempty"`
	Bins      *[]binJSON   `json:"bins,omitempty"`
	Below     *portionJSON `json:"below,omitempty"` // of a histogram, who has -Inf
	Above     *portionJSON `json:"above,omitempty"`
	Empty     *portionJSON `json:"empty,omitempty"` // whose list has no element
	Null      portionJSON  `json:"null"`
	Rest      *restJSON    `json:"rest,omitempty"`
}

type valueJSON struct {
	Value any `json:"value"`
	portionJSON
}

type binJSON struct {
	From       any  `json:"from"`
	To         any  `json:"to"`
	ToIncluded bool `json:"to_included"`
	portionJSON
}

type portionJSON struct {
	Count     uint64   `json:"count"`
	Share     float64  `json:"share"`     // of the audience, from 0 to 1
	Customers *uint64  `json:"customers"` // of all; null: not known
	Lift      *float64 `json:"lift"`      // null: not known, or of nobody
}

type restJSON struct {
	Values int     `json:"values"`
	Count  uint64  `json:"count"`
	Share  float64 `json:"share"`
}

func (b *breakdownParts) portion(p engine.Portion) portionJSON {
	out := portionJSON{Count: p.Count, Share: b.Share(p)}
	if !b.compared {
		return out
	}
	out.Customers = &p.Customers
	if p.Customers > 0 && b.Count > 0 {
		lift := b.Lift(p)
		out.Lift = &lift
	}
	return out
}

// breakdownsJSON returns the object that breakdown prints: of one attribute with the
// names of it, of several with a list of them.
func breakdownsJSON(answer *answered, parts []*breakdownParts) any {
	count := *newCountJSON(answer)
	if len(parts) == 1 {
		return struct {
			countJSON
			breakdownJSON
		}{count, parts[0].json()}
	}
	out := struct {
		countJSON
		Breakdowns []breakdownJSON `json:"breakdowns"`
	}{countJSON: count}
	for _, b := range parts {
		out.Breakdowns = append(out.Breakdowns, b.json())
	}
	return out
}

func (b *breakdownParts) json() breakdownJSON {
	out := breakdownJSON{Attribute: b.Attribute, Elements: b.OfElements, Null: b.portion(b.Null)}
	if b.IsBinned {
		bins := []binJSON{}
		for _, bin := range b.Bins {
			bins = append(bins, binJSON{jsonValue(bin.From), jsonValue(bin.To), bin.Closed, b.portion(bin.Portion)})
		}
		below, above := b.portion(b.Below), b.portion(b.Above)
		out.Bins = &bins
		if b.Below.Customers+b.Below.Count > 0 {
			out.Below = &below
		}
		if b.Above.Customers+b.Above.Count > 0 {
			out.Above = &above
		}
		return out
	}
	values := []valueJSON{}
	for _, p := range b.Values {
		values = append(values, valueJSON{jsonValue(p.Value), b.portion(p)})
	}
	out.Distinct, out.Values = &b.Distinct, &values
	out.Rest = &restJSON{b.Distinct - len(b.Values), b.Rest.Count, b.Share(b.Rest)}
	if b.OfElements {
		empty := b.portion(b.Empty)
		out.Empty = &empty
	}
	return out
}
