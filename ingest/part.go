package ingest

import (
	"context"
	"math"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/toc"
)

const blockRows = bitmap.BlockRows

// write writes what the log holds as a new part after those that stay, and
// describes the behavior.
func (l *behaviorLoad) write(ctx context.Context) error {
	to := l.scan.behavior
	for p := range l.kept {
		if err := l.adopt(partFiles(l.old, to, p)); err != nil {
			return err
		}
	}
	info := store.BehaviorInfo{KeptFrom: l.keptFrom, Parts: append([]store.PartInfo{}, l.kept...)}
	if l.log.events > 0 {
		w := &partWriter{behaviorLoad: l, timeline: index.NewTimelineBuilder(l.loc), part: len(l.kept)}
		if err := w.write(ctx); err != nil {
			return err
		}
		info.Parts = append(info.Parts, w.info)
	}
	l.manifest.Behaviors = append(l.manifest.Behaviors, info)
	return l.describe(ctx)
}

// partFiles returns the names of the files of part p of behavior from, each with
// what it is called as a part of behavior to.
func partFiles(from, to, p int) map[string]string {
	fromDirectory, fromBitmaps := store.PartIndexFiles(from, p)
	toDirectory, toBitmaps := store.PartIndexFiles(to, p)
	return map[string]string{
		store.PartFile(from, p): store.PartFile(to, p),
		fromDirectory:           toDirectory, fromBitmaps: toBitmaps,
	}
}

// partWriter writes the events of the log as a part, a block of customers at a
// time, with their timeline.
type partWriter struct {
	*behaviorLoad
	timeline *index.TimelineBuilder
	part     int
	info     store.PartInfo
	done     int64

	rows  []uint32 // of the block's dated events, with their times
	times []int64
}

// write writes the part's files.
func (w *partWriter) write(ctx context.Context) error {
	to := w.scan.behavior
	w.info.Version = w.out.Version()
	err := w.out.WriteSections(store.PartFile(to, w.part), func(add func(tag toc.Tag, index uint32, data []byte) error) error {
		events := index.NewEventWriter(w.described.Fields, add)
		for block := range w.blocks() {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := w.block(events, block); err != nil {
				return err
			}
		}
		return events.Finish()
	})
	if err != nil {
		return err
	}
	directory, bitmaps, err := w.timeline.Finish()
	if err != nil {
		return err
	}
	dirName, bitmapsName := store.PartIndexFiles(to, w.part)
	return w.writeIndex(dirName, bitmapsName, directory, bitmaps)
}

// block writes one block of the part.
func (w *partWriter) block(out *index.EventWriter, block int) error {
	events, order, err := w.log.block(block)
	if err != nil || len(order) == 0 {
		return err
	}
	if err := out.Block(block, events, order); err != nil {
		return err
	}
	w.rows, w.times = w.rows[:0], w.times[:0]
	for _, i := range order {
		if t, ok := events.Times.Int(int(i)); ok {
			w.rows, w.times = append(w.rows, events.Rows[i]), append(w.times, t)
		}
	}
	w.timeline.Add(w.rows, w.times)
	w.info.Events += uint64(len(order))
	w.info.Undated += uint64(len(order) - len(w.times))
	if len(w.times) > 0 { // they are in order
		widen(&w.info.First, &w.info.Last, w.times[0])
		widen(&w.info.First, &w.info.Last, w.times[len(w.times)-1])
	}
	w.done += int64(len(order))
	w.progress(Progress{Stage: "write", Table: w.described.Name, Rows: w.done, Total: w.log.events})
	return nil
}

// widen makes a span of time take t in.
func widen(first, last **int64, t int64) {
	if *first == nil || t < **first {
		*first = &t
	}
	if *last == nil || t > **last {
		*last = &t
	}
}

// describe opens the events of the behavior that was written last and puts what
// can be seen of them into its description: events of customers who are live, as
// far as they are not too old.
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
	d := &description{behaviorLoad: l, info: info, from: math.MinInt64}
	if info.KeptFrom != nil {
		d.from = *info.KeptFrom
	}
	for block := range l.blocks() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := d.add(events, block); err != nil {
			return err
		}
	}
	return nil
}

// description counts what can be seen of a behavior.
type description struct {
	*behaviorLoad
	info  *store.BehaviorInfo
	from  int64
	chunk index.Chunk
}

// add counts the events of one block.
func (d *description) add(events *index.Events, block int) error {
	stored, err := events.Block(block)
	if err != nil {
		return err
	}
	var seen bitmap.Words
	if err := stored.CheckRows(min(blockRows, d.customers.numbered-block*blockRows)); err != nil {
		return err
	}
	for _, part := range stored.Parts {
		_, undated := part.Undated()
		for lo := 0; lo < undated; lo += blockRows {
			if err := d.addChunk(part, lo, min(lo+blockRows, undated), uint32(block)*blockRows, &seen); err != nil {
				return err
			}
		}
	}
	d.info.Customers += uint64(seen.Count())
	return nil
}

// addChunk counts the events lo to hi-1 of a part. The first customer of its block
// is base.
func (d *description) addChunk(part *index.EventPart, lo, hi int, base uint32, seen *bitmap.Words) error {
	d.chunk.Load(part, lo, hi)
	times, err := d.chunk.Times()
	if err != nil {
		return err
	}
	for i, row := range d.chunk.Rows {
		dated := lo+i < part.Dated()
		switch {
		case !d.customers.isLive(base + uint32(row)):
			continue
		case dated && times[i] < d.from:
			d.age(times[i])
			continue
		case dated:
			widen(&d.info.First, &d.info.Last, times[i])
		default:
			d.info.Undated++
		}
		d.info.Events++
		seen.Add(row)
	}
	return nil
}
