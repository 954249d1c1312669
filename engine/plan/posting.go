package plan

import (
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// Posting is a way to the events that pass a filter: by the postings of a field,
// which have the events of each of its values side by side.
type Posting struct {
	Field  int
	Test   *Filter // of the field alone: the values whose events are wanted
	Rest   *Filter // what the events must pass besides; nil: nothing
	Copies []int   // the fields that are read of the events
	Always bool    // is taken whatever it costs
}

// postings finds the ways to the events that pass the node's filter. What is made
// of the events must not depend on their order, and postings have no times.
func (b *behaviorPlan) postings() error {
	n := b.node
	if n.Where == nil || !b.may(Postings) {
		return nil
	}
	var made []int // of the events
	switch n.Fold.Op {
	case rule.AggregateCount:
	case rule.AggregateSum, rule.AggregateAvg, rule.AggregateMin, rule.AggregateMax, rule.AggregateDistinct:
		made = []int{n.Fold.Field}
	default:
		return nil
	}
	for _, p := range PostingsOf(n.Where, made) {
		has, err := n.Events.HasPostings(p.Field, p.Copies)
		if err != nil {
			return err
		}
		if has {
			p.Always = b.must(Postings)
			n.Postings = append(n.Postings, p)
		}
	}
	return nil
}

// PostingsOf returns a way by every field that has tests of its own in a filter,
// where something is made of some fields; none by the time.
func PostingsOf(where *Filter, made []int) []Posting {
	kids := []*Filter{where}
	if where.Op == And {
		kids = where.Kids
	}
	var ways []Posting
	for _, kid := range kids {
		field, ok := kid.only()
		if !ok || slices.ContainsFunc(ways, func(p Posting) bool { return p.Field == field }) {
			continue
		}
		var tests, rest []*Filter
		for _, k := range kids {
			if f, ok := k.only(); ok && f == field {
				tests = append(tests, k)
			} else {
				rest = append(rest, k)
			}
		}
		p := Posting{Field: field, Test: all(tests), Rest: all(rest), Copies: slices.Clone(made)}
		if p.Rest != nil {
			p.Rest.visit(func(f *Filter) { p.Copies = append(p.Copies, f.Field) })
		}
		slices.Sort(p.Copies)
		p.Copies = slices.Compact(p.Copies)
		if !slices.Contains(p.Copies, field) && !slices.Contains(p.Copies, rule.TimeField) && field != rule.TimeField {
			ways = append(ways, p)
		}
	}
	return ways
}

// only returns the one field that a filter tests; ok is false where there are
// several.
func (f *Filter) only() (field int, ok bool) {
	ok, first := true, true
	f.visit(func(test *Filter) {
		if !first && test.Field != field {
			ok = false
		}
		field, first = test.Field, false
	})
	return field, ok && !first
}

// all returns the filter that passes what all pass, in their order; nil: everything.
func all(filters []*Filter) *Filter {
	switch len(filters) {
	case 0:
		return nil
	case 1:
		return filters[0]
	}
	return &Filter{Op: And, Kids: filters}
}

// postingsText says by the postings of which fields the events are found.
func (b *behaviorPlan) postingsText() string {
	if len(b.node.Postings) == 0 {
		return ""
	}
	var names []string
	for _, p := range b.node.Postings {
		names = append(names, b.reads.name(p.Field))
	}
	return ", by the postings of " + strings.Join(names, " or ")
}
