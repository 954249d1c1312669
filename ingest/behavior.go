package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// behaviorLoad is the load of one behavior: what is read, and which parts of the
// old version stay.
type behaviorLoad struct {
	*builder
	scan      *behaviorScan
	described *model.Behavior
	log       *eventLog
	data      *tableData
	report    *store.TableReport
	state     *store.TableState
	expired   int64 // rows that the source has left out, since their events are too old

	old    int              // position in the old version; -1: nothing of it stays
	kept   []store.PartInfo // the parts that stay, the first of the old version
	merged struct{ events, undated int64 }
	stale  *staleEvents                    // that do not hold any more; nil: all do
	again  struct{ events, undated int64 } // that came and went again, which the log has never had

	keptFrom *int64     // earlier events are too old; nil: none are
	seen     *customers // whose events of the old version are kept
	move     []uint32   // by old row, the new one; nil: rows stay
}

// behavior reads the events of one behavior that are not there yet, and writes
// them as a new part, together with the old parts that are small beside it.
func (b *builder) behavior(ctx context.Context, scan *behaviorScan) (err error) {
	l := &behaviorLoad{builder: b, scan: scan, described: &b.schema.Behaviors[scan.behavior], old: -1}
	layout := &b.layout.Behaviors[scan.behavior]
	l.keptFrom, l.seen = layout.KeptFrom, b.customers
	of := store.TableState{Table: layout.Table, Use: "behavior", Behavior: l.described.Name, KeyColumn: scan.key}
	at := b.old.behavior(b.schema, b.layout, scan.behavior)
	var was *store.TableState
	if at >= 0 {
		was = b.old.state(&of)
	}
	if l.data, err = b.findData(ctx, of, was, scan.table); err != nil {
		return err
	}
	l.state = l.data.state
	l.newLog()
	defer func() { err = errors.Join(err, l.log.close()) }()
	if err := l.read(ctx, at, was); err != nil {
		return err
	}
	if err := l.data.checkRows(); err != nil {
		return err
	}
	if err := l.mergeSmall(ctx); err != nil {
		return err
	}
	if err := l.log.finish(ctx); err != nil {
		return err
	}
	if err := l.stale.check(); err != nil {
		return fmt.Errorf("behavior %q: %w", l.described.Name, err)
	}
	l.report.Loaded = l.log.events - l.merged.events + l.again.events
	l.report.Undated, l.report.Expired = l.log.undated-l.merged.undated+l.again.undated, l.log.expired+l.expired
	if err := l.write(ctx); err != nil {
		return fmt.Errorf("behavior %q: %w", l.described.Name, err)
	}
	l.data.describe(l.report, scan.notes)
	b.report(l.report)
	b.manifest.Tables = append(b.manifest.Tables, *l.state)
	return nil
}

func (l *behaviorLoad) newLog() {
	l.log = newEventLog(l.out, l.described.Fields, l.spillBytes, l.scan.keepFrom)
}

// read reads the events that are not there yet. was is what the old version has
// read for its behavior at, nil where it has not.
func (l *behaviorLoad) read(ctx context.Context, at int, was *store.TableState) error {
	if was == nil {
		if l.opts.Overlap > 0 && l.builder.old != nil && l.builder.old.Schema().Behavior(l.described.Name) >= 0 {
			return &OverlapError{Behavior: l.described.Name}
		}
		return l.readAll(ctx)
	}
	// Events of those who have joined may be among the orphans, or have been stored
	// before.
	rejoined := l.customers.joined() && (was.Orphans > 0 || was.Purged)
	if l.opts.Overlap == 0 && !l.data.found.intact {
		return l.readAll(ctx)
	}
	l.old, l.kept = at, l.builder.old.Manifest().Behaviors[at].Parts
	switch {
	case l.opts.Overlap > 0:
		return l.overlap(ctx, was, rejoined)
	case rejoined || l.data.removed != nil:
		return l.readChanges(ctx, was, rejoined)
	}
	r := &eventReader{behaviorLoad: l}
	added := l.data.from.Only(l.data.found.added)
	r.parts = partsText(ctx, added)
	if err := r.read(ctx, added); err != nil {
		return err
	}
	l.report = r.report
	l.report.Known = was.Rows
	l.state.Rows, l.state.Orphans = was.Rows+r.report.Rows, was.Orphans+r.report.Orphans
	l.state.Purged, l.state.Repeated = was.Purged, was.Repeated
	return nil
}

