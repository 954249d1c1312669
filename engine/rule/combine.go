package rule

import (
	"cmp"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
)

// NewAnd returns the condition that is true where all of conds are, of which there
// are two or more.
func NewAnd(conds []Cond) *And { return &And{Conds: conds, text: joinTexts(conds)} }

// NewOr returns the condition that is true where one of conds is, of which there
// are two or more.
func NewOr(conds []Cond) *Or {
	texts := make([]string, len(conds))
	for i, c := range conds {
		texts[i] = c.Text()
	}
	return &Or{Conds: conds, text: strings.Join(texts, " or ")}
}

// NewNot returns the condition that is true where c is false.
func NewNot(c Cond) *Not {
	switch c.(type) {
	case *And, *Or, *SequenceTest:
		return &Not{Cond: c, text: "not (" + c.Text() + ")"}
	}
	return &Not{Cond: c, text: "not " + c.Text()}
}

// NewNotSaying returns the condition that is true where c is false. It says what the
// condition says that it stands for.
func NewNotSaying(c, stands Cond) *Not { return &Not{Cond: c, text: stands.Text()} }

// Testing returns the test of the same attribute for other values, which says what
// the condition says that it stands for.
func (c *AttributeTest) Testing(v Values, stands Cond) *AttributeTest {
	other := &AttributeTest{Attribute: c.Attribute, ColumnTest: c.ColumnTest, text: stands.Text()}
	other.Window, other.Values = nil, v
	return other
}

// LastSeen returns the test of the last event that c looks at, whatever it does
// with them: its Window is for the caller to keep. It says what the condition says
// that it stands for.
func (c *BehaviorTest) LastSeen(stands Cond) *BehaviorTest {
	other := *c
	other.Aggregate = Aggregate{Op: AggregateLast, Field: TimeField, Type: timeType}
	other.text = stands.Text()
	return &other
}

// Union returns the values of type t, of a list its elements, that are in one of
// sets. ok is false where they are no Values: of strings only sets of one operator
// are, and no ranges. No set has Except.
func Union(t model.Type, sets []*Values) (v Values, ok bool) {
	switch t = t.Elem(); {
	case t.Kind == model.String:
		return unionStrings(sets)
	case t.Kind == model.Boolean:
		return Values{Bools: bools(func(b bool) bool {
			return slices.ContainsFunc(sets, func(s *Values) bool { return slices.Contains(s.Bools, b) })
		})}, true
	case t.Kind == model.Number && t.Repr == model.Float64:
		v.Floats = unite(floatDomain, sets, func(s *Values) []Range[float64] { return s.Floats })
	case t.Kind == model.Number && t.Repr == model.Decimal:
		v.Decimals = unite(decimalDomain(int(t.Precision)), sets, func(s *Values) []Range[decimal128.Num] { return s.Decimals })
	default:
		v.Ints = unite(fullInts, sets, func(s *Values) []Range[int64] { return s.Ints })
	}
	return v, true
}

// Intersection returns the values of type t that are in x and in y. ok is false
// where they are no Values: of strings only two lists and two ranges are. No set has
// Except.
func Intersection(t model.Type, x, y *Values) (v Values, ok bool) {
	switch {
	case t.Kind == model.String:
		v.Strings, ok = intersectStrings(&x.Strings, &y.Strings)
		return v, ok
	case t.Kind == model.Boolean:
		v.Bools = bools(func(b bool) bool { return slices.Contains(x.Bools, b) && slices.Contains(y.Bools, b) })
	case t.Kind == model.Number && t.Repr == model.Float64:
		v.Floats = intersect(floatDomain, x.Floats, y.Floats)
	case t.Kind == model.Number && t.Repr == model.Decimal:
		v.Decimals = intersect(decimalDomain(int(t.Precision)), x.Decimals, y.Decimals)
	default:
		v.Ints = intersect(fullInts, x.Ints, y.Ints)
	}
	return v, true
}

