package engine

import (
	"context"
	"sync"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Breakdowns divides the audience by several attributes: one breakdown for each, in
// their order, of one version and one as_of. The audience is gone through once for
// all of them, and once more before where there are histograms, whose bins depend on
// what members have. Up to GOMAXPROCS goroutines work at it.
//
// The error is a *BreakdownError where an attribute has no bins of the kind asked for,
// or too many; else as Breakdown has it.
func (q *Query) Breakdowns(ctx context.Context, limit int, by ...By) (out []*Breakdown, err error) {
	start := time.Now()
	if err := checkBreakdowns(by); err != nil {
		return nil, err
	}
	err = q.ask(func(v *version, b *binding) error {
		parts, err := v.dividers(by, q.db.options.Structures)
		if err != nil {
			return err
		}
		p, err := q.program(ctx, v, b)
		if err != nil {
			return err
		}
		members, err := q.audience(ctx, v, b, p)
		if err != nil {
			return err
		}
		if out, err = members.divide(ctx, parts, limit); err != nil {
			return err
		}
		for _, each := range out {
			count := each.Count
			each.Answer = *v.answer(p)
			each.Count = count
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, each := range out {
		each.Elapsed = time.Since(start)
	}
	return out, nil
}

// Breakdowns is Query.Breakdowns for those selected: all customers stand beside them.
func (s *Selection) Breakdowns(ctx context.Context, limit int, by ...By) ([]*Breakdown, error) {
	return s.query.Breakdowns(ctx, limit, by...)
}

// checkBreakdowns checks what is known without a schema.
func checkBreakdowns(by []By) error {
	if n := len(by); n < 1 || n > MaxBreakdowns {
		return breakdownErrorf("a breakdown by %d attributes, expected 1 to %d", n, MaxBreakdowns)
	}
	for _, each := range by {
		switch {
		case each.Bins != 0 && each.Every != 0:
			return breakdownErrorf("a breakdown by %q has both a number of bins and a unit of time, expected one of them", each.Attribute)
		case each.Bins != 0 && (each.Bins < leastBins || each.Bins > MaxBins):
			return breakdownErrorf("a histogram of %d bins, expected %d to %d", each.Bins, leastBins, MaxBins)
		case each.Every != 0 && (each.Every < window.Day || each.Every > window.Year):
			return breakdownErrorf("a histogram with a bin for every %s, expected every day, week, month, quarter or year", each.Every)
		}
	}
	return nil
}

// CheckBins returns a *BreakdownError where an attribute has no bins of the kind that
// b asks for.
func (b By) CheckBins(of *model.Attribute) error {
	switch {
	case b.Bins != 0 && of.Type.Kind != model.Number:
		return breakdownErrorf("the attribute %q is a %s; bins of equal width are of numbers", of.Name, of.Type)
	case b.Every != 0 && of.Type.Kind != model.Date && of.Type.Kind != model.Timestamp:
		return breakdownErrorf("the attribute %q is a %s; bins of every %s are of dates and timestamps", of.Name, of.Type, b.Every)
	}
	return nil
}

// divider divides customers by one attribute.
type divider struct {
	By
	of       *model.Attribute
	position int
	edges    *edges // of a histogram, once they are known
	indexed  bool   // the value index may be read
}

// dividers finds what customers are divided by.
func (v *version) dividers(by []By, choice plan.Choice) ([]*divider, error) {
	var out []*divider
	for _, each := range by {
		positions, err := columns(v.schema, []string{each.Attribute})
		if err != nil {
			return nil, err
		}
		d := &divider{By: each, of: &v.schema.Attributes[positions[0]], position: positions[0]}
		d.indexed = choice.Never&plan.ValueIndex == 0
		if err := each.CheckBins(d.of); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// isBinned reports whether a histogram is asked for.
func (d *divider) isBinned() bool { return d.Bins != 0 || d.Every != 0 }

// tallied is what is counted: the customers of one block.
type tallied struct {
	at            int           // of the block
	live, members *bitmap.Words // who are there, and those of them who are in the audience
	whole         bool          // all rows of the block are there
}

// tally counts customers by one attribute, for one goroutine.
type tally interface {
	// add counts those of a block.
	add(b *tallied) error
	// merge adds what another tally of the same kind has counted, which is not used
	// again.
	merge(other tally)
	// fill puts what was counted into a breakdown.
	fill(out *Breakdown, limit int)
}

// divide counts the members by every divider.
func (a *audience) divide(ctx context.Context, parts []*divider, limit int) ([]*Breakdown, error) {
	if err := a.findEdges(ctx, parts); err != nil {
		return nil, err
	}
	tallies, count, err := a.tally(ctx, func() ([]tally, error) {
		var own []tally
		for _, d := range parts {
			t, err := a.tallyOf(d)
			if err != nil {
				return nil, err
			}
			own = append(own, t)
		}
		return own, nil
	})
	if err != nil {
		return nil, err
	}
	var out []*Breakdown
	for i, d := range parts {
		b := &Breakdown{Attribute: d.of.Name, IsBinned: d.isBinned(), OfElements: d.of.Type.IsArray()}
		b.Count = count
		tallies[i].fill(b, limit)
		out = append(out, b)
	}
	return out, nil
}

// findEdges finds the bins of histograms, from the least to the greatest value that
// members have.
func (a *audience) findEdges(ctx context.Context, parts []*divider) error {
	var binned []*divider
	for _, d := range parts {
		if d.isBinned() {
			binned = append(binned, d)
		}
	}
	if len(binned) == 0 {
		return nil
	}
	spans, _, err := a.tally(ctx, func() ([]tally, error) {
		var own []tally
		for _, d := range binned {
			own = append(own, newSpanTally(a.snapshot.Attribute(d.position)))
		}
		return own, nil
	})
	if err != nil {
		return err
	}
	for i, d := range binned {
		if d.edges, err = d.edgesOf(spans[i].(*spanTally), a.location); err != nil {
			return err
		}
	}
	return nil
}

// tallyOf returns an empty tally of a divider.
func (a *audience) tallyOf(d *divider) (tally, error) {
	values := a.snapshot.Attribute(d.position)
	switch {
	case d.isBinned():
		return newBinTally(values, d.edges), nil
	case d.of.Type.IsArray():
		return newListTally(values), nil
	}
	if d.indexed {
		index, err := a.snapshot.ValueIndex(d.position)
		if err != nil {
			return nil, err
		}
		if index != nil {
			return newIndexTally(index), nil
		}
	}
	return newValueTally(values), nil
}

// tally goes through all customers with tallies that start makes for each goroutine,
// and returns what they have counted together, and how many members there are.
func (a *audience) tally(ctx context.Context, start func() ([]tally, error)) ([]tally, uint64, error) {
	var mu sync.Mutex // of what follows
	var all []*tallier
	err := exec.Spread(ctx, a.snapshot.Blocks(), func() (func(block int) error, error) {
		own, err := start()
		if err != nil {
			return nil, err
		}
		t := &tallier{audience: a.own(), ctx: ctx, tallies: own}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, t)
		return t.add, nil
	})
	if err != nil {
		return nil, 0, err
	}
	first := all[0]
	for _, t := range all[1:] {
		for i, own := range first.tallies {
			own.merge(t.tallies[i])
		}
		first.count += t.count
	}
	return first.tallies, first.count, nil
}

// own returns the audience for one goroutine, with memory of its own.
func (a *audience) own() *audience {
	own := *a
	if a.part != nil {
		part := *a.part
		part.salted, part.rows = append([]byte{}, a.part.salted...), nil
		own.part = &part
	}
	return &own
}

// tallier is one goroutine's share of the work.
type tallier struct {
	*audience
	ctx           context.Context
	tallies       []tally
	count         uint64 // of members
	live, members bitmap.Words
}

// add counts those of a block.
func (t *tallier) add(block int) error {
	if err := t.block(t.ctx, block, &t.members); err != nil {
		return err
	}
	if err := t.liveOf(block, &t.live); err != nil {
		return err
	}
	t.count += uint64(t.members.Count())
	b := &tallied{at: block, live: &t.live, members: &t.members}
	b.whole = t.live.Count() == t.snapshot.BlockRows(block)
	for _, each := range t.tallies {
		if err := each.add(b); err != nil {
			return err
		}
	}
	return nil
}

// split returns those of a block who have a value, and counts the others.
func (b *tallied) split(values *column.Vector, null *Portion, live, members *bitmap.Words) {
	*live, *members = *b.live, *b.members
	values.DropNulls(live, 0)
	values.DropNulls(members, 0)
	null.Customers += uint64(b.live.Count() - live.Count())
	null.Count += uint64(b.members.Count() - members.Count())
}
