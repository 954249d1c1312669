package index

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// ends is the least and the greatest value of each bin of an ordered index, in the
// one that the type calls for.
type ends struct {
	ints     []rule.Range[int64] // Int64, Timestamp, Date
	floats   []rule.Range[float64]
	decimals []rule.Range[decimal128.Num]
	texts    []rule.Range[textEnd]
}

// textEnd is a text, or where open all that is less than it, as the end of a range.
type textEnd struct {
	text string
	open bool
	last bool // above all texts
}

func (x textEnd) less(y textEnd) bool {
	switch {
	case x.last || y.last:
		return !x.last
	case x.text == y.text:
		return x.open && !y.open
	}
	return x.text < y.text
}

// newEnds returns the ends of bins whose least and greatest values these are, none
// NULL. It reports where the bins do not ascend: -1, they do.
func newEnds(least, greatest *column.Vector) (e ends, wrong int) {
	switch t := least.Type(); {
	case t.Kind == model.String:
		e.texts, wrong = endsOf(least, greatest, func(v any) textEnd { return textEnd{text: textOf(v)} }, textEnd.less)
	case t.Repr == model.Float64:
		e.floats, wrong = endsOf(least, greatest, floatOf, cmp.Less[float64])
	case t.Repr == model.Decimal:
		e.decimals, wrong = endsOf(least, greatest, decimalOf, decimal128.Num.Less)
	default:
		e.ints, wrong = endsOf(least, greatest, intOf, cmp.Less[int64])
	}
	return e, wrong
}

// endsOf is newEnds for one type.
func endsOf[T any](least, greatest *column.Vector, of func(any) T, less func(x, y T) bool) (ends []rule.Range[T], wrong int) {
	ends = make([]rule.Range[T], least.Len())
	for i := range ends {
		ends[i] = rule.Range[T]{Lo: of(least.Value(i)), Hi: of(greatest.Value(i))}
		if less(ends[i].Hi, ends[i].Lo) || i > 0 && !less(ends[i-1].Hi, ends[i].Lo) {
			return nil, i
		}
	}
	return ends, -1
}

// find adds the bins of a set, apart from its Except, to s. It reports false where
// the set is none of ranges.
func (e *ends) find(s *selection, set *rule.Values) bool {
	switch {
	case e.texts != nil:
		ranges, ok := textRanges(&set.Strings)
		findRanges(s, e.texts, ranges, textEnd.less)
		return ok
	case e.floats != nil:
		findRanges(s, e.floats, set.Floats, cmp.Less[float64])
	case e.decimals != nil:
		findRanges(s, e.decimals, set.Decimals, decimal128.Num.Less)
	default:
		findRanges(s, e.ints, set.Ints, cmp.Less[int64])
	}
	return true
}

// findRanges adds the bins of ranges, which are sorted and disjoint, to s.
func findRanges[T any](s *selection, ends, ranges []rule.Range[T], less func(x, y T) bool) {
	for _, r := range ranges {
		lo := sort.Search(len(ends), func(i int) bool { return !less(ends[i].Hi, r.Lo) })
		hi := lo + sort.Search(len(ends)-lo, func(i int) bool { return less(r.Hi, ends[lo+i].Lo) })
		if lo == hi {
			continue
		}
		// Where they are one bin, one end of the range may cut it as well as the other.
		edgeLo, edgeHi := less(ends[lo].Lo, r.Lo), less(r.Hi, ends[hi-1].Hi)
		if hi-lo == 1 {
			edgeLo = edgeLo || edgeHi
		}
		s.add(lo, hi, edgeLo, edgeHi)
	}
}

// textRanges returns the ranges of a set of texts, sorted and disjoint; ok is false
// where it is none of ranges.
func textRanges(set *rule.Strings) (ranges []rule.Range[textEnd], ok bool) {
	switch set.Op {
	case rule.StringIn:
		for _, text := range set.List {
			ranges = append(ranges, rule.Range[textEnd]{Lo: textEnd{text: text}, Hi: textEnd{text: text}})
		}
	case rule.StringBetween:
		r := rule.Range[textEnd]{Lo: textEnd{text: set.Lo}, Hi: textEnd{text: set.Hi, open: true, last: !set.HasHi}}
		if r.Lo.less(r.Hi) {
			ranges = append(ranges, r)
		}
	case rule.StringStarts:
		last := -1 // the one that has a range and may start others
		starts := slices.Sorted(slices.Values(set.List))
		for i, start := range starts {
			if last < 0 || !strings.HasPrefix(start, starts[last]) {
				ranges = append(ranges, rule.Range[textEnd]{Lo: textEnd{text: start}, Hi: afterStart(start)})
				last = i
			}
		}
	default:
		return nil, false
	}
	return ranges, true
}

// afterStart returns the end of the texts that start with one.
func afterStart(start string) textEnd {
	text := []byte(start)
	for i := len(text) - 1; i >= 0; i-- {
		if text[i]++; text[i] != 0 {
			return textEnd{text: string(text[:i+1]), open: true}
		}
	}
	return textEnd{last: true}
}
