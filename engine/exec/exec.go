package exec

import (
	"context"
	"fmt"
	"sync"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

// Count returns the number of customers that a program selects from s. It stops
// with ctx's error at the end of a block.
func Count(ctx context.Context, s *store.Snapshot, root *plan.Node) (uint64, error) {
	total := uint64(0)
	err := Blocks(ctx, s, root, func(_ int, rows *bitmap.Words) error {
		total += uint64(rows.Count())
		return nil
	})
	return total, err
}

// Blocks calls yield for every block of customers, in order, with those that a
// program selects, until yield returns an error, which Blocks returns. The
// words are valid during the call.
func Blocks(ctx context.Context, s *store.Snapshot, root *plan.Node, yield func(block int, rows *bitmap.Words) error) error {
	r := scratch.Get().(*runner)
	for block := range s.Blocks() {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.start(ctx, s, block)
		out := r.take()
		if err := r.run(root, out); err != nil {
			return err
		}
		if err := yield(block, out); err != nil {
			return err
		}
	}
	put(r)
	return nil
}

// Block sets out to the customers of one block that a program selects.
func Block(ctx context.Context, s *store.Snapshot, root *plan.Node, block int, out *bitmap.Words) error {
	r := scratch.Get().(*runner)
	r.start(ctx, s, block)
	if err := r.run(root, out); err != nil {
		return err
	}
	put(r)
	return nil
}

// scratch holds runners that are not in use: their memory is what makes a count
// free of allocations.
var scratch = sync.Pool{New: func() any { return &runner{counts: new([bitmap.BlockRows]uint32)} }}

// runner runs a program over one block.
type runner struct {
	ctx      context.Context
	block    int
	n        int // customers in the block
	words    []*bitmap.Words
	depth    int                       // of words in use
	counts   *[bitmap.BlockRows]uint32 // events per customer; all zero between uses
	segments []segment                 // by plan.Node.Slot
	folds                              // of what events are folded with
}

// segment is the answer of a segment for the block.
type segment struct {
	known bool
	rows  *bitmap.Words
}

// start makes the runner ready for a block.
func (r *runner) start(ctx context.Context, s *store.Snapshot, block int) {
	r.ctx, r.block, r.n, r.depth = ctx, block, s.BlockRows(block), 0
	for i := range r.segments {
		r.segments[i].known = false
	}
}

// put gives a runner back for others to use. After an error or a panic it may be
// dirty, and is left to the collector instead.
func put(r *runner) {
	r.ctx = nil
	scratch.Put(r)
}

// take returns words for the next deeper step, holding anything.
func (r *runner) take() *bitmap.Words {
	if r.depth == len(r.words) {
		r.words = append(r.words, new(bitmap.Words))
	}
	r.depth++
	return r.words[r.depth-1]
}

// give ends the use of the words taken last.
func (r *runner) give() { r.depth-- }

// run sets out to the customers of the block that n selects.
func (r *runner) run(n *plan.Node, out *bitmap.Words) error {
	switch n.Op {
	case plan.None:
		out.Clear()
	case plan.All:
		out.Fill(r.n)
	case plan.And:
		return r.and(n.Kids, out)
	case plan.Or:
		return r.or(n.Kids, out)
	case plan.Not:
		if err := r.run(n.Kids[0], out); err != nil {
			return err
		}
		out.Not(r.n)
	case plan.Bitmaps:
		out.Clear()
		r.unite(n.Bitmaps, out)
	case plan.Scan:
		values, err := n.Column.Block(r.block)
		if err != nil {
			return err
		}
		return values.Match(r.ctx, out, n.Test)
	case plan.Happened:
		return r.happened(n, out)
	case plan.Absent:
		if err := r.happened(n, out); err != nil {
			return err
		}
		out.Not(r.n)
	case plan.Less:
		return r.less(n.Parts, out)
	case plan.Count:
		return r.count(n, out)
	case plan.Fold:
		return r.fold(n, out)
	case plan.Segment:
		return r.segment(n, out, r.run)
	default:
		return fmt.Errorf("exec: unknown operation %d", n.Op)
	}
	return nil
}

// and stops at the first member that leaves nobody.
func (r *runner) and(kids []*plan.Node, out *bitmap.Words) error {
	if err := r.run(kids[0], out); err != nil {
		return err
	}
	more := r.take()
	defer r.give()
	for _, kid := range kids[1:] {
		if out.IsEmpty() {
			return nil
		}
		if err := r.run(kid, more); err != nil {
			return err
		}
		out.And(more)
	}
	return nil
}

func (r *runner) or(kids []*plan.Node, out *bitmap.Words) error {
	if err := r.run(kids[0], out); err != nil {
		return err
	}
	more := r.take()
	defer r.give()
	for _, kid := range kids[1:] {
		if err := r.run(kid, more); err != nil {
			return err
		}
		out.Or(more)
	}
	return nil
}

// segment sets out to the customers of a segment, which run computes where it is
// not known yet.
func (r *runner) segment(n *plan.Node, out *bitmap.Words, run func(*plan.Node, *bitmap.Words) error) error {
	for len(r.segments) <= n.Slot {
		r.segments = append(r.segments, segment{rows: new(bitmap.Words)})
	}
	if s := &r.segments[n.Slot]; s.known {
		*out = *s.rows
		return nil
	}
	if err := run(n.Kids[0], out); err != nil {
		return err
	}
	s := &r.segments[n.Slot] // anew: the segments within may have moved it
	s.known, *s.rows = true, *out
	return nil
}

// less takes those of the second part from those of the first.
func (r *runner) less(parts []*plan.Node, out *bitmap.Words) error {
	if err := r.run(parts[0], out); err != nil || out.IsEmpty() {
		return err
	}
	more := r.take()
	defer r.give()
	if err := r.run(parts[1], more); err != nil {
		return err
	}
	subtract(out, more)
	return nil
}

// subtract takes the rows of v out of w.
func subtract(w, v *bitmap.Words) {
	for i := range w {
		w[i] &^= v[i]
	}
}

// unite adds the customers of stored bitmaps.
func (r *runner) unite(views []bitmap.View, out *bitmap.Words) {
	for i := range views {
		views[i].OrInto(out, uint16(r.block))
	}
}

// happened finds who has an event in the node's days, spans or, where wanted,
// among the undated events.
func (r *runner) happened(n *plan.Node, out *bitmap.Words) error {
	out.Clear()
	r.unite(n.Bitmaps, out)
	if len(n.Spans) == 0 && !n.Undated {
		return nil
	}
	events, err := n.Events.Block(r.block)
	if err != nil {
		return err
	}
	add := func(rows []uint16) {
		for _, row := range rows {
			out.Add(row)
		}
	}
	for _, span := range n.Spans {
		lo, hi := events.Span(span)
		add(events.Rows[lo:hi])
	}
	if n.Undated {
		add(events.Undated())
	}
	return nil
}

// count finds whose number of events passes.
func (r *runner) count(n *plan.Node, out *bitmap.Words) error {
	events, err := n.Events.Block(r.block)
	if err != nil {
		return err
	}
	out.Clear()
	if inCounts(n.Counts, 0) {
		out.Fill(r.n)
	}
	lo, hi := events.Span(n.Spans[0])
	dated, undated := events.Rows[lo:hi], events.Undated()
	if !n.Undated {
		undated = nil
	}
	for _, row := range dated {
		r.counts[row]++
	}
	for _, row := range undated {
		r.counts[row]++
	}
	r.decide(n.Counts, dated, out)
	r.decide(n.Counts, undated, out)
	return nil
}

// decide puts the customers of rows into out or takes them out, by their
// counts, which it sets back to zero.
func (r *runner) decide(counts []rule.Range[int64], rows []uint16, out *bitmap.Words) {
	for _, row := range rows {
		n := r.counts[row]
		if n == 0 {
			continue // decided
		}
		r.counts[row] = 0
		bit := uint64(1) << (row % 64)
		if inCounts(counts, int64(n)) {
			out[row/64] |= bit
		} else {
			out[row/64] &^= bit
		}
	}
}

// inCounts reports whether n lies in one of a few sorted ranges.
func inCounts(counts []rule.Range[int64], n int64) bool {
	for _, r := range counts {
		if n <= r.Hi {
			return n >= r.Lo
		}
	}
	return false
}
