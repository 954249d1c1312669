package ask

import (
	"time"

	"github.com/rollcall-db/rollcall/engine"
)

// BreakdownJSON is what one attribute has in the object of a breakdown. A
// histogram has bins, others have the values.
type BreakdownJSON struct {
	Attribute string            `json:"attribute"`
	Elements  bool              `json:"elements,omitempty"` // the attribute is a list
	Every     string            `json:"every,omitempty"`    // the unit of the calendar that bins are of
	Instants  bool              `json:"-"`                  // values are timestamps, to be shown in the zone of the answer
	Distinct  *int              `json:"distinct,omitempty"`
	Values    *[]ValueCountJSON `json:"values,omitempty"`
	Bins      *[]BinJSON        `json:"bins,omitempty"`
	Below     *PortionJSON      `json:"below,omitempty"` // of a histogram, who has -Inf
	Above     *PortionJSON      `json:"above,omitempty"`
	Empty     *PortionJSON      `json:"empty,omitempty"` // whose list has no element
	Null      PortionJSON       `json:"null"`
	Rest      *RestJSON         `json:"rest,omitempty"`
}

// ValueCountJSON is who has a value.
type ValueCountJSON struct {
	Value any `json:"value"`
	PortionJSON
}

// BinJSON is who has a value between two bounds.
type BinJSON struct {
	From       any  `json:"from"`
	To         any  `json:"to"`
	ToIncluded bool `json:"to_included"`
	PortionJSON
}

// PortionJSON is how many have a value.
type PortionJSON struct {
	Count     uint64   `json:"count"`
	Share     float64  `json:"share"`     // of the audience, from 0 to 1
	Customers *uint64  `json:"customers"` // of all; null: not known
	Lift      *float64 `json:"lift"`      // null: not known, or of nobody
}

// RestJSON is the values that are not named, together.
type RestJSON struct {
	Values int     `json:"values"`
	Count  uint64  `json:"count"`
	Share  float64 `json:"share"`
}

// Portion returns the object of some members, with what is known of all customers.
func (b *Breakdown) Portion(p engine.Portion) PortionJSON {
	out := PortionJSON{Count: p.Count, Share: b.Share(p)}
	if !b.Compared {
		return out
	}
	out.Customers = &p.Customers
	if p.Customers > 0 && b.Count > 0 {
		lift := b.Lift(p)
		out.Lift = &lift
	}
	return out
}

// NewBreakdownJSON returns what one attribute has.
func NewBreakdownJSON(b *Breakdown) BreakdownJSON {
	out := BreakdownJSON{Attribute: b.Attribute, Elements: b.OfElements, Null: b.Portion(b.Null)}
	if b.Every != 0 {
		out.Every = b.Every.String()
	}
	if b.IsBinned {
		bins := []BinJSON{}
		for _, bin := range b.Bins {
			bins = append(bins, BinJSON{ValueJSON(bin.From), ValueJSON(bin.To), bin.Closed, b.Portion(bin.Portion)})
		}
		below, above := b.Portion(b.Below), b.Portion(b.Above)
		out.Bins = &bins
		if b.Below.Customers+b.Below.Count > 0 {
			out.Below = &below
		}
		if b.Above.Customers+b.Above.Count > 0 {
			out.Above = &above
		}
		return out
	}
	values := []ValueCountJSON{}
	for _, p := range b.Values {
		values = append(values, ValueCountJSON{ValueJSON(p.Value), b.Portion(p)})
		_, out.Instants = p.Value.(time.Time)
	}
	out.Distinct, out.Values = &b.Distinct, &values
	out.Rest = &RestJSON{b.Distinct - len(b.Values), b.Rest.Count, b.Share(b.Rest)}
	if b.OfElements {
		empty := b.Portion(b.Empty)
		out.Empty = &empty
	}
	return out
}

// BreakdownsJSON is the object of breakdowns by several attributes, one at least.
type BreakdownsJSON struct {
	CountJSON
	Breakdowns []BreakdownJSON `json:"breakdowns"`
}

// NewBreakdownsJSON returns the object of breakdowns.
func NewBreakdownsJSON(a *Answer, parts []*Breakdown) *BreakdownsJSON {
	out := &BreakdownsJSON{CountJSON: *NewCountJSON(a), Breakdowns: []BreakdownJSON{}}
	for _, b := range parts {
		out.Breakdowns = append(out.Breakdowns, NewBreakdownJSON(b))
	}
	return out
}
