package ingest

import (
	"context"
	"math"
	"time"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/source"
)

// readOverlapping reads the parts of the table that are new or have changed, and of
// recent events takes those that are not stored. Where events of customers who
// have joined may be in the other parts, it looks for them there.
func (l *behaviorLoad) readOverlapping(ctx context.Context, was *store.TableState, parts partsFound, rejoined bool) error {
	recent, err := l.storedSince(ctx, l.opts.Overlap)
	if err != nil {
		return err
	}
	r := &eventReader{behaviorLoad: l, recent: recent}
	parted, ok := l.scan.table.(source.Parted)
	if !ok || l.state.Parts == nil {
		err = r.readEach(ctx, readChanged, rejoined, l.scan.table)
	} else {
		only := func(names []string) []source.Table {
			tables := make([]source.Table, len(names))
			for i, name := range names {
				tables[i] = parted.Only([]string{name})
			}
			return tables
		}
		if err = r.readEach(ctx, readAdded, rejoined, only(parts.added)...); err == nil {
			err = r.readEach(ctx, readChanged, rejoined, only(parts.changed)...)
		}
		if err == nil && rejoined {
			err = r.readEach(ctx, readKnown, rejoined, only(parts.known)...)
		}
	}
	if err != nil {
		return err
	}
	if r.report == nil { // nothing to read
		r.report = newScanner(l.scan.table, "behavior", []string{l.described.Name}, []string{l.scan.key}, l.progress).report
	}
	l.report = r.report
	l.state.Rows, l.state.Orphans = r.report.Rows, r.report.Orphans
	if !rejoined {
		l.report.Known = knownRows(was, parts)
		l.state.Rows, l.state.Orphans, l.state.Purged = l.report.Known+r.report.Rows, was.Orphans+r.report.Orphans, was.Purged
	}
	return recent.flush(ctx, l)
}

// knownRows returns how many rows a table has in parts that are as they were.
func knownRows(was *store.TableState, parts partsFound) int64 {
	known := make(map[string]bool, len(parts.known))
	for _, name := range parts.known {
		known[name] = true
	}
	rows := int64(0)
	for _, p := range was.Parts {
		if known[p.Name] {
			rows += max(p.Rows, 0)
		}
	}
	return rows
}

// recentEvents is the events since some time, and all of customers who have come
// back: first those that are stored, then those taken of the source.
type recentEvents struct {
	since  int64 // undated events are recent, too
	events *index.Collected
	stored int // of events
	taken  int // of events, the stored ones included: what comes next has not been compared
}

// storedSince returns the stored events from so much time before the newest one
// on, or before the build's time where that is earlier: an event of a day to come
// must not hide those before it. They are held in memory.
func (l *behaviorLoad) storedSince(ctx context.Context, overlap time.Duration) (*recentEvents, error) {
	r := &recentEvents{since: math.MinInt64, events: index.NewCollected(l.described.Fields)}
	if last := l.builder.old.Manifest().Behaviors[l.old].Last; last != nil {
		from, micros := min(*last, l.asOf.UnixMicro()), overlap.Microseconds()
		if from >= math.MinInt64+micros {
			r.since = from - micros
		}
	}
	stored := l.builder.old.Events(l.old)
	for i := range l.builder.old.Blocks() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		block, err := stored.Block(i)
		if err != nil {
			return nil, err
		}
		if err := block.CheckRows(l.builder.old.BlockRows(i)); err != nil {
			return nil, err
		}
		base := uint32(i) * blockRows
		err = block.AppendTo(r.events, base, func(row uint16, t int64, dated bool) bool {
			return !dated || t >= r.since || l.hasJoined(base+uint32(row))
		})
		if err != nil {
			return nil, err
		}
	}
	r.stored = len(r.events.Rows)
	r.taken = r.stored
	return r, nil
}

// hasJoined reports whether a row is of somebody who was no customer before.
func (l *behaviorLoad) hasJoined(row uint32) bool {
	return int(row) >= l.customers.first || l.customers.isLive(row) && !l.builder.old.customers.isLive(row)
}

// settle compares what was read of one part with all that is stored or taken, and
// leaves only that which is more: an event that several parts give is taken as
// often as the part with the most of it has it. It returns how many it left out.
func (r *recentEvents) settle() (left int64) {
	if len(r.events.Rows) == r.taken {
		return 0
	}
	more := r.events.Unmatched(r.taken)
	if left = int64(len(r.events.Rows) - r.taken - len(more)); left > 0 {
		kept := index.NewCollected(r.events.Fields)
		kept.AppendFrom(r.events, positions(0, r.taken))
		kept.AppendFrom(r.events, more)
		r.events = kept
	}
	r.taken = len(r.events.Rows)
	return left
}

// flush adds what was taken to the log.
func (r *recentEvents) flush(ctx context.Context, l *behaviorLoad) error {
	for lo := r.stored; lo < r.taken; lo += blockRows {
		l.log.collected.AppendFrom(r.events, positions(lo, min(lo+blockRows, r.taken)))
		if err := l.log.added(ctx); err != nil {
			return err
		}
	}
	return nil
}

// positions returns the numbers lo to hi-1.
func positions(lo, hi int) []uint32 {
	list := make([]uint32, hi-lo)
	for i := range list {
		list[i] = uint32(lo + i)
	}
	return list
}
