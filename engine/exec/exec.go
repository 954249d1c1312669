package exec

import (
	"context"
	"sync"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/store"
)

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

// table is the rows that programs run over: a *store.Snapshot, but in tests.
type table interface {
	Rows() int
	Blocks() int
	BlockRows(block int) int
	Live() (*bitmap.View, error)
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
	all      bitmap.Words // the rows of a block of allRows
	allRows  int
	words    []*bitmap.Words
	depth    int                       // of words in use
	counts   *[bitmap.BlockRows]uint32 // events per customer; all zero between uses
	segments []segment                 // by plan.Node.Slot
	chunk    index.Chunk               // the events being looked at
	worked   int                       // blocks, of any count, since others went first
	profiled bool                      // a profile wants to know what is read
	read     uint64                    // bytes of columns and events so far, for it
	folds                              // of what events are folded with
}

// segment is the answer of a segment for the block.
type segment struct {
	known bool
	rows  *bitmap.Words
}

// start makes the runner ready for a block.
func (r *runner) start(ctx context.Context, s table, block int) error {
	r.ctx, r.block, r.n, r.depth = ctx, block, s.BlockRows(block), 0
	for i := range r.segments {
		r.segments[i].known = false
	}
	live, err := s.Live()
	if err != nil {
		return err
	}
	if r.dead = live != nil && live.Card(uint16(block)) < r.n; r.dead {
		live.CopyTo(&r.live, uint16(block))
	}
	return nil
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
func keepFirst(w *bitmap.Words, n int) { w.KeepFirst(n) }

// isLive reports whether there is a row, and its customer is still there.
func (r *runner) isLive(row int) bool { return row < r.n && (!r.dead || r.live.Has(uint16(row))) }

// put gives a runner back for others to use. After an error or a panic it may be
// dirty, and is left to the collector instead.
func put(r *runner) {
	r.ctx = nil
	r.chunk.Forget()
	r.selection.forget()
	r.sequencer.forget()
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

// subtract takes the rows of v out of w.
func subtract(w, v *bitmap.Words) { w.AndNot(v) }
