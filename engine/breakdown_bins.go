package engine

import (
	"cmp"
	"math"
	"math/bits"
	"sort"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
)

// span is the least and the greatest of values.
type span[T any] struct {
	compare     func(x, y T) int
	least, most T
	found       bool // there is a value
}

// add widens the span so that it holds the values from least to most.
func (s *span[T]) add(least, most T) {
	if !s.found || s.compare(least, s.least) < 0 {
		s.least = least
	}
	if !s.found || s.compare(most, s.most) > 0 {
		s.most = most
	}
	s.found = true
}

// merge widens the span so that it holds another.
func (s *span[T]) merge(other *span[T]) {
	if other.found {
		s.add(other.least, other.most)
	}
}

// spanTally finds the least and the greatest finite value of members, in the span that
// the type calls for: wholes as column.Vector.Int gives them, decimals of more than 18
// digits.
type spanTally struct {
	values   *column.Column
	wholes   span[int64]
	floats   span[float64]
	decimals span[decimal128.Num]
}

func newSpanTally(values *column.Column) *spanTally {
	t := &spanTally{values: values}
	t.wholes.compare, t.floats.compare, t.decimals.compare = cmp.Compare[int64], cmp.Compare[float64], decimal128.Num.Cmp
	return t
}

func (t *spanTally) add(b *tallied) error {
	if b.members.IsEmpty() {
		return nil
	}
	values, err := t.values.Block(b.at)
	if err != nil {
		return err
	}
	members := *b.members
	values.DropNulls(&members, 0)
	kind := kindOf(values)
	for i, word := range members {
		for ; word != 0; word &= word - 1 {
			switch row := i*64 + bits.TrailingZeros64(word); kind {
			case ofWholes:
				n := values.Int(row)
				t.wholes.add(n, n)
			case ofFloats:
				if x := values.Float(row); !math.IsInf(x, 0) {
					t.floats.add(x, x)
				}
			case ofDecimals:
				d := values.Decimal(row)
				t.decimals.add(d, d)
			}
		}
	}
	return nil
}

func (t *spanTally) merge(other tally) {
	from := other.(*spanTally)
	t.wholes.merge(&from.wholes)
	t.floats.merge(&from.floats)
	t.decimals.merge(&from.decimals)
}

// fill does nothing: a span is no breakdown.
func (*spanTally) fill(*Breakdown, int) {}

// kind is how the values of a column are compared.
type kind uint8

const (
	ofWholes kind = iota
	ofFloats
	ofDecimals // of more than 18 digits
)

func kindOf(values *column.Vector) kind {
	switch {
	case values.IsWhole():
		return ofWholes
	case values.Type().Repr == model.Float64:
		return ofFloats
	}
	return ofDecimals
}

// edges are where bins start, and where the last one ends, in what the type calls for:
// at least two, ascending, or none where there is no bin. Of days that no clock showed
// two are equal.
type edges struct {
	wholes   []int64
	floats   []float64
	decimals []decimal128.Num
	values   []any // as Row.Values has values
	closed   bool  // the last bin holds its end
}

// bins returns how many bins there are.
func (e *edges) bins() int { return max(len(e.values)-1, 0) }

// binOf returns the bin of x between edges, -1 where it lies in none.
func binOf[T any](edges []T, x T, closed bool, compare func(x, y T) int) int {
	last := len(edges) - 1
	at := sort.Search(len(edges), func(i int) bool { return compare(edges[i], x) > 0 }) - 1
	if at >= 0 && at == last {
		if closed && compare(edges[last], x) == 0 {
			return last - 1
		}
		return -1
	}
	return at
}

// finder finds the bins of many numbers: bins are about as wide as one another, so that
// a number's place between the ends says nearly which one it is.
type finder[T int64 | float64] struct {
	edges  []T
	closed bool    // the last bin holds its end
	scale  float64 // bins in a distance of 1; 0: there are none, or it is no number
}

