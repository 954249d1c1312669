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

// selection is what finding the events of a node keeps.
type selection struct {
	positions []uint32    // of events that pass, in their chunk
	rows      []uint16    // their customers
	ints      []int64     // their values
	values    index.Chunk // the distinct values of postings
	places    places      // of the events of those that pass
	better    places      // of the best postings so far
	few       bitmap.Words
}

// use takes some events that pass: those of a chunk at positions, ascending, with
// the chunk's values of a field, nil for noField. All is valid during the call.
type use = func(c *index.Chunk, field *column.Vector, positions []uint32) error

// each calls use with a node's events that pass its filter, part after part; unless
// the node has postings, those of a part in order of time, undated ones last. Events
// whose value in field is NULL are left out; noField leaves out none.
func (r *runner) each(n *plan.Node, e *index.EventBlock, field int, use use) error {
	return r.visit(n, e, field, func(c *index.Chunk, w *bitmap.Words, left int) error {
		var v *column.Vector
		if field != noField {
			var err error
			if v, err = fieldOf(c, field); err != nil {
				return err
			}
		}
		return use(c, v, r.at(c, w, left))
	})
}

// eachRow is each for who only wants the customers of the events.
func (r *runner) eachRow(n *plan.Node, e *index.EventBlock, use func(rows []uint16) error) error {
	return r.visit(n, e, noField, func(c *index.Chunk, w *bitmap.Words, left int) error {
		return use(r.customersOf(c, w, left))
	})
}

// eachInt is each for who wants the customers of the events and their values in a
// field, which is whole.
func (r *runner) eachInt(n *plan.Node, e *index.EventBlock, field int, use func(c *index.Chunk, rows []uint16, values []int64) error) error {
	return r.visit(n, e, field, func(c *index.Chunk, w *bitmap.Words, left int) error {
		rows := r.rowsOf(c, w, left)
		values, err := r.intsOf(c, field, n.Fold.Type, len(rows))
		if err != nil {
			return err
		}
		return use(c, rows, values)
	})
}

// at returns the positions of the events of a chunk that are left in w.
func (r *runner) at(c *index.Chunk, w *bitmap.Words, left int) []uint32 {
	if left < c.Len() {
		r.positions = appendPositions(r.positions[:0], w, c.Len())
		return r.positions
	}
	r.positions = r.positions[:0]
	for i := range left {
		r.positions = append(r.positions, uint32(i))
	}
	return r.positions
}

// rowsOf returns the customers of the events of a chunk that are left in w. Their
// positions are in r.positions unless all are left.
func (r *runner) rowsOf(c *index.Chunk, w *bitmap.Words, left int) []uint16 {
	if left == c.Len() {
		return c.Rows
	}
	positions := r.at(c, w, left)
	r.selection.rows = atLeast(r.selection.rows, len(positions))
	rows := r.selection.rows[:len(positions)]
	for i, p := range positions {
		rows[i] = c.Rows[p]
	}
	return rows
}

// customersOf is rowsOf for who does not want positions. Events that pass lie side by
// side more often than not.
func (r *runner) customersOf(c *index.Chunk, w *bitmap.Words, left int) []uint16 {
	if left == c.Len() {
		return c.Rows
	}
	r.selection.rows = atLeast(r.selection.rows, left)
	rows, n := r.selection.rows[:left], 0
	for i, word := range w[:(c.Len()+63)/64] {
		if word == ^uint64(0) {
			n += copy(rows[n:], c.Rows[i*64:i*64+64])
			continue
		}
		for ; word != 0; word &= word - 1 {
			rows[n] = c.Rows[i*64+bits.TrailingZeros64(word)]
			n++
		}
	}
	return rows
}

// sparse is from how many events on there has to be one that passes for reading all
// of their values to be quicker than reading its own.
const sparse = 12