// overlap is readOverlapping where rows may have gone, too: what is stored of them
// stays, and the next build that is told of rows that went must not take it for what
// the table has.
func (l *behaviorLoad) overlap(ctx context.Context, was *store.TableState, rejoined bool) error {
	went := l.data.removed != nil
	if went {
		l.data.readWhole("rows have changed or gone; with an overlap what is stored of them stays")
	}
	if err := l.readOverlapping(ctx, was, rejoined); err != nil {
		return err
	}
	if went {
		l.state.Repeated = max(l.state.Repeated, 1)
	}
	return nil
}

// readAll reads the whole table.
func (l *behaviorLoad) readAll(ctx context.Context) error {
	r := &eventReader{behaviorLoad: l}
	if err := r.read(ctx, l.scan.table); err != nil {
		return err
	}
	l.report = r.report
	l.state.Rows, l.state.Orphans = r.report.Rows, r.report.Orphans
	return nil
}

// mergeSmall takes the old parts that are small beside what is new into the new
// part, so that there are never many: about the logarithm of the number of
// events. Where much of what is stored is of customers who have gone, or too old,
// all parts are merged, and that is left behind.
//
// Method: parts grow by a factor, as the levels of a log-structured merge-tree do
// (O'Neil, Cheng, Gawlick, O'Neil 1996).
func (l *behaviorLoad) mergeSmall(ctx context.Context) error {
	if l.old < 0 {
		return nil
	}
	stay, size := len(l.kept), l.log.size()
	for stay > 0 && l.stale.reaches(stay-1) {
		stay--
		size += int64(l.kept[stay].Events)
	}
	if hidden, total := l.hidden(); hidden > total/4 && uint64(l.log.size())+total <= maxPartEvents {
		stay, size = 0, l.log.size()+int64(total)
	}
	for stay > 0 && l.kept[stay-1].Events <= mergeFactor*uint64(size) && uint64(size)+l.kept[stay-1].Events <= maxPartEvents {
		stay--
		size += int64(l.kept[stay].Events)
	}
	if stay == len(l.kept) {
		return nil
	}
	parts := l.builder.old.EventParts(l.old, stay, len(l.kept))
	l.kept = l.kept[:stay]
	return l.take(ctx, index.OpenEvents(l.described.Fields, l.builder.old.Blocks(), parts))
}

// mergeFactor is how much larger than what is new a part must be to stay.
const mergeFactor = 2

// hidden returns how many of the stored events are in no answer, and how many
// there are.
func (l *behaviorLoad) hidden() (hidden, total uint64) {
	for _, p := range l.kept {
		total += p.Events
	}
	return total - min(l.builder.old.Manifest().Behaviors[l.old].Events, total), total
}

// take adds stored events to the log, those of customers who are not live, those
// that are too old and those that do not hold any more excepted.
func (l *behaviorLoad) take(ctx context.Context, events *index.Events) error {
	for block := range l.builder.old.Blocks() {
		if err := ctx.Err(); err != nil {
			return err
		}
		stored, err := l.storedBlock(events, block)
		if err != nil {
			return err
		}
		base, first := uint32(block)*blockRows, len(l.log.collected.Rows)
		err = stored.AppendTo(l.log.collected, base, func(row uint16, time int64, dated bool) bool {
			return l.takes(base+uint32(row), time, dated)
		})
		if err != nil {
			return err
		}
		if err := l.takeLikeStale(stored, block); err != nil {
			return err
		}
		if l.move != nil {
			for i, row := range l.log.collected.Rows[first:] {
				l.log.collected.Rows[first+i] = l.move[row]
			}
		}
		if err := l.log.added(ctx); err != nil {
			return err
		}
	}
	return nil
}

// storedBlock returns a block of stored events, whose rows are sound.
func (l *behaviorLoad) storedBlock(events *index.Events, block int) (*index.EventBlock, error) {
	stored, err := events.Block(block)
	if err != nil {
		return nil, err
	}
	return stored, stored.CheckRows(l.builder.old.BlockRows(block))
}

// takes counts a stored event of a customer, and reports whether it is taken. Those
// that may be stale it leaves to takeLikeStale.
func (l *behaviorLoad) takes(row uint32, time int64, dated bool) bool {
	switch {
	case !l.seen.isLive(row):
		l.state.Purged = true
		return false
	case dated && time < l.scan.keepFrom:
		l.age(time)
		return false
	case l.stale.mayHave(row, time, dated):
		return false
	}
	l.merged.events++
	if !dated {
		l.merged.undated++
	}
	return true
}

// age counts a stored event that is too old now, unless it was before.
func (l *behaviorLoad) age(time int64) {
	was := l.builder.old.Manifest().Behaviors[l.old].KeptFrom
	if was == nil || time >= *was {
		l.report.Aged++
	}
}
