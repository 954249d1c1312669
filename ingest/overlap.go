package ingest

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/source"
)

// readOverlapping reads the parts of the table that are new or have changed, and of
// recent events takes those that are not stored. Where events of customers who
// have joined may be in the other parts, it looks for them there.
func (l *behaviorLoad) readOverlapping(ctx context.Context, was *store.TableState, rejoined bool) error {
	recent, err := l.storedSince(ctx, l.opts.Overlap)
	if err != nil {
		return err
	}
	r := &eventReader{behaviorLoad: l, recent: recent}
	switch {
	case l.data.from == nil:
		err = r.readEach(ctx, readChanged, rejoined, l.scan.table)
	case l.data.resumed:
		err = r.readResumed(ctx, rejoined)
	default:
		err = r.readParts(ctx, rejoined)
	}
	if err != nil {
		return err
	}
	if r.report == nil { // nothing to read
		r.report = newScanner(l.scan.table, "behavior", []string{l.described.Name}, []string{l.scan.key}, l.progress).report
	}
	l.report = r.report
	l.state.Rows, l.state.Orphans, l.state.Repeated = r.report.Rows-r.twice.rows, r.report.Orphans-r.twice.orphans, was.Repeated
	if rejoined { // of the rows that have come, those that were not taken are at most so many
		l.state.Repeated += max(min(l.state.Rows-was.Rows, r.report.Repeated), 0)
	} else {
		l.report.Known = knownRows(was, &l.data.found) + r.known
		l.state.Rows, l.state.Purged = l.report.Known+r.report.Rows, was.Purged
		l.state.Orphans = max(was.Orphans+r.newOrphans, r.report.Orphans) // others may have been counted before
		r.lookForLate(was)
	}
	return recent.flush(ctx, l)
}

// lookForLate tells from numbers whether rows have come that the source left out,
// since it was to give recent events alone. Those of somebody who is no customer
// are wanted should he join: a table that may have such rows is one with orphans.
func (r *eventReader) lookForLate(was *store.TableState) {
	report, state := r.report, r.state
	came := state.Rows - was.Rows
	added := report.Rows - report.Repeated - report.NullKeys - report.Orphans
	state.Repeated += max(came-added, 0)
	if r.known == 0 || r.recent.since < r.scan.keepFrom { // those left out would be too old
		return
	}
	// Of the events that were added was.Repeated may be of rows that were there before.
	if came > max(added-was.Repeated, 0) || was.Location != state.Location {
		state.Orphans = max(state.Orphans, 1)
	}
	if late := came - added - report.NullKeys - report.Orphans; late > 0 {
		report.Notes = append(report.Notes, fmt.Sprintf("rows that were not read have come since the last build, at least %d: late events, which --full reads", late))
	}
}

// readParts reads parts of a table that has all of them.
func (r *eventReader) readParts(ctx context.Context, rejoined bool) error {
	only := func(names []string) []source.Table {
		tables := make([]source.Table, len(names))
		for i, name := range names {
			tables[i] = r.data.from.Only([]string{name})
		}
		return tables
	}
	found := &r.data.found
	if err := r.readEach(ctx, readAdded, rejoined, only(found.added)...); err != nil {
		return err
	}
	if err := r.readEach(ctx, readChanged, rejoined, only(found.changed)...); err != nil || !rejoined {
		return err
	}
	return r.readEach(ctx, readKnown, rejoined, only(found.known)...)
}

// readResumed reads the rows that have come to a table since it was read. Those
// who have joined are looked for in the whole table as it is, since it may not be
// readable any more as it was: what has come since is read twice then.
func (r *eventReader) readResumed(ctx context.Context, rejoined bool) error {
	if added := r.data.found.added; len(added) > 0 {
		if err := r.readEach(ctx, readAdded, rejoined, r.data.from.Only(added)); err != nil {
			return err
		}
	}
	if !rejoined {
		return nil
	}
	if r.report != nil {
		r.twice.rows, r.twice.orphans = r.report.Rows, r.report.Orphans
	}
	return r.readEach(ctx, readKnown, rejoined, r.scan.table)
}

// knownRows returns how many rows a table has in parts that are as they were.
func knownRows(was *store.TableState, parts *partsFound) int64 {
	if parts.intact {
		return was.Rows
	}
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
			return !dated || t >= r.since || l.customers.hasJoined(base+uint32(row))
		})
		if err != nil {
			return nil, err
		}
	}
	r.stored = len(r.events.Rows)
	r.taken = r.stored
	return r, nil
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