// Difference returns the values of type t that are in x and not in y. ok is false
// where they are no Values: of strings only those of two lists are. No set has
// Except.
func Difference(t model.Type, x, y *Values) (v Values, ok bool) {
	switch {
	case t.Kind == model.String:
		if x.Strings.Op != StringIn || y.Strings.Op != StringIn {
			return Values{}, false
		}
		v.Strings.List = slices.DeleteFunc(slices.Clone(x.Strings.List), func(s string) bool {
			_, found := slices.BinarySearch(y.Strings.List, s)
			return found
		})
	case t.Kind == model.Boolean:
		v.Bools = bools(func(b bool) bool { return slices.Contains(x.Bools, b) && !slices.Contains(y.Bools, b) })
	case t.Kind == model.Number && t.Repr == model.Float64:
		v.Floats = intersect(floatDomain, x.Floats, floatDomain.complement(y.Floats))
	case t.Kind == model.Number && t.Repr == model.Decimal:
		d := decimalDomain(int(t.Precision))
		v.Decimals = intersect(d, x.Decimals, d.complement(y.Decimals))
	default:
		v.Ints = intersect(fullInts, x.Ints, fullInts.complement(y.Ints))
	}
	return v, true
}

// bools returns the truth values that are wanted.
func bools(wanted func(bool) bool) []bool {
	return slices.DeleteFunc([]bool{false, true}, func(b bool) bool { return !wanted(b) })
}

func unite[T any](d domain[T], sets []*Values, ranges func(*Values) []Range[T]) []Range[T] {
	var all []Range[T]
	for _, s := range sets {
		all = append(all, ranges(s)...)
	}
	return d.union(all)
}

// intersect returns the values that are in both of two lists of ranges.
func intersect[T any](d domain[T], xs, ys []Range[T]) []Range[T] {
	var both []Range[T]
	for len(xs) > 0 && len(ys) > 0 {
		x, y := xs[0], ys[0]
		lo, hi := x.Lo, x.Hi
		if d.cmp(y.Lo, lo) > 0 {
			lo = y.Lo
		}
		if d.cmp(y.Hi, hi) < 0 {
			hi = y.Hi
		}
		both = append(both, d.between(lo, hi)...)
		if d.cmp(x.Hi, y.Hi) < 0 {
			xs = xs[1:]
		} else {
			ys = ys[1:]
		}
	}
	return both
}

// complement returns the values of the domain that are in none of the ranges.
func (d domain[T]) complement(rs []Range[T]) []Range[T] {
	var rest []Range[T]
	lo, more := d.min, true
	for _, r := range rs {
		if hi, ok := d.prev(r.Lo); ok {
			rest = append(rest, d.between(lo, hi)...)
		}
		if lo, more = d.next(r.Hi); !more {
			return rest
		}
	}
	return append(rest, d.between(lo, d.max)...)
}

func unionStrings(sets []*Values) (Values, bool) {
	out := Strings{Op: sets[0].Strings.Op}
	for _, s := range sets {
		if s.Strings.Op != out.Op || s.Strings.Op == StringBetween || s.Strings.Op == StringMatches {
			return Values{}, false
		}
		out.List = append(out.List, s.Strings.List...)
	}
	slices.Sort(out.List)
	out.List = slices.Compact(out.List)
	return Values{Strings: out}, true
}

func intersectStrings(x, y *Strings) (Strings, bool) {
	switch {
	case x.Op == StringIn && y.Op == StringIn:
		return Strings{List: slices.DeleteFunc(slices.Clone(x.List), func(s string) bool {
			_, found := slices.BinarySearch(y.List, s)
			return !found
		})}, true
	case x.Op != StringBetween || y.Op != StringBetween:
		return Strings{}, false
	}
	lo := max(x.Lo, y.Lo)
	switch {
	case !x.HasHi && !y.HasHi:
		return Strings{Op: StringBetween, Lo: lo}, true
	case x.HasHi && (!y.HasHi || cmp.Less(x.Hi, y.Hi)):
		return stringRange(lo, x.Hi), true
	}
	return stringRange(lo, y.Hi), true
}
