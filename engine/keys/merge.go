package keys

import (
	"cmp"
	"context"
	"iter"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// merge gives the keys of runs, each in ascending order, in one ascending order.
// An error is the last thing it gives.
//
// Method: a binary heap of cursors whose least key is on top.
func merge(ctx context.Context, t model.Type, runs []Run) iter.Seq2[Key, error] {
	return func(yield func(Key, error) bool) {
		h, err := openHeap(t, runs)
		defer h.close()
		for i := 0; err == nil && len(h.cursors) > 0; i++ {
			if i%batchKeys == 0 && ctx.Err() != nil {
				err = ctx.Err()
				break
			}
			if !yield(h.cursors[0].key, nil) {
				return
			}
			err = h.advance()
		}
		if err != nil {
			yield(Key{}, err)
		}
	}
}

// heap is cursors that are not at their end; the one at i has no greater key
// than those at 2i+1 and 2i+2.
type heap struct {
	cursors []*cursor
	compare func(x, y *cursor) int
}

// openHeap returns a heap of the first keys of runs. The heap is to be closed,
// after an error too.
func openHeap(t model.Type, runs []Run) (*heap, error) {
	h := &heap{compare: func(x, y *cursor) int { return cmp.Compare(x.key.Int, y.key.Int) }}
	if t.Kind == model.String {
		h.compare = func(x, y *cursor) int { return strings.Compare(x.key.Text, y.key.Text) }
	}
	for _, run := range runs {
		c := &cursor{typ: t, run: run}
		ok, err := c.advance()
		if err != nil {
			c.close()
			return h, err
		}
		if ok {
			h.cursors = append(h.cursors, c)
		}
	}
	for i := len(h.cursors)/2 - 1; i >= 0; i-- {
		h.sink(i)
	}
	return h, nil
}

// advance takes the least key out.
func (h *heap) advance() error {
	ok, err := h.cursors[0].advance()
	if err != nil {
		return err
	}
	if !ok {
		last := len(h.cursors) - 1
		h.cursors[0], h.cursors = h.cursors[last], h.cursors[:last]
	}
	h.sink(0)
	return nil
}

// sink moves the cursor at i down to where no cursor below it has a lesser key.
func (h *heap) sink(i int) {
	for {
		least := 2*i + 1
		if least >= len(h.cursors) {
			return
		}
		if right := least + 1; right < len(h.cursors) && h.compare(h.cursors[right], h.cursors[least]) < 0 {
			least = right
		}
		if h.compare(h.cursors[i], h.cursors[least]) <= 0 {
			return
		}
		h.cursors[i], h.cursors[least] = h.cursors[least], h.cursors[i]
		i = least
	}
}

// close releases what the cursors are reading.
func (h *heap) close() {
	for _, c := range h.cursors {
		c.close()
	}
}
