package column

import (
	"context"
	"math"
	"sort"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// Test is a test of a value, with nothing left to resolve.
type Test struct {
	IsNull bool         // passes exactly the NULLs; the rest is ignored
	Quant  rule.Quant   // of a list
	Values *rule.Values // the values (of a list: elements) that pass
}

// Match sets w to the rows of v that pass t. v holds at most bitmap.BlockRows
// rows. It allocates only for lists, strings and booleans, a closure each. Where
// a row may take long, it stops soon after ctx ends, with its error.
func (v *Vector) Match(ctx context.Context, w *bitmap.Words, t Test) error {
	w.Clear()
	switch {
	case t.IsNull:
		v.matchNulls(w)
	case v.typ.IsArray():
		return v.matchLists(ctx, w, t)
	case v.matchOneRange(w, t.Values):
	default:
		passes := v.passes(t.Values)
		for i := range v.n {
			if i%ctxRows == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if !v.IsNull(i) && passes(i) {
				w.Add(uint16(i))
			}
		}
	}
	return nil
}

// ctxRows is how many rows are matched between two looks at the context: a
// pattern may take a millisecond each.
const ctxRows = 256

// matchNulls sets w to the rows that are NULL.
func (v *Vector) matchNulls(w *bitmap.Words) {
	for i := range v.n {
		if v.IsNull(i) {
			w.Add(uint16(i))
		}
	}
}

// matchOneRange does the common case, one range over a column of whole numbers
// (days, instants and decimals of up to 18 digits included), 64 rows at a time
// and without a branch per row. It returns false for any other case.
func (v *Vector) matchOneRange(w *bitmap.Words, values *rule.Values) bool {
	if values.Except {
		return false
	}
	switch {
	case len(values.Ints) == 1 && v.ints != nil:
		spanInts(w, v.ints, values.Ints[0].Lo, values.Ints[0].Hi)
	case len(values.Ints) == 1 && v.days != nil:
		spanDays(w, v.days, values.Ints[0].Lo, values.Ints[0].Hi)
	case len(values.Decimals) == 1 && v.decimals != nil && v.typ.Precision <= 18:
		lo, hi := clampInt64(values.Decimals[0].Lo), clampInt64(values.Decimals[0].Hi)
		spanDecimals(w, v.decimals, lo, hi)
	default:
		return false
	}
	v.dropNulls(w)
	return true
}

// clampInt64 returns d, or the nearest 64-bit number to it. No decimal of up to
// 18 digits is that far out.
func clampInt64(d decimal128.Num) int64 {
	switch {
	case d.HighBits() == int64(d.LowBits())>>63:
		return int64(d.LowBits())
	case d.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}

// dropNulls takes the rows that are NULL out of w.
func (v *Vector) dropNulls(w *bitmap.Words) {
	if v.valid == nil {
		return
	}
	for i := 0; i < v.n; i += 8 {
		w[i/64] &^= uint64(^v.valid[i/8]) << (i % 64)
	}
}

// matchLists sets w to the lists of which as many elements pass as t.Quant
// wants. A NULL list never passes; a NULL element is none that passes.
func (v *Vector) matchLists(ctx context.Context, w *bitmap.Words, t Test) error {
	passes := v.elems.passes(t.Values)
	for i := range v.n {
		if i%ctxRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if v.IsNull(i) {
			continue
		}
		lo, hi := int(v.offsets[i]), int(v.offsets[i+1])
		passed := int64(0)
		for j := lo; j < hi; j++ {
			if !v.elems.IsNull(j) && passes(j) {
				passed++
			}
		}
		if enough(t.Quant, passed, int64(hi-lo)) {
			w.Add(uint16(i))
		}
	}
	return nil
}

// enough reports whether passed elements of total are as many as q wants.
func enough(q rule.Quant, passed, total int64) bool {
	switch q.Op {
	case rule.QuantAll:
		return passed == total
	case rule.QuantAtLeast:
		return passed >= q.N
	case rule.QuantAtMost:
		return passed <= q.N
	case rule.QuantExactly:
		return passed == q.N
	}
	return passed > 0
}

// passes returns the test of the value at i, which is not NULL.
func (v *Vector) passes(values *rule.Values) func(i int) bool {
	in := v.member(values)
	if values.Except {
		return func(i int) bool { return !in(i) }
	}
	return in
}

// member returns the test whether the value at i is in values, Except aside.
func (v *Vector) member(values *rule.Values) func(i int) bool {
	switch v.typ.Kind {
	case model.String:
		return v.stringMember(&values.Strings)
	case model.Boolean:
		var wanted [2]bool
		for _, b := range values.Bools {
			wanted[index(b)] = true
		}
		bools := v.arr.(*array.Boolean)
		return func(i int) bool { return wanted[index(bools.Value(i))] }
	case model.Date:
		return func(i int) bool {
			x := int64(v.days[i])
			return inRanges(values.Ints, func(r rule.Range[int64]) bool { return x <= r.Hi }, func(r rule.Range[int64]) bool { return x >= r.Lo })
		}
	}
	switch v.typ.Repr {
	case model.Float64:
		return func(i int) bool {
			x := v.floats[i]
			return inRanges(values.Floats, func(r rule.Range[float64]) bool { return x <= r.Hi }, func(r rule.Range[float64]) bool { return x >= r.Lo })
		}
	case model.Decimal:
		return func(i int) bool {
			x := v.decimals[i]
			return inRanges(values.Decimals, func(r rule.Range[decimal128.Num]) bool { return x.Cmp(r.Hi) <= 0 }, func(r rule.Range[decimal128.Num]) bool { return x.Cmp(r.Lo) >= 0 })
		}
	}
	return func(i int) bool {
		x := v.ints[i]
		return inRanges(values.Ints, func(r rule.Range[int64]) bool { return x <= r.Hi }, func(r rule.Range[int64]) bool { return x >= r.Lo })
	}
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// inRanges looks a value up in sorted, disjoint ranges: the first one that does
// not end below it must not start above it.
func inRanges[T any](ranges []rule.Range[T], notAboveHi, notBelowLo func(rule.Range[T]) bool) bool {
	i := sort.Search(len(ranges), func(i int) bool { return notAboveHi(ranges[i]) })
	return i < len(ranges) && notBelowLo(ranges[i])
}

// stringMember returns the test whether the string at i is in s.
func (v *Vector) stringMember(s *rule.Strings) func(i int) bool {
	anyOf := func(holds func(s, part string) bool) func(i int) bool {
		return func(i int) bool {
			for _, part := range s.List {
				if holds(v.strings.Value(i), part) {
					return true
				}
			}
			return false
		}
	}
	switch s.Op {
	case rule.StringBetween:
		return func(i int) bool { x := v.strings.Value(i); return x >= s.Lo && (!s.HasHi || x < s.Hi) }
	case rule.StringContains:
		return anyOf(strings.Contains)
	case rule.StringStarts:
		return anyOf(strings.HasPrefix)
	case rule.StringEnds:
		return anyOf(strings.HasSuffix)
	case rule.StringMatches:
		return func(i int) bool { return s.Regexp.MatchString(v.strings.Value(i)) }
	}
	return func(i int) bool {
		j := sort.SearchStrings(s.List, v.strings.Value(i))
		return j < len(s.List) && s.List[j] == v.strings.Value(i)
	}
}
