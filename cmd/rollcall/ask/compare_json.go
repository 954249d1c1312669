package ask

import (
	"math/bits"

	"github.com/rollcall-db/rollcall/engine"
)

// RuleJSON is one of several rules.
type RuleJSON struct {
	Rule  string  `json:"rule"`
	Count uint64  `json:"count"` // of those it selects by itself
	Share float64 `json:"share"` // of all customers, from 0 to 1
}

// newRuleJSON shows one of several rules.
func newRuleJSON(c *Compared, i int, count uint64) RuleJSON {
	out := RuleJSON{Rule: c.Rules[i], Count: count}
	if c.Customers > 0 {
		out.Share = float64(count) / float64(c.Customers)
	}
	return out
}

// OverlapJSON is the object of an overlap. Its count is that of those in any audience.
type OverlapJSON struct {
	CountJSON
	Rules   []RuleJSON   `json:"rules"`
	Common  uint64       `json:"common"`  // who are in all
	Jaccard float64      `json:"jaccard"` // of all
	Regions []RegionJSON `json:"regions"`
	Pairs   []PairJSON   `json:"pairs"`
}

// RegionJSON is who is in exactly the same audiences.
type RegionJSON struct {
	Rules []int  `json:"rules"` // from 1
	Count uint64 `json:"count"`
}

// PairJSON is how much alike two audiences are.
type PairJSON struct {
	Rules   [2]int  `json:"rules"` // from 1
	Both    uint64  `json:"both"`
	Jaccard float64 `json:"jaccard"` // those in both as a share of those in either
}

// NewOverlapJSON returns the object of an overlap.
func NewOverlapJSON(c *Compared, o *engine.Overlap) *OverlapJSON {
	out := &OverlapJSON{
		CountJSON: *NewCountJSON(c.Answer), Rules: []RuleJSON{}, Common: o.Common, Jaccard: o.JaccardAll(),
		Regions: []RegionJSON{}, Pairs: []PairJSON{},
	}
	for i := range o.Sets {
		out.Rules = append(out.Rules, newRuleJSON(c, i, o.Sets[i].Count))
		for j := range i {
			out.Pairs = append(out.Pairs, PairJSON{[2]int{j + 1, i + 1}, o.Both(i, j), o.Jaccard(i, j)})
		}
	}
	for _, r := range o.Regions {
		out.Regions = append(out.Regions, RegionJSON{RulesOf(r), r.Count})
	}
	return out
}

// RulesOf returns the numbers of a region's rules, from 1.
func RulesOf(r engine.Region) []int {
	var rules []int
	for m := r.Members; m != 0; m &= m - 1 {
		rules = append(rules, bits.TrailingZeros8(m)+1)
	}
	return rules
}

// WaterfallJSON is the object of a waterfall. Its count is that of those whom any rule
// takes.
type WaterfallJSON struct {
	CountJSON
	Rules []TakenJSON `json:"rules"`
	Rest  uint64      `json:"rest"` // whom no rule takes
}

// TakenJSON is whom one of several rules takes.
type TakenJSON struct {
	RuleJSON
	Taken uint64 `json:"taken"`
	Lost  uint64 `json:"lost"` // of those it selects: taken by rules before it
}

// NewWaterfallJSON returns the object of a waterfall.
func NewWaterfallJSON(c *Compared, w *engine.Waterfall) *WaterfallJSON {
	out := &WaterfallJSON{CountJSON: *NewCountJSON(c.Answer), Rules: []TakenJSON{}, Rest: w.Rest}
	for i := range w.Steps {
		step := &w.Steps[i]
		out.Rules = append(out.Rules, TakenJSON{newRuleJSON(c, i, step.Alone()), step.Taken, step.Lost()})
	}
	return out
}
