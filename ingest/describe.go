package ingest

import (
	"context"
	"math"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/toc"
	"github.com/rollcall-db/rollcall/engine/window"
)

// describe opens the events of the behavior that was written last, puts what can be
// seen of them into its description: events of customers who are live, as far as
// they are not too old; and writes the ranks of its customers.
func (l *behaviorLoad) describe(ctx context.Context) error {
	i := l.scan.behavior
	info := &l.manifest.Behaviors[i]
	var parts []toc.Sections
	for p := range info.Parts {
		bytes, err := l.out.OpenWritten(store.PartFile(i, p))
		if err != nil {
			return err
		}
		part, err := toc.Open(bytes)
		if err != nil {
			return err
		}
		parts = append(parts, part)
	}
	events := index.OpenEvents(l.described.Fields, l.blocks(), parts)
	l.events = append(l.events, events)
	ranks, err := l.rankBuilder(len(parts))
	if err != nil {
		return err
	}
	changed := l.changedFrom(ranks, info)
	workers := make([]*description, counters())
	for w := range workers {
		workers[w] = l.newDescription(events, ranks)
		workers[w].changed = changed
	}
	err = inOrder(ctx, workers, l.blocks(), (*description).count, func(d *description, block int) error {
		d.addTo(info)
		l.report.Aged += d.aged
		if ranks != nil {
			ranks.Add(block, d.ranks)
		}
		return nil
	})
	if err != nil || ranks == nil {
		return err
	}
	return l.out.WriteSections(store.RanksFile(i), ranks.Finish)
}

// description counts what can be seen of a behavior, one block at a time.
type description struct {
	events    *index.Events
	customers *customers
	ranks     *index.RankCounter // nil: nobody wants any
	changed   int                // the ranks change for those only who have events in a part from this number on; 0: for all
	from      int64              // of events: earlier ones are too old
	wasFrom   int64              // the same, in the old version

	info  store.BehaviorInfo // of the block
	aged  int64              // events of the block that are too old now and were not before
	seen  bitmap.Words
	chunk index.Chunk
}

func (l *behaviorLoad) newDescription(events *index.Events, ranks *index.RanksBuilder) *description {
	d := &description{events: events, customers: l.customers, from: math.MinInt64, wasFrom: math.MinInt64}
	if l.keptFrom != nil {
		d.from = *l.keptFrom
	}
	if l.old >= 0 {
		if was := l.builder.old.Manifest().Behaviors[l.old].KeptFrom; was != nil {
			d.wasFrom = *was
		}
	}
	if ranks != nil {
		d.ranks = ranks.Counter()
	}
	return d
}

// count counts the events of a block, instead of what was counted before.
func (d *description) count(block int) error {
	d.info, d.aged = store.BehaviorInfo{}, 0
	d.seen.Clear()
	stored, err := d.events.Block(block)
	if err != nil {
		return err
	}
	rows := min(blockRows, d.customers.numbered-block*blockRows)
	if err := stored.CheckRows(rows); err != nil {
		return err
	}
	live := d.customers.liveIn(block)
	for _, part := range stored.Parts {
		if err := d.add(part, live); err != nil {
			return err
		}
	}
	d.info.Customers = uint64(d.seen.Count())
	switch {
	case d.ranks == nil:
		return nil
	case d.changed > 0:
		return d.ranks.CountChanged(stored, rows, d.changed)
	}
	return d.ranks.Count(stored, rows)
}

// add counts the events of a part of the block. A nil live is everybody.
func (d *description) add(p *index.EventPart, live *bitmap.Words) error {
	if d.wasFrom < d.from {
		lo, hi, err := p.Span(window.Interval{Lo: d.wasFrom, Hi: d.from})
		if err != nil {
			return err
		}
		aged, _, _ := countLive(p.Rows[lo:hi], live)
		d.aged += int64(aged)
	}
	lo, hi, err := p.Span(window.Interval{Lo: d.from, Hi: math.MaxInt64})
	if err != nil {
		return err
	}
	dated, first, last := countLive(p.Rows[lo:hi], live)
	undated, _, _ := countLive(p.Rows[hi:], live)
	d.info.Events += dated + undated
	d.info.Undated += undated
	for _, row := range p.Rows[lo:] {
		d.seen.Add(row)
	}
	if live != nil {
		d.seen.And(live)
	}
	if dated == 0 {
		return nil
	}
	for _, i := range []int{lo + first, lo + last} {
		at, err := p.TimeAt(i)
		if err != nil {
			return err
		}
		widen(&d.info.First, &d.info.Last, at)
	}
	return nil
}

// countLive returns how many of the rows are live, and the positions of the first
// and the last of them.
func countLive(rows []uint16, live *bitmap.Words) (n uint64, first, last int) {
	if live == nil {
		return uint64(len(rows)), 0, len(rows) - 1
	}
	first = -1
	for i, row := range rows {
		if !live.Has(row) {
			continue
		}
		if n++; first < 0 {
			first = i
		}
		last = i
	}
	return n, first, last
}

// addTo adds the block to the description of the behavior.
func (d *description) addTo(info *store.BehaviorInfo) {
	info.Events += d.info.Events
	info.Undated += d.info.Undated
	info.Customers += d.info.Customers
	if d.info.First != nil {
		widen(&info.First, &info.Last, *d.info.First)
		widen(&info.First, &info.Last, *d.info.Last)
	}
}