func newFinder[T int64 | float64](edges []T, closed bool) finder[T] {
	f := finder[T]{edges: edges, closed: closed}
	if last := len(edges) - 1; last > 0 {
		// A distance that T does not hold is negative or infinite; one of almost nothing
		// gives an infinite scale.
		width := edges[last] - edges[0]
		if scale := float64(last) / float64(width); width > 0 && scale > 0 && !math.IsInf(scale, 0) {
			f.scale = scale
		}
	}
	return f
}

// bin returns the bin of x, -1 where it lies in none.
func (f *finder[T]) bin(x T) int {
	last := len(f.edges) - 1
	if f.scale == 0 || !(x >= f.edges[0] && x < f.edges[last]) {
		return binOf(f.edges, x, f.closed, cmp.Compare[T])
	}
	at := min(int(float64(x-f.edges[0])*f.scale), last-1)
	for f.edges[at] > x {
		at--
	}
	for f.edges[at+1] <= x {
		at++
	}
	return at
}

// binTally counts customers by bin.
type binTally struct {
	column             *column.Column
	edges              *edges
	wholes             finder[int64]
	floats             finder[float64]
	null, below, above Portion
	bins               []Portion
	codes              codeCounts
}

func newBinTally(values *column.Column, e *edges) *binTally {
	return &binTally{
		column: values, edges: e, wholes: newFinder(e.wholes, e.closed), floats: newFinder(e.floats, e.closed), bins: make([]Portion, e.bins()),
	}
}

func (t *binTally) add(b *tallied) error {
	values, err := t.column.Block(b.at)
	if err != nil {
		return err
	}
	var live, members bitmap.Words
	b.split(values, &t.null, &live, &members)
	if t.codes.add(values, &live, &members, t.addRow) {
		return nil
	}
	if kindOf(values) == ofWholes {
		t.addWholes(values, &live, &members)
		return nil
	}
	for i, word := range live {
		for ; word != 0; word &= word - 1 {
			row := i*64 + bits.TrailingZeros64(word)
			t.addRow(values, row, members[i]>>(row%64)&1, 1)
		}
	}
	return nil
}

// addWholes adds the customers of a block, whose values are wholes.
func (t *binTally) addWholes(values *column.Vector, live, members *bitmap.Words) {
	for i, word := range live {
		for ; word != 0; word &= word - 1 {
			row := i*64 + bits.TrailingZeros64(word)
			if bin := t.wholes.bin(values.Int(row)); bin >= 0 {
				t.bins[bin].Count += members[i] >> (row % 64) & 1
				t.bins[bin].Customers++
			}
		}
	}
}

// addRow adds numbers of the value of a row.
func (t *binTally) addRow(values *column.Vector, row int, members, customers uint64) {
	numbers := Portion{Count: members, Customers: customers}
	bin := -1
	switch kindOf(values) {
	case ofWholes:
		bin = t.wholes.bin(values.Int(row))
	case ofFloats:
		x := values.Float(row)
		switch {
		case math.IsInf(x, -1):
			t.below.add(numbers)
		case math.IsInf(x, 1):
			t.above.add(numbers)
		default:
			bin = t.floats.bin(x)
		}
	case ofDecimals:
		bin = binOf(t.edges.decimals, values.Decimal(row), t.edges.closed, decimal128.Num.Cmp)
	}
	if bin >= 0 {
		t.bins[bin].add(numbers)
	}
}

func (t *binTally) merge(other tally) {
	from := other.(*binTally)
	t.codes.flush(t.addRow)
	from.codes.flush(from.addRow)
	t.null.add(from.null)
	t.below.add(from.below)
	t.above.add(from.above)
	for i, p := range from.bins {
		t.bins[i].add(p)
	}
}

func (t *binTally) fill(out *Breakdown, _ int) {
	t.codes.flush(t.addRow)
	out.Null, out.Below, out.Above = t.null, t.below, t.above
	for i, p := range t.bins {
		closed := t.edges.closed && i == len(t.bins)-1
		out.Bins = append(out.Bins, Bin{t.edges.values[i], t.edges.values[i+1], closed, p})
	}
}
