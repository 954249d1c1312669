package engine

import (
	"math"
	"math/big"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// edgesOf returns the edges of the bins that hold a span of values.
func (d *divider) edgesOf(s *spanTally, loc *time.Location) (*edges, error) {
	switch {
	case !s.wholes.found && !s.floats.found && !s.decimals.found:
		return &edges{}, nil
	case d.Every != 0:
		return d.unitEdges(s.wholes.least, s.wholes.most, loc)
	case s.floats.found:
		return floatEdges(s.floats.least, s.floats.most, d.Bins), nil
	case s.decimals.found:
		return decimalEdges(s.decimals.least, s.decimals.most, d.Bins, int32(d.of.Type.Scale)), nil
	}
	e := &edges{closed: true}
	for _, at := range roundEdges(big.NewInt(s.wholes.least), big.NewInt(s.wholes.most), d.Bins, nil) {
		// A bin at the end may have a bound that is no 64-bit number.
		n := int64(math.MaxInt64)
		if at.IsInt64() {
			n = at.Int64()
		} else if at.Sign() < 0 {
			n = math.MinInt64
		}
		e.wholes = append(e.wholes, n)
		e.values = append(e.values, valueOf(n, d.of.Type))
	}
	return e, nil
}

// roundEdges returns the edges of at most so many bins, two or more, that hold the
// numbers from least to most, the last bin with its end: whole multiples of a step that
// is 1, 2 or 5 times a power of ten, and the least such step for which accept, if there
// is one, holds of the edges.
func roundEdges(least, most *big.Int, bins int, accept func([]*big.Int) bool) []*big.Int {
	ten := big.NewInt(10)
	width := new(big.Int).Sub(most, least)
	width.Quo(width, big.NewInt(int64(bins)))
	power := new(big.Int).Exp(ten, big.NewInt(int64(len(width.String())-1)), nil)
	for ; ; power.Mul(power, ten) {
		for _, times := range []int64{1, 2, 5} {
			step := new(big.Int).Mul(power, big.NewInt(times))
			first := new(big.Int).Div(least, step) // rounds down
			last := new(big.Int).Neg(new(big.Int).Div(new(big.Int).Neg(most), step))
			n := new(big.Int).Sub(last, first)
			if n.Sign() == 0 { // all have one value, which is round
				n.SetInt64(1)
			}
			if n.Cmp(big.NewInt(int64(bins))) > 0 {
				continue
			}
			var out []*big.Int
			for i := int64(0); i <= n.Int64(); i++ {
				at := new(big.Int).Add(first, big.NewInt(i))
				out = append(out, at.Mul(at, step))
			}
			if accept == nil || accept(out) {
				return out
			}
		}
	}
}

// decimalEdges returns edges of decimals of more than 18 digits. Since these have 38 at
// most, the edges have 39, and fit.
func decimalEdges(least, most decimal128.Num, bins int, scale int32) *edges {
	e := &edges{closed: true}
	for _, at := range roundEdges(least.BigInt(), most.BigInt(), bins, nil) {
		n := decimal128.FromBigInt(at)
		e.decimals = append(e.decimals, n)
		e.values = append(e.values, column.Decimal{Unscaled: n, Scale: scale})
	}
	return e
}

// floatEdges returns edges of floats: the floats next to round decimal numbers, so that
// an edge of 0.3 is the float that is written 0.3.
func floatEdges(least, most float64, bins int) *edges {
	x, xe := shortest(least)
	y, ye := shortest(most)
	exponent := min(xe, ye)
	ten := big.NewInt(10)
	x.Mul(x, new(big.Int).Exp(ten, big.NewInt(int64(xe-exponent)), nil))
	y.Mul(y, new(big.Int).Exp(ten, big.NewInt(int64(ye-exponent)), nil))
	e := &edges{closed: true}
	roundEdges(x, y, bins, func(all []*big.Int) bool {
		e.floats = e.floats[:0]
		for _, at := range all {
			// Beyond the greatest float the error comes with an infinity.
			f, _ := strconv.ParseFloat(at.String()+"e"+strconv.Itoa(exponent), 64)
			e.floats = append(e.floats, min(max(f, -math.MaxFloat64), math.MaxFloat64)+0)
		}
		// Edges that lie closer than floats do are none.
		return len(slices.Compact(slices.Clone(e.floats))) == len(e.floats)
	})
	for _, f := range e.floats {
		e.values = append(e.values, f)
	}
	return e
}

// shortest returns the decimal number of the fewest digits that is read as f, a finite
// float: digits times a power of ten.
func shortest(f float64) (digits *big.Int, exponent int) {
	number, power, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	exponent, _ = strconv.Atoi(power)
	whole, fraction, _ := strings.Cut(number, ".")
	digits, _ = new(big.Int).SetString(whole+fraction, 10)
	return digits, exponent - len(fraction)
}

// unitEdges returns the edges of the calendar's units that hold the times from least to
// most, which are dates or timestamps: each bin ends before the next one.
func (d *divider) unitEdges(least, most int64, loc *time.Location) (*edges, error) {
	first, last := least, most // days
	timestamps := d.of.Type.Kind == model.Timestamp
	if timestamps {
		first, last = int64(window.DayOf(least, loc)), int64(window.DayOf(most, loc))
	}
	bins := sort.Search(int(last-first)+1, func(n int) bool { return window.UnitStart(first, int64(n)+1, d.Every) > last }) + 1
	if bins > MaxBins {
		return nil, breakdownErrorf("the attribute %q has values of members from %s to %s: a bin for every %s would be %d bins, expected at most %d",
			d.of.Name, column.Day(first), column.Day(last), d.Every, bins, MaxBins)
	}
	e := &edges{}
	for n := range bins + 1 {
		at := window.UnitStart(first, int64(n), d.Every)
		if timestamps {
			at = window.DayStart(int32(at), loc)
			e.closed = at == math.MaxInt64 // a bin that would end beyond the last time
		} else if at > math.MaxInt32 { // no date
			at, e.closed = math.MaxInt32, true
		}
		at = max(at, edgeLeast(timestamps))
		e.wholes = append(e.wholes, at)
		e.values = append(e.values, valueOf(at, d.of.Type))
	}
	return e, nil
}

// edgeLeast returns the least edge of times: the first date, where they are dates.
func edgeLeast(timestamps bool) int64 {
	if timestamps {
		return math.MinInt64
	}
	return math.MinInt32
}
