package exec

import (
	"math/bits"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// noField stands for no field where the position of one is wanted.
const noField = rule.TimeField - 1

// use takes some events that pass: those of a chunk at positions, ascending, with
// the chunk's values of a field, nil for noField. All is valid during the call.
type use = func(c *index.Chunk, field *column.Vector, positions []uint32) error

// each calls use with a node's events that pass its filter, part after part, those
// of a part in order of time, undated ones last. Events whose value in field is
// NULL are left out; noField leaves out none.
func (r *runner) each(n *plan.Node, e *index.EventBlock, field int, use use) error {
	for _, p := range e.Parts {
		lo, hi, err := p.Span(n.Spans[0])
		if err != nil {
			return err
		}
		if err := r.eachIn(n, p, field, lo, hi, use); err != nil {
			return err
		}
		if !n.Undated {
			continue
		}
		lo, hi = p.Undated()
		if err := r.eachIn(n, p, field, lo, hi, use); err != nil {
			return err
		}
	}
	return nil
}

// eachIn is each for the events of a part at positions lo to hi-1.
func (r *runner) eachIn(n *plan.Node, p *index.EventPart, field, lo, hi int, use use) error {
	w := r.take()
	defer r.give()
	c := &r.chunk
	for ; lo < hi; lo += bitmap.BlockRows {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		size := min(hi-lo, bitmap.BlockRows)
		c.Load(p, lo, lo+size)
		w.Fill(size)
		v, err := r.passing(n.Where, c, field, w)
		if err != nil {
			return err
		}
		r.positions = appendPositions(r.positions[:0], w)
		if len(r.positions) == 0 {
			continue
		}
		if err := use(c, v, r.positions); err != nil {
			return err
		}
	}
	return nil
}

// passing takes the events out of w that do not pass a filter, and those whose
// value in field is NULL. The values of field are decoded, and returned, where any
// event passes the filter.
func (r *runner) passing(where *plan.Filter, c *index.Chunk, field int, w *bitmap.Words) (*column.Vector, error) {
	if where != nil {
		if err := r.keep(where, c, w); err != nil || w.IsEmpty() {
			return nil, err
		}
	}
	if field == noField {
		return nil, nil
	}
	v, err := fieldOf(c, field)
	if err != nil {
		return nil, err
	}
	v.DropNulls(w, 0)
	return v, nil
}

// appendPositions appends the members of w to dst, ascending.
func appendPositions(dst []uint32, w *bitmap.Words) []uint32 {
	for i, word := range w {
		at := uint32(i * 64)
		if word == ^uint64(0) {
			for j := range uint32(64) {
				dst = append(dst, at+j)
			}
			continue
		}
		for ; word != 0; word &= word - 1 {
			dst = append(dst, at+uint32(bits.TrailingZeros64(word)))
		}
	}
	return dst
}

// keep takes the events of a chunk out of w that do not pass a filter.
func (r *runner) keep(f *plan.Filter, c *index.Chunk, w *bitmap.Words) error {
	switch f.Op {
	case plan.And:
		for _, kid := range f.Kids {
			if err := r.keep(kid, c, w); err != nil || w.IsEmpty() {
				return err
			}
		}
		return nil
	case plan.Or:
		return r.keepAny(f.Kids, c, w)
	case plan.Not:
		passed := r.take()
		defer r.give()
		*passed = *w
		if err := r.keep(f.Kids[0], c, passed); err != nil {
			return err
		}
		subtract(w, passed)
		return nil
	}
	v, err := fieldOf(c, f.Field)
	if err != nil {
		return err
	}
	return v.Keep(r.ctx, w, 0, f.Test)
}

// keepAny takes the events out of w that pass none of the filters. Each looks
// only at those that the ones before it refused.
func (r *runner) keepAny(filters []*plan.Filter, c *index.Chunk, w *bitmap.Words) error {
	refused, passed := r.take(), r.take()
	defer r.give()
	defer r.give()
	*refused = *w
	for _, f := range filters {
		*passed = *refused
		if err := r.keep(f, c, passed); err != nil {
			return err
		}
		subtract(refused, passed)
		if refused.IsEmpty() {
			return nil
		}
	}
	subtract(w, refused)
	return nil
}

// isFloat, isDecimal and isWhole tell how values of a type are held. Values do
// not: a block without events has none.
func isFloat(t model.Type) bool   { return t.Kind == model.Number && t.Repr == model.Float64 }
func isDecimal(t model.Type) bool { return t.Kind == model.Number && t.Repr == model.Decimal }

// isWhole agrees with column.Vector.IsWhole.
func isWhole(t model.Type) bool {
	const wholeDigits = 18 // of a decimal that 64 bits hold
	switch t.Kind {
	case model.Timestamp, model.Date, model.Boolean:
		return true
	case model.Number:
		return t.Repr == model.Int64 || isDecimal(t) && t.Precision <= wholeDigits
	}
	return false
}

// fieldOf returns a field of the events of a chunk, or their time.
func fieldOf(c *index.Chunk, field int) (*column.Vector, error) {
	if field == rule.TimeField {
		return c.Time()
	}
	return c.Field(field)
}
