package ingest

import (
	"context"
	"runtime"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// partWriter writes the events of the log as a part, a block of customers at a
// time, with their timeline.
//
// Blocks are put in order and encoded side by side, a few ahead of the one that is
// written; everything else goes block by block, in ascending order.
type partWriter struct {
	*behaviorLoad
	timeline *index.TimelineBuilder
	part     int
	info     store.PartInfo
	done     int64

	events *index.EventWriter
	ahead  []*partBlock // on their way, ascending
	spare  []*partBlock // done with
}

// write writes the part's files.
func (w *partWriter) write(ctx context.Context) error {
	to := w.scan.behavior
	w.info.Version = w.out.Version()
	err := w.out.WriteSections(store.PartFile(to, w.part), func(add func(tag toc.Tag, index uint32, data []byte) error) error {
		w.events = index.NewEventWriter(w.described.Fields, add)
		if err := w.writeBlocks(ctx); err != nil {
			return err
		}
		return w.events.Finish()
	})
	if err != nil {
		return err
	}
	directory, bitmaps, err := w.timeline.Finish()
	if err != nil {
		return err
	}
	dirName, bitmapsName := store.PartIndexFiles(to, w.part)
	if err := w.writeLevels(ctx, directory, bitmaps); err != nil {
		return err
	}
	return w.writeIndex(dirName, bitmapsName, directory, bitmaps)
}

// maxBlocksAhead is how many blocks are encoded at a time at most: each takes about
// three times the memory of its events.
const maxBlocksAhead = 4

// writeBlocks writes all blocks. No goroutine of it is left when it returns.
func (w *partWriter) writeBlocks(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		for _, b := range w.ahead {
			<-b.done
		}
		w.ahead, w.spare = nil, nil
	}()
	workers := min(runtime.GOMAXPROCS(0), maxBlocksAhead)
	coded := make(chan struct{}) // closed once the block before has its codes
	close(coded)
	for block := range w.blocks() {
		if err := ctx.Err(); err != nil {
			return err
		}
		events, err := w.log.block(block)
		if err != nil {
			return err
		}
		if events.isEmpty() {
			continue
		}
		if len(w.ahead) == workers {
			if err := w.writeNext(); err != nil {
				return err
			}
		}
		coded = w.start(ctx, block, events, coded)
	}
	for len(w.ahead) > 0 {
		if err := w.writeNext(); err != nil {
			return err
		}
	}
	return nil
}

// partBlock is one block of a part on its way.
type partBlock struct {
	block    int
	spare    *index.Collected // for events that were packed
	orderer  index.Orderer
	sections index.BlockSections
	done     chan struct{} // closed once sections, or err, is there
	err      error
	panicked any
}

// start starts to encode a block, which takes its codes after those of the block
// before and closes what it returns then.
func (w *partWriter) start(ctx context.Context, block int, events blockEvents, before chan struct{}) (coded chan struct{}) {
	var b *partBlock
	if n := len(w.spare); n > 0 {
		b, w.spare = w.spare[n-1], w.spare[:n-1]
	} else {
		b = &partBlock{spare: w.log.newCollected()}
	}
	b.block, b.done, coded = block, make(chan struct{}), make(chan struct{})
	w.ahead = append(w.ahead, b)
	go func() {
		defer close(b.done)
		defer func() { b.panicked = recover() }()
		var all *index.Collected
		if all, b.err = events.all(b.spare); b.err != nil {
			return
		}
		b.err = w.events.Encode(&b.sections, block, all, b.orderer.Order(all), func(code func() error) error {
			select {
			case <-before:
			case <-ctx.Done():
				return ctx.Err()
			}
			if err := code(); err != nil {
				return err
			}
			close(coded)
			return nil
		})
	}()
	return coded
}

// writeNext waits for the first block on its way and writes it.
func (w *partWriter) writeNext() error {
	b := w.ahead[0]
	<-b.done
	w.ahead = w.ahead[1:]
	switch {
	case b.panicked != nil:
		panic(b.panicked)
	case b.err != nil:
		return b.err
	}
	if err := w.events.Add(&b.sections); err != nil {
		return err
	}
	w.block(&b.sections)
	w.spare = append(w.spare, b)
	return nil
}

// block adds a block that is written to the timeline, and to what is known of the
// part. Blocks come in ascending order.
func (w *partWriter) block(s *index.BlockSections) {
	w.timeline.Add(s.Rows, s.Times)
	w.info.Events += uint64(s.Events)
	w.info.Undated += uint64(s.Events - len(s.Times))
	if len(s.Times) > 0 { // they are in order
		widen(&w.info.First, &w.info.Last, s.Times[0])
		widen(&w.info.First, &w.info.Last, s.Times[len(s.Times)-1])
	}
	w.done += int64(s.Events)
	w.progress(Progress{Stage: "write", Table: w.described.Name, Rows: w.done, Total: w.log.events})
}
