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

// each calls use with the positions of a node's events that pass its filter,
// ascending, in pieces of at most bitmap.BlockRows. Events whose value in field
// is NULL are left out; a nil field leaves out none. The positions are valid
// during the call.
func (r *runner) each(n *plan.Node, e *index.EventBlock, field *column.Vector, use func(positions []uint32) error) error {
	lo, hi := e.Span(n.Spans[0])
	if err := r.eachIn(n, e, field, lo, hi, use); err != nil || !n.Undated {
		return err
	}
	return r.eachIn(n, e, field, len(e.Times), len(e.Rows), use)
}

// eachIn is each for the events at positions lo to hi-1.
func (r *runner) eachIn(n *plan.Node, e *index.EventBlock, field *column.Vector, lo, hi int, use func(positions []uint32) error) error {
	w := r.take()
	defer r.give()
	for base := lo &^ 63; base < hi; base += bitmap.BlockRows {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		w.Fill(min(hi-base, bitmap.BlockRows))
		if base < lo {
			w[0] &= ^uint64(0) << (lo - base)
		}
		if field != nil {
			field.DropNulls(w, base)
		}
		if n.Where != nil {
			if err := r.keep(n.Where, e, base, w); err != nil {
				return err
			}
		}
		r.positions = appendPositions(r.positions[:0], w, uint32(base))
		if len(r.positions) == 0 {
			continue
		}
		if err := use(r.positions); err != nil {
			return err
		}
	}
	return nil
}

// appendPositions appends the members of w to dst, ascending, each plus base.
func appendPositions(dst []uint32, w *bitmap.Words, base uint32) []uint32 {
	for i, word := range w {
		at := base + uint32(i*64)
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

// keep takes the events out of w that do not pass a filter. Bit i of w is the
// event at base+i.
func (r *runner) keep(f *plan.Filter, e *index.EventBlock, base int, w *bitmap.Words) error {
	switch f.Op {
	case plan.And:
		for _, kid := range f.Kids {
			if err := r.keep(kid, e, base, w); err != nil || w.IsEmpty() {
				return err
			}
		}
		return nil
	case plan.Or:
		return r.keepAny(f.Kids, e, base, w)
	case plan.Not:
		passed := r.take()
		defer r.give()
		*passed = *w
		if err := r.keep(f.Kids[0], e, base, passed); err != nil {
			return err
		}
		subtract(w, passed)
		return nil
	}
	v, err := fieldOf(e, f.Field)
	if err != nil {
		return err
	}
	return v.Keep(r.ctx, w, base, f.Test)
}

// keepAny takes the events out of w that pass none of the filters. Each looks
// only at those that the ones before it refused.
func (r *runner) keepAny(filters []*plan.Filter, e *index.EventBlock, base int, w *bitmap.Words) error {
	refused, passed := r.take(), r.take()
	defer r.give()
	defer r.give()
	*refused = *w
	for _, f := range filters {
		*passed = *refused
		if err := r.keep(f, e, base, passed); err != nil {
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

// isFloat and isDecimal tell how a field is held. Its values do not: a block
// without events has none.
func isFloat(v *column.Vector) bool   { return v.Type().Repr == model.Float64 }
func isDecimal(v *column.Vector) bool { return v.Type().Repr == model.Decimal }

// fieldOf returns a field of the events, or their time.
func fieldOf(e *index.EventBlock, field int) (*column.Vector, error) {
	if field == rule.TimeField {
		return e.Time()
	}
	return e.Field(field)
}
