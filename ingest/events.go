package ingest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// maxCollectedBytes is how many bytes of events a build holds at a time, with what
// it takes to order them. More go to scratch files. Slices that grow take up to
// as much again.
const maxCollectedBytes = 384 << 20

// maxPartEvents is how many events a part can hold: their positions are 32-bit
// numbers. A build that reads more at once fails; refreshes leave it at several
// parts.
const maxPartEvents = math.MaxUint32

// orderBytes is what index.Collected.Order takes for an event: two arrays of keys
// and the order.
const orderBytes = 2*16 + 4

// eventLog takes the events of a behavior in any order and gives them back
// block by block, in the order of files. What is more than fits in memory goes
// to scratch files.
//
// Method: external sort. Runs are events in the order of files, with a record
// batch for every block that has any; a block is made of its batches of all
// runs. A block's events are held in memory.
type eventLog struct {
	out      *store.Writer
	limit    int64 // bytes
	keepFrom int64 // earlier events are left out

	collected *index.Collected
	order     []uint32 // of collected, once everything is there, where there are no runs
	runs      []*run

	events, undated, expired int64 // expired ones are not in events
}

// run is events in order on disk.
type run struct {
	*store.Scratch
	blocks []int // of its record batches, ascending
}

func newEventLog(out *store.Writer, fields []model.Field, limit, keepFrom int64) *eventLog {
	return &eventLog{out: out, limit: limit, keepFrom: keepFrom, collected: index.NewCollected(fields)}
}

// size returns how many events there are so far, those that are too old and not
// put aside yet included.
func (l *eventLog) size() int64 { return l.events + int64(len(l.collected.Rows)) }

// added is called after events were added to collected.
func (l *eventLog) added(ctx context.Context) error {
	if l.size() > maxPartEvents {
		return fmt.Errorf("more than %d events at once, which is as many as a part of a snapshot can hold", uint64(maxPartEvents))
	}
	if l.collected.Bytes()+orderBytes*int64(len(l.collected.Rows)) < l.limit {
		return nil
	}
	return l.spill(ctx)
}

// finish is called once, after the last events were added.
func (l *eventLog) finish(ctx context.Context) error {
	if len(l.runs) > 0 {
		return l.spill(ctx)
	}
	l.order = l.kept(l.collected.Order())
	return ctx.Err()
}

// spill writes what is collected as a run.
func (l *eventLog) spill(ctx context.Context) error {
	if len(l.collected.Rows) == 0 {
		return nil
	}
	order := l.kept(l.collected.Order())
	r := &run{}
	scratch, err := l.out.WriteScratch(index.EventSchema(l.collected.Fields), func(yield func(arrow.RecordBatch, error) bool) {
		for len(order) > 0 {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			block := int(l.collected.Rows[order[0]] / bitmap.BlockRows)
			n := sort.Search(len(order), func(i int) bool { return int(l.collected.Rows[order[i]]/bitmap.BlockRows) > block })
			batch, err := l.collected.Batch(order[:n])
			if !yield(batch, err) || err != nil {
				return
			}
			r.blocks, order = append(r.blocks, block), order[n:]
		}
	})
	if err != nil {
		return err
	}
	r.Scratch = scratch
	l.runs = append(l.runs, r)
	l.collected.Reset()
	return nil
}

// kept returns the events of order that are not too old, and counts all kinds.
// It reuses order.
func (l *eventLog) kept(order []uint32) []uint32 {
	kept := order[:0]
	for _, i := range order {
		at, dated := l.collected.Times.Int(int(i))
		if dated && at < l.keepFrom {
			l.expired++
			continue
		}
		if !dated {
			l.undated++
		}
		kept = append(kept, i)
	}
	l.events += int64(len(kept))
	return kept
}

// block returns the events of one block of customers with their order. They are
// valid until the next call; blocks are asked for in ascending order, each once.
func (l *eventLog) block(block int) (events *index.Collected, order []uint32, err error) {
	if len(l.runs) == 0 {
		n := sort.Search(len(l.order), func(i int) bool { return int(l.collected.Rows[l.order[i]]/bitmap.BlockRows) > block })
		order, l.order = l.order[:n], l.order[n:]
		return l.collected, order, nil
	}
	l.collected.Reset()
	for _, r := range l.runs {
		i, ok := slices.BinarySearch(r.blocks, block)
		if !ok {
			continue
		}
		if err := l.merge(r, i, uint32(block)*bitmap.BlockRows); err != nil {
			return nil, nil, err
		}
	}
	return l.collected, l.collected.Order(), nil
}

// merge adds record batch i of a run to what is collected. Its block's first
// customer is base.
func (l *eventLog) merge(r *run, i int, base uint32) error {
	batch, err := r.Batch(i)
	if err != nil {
		return err
	}
	defer batch.Release()
	return appendBatch(l.collected, batch, base)
}

// appendBatch adds the events of a batch of index.EventSchema, of a block whose
// first customer is base.
func appendBatch(c *index.Collected, batch arrow.RecordBatch, base uint32) error {
	for _, row := range batch.Column(0).(*array.Uint16).Uint16Values() {
		c.Rows = append(c.Rows, base+uint32(row))
	}
	if err := c.Times.Append(batch.Column(1)); err != nil {
		return err
	}
	for f, values := range c.Values {
		if err := values.Append(batch.Column(2 + f)); err != nil {
			return err
		}
	}
	return nil
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
