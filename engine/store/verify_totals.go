package store

import (
	"math"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
)

// checkTotals compares the parts together, whose events are in these files, with
// what the manifest says of the behavior: it counts the customers that are live,
// and events that are not too old.
func (c *behaviorCheck) checkTotals(files []string) error {
	info := c.v.snapshot.manifest.Behaviors[c.behavior]
	t := &totals{from: math.MinInt64, chunk: &c.chunk}
	if info.KeptFrom != nil {
		t.from = *info.KeptFrom
	}
	events := c.events(files)
	err := c.v.eachBlock(func(block, rows int) error {
		b, err := events.Block(block)
		if err != nil {
			return err
		}
		live, err := c.v.live(block, rows)
		if err != nil {
			return err
		}
		return t.add(b, live)
	})
	if err != nil {
		return err
	}
	want := PartInfo{Events: info.Events, Undated: info.Undated, First: info.First, Last: info.Last}
	if err := samePart(t.PartInfo, want); err != nil {
		return c.v.wrong(files[0], "all parts together: %w", err)
	}
	if t.customers != info.Customers {
		return c.v.wrong(files[0], "all parts together: %d customers, expected %d", t.customers, info.Customers)
	}
	return nil
}

// totals counts what can be seen of a behavior.
type totals struct {
	PartInfo
	customers uint64
	from      int64
	chunk     *index.Chunk
}

// add counts the events of a block.
func (t *totals) add(b *index.EventBlock, live *bitmap.Words) error {
	seen := new(bitmap.Words)
	for _, p := range b.Parts {
		for lo := 0; lo < len(p.Rows); lo += bitmap.BlockRows {
			t.chunk.Load(p, lo, min(lo+bitmap.BlockRows, len(p.Rows)))
			times, err := t.chunk.Times()
			if err != nil {
				return err
			}
			t.addChunk(times, live, seen)
		}
	}
	t.customers += uint64(seen.Count())
	return nil
}

// addChunk counts the events of the chunk, the first of which have these times.
func (t *totals) addChunk(times []int64, live, seen *bitmap.Words) {
	for i, row := range t.chunk.Rows {
		dated := i < len(times)
		if !live.Has(row) || dated && times[i] < t.from {
			continue
		}
		t.Events++
		if dated {
			widen(&t.First, &t.Last, times[i])
		} else {
			t.Undated++
		}
		seen.Add(row)
	}
}
