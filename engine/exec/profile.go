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
}

// Profile runs a program once, computing every node in full: no And stops early.
// It stops with ctx's error at the end of a block.
func Profile(ctx context.Context, s *store.Snapshot, root *plan.Node) (map[*plan.Node]*Stats, error) {
	stats := map[*plan.Node]*Stats{}
	r := scratch.Get().(*runner)
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
	put(r)
	return stats, nil
}

// profile sets out to what n selects and adds to the stats of n and those below.
func (r *runner) profile(n *plan.Node, out *bitmap.Words, stats map[*plan.Node]*Stats) error {
	start := time.Now()
	var err error
	switch n.Op {
	case plan.And, plan.Or:
		err = r.profileGroup(n, out, stats)
	case plan.Not:
		if err = r.profile(n.Kids[0], out, stats); err == nil {
			out.Not(r.n)
		}
	case plan.Segment:
		err = r.segment(n, out, func(root *plan.Node, out *bitmap.Words) error { return r.profile(root, out, stats) })
	default:
		err = r.run(n, out)
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
	return nil
}

// profileGroup combines the members of an And or an Or one by one.
func (r *runner) profileGroup(n *plan.Node, out *bitmap.Words, stats map[*plan.Node]*Stats) error {
	combine := out.Or
	out.Clear()
	if n.Op == plan.And {
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
