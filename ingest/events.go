package ingest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// maxCollectedBytes is how many bytes of events a build holds at a time. More go to
// scratch files. Putting a block of them in order takes about as much again as the
// block's events.
const maxCollectedBytes = 1 << 30

// maxPartEvents is how many events a part can hold: their positions are 32-bit
// numbers. A build that reads more at once fails; refreshes leave it at several
// parts.
const maxPartEvents = math.MaxUint32

// eventLog takes the events of a behavior in any order and gives them back
// block by block. What is more than fits in memory goes to scratch files.
//
// Method: events are divided by block as they come, each block's in columns of its
// own. From time to time these are packed, a block by itself, to a fraction of the
// memory, if their fields are such. A run is what all blocks held at some time, as a
// record batch for every block that has any; a block is made of its batches of all
// runs, what was packed, and what is held.
type eventLog struct {
	out      *store.Writer
	fields   []model.Field
	limit    int64 // bytes
	keepFrom int64 // earlier events are left out
	room     int   // events of a block that there is room for at first

	collected *index.Collected // those that came last, which added takes
	texts     index.SharedTexts
	blocks    []*index.Collected // by block; nil: none came yet
	held      int64              // bytes of blocks
	packs     packs
	divided   divided
	runs      []*run

	events, undated, expired int64 // expired ones are not in events
}

// run is events on disk.
type run struct {
	*store.Scratch
	blocks []int // of its record batches, ascending
}

func newEventLog(out *store.Writer, fields []model.Field, limit, keepFrom int64) *eventLog {
	l := &eventLog{out: out, fields: fields, limit: limit, keepFrom: keepFrom, texts: index.NewSharedTexts(fields)}
	l.collected = l.newCollected()
	return l
}

func (l *eventLog) newCollected() *index.Collected {
	return index.NewSharedCollected(l.fields, l.texts)
}

// expect makes room for as many events as may come, about as many for each of some
// blocks.
func (l *eventLog) expect(events int64, blocks int) {
	if blocks > 0 && events > 0 {
		l.room = int(min(events, l.limit/packShare/eventBytes(l.fields)))/blocks*21/20 + 1
	}
}

// eventBytes returns about how much memory a collected event takes, with its customer
// and its time.
func eventBytes(fields []model.Field) int64 { return int64(13 + 9*len(fields)) }

// size returns how many events there are, less those that are too old.
func (l *eventLog) size() int64 { return l.events + int64(len(l.collected.Rows)) }

// added is called after events were added to collected: it takes them out.
func (l *eventLog) added(ctx context.Context) error {
	if l.size() > maxPartEvents {
		return fmt.Errorf("more than %d events at once, which is as many as a part of a snapshot can hold", uint64(maxPartEvents))
	}
	l.divided.divide(l.collected.Rows, l.keeps)
	for i, block := range l.divided.blocks {
		l.take(block, l.divided.part(i))
	}
	l.collected.Reset()
	if l.held >= l.limit/packShare {
		if err := l.pack(ctx); err != nil {
			return err
		}
	}
	if l.held+l.packs.bytes < l.limit {
		return nil
	}
	return l.spill(ctx)
}

// keeps counts an event that was collected, and reports whether it is not too old.
func (l *eventLog) keeps(i int) bool {
	switch at, dated := l.collected.Times.Int(i); {
	case dated && at < l.keepFrom:
		l.expired++
		return false
	case !dated:
		l.undated++
	}
	l.events++
	return true
}

// take adds collected events to those of their block.
func (l *eventLog) take(block int, positions []uint32) {
	for len(l.blocks) <= block {
		l.blocks = append(l.blocks, nil)
	}
	to := l.blocks[block]
	if to == nil {
		to = l.newCollected()
		to.Reserve(max(l.room, len(positions)))
		l.blocks[block] = to
	}
	before := to.Bytes()
	to.AppendFrom(l.collected, positions)
	l.held += to.Bytes() - before
}

// finish is called once, after the last events were added.
func (l *eventLog) finish(ctx context.Context) error {
	l.collected = nil
	if l.packs.bytes == 0 {
		return ctx.Err()
	}
	if err := l.pack(ctx); err != nil { // those that are held have to make room
		return err
	}
	for i, events := range l.blocks {
		if events != nil && len(events.Rows) == 0 {
			l.blocks[i] = nil
		}
	}
	return nil
}

