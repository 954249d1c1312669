package exec

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/store"
)

// Stats is what a profile finds out about a node.
type Stats struct {
	Alone uint64 // live customers that the node selects
	// Together is the number of customers left when the node is combined with
	// those before it in the same And or Or; elsewhere it is not set.
	Together uint64
	Elapsed  time.Duration // of computing the node, those below it included
	Bytes    uint64        // of stored bitmaps, columns and events that it read, those below it included
}

// Profile runs a program once, computing every node in full: no And stops early.
// It stops with ctx's error at the end of a block.
func Profile(ctx context.Context, s *store.Snapshot, root *plan.Node) (map[*plan.Node]*Stats, error) {
	stats := map[*plan.Node]*Stats{}
	r := scratch.Get().(*runner)
	r.profiled = true
	for block := range s.Blocks() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := r.start(ctx, s, block); err != nil {
			return nil, err
		}
		if err := r.profile(root, r.take(), stats); err != nil {
			return nil, err
		}
	}
	r.profiled = false
	put(r)
	return stats, nil
}

// profile sets out to what n selects and adds to the stats of n and those below.
func (r *runner) profile(n *plan.Node, out *bitmap.Words, stats map[*plan.Node]*Stats) error {
	start, read := time.Now(), r.read
	var err error
	switch n.Op {
	case plan.And, plan.Or:
		err = r.profileGroup(n, out, stats)
	case plan.None, plan.All:
		if err = r.profileGroup(n, out, stats); err == nil {
			err = r.run(n, out)
		}
	case plan.Not:
		if err = r.profile(n.Kids[0], out, stats); err == nil {
			out.Not(r.n)
		}
	case plan.Segment, plan.Shared:
		err = r.segment(n, out, func(root *plan.Node, out *bitmap.Words) error { return r.profile(root, out, stats) })
	default:
		if err = r.run(n, out); err == nil {
			r.read += r.stored(n)
		}
	}
	if err != nil {
		return err
	}
	r.keepLive(out)
	s := stats[n]
	if s == nil {
		s = &Stats{}
		stats[n] = s
	}
	s.Alone += uint64(out.Count())
	s.Elapsed += time.Since(start)
	s.Bytes += r.read - read
	return nil
}

// stored returns the bytes that the bitmaps of a node, and of its steps, have of the
// block. What is read of columns and events is counted where it is read.
func (r *runner) stored(n *plan.Node) uint64 {
	total := uint64(0)
	for i := range n.Bitmaps {
		total += uint64(n.Bitmaps[i].SizeIn(uint16(r.block)))
	}
	for _, part := range n.Parts {
		total += r.stored(part)
	}
	for _, kid := range n.Kids {
		total += r.stored(kid)
	}
	return total
}

// profileGroup combines the members of an And or an Or, or of what is known to come
// to nobody or everybody, one by one.
func (r *runner) profileGroup(n *plan.Node, out *bitmap.Words, stats map[*plan.Node]*Stats) error {
	combine := out.Or
	out.Clear()
	if n.Op == plan.And || n.Op == plan.None {
		combine = out.And
		out.Fill(r.n)
	}
	more := r.take()
	defer r.give()
	for _, kid := range n.Kids {
		if err := r.profile(kid, more, stats); err != nil {
			return err
		}
		combine(more)
		stats[kid].Together += uint64(out.Count())
	}
	return nil
}
