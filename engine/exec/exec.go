package exec

import (
	"context"
	"fmt"
	"sync"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/store"
)

// Count returns the number of live customers that a program selects from s. It
// stops with ctx's error at the end of a block.
func Count(ctx context.Context, s *store.Snapshot, root *plan.Node) (uint64, error) {
	total := uint64(0)
	err := Blocks(ctx, s, root, func(_ int, rows *bitmap.Words) error {
		total += uint64(rows.Count())
		return nil
	})
	return total, err
}

// Blocks calls yield for every block of customers, in order, with the live ones
// that a program selects, until yield returns an error, which Blocks returns. The
// words are valid during the call.
func Blocks(ctx context.Context, s *store.Snapshot, root *plan.Node, yield func(block int, rows *bitmap.Words) error) error {
	r := scratch.Get().(*runner)
	for block := range s.Blocks() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.start(ctx, s, block); err != nil {
			return err
		}
		out := r.take()
		if err := r.run(root, out); err != nil {
			return err
		}
		r.keepLive(out)
		if err := yield(block, out); err != nil {
			return err
		}
	}
	put(r)
	return nil
}

// Block sets out to the live customers of one block that a program selects.
func Block(ctx context.Context, s *store.Snapshot, root *plan.Node, block int, out *bitmap.Words) error {
	r := scratch.Get().(*runner)
	if err := r.start(ctx, s, block); err != nil {
		return err
	}
	if err := r.run(root, out); err != nil {
		return err
	}
	r.keepLive(out)
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
	n        int          // rows in the block
	dead     bool         // some rows may be of customers who are no more
	live     bitmap.Words // the others, where dead
	words    []*bitmap.Words
	depth    int                       // of words in use
	counts   *[bitmap.BlockRows]uint32 // events per customer; all zero between uses
	segments []segment                 // by plan.Node.Slot
	chunk    index.Chunk               // the events being looked at
	folds                              // of what events are folded with
}

// segment is the answer of a segment for the block.
type segment struct {
	known bool
	rows  *bitmap.Words
}

// start makes the runner ready for a block.
func (r *runner) start(ctx context.Context, s *store.Snapshot, block int) error {
	r.ctx, r.block, r.n, r.depth = ctx, block, s.BlockRows(block), 0
	for i := range r.segments {
		r.segments[i].known = false
	}
	live, err := s.Live()
	if r.dead = live != nil; r.dead {
		r.live.Clear()
		live.OrInto(&r.live, uint16(block))
	}
	return err
}

// keepLive takes the customers out of w who are no more. Their rows still have
// values and events, so every answer goes through it. Bad bytes may name rows that
// the block does not have: these go, too.
func (r *runner) keepLive(w *bitmap.Words) {
	if r.dead {
		w.And(&r.live)
	}
	if r.n < bitmap.BlockRows {
		keepFirst(w, r.n)
	}
}

// keepFirst takes the rows from n on out of w; n is less than bitmap.BlockRows.
func keepFirst(w *bitmap.Words, n int) {
	w[n/64] &= 1<<(n%64) - 1
	clear(w[n/64+1:])
}

// isLive reports whether there is a row, and its customer is still there.
func (r *runner) isLive(row int) bool { return row < r.n && (!r.dead || r.live.Has(uint16(row))) }

// put gives a runner back for others to use. After an error or a panic it may be
// dirty, and is left to the collector instead.
func put(r *runner) {
	r.ctx = nil
	r.chunk.Forget()
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
		return r.scan(n, out)
	case plan.Happened:
		return r.happened(n, out)
	case plan.Absent:
		if err := r.happened(n, out); err != nil {
			return err
		}
		out.Not(r.n)
	case plan.Less:
		return r.less(n.Parts, out)
	case plan.Expr:
		return r.run(n.Parts[0], out)
	case plan.Check:
		return r.check(n, out)
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

// scan matches the values of a column, unless its zone map knows the answer.
func (r *runner) scan(n *plan.Node, out *bitmap.Words) error {
	if n.Zones != nil {
		switch n.Zones.Decide(r.block, r.n, n.Test) {
		case index.Nobody:
			out.Clear()
			return nil
		case index.Everybody:
			out.Fill(r.n)
			return nil
		}
	}
	values, err := n.Column.Block(r.block)
	if err != nil {
		return err
	}
	return values.Match(r.ctx, out, n.Test)
}

// check keeps those of a few whose value passes.
func (r *runner) check(n *plan.Node, out *bitmap.Words) error {
	if err := r.run(n.Parts[0], out); err != nil || out.IsEmpty() {
		return err
	}
	values, err := n.Column.Block(r.block)
	if err != nil {
		return err
	}
	return values.Keep(r.ctx, out, 0, n.Test)
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