// intsOf returns the values of a whole field of the events of a chunk that are left:
// all of them, or those whose positions are in r.positions.
func (r *runner) intsOf(c *index.Chunk, field int, t model.Type, left int) ([]int64, error) {
	r.ints = atLeast(r.ints, left)
	values := r.ints[:left]
	if field != rule.TimeField && t.Kind == model.Number && !c.IsDecoded(field) {
		e, lo, err := c.Encoded(field)
		switch {
		case err != nil:
			return nil, err
		case left == c.Len():
			e.Numbers(values, lo)
			return values, nil
		case left*sparse < c.Len():
			e.NumbersAt(values, lo, r.positions)
			return values, nil
		}
	}
	v, err := fieldOf(c, field)
	if err != nil {
		return nil, err
	}
	positions := r.positions
	if left == c.Len() {
		positions = r.at(c, nil, left)
	}
	return v.Ints(values[:0], positions[:left]), nil
}

// visit takes some events of a chunk of which any pass: so many, those in w. Where
// that is all of them, w is of no use.
type visit = func(c *index.Chunk, w *bitmap.Words, left int) error

// visit calls do with what each describes.
func (r *runner) visit(n *plan.Node, e *index.EventBlock, field int, do visit) error {
	for _, p := range e.Parts {
		lo, hi, err := p.Span(n.Spans[0])
		if err != nil {
			return err
		}
		if err := r.visitSpan(n, p, field, lo, hi, do); err != nil {
			return err
		}
		if !n.Undated {
			continue
		}
		lo, hi = p.Undated()
		if err := r.visitSpan(n, p, field, lo, hi, do); err != nil {
			return err
		}
	}
	return nil
}

// visitSpan is visit for the events of a part at positions lo to hi-1: those of the
// values that pass in postings, where a way by them spares enough, and the events
// that no step of them has.
func (r *runner) visitSpan(n *plan.Node, p *index.EventPart, field, lo, hi int, do visit) error {
	way, err := r.way(n, p, lo, hi)
	if err != nil {
		return err
	}
	if way == nil {
		return r.visitEvents(n.Where, p, field, lo, hi, do)
	}
	at := &r.better
	if err := r.visitEvents(n.Where, p, field, lo, at.first, do); err != nil {
		return err
	}
	for _, s := range at.spans {
		if err := r.visitPostings(way.Rest, at.postings, field, s.lo, s.hi, do); err != nil {
			return err
		}
	}
	return r.visitEvents(n.Where, p, field, at.end, hi, do)
}

// visitEvents visits the events of a part at positions lo to hi-1.
func (r *runner) visitEvents(where *plan.Filter, p *index.EventPart, field, lo, hi int, do visit) error {
	for ; lo < hi; lo += bitmap.BlockRows {
		r.chunk.Load(p, lo, min(lo+bitmap.BlockRows, hi))
		if err := r.visitChunk(where, field, do); err != nil {
			return err
		}
	}
	return nil
}

// visitPostings visits the events at places lo to hi-1 of postings.
func (r *runner) visitPostings(where *plan.Filter, x *index.Postings, field, lo, hi int, do visit) error {
	for ; lo < hi; lo += bitmap.BlockRows {
		r.chunk.LoadPostings(x, lo, min(lo+bitmap.BlockRows, hi))
		if err := r.visitChunk(where, field, do); err != nil {
			return err
		}
	}
	return nil
}

// visitChunk visits the events of the chunk that is loaded.
func (r *runner) visitChunk(where *plan.Filter, field int, do visit) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	w := r.take()
	defer r.give()
	left, err := r.passing(where, &r.chunk, field, w)
	if err == nil && left > 0 {
		err = do(&r.chunk, w, left)
	}
	r.read += r.chunk.BytesRead()
	return err
}

// passing finds the events of a chunk that pass a filter and whose value in field is
// not NULL, and returns how many do. Where all do, w is of no use.
func (r *runner) passing(where *plan.Filter, c *index.Chunk, field int, w *bitmap.Words) (left int, err error) {
	hasNulls, err := mayBeNull(c, field)
	if err != nil || where == nil && !hasNulls {
		return c.Len(), err
	}
	w.Fill(c.Len())
	if where != nil {
		if err := r.keep(where, c, w); err != nil {
			return 0, err
		}
	}
	if hasNulls {
		if err := dropNulls(c, field, w); err != nil {
			return 0, err
		}
	}
	return countFirst(w, c.Len()), nil
}