// spill writes what all blocks hold as a run.
func (l *eventLog) spill(ctx context.Context) error {
	r := &run{}
	aside := index.NewAside(l.fields, l.blocks)
	spare := l.newCollected() // for events that were packed
	scratch, err := l.out.WriteScratch(aside.Schema(), func(yield func(arrow.RecordBatch, error) bool) {
		for block, events := range l.blocks {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if events == nil {
				continue
			}
			if len(events.Rows) == 0 {
				spare.Reset()
				events = spare
			}
			if err := appendPacks(events, l.packs.take(block), block); err != nil {
				yield(nil, err)
				return
			}
			if len(events.Rows) == 0 {
				continue
			}
			r.blocks = append(r.blocks, block)
			batch, err := aside.Batch(events)
			if !yield(batch, err) || err != nil {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	r.Scratch = scratch
	l.runs = append(l.runs, r)
	for _, events := range l.blocks {
		if events != nil {
			events.Reset()
		}
	}
	l.held, l.packs = 0, packs{}
	return nil
}

// blockEvents is the events of one block of customers.
type blockEvents struct {
	block  int
	some   *index.Collected // nil: none
	packed []*index.PackedEvents
}

// block returns the events of one block of customers, and lets go of them. Each
// block is asked for once.
func (l *eventLog) block(block int) (blockEvents, error) {
	events := blockEvents{block: block, packed: l.packs.take(block)}
	if block < len(l.blocks) {
		events.some, l.blocks[block] = l.blocks[block], nil
	}
	for _, r := range l.runs {
		i, ok := slices.BinarySearch(r.blocks, block)
		if !ok {
			continue
		}
		if events.some == nil {
			events.some = l.newCollected()
		}
		if err := merge(events.some, r, i, uint32(block)*blockRows); err != nil {
			return blockEvents{}, err
		}
	}
	if events.some != nil && len(events.some.Rows) == 0 {
		events.some = nil
	}
	return events, nil
}

// isEmpty reports whether there are no events.
func (e *blockEvents) isEmpty() bool { return e.some == nil && len(e.packed) == 0 }

// all returns the events. They may lie in the memory of spare, whose events are of
// no use then. It is safe for concurrent use with that of other blocks.
func (e *blockEvents) all(spare *index.Collected) (*index.Collected, error) {
	to := e.some
	if to == nil {
		to = spare
		to.Reset()
	}
	return to, appendPacks(to, e.packed, e.block)
}

// merge adds record batch i of a run to the events of a block whose first customer
// is base.
func merge(events *index.Collected, r *run, i int, base uint32) error {
	batch, err := r.Batch(i)
	if err != nil {
		return err
	}
	defer batch.Release()
	return events.TakeBack(batch, base)
}

// close takes the scratch files off the disk.
func (l *eventLog) close() error {
	var errs []error
	for _, r := range l.runs {
		errs = append(errs, r.Remove())
	}
	l.runs = nil
	return errors.Join(errs...)
}

// divided is the positions of events by block of customers. Its memory is used
// again.
type divided struct {
	blocks []int    // that have events, ascending
	ends   []uint32 // of them, in order
	order  []uint32 // positions, by block and then as they came
	next   []uint32 // by block: how many, then where the next one goes
	of     []uint32 // by event its block; noBlock: it is not kept
}

// noBlock is no block.
const noBlock = math.MaxUint32

// divide divides the events of customers, those that keeps refuses left out.
func (d *divided) divide(rows []uint32, keeps func(i int) bool) {
	d.of = slices.Grow(d.of[:0], len(rows))[:len(rows)]
	clear(d.next)
	kept := 0
	for i, row := range rows {
		if !keeps(i) {
			d.of[i] = noBlock
			continue
		}
		block := row / blockRows
		for int(block) >= len(d.next) {
			d.next = append(d.next, 0)
		}
		d.of[i] = block
		d.next[block]++
		kept++
	}
	d.blocks, d.ends = d.blocks[:0], d.ends[:0]
	sum := uint32(0)
	for block, n := range d.next {
		d.next[block] = sum
		if sum += n; n > 0 {
			d.blocks, d.ends = append(d.blocks, block), append(d.ends, sum)
		}
	}
	d.order = slices.Grow(d.order[:0], kept)[:kept]
	for i, block := range d.of {
		if block != noBlock {
			d.order[d.next[block]] = uint32(i)
			d.next[block]++
		}
	}
}

// part returns the positions of the events of blocks[i].
func (d *divided) part(i int) []uint32 {
	lo := uint32(0)
	if i > 0 {
		lo = d.ends[i-1]
	}
	return d.order[lo:d.ends[i]]
}
