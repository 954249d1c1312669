package ingest

import (
	"context"
	"runtime"

	"github.com/rollcall-db/rollcall/engine/index"
)

// packShare is which part of the memory for events is for those that are not packed.
const packShare = 4

// packs is events that were packed.
type packs struct {
	blocks [][]*index.PackedEvents // by block
	bytes  int64                   // of all
}

// add adds events of a block.
func (p *packs) add(block int, events *index.PackedEvents) {
	for len(p.blocks) <= block {
		p.blocks = append(p.blocks, nil)
	}
	p.blocks[block] = append(p.blocks[block], events)
	p.bytes += events.Bytes()
}

// take returns the events of a block, and lets go of them.
func (p *packs) take(block int) []*index.PackedEvents {
	if block >= len(p.blocks) {
		return nil
	}
	taken := p.blocks[block]
	p.blocks[block] = nil
	return taken
}

// appendPacks adds the packed events of a block to others of it.
func appendPacks(to *index.Collected, packed []*index.PackedEvents, block int) error {
	n := 0
	for _, p := range packed {
		n += p.Len()
	}
	if n == 0 {
		return nil
	}
	to.Reserve(n)
	for _, p := range packed {
		if err := to.AppendPacked(p, uint32(block)*blockRows); err != nil {
			return err
		}
	}
	return nil
}

// blockPacker packs the events of one block after the other.
type blockPacker struct {
	packer index.EventPacker
	packed *index.PackedEvents
}

// pack packs what the blocks hold, side by side, unless some of it cannot be packed.
func (l *eventLog) pack(ctx context.Context) error {
	for _, events := range l.blocks {
		if events != nil && !events.CanPack() {
			return nil
		}
	}
	workers := make([]*blockPacker, runtime.GOMAXPROCS(0))
	for i := range workers {
		workers[i] = &blockPacker{}
	}
	work := func(w *blockPacker, block int) error {
		w.packed = nil
		if events := l.blocks[block]; events != nil && len(events.Rows) > 0 {
			w.packed = w.packer.Pack(events)
		}
		return nil
	}
	return inOrder(ctx, workers, len(l.blocks), work, func(w *blockPacker, block int) error {
		if w.packed != nil {
			l.held -= l.blocks[block].Bytes()
			l.blocks[block].Reset()
			l.packs.add(block, w.packed)
		}
		return nil
	})
}