// mayBeNull reports whether an event of a chunk may have NULL in a field.
func mayBeNull(c *index.Chunk, field int) (bool, error) {
	switch field {
	case noField:
		return false, nil
	case rule.TimeField:
		part, first := c.Place()
		return first+c.Len() > part.Dated(), nil
	}
	e, _, err := c.Encoded(field)
	return err == nil && e.HasNulls(), err
}

// dropNulls takes the events out of w whose value in a field is NULL.
func dropNulls(c *index.Chunk, field int, w *bitmap.Words) error {
	if field == rule.TimeField {
		part, first := c.Place()
		removeRange(w, max(part.Dated()-first, 0), c.Len())
		return nil
	}
	e, lo, err := c.Encoded(field)
	if err == nil {
		e.DropNulls(w, lo, c.Len())
	}
	return err
}

// countFirst returns how many of the first n rows are in w.
func countFirst(w *bitmap.Words, n int) int {
	count := 0
	for _, word := range w[:(n+63)/64] {
		count += bits.OnesCount64(word)
	}
	return count
}

// appendPositions appends the members of w to dst, ascending: all are below n.
func appendPositions(dst []uint32, w *bitmap.Words, n int) []uint32 {
	for i, word := range w[:(n+63)/64] {
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
	return r.keepPassing(f, c, w)
}

// keepPassing takes the events of a chunk out of w that do not pass one test. Where
// few are left, only their values are read.
func (r *runner) keepPassing(f *plan.Filter, c *index.Chunk, w *bitmap.Words) error {
	if f.Field == rule.TimeField {
		return r.keepTimes(&f.Test, c, w)
	}
	if f.Test.IsNull {
		return r.keepNulls(f.Field, c, w)
	}
	if ok, err := keepKnown(f, c, w); ok || err != nil {
		return err
	}
	if left := countFirst(w, c.Len()); left*sparse < c.Len() {
		r.positions = appendPositions(r.positions[:0], w, c.Len())
		v, err := c.FieldAt(f.Field, r.positions)
		if err != nil {
			return err
		}
		if v != nil {
			return r.keepFew(f, v, w)
		}
	}
	v, err := c.Field(f.Field)
	if err != nil {
		return err
	}
	return v.Keep(r.ctx, w, 0, f.Test)
}

// keepKnown takes the events of a chunk out of w that do not pass one test, where it is
// known of all values at once; ok is false where it is not.
func keepKnown(f *plan.Filter, c *index.Chunk, w *bitmap.Words) (ok bool, err error) {
	e, lo, err := c.Encoded(f.Field)
	if err != nil || e.Dictionary() == nil || f.Test.Quant.Op != rule.QuantNone {
		return false, err
	}
	every, none := f.Test.Known(e.Dictionary())
	switch {
	case none:
		w.Clear()
	case every:
		e.DropNulls(w, lo, c.Len())
	}
	return every || none, nil
}

// keepNulls takes the events of a chunk out of w whose value in a field is not NULL.
func (r *runner) keepNulls(field int, c *index.Chunk, w *bitmap.Words) error {
	others := r.take()
	defer r.give()
	*others = *w
	if err := dropNulls(c, field, others); err != nil {
		return err
	}
	subtract(w, others)
	return nil
}

// keepFew takes those of the events at r.positions out of w whose values, of which
// v has one for each, do not pass.
func (r *runner) keepFew(f *plan.Filter, v *column.Vector, w *bitmap.Words) error {
	r.few.Fill(len(r.positions))
	if err := v.Keep(r.ctx, &r.few, 0, f.Test); err != nil {
		return err
	}
	for i, p := range r.positions {
		if !r.few.Has(uint16(i)) {
			w[p/64] &^= 1 << (p % 64)
		}
	}
	return nil
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
