package ingest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/rollcall-db/rollcall/engine/index"
)

// staleEvents is stored events that do not hold any more. A nil one has none.
type staleEvents struct {
	joined  *customers               // all events of who has joined are stale; nil: those of nobody are
	byBlock map[int]*index.Collected // of each, as many of the stored ones are stale
	times   eventTimes               // of byBlock
	oldest  int                      // part with stale events; as many as there are parts: none has
	left    int64                    // of byBlock: to be left out
}

// reaches reports whether a part has stale events, or an older one does.
func (s *staleEvents) reaches(part int) bool { return s != nil && s.oldest <= part }

// mayHave reports whether a stored event may be stale, of which only its fields tell.
func (s *staleEvents) mayHave(row uint32, time int64, dated bool) bool {
	return s != nil && (s.times.has(row, time, dated) || s.hasJoined(row))
}

func (s *staleEvents) hasJoined(row uint32) bool { return s.joined != nil && s.joined.hasJoined(row) }

// check fails where stale events were not left out, though they were found before.
func (s *staleEvents) check() error {
	if s == nil || s.left == 0 {
		return nil
	}
	return fmt.Errorf("%d stored events were to be taken out and are not there", s.left)
}

// findStale looks for events that went among the stored ones, from the newest part
// on: of equal ones it does not matter which goes.
func (c *changedEvents) findStale(ctx context.Context, gone *index.Collected) error {
	s := &staleEvents{byBlock: byBlock(gone), times: eventTimes{}, oldest: len(c.kept), left: int64(len(gone.Rows))}
	for i, row := range gone.Rows {
		at, dated := gone.Times.Int(i)
		s.times.add(row, at, dated)
	}
	if c.rejoined {
		s.joined = c.customers
	}
	blocks, wanted := c.blocksOfStale(s), maps.Clone(s.byBlock)
	for part := len(c.kept) - 1; part >= 0 && len(blocks) > 0; part-- {
		events := index.OpenEvents(c.described.Fields, c.builder.old.Blocks(), c.builder.old.EventParts(c.old, part, part+1))
		for _, block := range blocks {
			if err := ctx.Err(); err != nil {
				return err
			}
			found, err := c.lookIn(events, block, wanted, s)
			if err != nil {
				return err
			}
			if found {
				s.oldest = part
			}
		}
	}
	if len(wanted) > 0 {
		return errNotStored
	}
	total := uint64(c.log.size())
	for _, p := range c.kept[s.oldest:] {
		total += p.Events
	}
	if total > maxPartEvents {
		return errLargeParts
	}
	c.stale = s
	return nil
}

// byBlock divides events, which are in order, by block of customers.
func byBlock(events *index.Collected) map[int]*index.Collected {
	blocks := map[int]*index.Collected{}
	for lo := 0; lo < len(events.Rows); {
		block, hi := events.Rows[lo]/blockRows, lo+1
		for hi < len(events.Rows) && events.Rows[hi]/blockRows == block {
			hi++
		}
		some := index.NewCollected(events.Fields)
		some.AppendFrom(events, positions(lo, hi))
		blocks[int(block)] = some
		lo = hi
	}
	return blocks
}

// blocksOfStale returns the blocks of the old version that may have stale events,
// ascending.
func (c *changedEvents) blocksOfStale(s *staleEvents) []int {
	blocks := map[int]bool{}
	for block := range s.byBlock {
		blocks[block] = true
	}
	if c.rejoined && c.customers.revived { // others have none
		for block := range c.builder.old.Blocks() {
			for row := block * blockRows; row < min((block+1)*blockRows, c.customers.first) && !blocks[block]; row++ {
				blocks[block] = c.customers.hasJoined(uint32(row))
			}
		}
	}
	maps.DeleteFunc(blocks, func(block int, _ bool) bool { return block >= c.builder.old.Blocks() || !blocks[block] })
	return slices.Sorted(maps.Keys(blocks))
}

// lookIn looks for stale events in a block of one part, and takes those that went out
// of wanted. It reports whether there are any.
func (c *changedEvents) lookIn(events *index.Events, block int, wanted map[int]*index.Collected, s *staleEvents) (found bool, err error) {
	stored, err := c.storedBlock(events, block)
	if err != nil {
		return false, err
	}
	gone, alike, base := wanted[block], index.NewCollected(c.described.Fields), uint32(block)*blockRows
	err = stored.AppendTo(alike, base, func(row uint16, time int64, dated bool) bool {
		if s.hasJoined(base + uint32(row)) {
			found = true
			return false
		}
		return gone != nil && s.times.has(base+uint32(row), time, dated)
	})
	if err != nil || gone == nil {
		return found, err
	}
	rest := unmatched(gone, alike)
	if len(rest.Rows) < len(gone.Rows) {
		found = true
		wanted[block] = rest
	}
	if len(rest.Rows) == 0 {
		delete(wanted, block)
	}
	return found, nil
}

// takeLikeStale takes the stored events of a block that have a stale one's customer
// and time and are not it. Of a block it is called once.
func (l *behaviorLoad) takeLikeStale(stored *index.EventBlock, block int) error {
	if l.stale == nil || l.stale.byBlock[block] == nil {
		return nil
	}
	gone, alike, base := l.stale.byBlock[block], index.NewCollected(l.described.Fields), uint32(block)*blockRows
	err := stored.AppendTo(alike, base, func(row uint16, time int64, dated bool) bool {
		return l.stale.times.has(base+uint32(row), time, dated)
	})
	if err != nil {
		return err
	}
	rest := unmatched(alike, gone)
	l.stale.left -= int64(len(alike.Rows) - len(rest.Rows))
	l.merged.events += int64(len(rest.Rows))
	l.merged.undated += undated(rest)
	l.log.collected.AppendFrom(rest, positions(0, len(rest.Rows)))
	return nil
}
