package exec

import (
	"cmp"
	"fmt"
	"math/big"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// number is a whole number of 128 bits, or a decimal of it.
type number = decimal128.Num

func fromInt(x int64) number { return decimal128.FromI64(x) }

// greatest is the greatest number of 38 digits.
var greatest = decimal128.GetMaxValue(38)

// OverflowError says that a customer's sum has more than 38 digits.
type OverflowError struct {
	Condition string // canonical text
	Behavior  string
	Field     string
	Row       uint64 // of the customer in the snapshot, from 0
}

// Code returns "OVERFLOW".
func (e *OverflowError) Code() string { return "OVERFLOW" }

// Error names the behavior, the field and the customer.
func (e *OverflowError) Error() string {
	return fmt.Sprintf("%s: the sum of %q over the events of %q has more than 38 digits for the customer in row %d, in %q",
		e.Code(), e.Field, e.Behavior, e.Row, e.Condition)
}

// wideSum is a sum in 192 bits, the lowest first: more than 2^32 numbers of 128
// bits take.
type wideSum struct {
	lo, mid uint64
	hi      int64
}

func (s *wideSum) add(mid int64, lo uint64) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.mid, carry = bits.Add64(s.mid, uint64(mid), carry)
	s.hi += mid>>63 + int64(carry)
}

// num returns the sum; ok is false where it has more than 38 digits.
func (s *wideSum) num() (n number, ok bool) {
	n = decimal128.New(int64(s.mid), s.lo)
	return n, s.hi == int64(s.mid)>>63 && n.LessEqual(greatest) && greatest.Negate().LessEqual(n)
}

// foldSum adds whole numbers or decimals up, for sums and averages.
func (r *runner) foldSum(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	if isWhole(n.Fold.Type) {
		return r.foldTotals(n, e, out)
	}
	sums, isAvg := array(&r.sums), n.Fold.Op == rule.AggregateAvg
	err := r.each(n, e, n.Fold.Field, func(c *index.Chunk, field *column.Vector, positions []uint32) error {
		r.touch(c.Rows, positions)
		all := field.Decimals()
		for _, p := range positions {
			sums[c.Rows[p]].add(all[p].HighBits(), all[p].LowBits())
		}
		if isAvg {
			for _, p := range positions {
				r.counts[c.Rows[p]]++
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.settleSums(n, sums, out)
}

// settleSums decides by the sums, and for an average by the counts, which it sets
// back to zero. Who is no more has no sum that is too large.
func (r *runner) settleSums(n *plan.Node, sums *[bitmap.BlockRows]wideSum, out *bitmap.Words) error {
	passes := func(_ int, sum number) bool { return column.InDecimals(n.Fold.Values.Decimals, sum) }
	untouched := false
	if n.Fold.Op == rule.AggregateAvg {
		in := newAverages(&n.Fold.Averages, int(n.Fold.Type.Scale))
		passes = func(row int, sum number) bool {
			count := r.counts[row]
			r.counts[row] = 0
			return in.has(sum, count)
		}
	} else {
		untouched = passes(0, number{})
	}
	overflow := -1
	r.settle(out, untouched, func(row int) bool {
		sum, ok := sums[row].num()
		sums[row] = wideSum{}
		if !ok && overflow < 0 && r.isLive(row) {
			overflow = row
		}
		return passes(row, sum)
	})
	if overflow >= 0 {
		return &OverflowError{
			Condition: n.Fold.Condition, Behavior: n.Fold.Behavior, Field: n.Fold.FieldName,
			Row: uint64(r.block)*bitmap.BlockRows + uint64(overflow),
		}
	}
	return nil
}

// averages is a rule.Averages for exact numbers.
type averages struct {
	none   bool
	lo, hi *averageBound
}

// averageBound is a bound made whole: an average is below it where
// its sum times unit is less than mul times its count.
type averageBound struct {
	open      bool
	mul, unit *big.Int
	small     bool // both are of 64 bits: mul64 and unit64
	mul64     int64
	unit64    int64
}

// newAverages makes the set of averages of a field with so many digits after the
// point.
func newAverages(a *rule.Averages, scale int) *averages {
	bound := func(b *rule.AverageBound) *averageBound {
		if b == nil {
			return nil
		}
		whole := &averageBound{open: b.Open, mul: new(big.Int).Set(b.Unscaled), unit: big.NewInt(1)}
		shift := whole.mul
		if b.Scale > scale {
			shift = whole.unit
		}
		digits := big.NewInt(int64(max(b.Scale-scale, scale-b.Scale)))
		shift.Mul(shift, new(big.Int).Exp(big.NewInt(10), digits, nil))
		whole.small = whole.mul.IsInt64() && whole.unit.IsInt64()
		whole.mul64, whole.unit64 = whole.mul.Int64(), whole.unit.Int64()
		return whole
	}
	return &averages{none: a.None, lo: bound(a.Lo), hi: bound(a.Hi)}
}

// has reports whether the average of count numbers passes; count is not 0.
func (a *averages) has(sum number, count uint32) bool {
	if a.none {
		return false
	}
	if a.lo != nil {
		if c := a.lo.compare(sum, count); c > 0 || c == 0 && a.lo.open {
			return false
		}
	}
	if a.hi != nil {
		if c := a.hi.compare(sum, count); c < 0 || c == 0 && a.hi.open {
			return false
		}
	}
	return true
}

// product returns the product of numbers of 64 bits, in 128.
func product(x, y int64) (high int64, low uint64) {
	hi, low := bits.Mul64(uint64(x), uint64(y))
	return int64(hi) - x>>63&y - y>>63&x, low
}

// compare returns how the bound compares with an average.
func (b *averageBound) compare(sum number, count uint32) int {
	if b.small && sum.HighBits() == int64(sum.LowBits())>>63 {
		x, xLow := product(b.mul64, int64(count))
		y, yLow := product(int64(sum.LowBits()), b.unit64)
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(xLow, yLow))
	}
	bound := new(big.Int).Mul(b.mul, big.NewInt(int64(count)))
	total := sum.BigInt()
	return bound.Cmp(total.Mul(total, b.unit))
}
