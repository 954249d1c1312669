package index

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// orderedTypes are the types that have an order.
var orderedTypes = slices.DeleteFunc(slices.Clone(zoneTypes), func(t model.Type) bool { return !column.IsOrdered(t) })

// orderedOf builds the ordered index of a column in at most so many bins; nil where
// it has none.
func orderedOf(t testing.TB, values *column.Builder, bins, sampled int) inMemory {
	t.Helper()
	o := &Ordering{values: values, most: bins, sampled: sampled}
	if err := o.order(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(o.kept) == 0 {
		return nil
	}
	m := inMemory{}
	if err := o.Write(t.Context(), m.add); err != nil {
		t.Fatal(err)
	}
	return m
}

func openOrdered(t testing.TB, typ model.Type, m inMemory) *Ordered {
	t.Helper()
	x, err := OpenOrdered(typ, m)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// vectorOf returns some rows of a column as a snapshot has them.
func vectorOf(t testing.TB, values *column.Builder, lo, hi int) *column.Vector {
	t.Helper()
	var rows []uint32
	for row := lo; row < hi; row++ {
		rows = append(rows, uint32(row))
	}
	arr, err := values.Take(rows)
	if err != nil {
		t.Fatal(err)
	}
	v, err := column.NewVector(values.Type(), arr)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// numbersOf returns the numbers of the first rows.
func numbersOf(t testing.TB, d *Digits, rows int) []int {
	t.Helper()
	numbers, weight := make([]int, rows), 1
	for place, base := range d.bases {
		for value := 1; value < base; value++ {
			var w bitmap.Words
			digitView(t, d, place, value).OrInto(&w, 0)
			for row := range numbers {
				if w.Has(uint16(row)) {
					numbers[row] += weight
				}
			}
		}
		weight *= base
	}
	return numbers
}

func (n Numbers) has(number int) bool { return n.Lo <= number && number < n.Hi }

func hasNumber(some []Numbers, number int) bool {
	return slices.ContainsFunc(some, func(n Numbers) bool { return n.has(number) })
}

// orderedColumn returns a column of pieces that each have a few values, or NULL.
func orderedColumn(r *rand.Rand, typ model.Type, rows int) *column.Builder {
	b := column.NewBuilder(typ, rows)
	for lo := 0; lo < rows; {
		hi := min(rows, lo+1+r.IntN(rows))
		fillZone(r, b, lo, hi)
		lo = hi
	}
	return b
}

// TestOrderedFindsTheValuesOfATest compares what an ordered index says of random
// tests with a look at every value.
func TestOrderedFindsTheValuesOfATest(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 21))
	for _, typ := range orderedTypes {
		answered := 0
		for range 60 {
			values := orderedColumn(r, typ, r.IntN(200))
			m := orderedOf(t, values, 1+r.IntN(20), 1+r.IntN(300))
			if m == nil {
				for row := range values.Len() {
					if !values.IsNull(row) {
						t.Fatalf("seed %d: %s: no ordered index of %d rows", *seed, typ, values.Len())
					}
				}
				continue
			}
			x := openOrdered(t, typ, m)
			vector := vectorOf(t, values, 0, values.Len())
			checkAll(t, m, typ, vector)
			numbers := numbersOf(t, x.digits, values.Len())
			checkNulls(t, x, vector, numbers)
			for range 20 {
				test := randomTest(r, typ)
				if !test.IsNull && checkSelect(t, x, vector, numbers, test) {
					answered++
				}
			}
		}
		if answered == 0 {
			t.Errorf("seed %d: %s: no test was ever answered", *seed, typ)
		}
	}
}

// checkNulls expects all rows but the NULLs to have numbers.
func checkNulls(t *testing.T, x *Ordered, values *column.Vector, numbers []int) {
	t.Helper()
	total := 0
	for row, number := range numbers {
		if x.All().has(number) == values.IsNull(row) || values.IsNull(row) && number != 0 {
			t.Fatalf("seed %d: %s: row %d is NULL and has a number, or neither", *seed, values.Type(), row)
		}
		if !values.IsNull(row) {
			total++
		}
	}
	if n := x.Rows(x.All()); n != uint64(total) {
		t.Fatalf("seed %d: %s: %d rows, want %d", *seed, values.Type(), n, total)
	}
}

// checkSelect compares what is found for one test; it reports whether the test can
// be answered.
func checkSelect(t *testing.T, x *Ordered, values *column.Vector, numbers []int, test column.Test) bool {
	t.Helper()
	whole, edges, ok := x.Select(test.Values)
	if texts := test.Values.Strings.Op; ok == (test.Values.Except || values.Type().Kind == model.String && texts >= rule.StringContains && texts != rule.StringStarts) {
		t.Fatalf("seed %d: %s: a set of texts of kind %d is answered: %v", *seed, values.Type(), texts, ok)
	}
	if !ok {
		return false
	}
	var want bitmap.Words
	if err := values.Match(t.Context(), &want, test); err != nil {
		t.Fatal(err)
	}
	for row, number := range numbers {
		in, maybe, wanted := hasNumber(whole, number), hasNumber(edges, number), want.Has(uint16(row))
		if in && (maybe || !wanted) || wanted && !in && !maybe {
			t.Fatalf("seed %d: %s: row %d, %v: found %v, perhaps %v, want %v, by %+v: %v and %v", *seed, values.Type(), row, values.Value(row), in, maybe, wanted, test.Values, whole, edges)
		}
	}
	for _, some := range [][]Numbers{whole, edges} {
		for i, n := range some {
			if n.Lo >= n.Hi || n.Lo < x.All().Lo || n.Hi > x.All().Hi || i > 0 && n.Lo <= some[i-1].Hi {
				t.Fatalf("seed %d: %s: numbers %v, of %v", *seed, values.Type(), some, x.All())
			}
		}
	}
	return true
}

// checkAll expects verification to find nothing.
func checkAll(t *testing.T, m inMemory, typ model.Type, values *column.Vector) {
	t.Helper()
	if err := checkOrdered(m, typ, values); err != nil {
		t.Fatalf("seed %d: %v", *seed, err)
	}
}

func checkOrdered(m inMemory, typ model.Type, values *column.Vector) error {
	c, err := NewOrderedCheck(typ, m)
	if err != nil {
		return err
	}
	if err := c.Block(0, values); err != nil {
		return err
	}
	return c.Finish()
}

// TestOrderedHasOneBinPerValue gives every value a bin while there are no more of
// them than bins: no test looks at a value then.
func TestOrderedHasOneBinPerValue(t *testing.T) {
	for _, distinct := range []int{1, 2, 14, 15, 16, 17, 224, 225, 226, maxWideBins, maxWideBins + 1, maxBins, maxBins + 1} {
		values := column.NewBuilder(whole, 2*distinct)
		for row := range 2 * distinct {
			values.SetInt(row, int64(row/2*3))
		}
		m := orderedOf(t, values, maxBins, sampledRows)
		x := openOrdered(t, whole, m)
		_, edges, _ := x.Select(&rule.Values{Ints: []rule.Range[int64]{{Lo: 1, Hi: int64(distinct * 3 / 2)}}})
		_, ranged := m[place{tagOrderedGreatest, 0}]
		if exact := distinct <= maxBins; ranged == exact || exact && (edges != nil || len(x.counts) != distinct) || len(x.counts) > maxBins {
			t.Errorf("%d values: %d bins, edges %v, greatest values of their own: %v", distinct, len(x.counts), edges, ranged)
		}
	}
}

// TestOrderedBinsAreOfEqualDepth parts 300,000 values, from a sample, into bins of
// about the same size, but for a value that 20,000 rows have.
func TestOrderedBinsAreOfEqualDepth(t *testing.T) {
	const rows, heavy = 300_000, 20_000
	r := rand.New(rand.NewPCG(*seed, 22))
	values := column.NewBuilder(floatType, rows)
	for row := range rows {
		x := math.Exp(r.NormFloat64())
		if row%(rows/heavy) == 0 {
			x = 1
		}
		values.SetFloat(row, x)
	}
	x := openOrdered(t, floatType, orderedOf(t, values, maxBins, sampledRows))
	depth, alone := int64(rows/maxWideBins), 0
	for i, n := range x.counts {
		switch ends := x.ends.floats[i]; {
		case n >= heavy && ends.Lo == 1 && ends.Hi == 1:
			alone++
		case n > 4*depth:
			t.Errorf("seed %d: bin %d has %d rows, expected about %d", *seed, i, n, depth)
		}
	}
	if alone != 1 || len(x.counts) < maxWideBins*3/4 {
		t.Errorf("seed %d: %d bins, %d of them of the one value that many have", *seed, len(x.counts), alone)
	}
}

// TestOrderedAtTheEnds looks for what is next to a value, at both ends of a type and
// at a bound, in bins that hold several values.
func TestOrderedAtTheEnds(t *testing.T) {
	values := column.NewBuilder(whole, 9)
	for row, x := range []int64{math.MinInt64, -5, 0, 1, 7, 8, 9, math.MaxInt64} {
		values.SetInt(row, x) // the last row is NULL
	}
	x := openOrdered(t, whole, orderedOf(t, values, 4, 100)) // two values a bin
	for _, c := range []struct {
		lo, hi int64
		want   string
	}{
		{math.MinInt64, math.MaxInt64, "[{1 5}] []"},
		{math.MinInt64, math.MinInt64, "[] [{1 2}]"},
		{math.MinInt64, -5, "[{1 2}] []"},
		{math.MinInt64, -4, "[{1 2}] []"},
		{math.MinInt64, -6, "[] [{1 2}]"},
		{-4, -1, "[] []"},
		{-5, 0, "[] [{1 3}]"},
		{0, 1, "[{2 3}] []"},
		{1, 8, "[{3 4}] [{2 3}]"},
		{2, 9, "[{3 4}] [{4 5}]"},
		{10, math.MaxInt64, "[] [{4 5}]"},
	} {
		whole, edges, _ := x.Select(&rule.Values{Ints: []rule.Range[int64]{{Lo: c.lo, Hi: c.hi}}})
		if got := fmt.Sprint(whole, edges); got != c.want {
			t.Errorf("%d to %d: %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
}

// TestOrderedOfNothing has no index of what has no order and of what is not there.
func TestOrderedOfNothing(t *testing.T) {
	lists := column.NewBuilder(model.Type{Kind: model.StringArray}, 1)
	lists.SetList(0, 0)
	bools := column.NewBuilder(booleanType, 1)
	bools.SetInt(0, 1)
	for _, values := range []*column.Builder{lists, bools, column.NewBuilder(whole, 0), column.NewBuilder(whole, 3)} {
		if o, err := NewOrdering(t.Context(), values); o != nil || err != nil {
			t.Errorf("%s: %v, %v", values.Type(), o, err)
		}
	}
}

// TestOrderedIsTheSameAgain writes equal columns twice.
func TestOrderedIsTheSameAgain(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 23))
	for _, typ := range orderedTypes {
		values := orderedColumn(r, typ, 500)
		x, y := orderedOf(t, values, 8, 50), orderedOf(t, values, 8, 50)
		if !maps.EqualFunc(x, y, slices.Equal) {
			t.Errorf("seed %d: %s: two indexes of a column differ", *seed, typ)
		}
	}
}

// TestOrderedOfManyBlocks numbers rows of several blocks, one of NULLs.
func TestOrderedOfManyBlocks(t *testing.T) {
	const rows = 3*bitmap.BlockRows - 5
	values := column.NewBuilder(wideType, rows)
	for row := range rows {
		if row/bitmap.BlockRows != 1 {
			values.SetDecimal(row, decimal128.FromI64(int64(row*7919%100_003)))
		}
	}
	m := orderedOf(t, values, maxBins, sampledRows)
	c, err := NewOrderedCheck(wideType, m)
	if err != nil {
		t.Fatal(err)
	}
	for block := range 3 {
		if err := c.Block(block, vectorOf(t, values, block*bitmap.BlockRows, min(rows, (block+1)*bitmap.BlockRows))); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Finish(); err != nil {
		t.Fatal(err)
	}
}

// TestOrderedWrong forges sections of an index of four values, two a bin.
func TestOrderedWrong(t *testing.T) {
	values := column.NewBuilder(whole, 4)
	for row, x := range []int64{10, 20, 30, 40} {
		values.SetInt(row, x)
	}
	encoded := func(x ...int64) []byte {
		b := column.NewBuilder(whole, len(x))
		rows := []uint32{}
		for row, x := range x {
			rows = append(rows, uint32(row))
			if x != 0 {
				b.SetInt(row, x)
			}
		}
		data, err := column.AppendEncoded(nil, b, rows, nil)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	rows := func(rows ...uint32) []byte {
		data, err := bitmap.Append(nil, rows)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for _, c := range []struct {
		tag  toc.Tag
		at   uint32
		data []byte // nil: none
		want string
	}{
		{1, 0, nil, "header: it is missing"},
		{1, 0, make([]byte, 7), "header: 7 bytes, expected 8 or more"},
		{1, 0, make([]byte, 8), "header: no digits, expected one or more"},
		{1, 0, make([]byte, 12), "header: 0 digits in 4 bytes, expected 4 for each"},
		{1, 0, orderedHeader(2, []int{1}), "header: digits of base 1, expected 2 to 256"},
		{1, 0, orderedHeader(2, []int{256, 256, 2}), "header: digits of bases [256 256 2], whose product is over 65536"},
		{1, 0, orderedHeader(3, []int{3}), "header: 3 bins, expected 1 to 2 in digits of bases [3]"},
		{1, 0, orderedHeader(0, []int{3}), "header: 0 bins, expected 1 to 2 in digits of bases [3]"},
		{2, 0, nil, "least values: it is missing"},
		{2, 0, encoded(10, 0), "least values: that of bin 1 is NULL"},
		{2, 0, encoded(10), "least values: column: values of type number (int64): encoding: 1 values, expected 2"},
		{2, 0, encoded(10, 20), "least values: that of bin 1 is not above the bin before, or above its own greatest value"},
		{2, 0, encoded(21, 30), "least values: that of bin 0 is not above the bin before, or above its own greatest value"},
		{2, 0, encoded(11, 30), "row 0: no bin has its value, bin 0 is the nearest"},
		{2, 0, encoded(9, 30), "no row has the least or the greatest value of bin 0"},
		{3, 0, nil, "row 1: no bin has its value, bin 0 is the nearest"},
		{3, 0, encoded(20, 41), "no row has the least or the greatest value of bin 1"},
		{4, 0, nil, "rows of the bins: it is missing"},
		{4, 0, encoding.AppendInts(nil, []int64{2, 0}), "rows of the bins: bin 1 of 0 rows, expected one or more"},
		{4, 0, encoding.AppendInts(nil, []int64{2, 1}), "bin 1 has 1 rows, expected 2"},
		{16, 1, nil, "digit 0 from 1 on is not of the rows whose values have it"},
		{16, 1, rows(0, 1, 2), "digit 0 from 1 on is not of the rows whose values have it"},
		{16, 1, rows(0, 1, 2, 3, 4), "digit 0 from 1 on is not of the rows whose values have it"},
		{16, 2, rows(2, 3, 1<<20), "digit 0 from 2 on has 3 rows, 2 of them in the blocks there are"},
		{16, 2, []byte{1}, "digit 0 from 2 on: bitmap: 1 bytes are too few for a header"},
	} {
		m := orderedOf(t, values, 2, 100)
		delete(m, place{tag: c.tag, index: c.at})
		if c.data != nil {
			m[place{tag: c.tag, index: c.at}] = c.data
		}
		err := checkOrdered(m, whole, vectorOf(t, values, 0, 4))
		want := c.want
		if err != nil && slices.Contains([]string{errCorrupt.Error() + ": " + want, want}, err.Error()) {
			continue
		}
		t.Errorf("section %d of tag %d: %v, want %s", c.at, c.tag, err, want)
	}
}

// TestOrderedSpoiltBytes spoils every byte of every section in turn, and cuts them
// off there: no error, or one that says that the file is corrupt.
func TestOrderedSpoiltBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 24))
	values := fewOrdered()
	vector := vectorOf(t, values, 0, values.Len())
	sound := orderedOf(t, values, 3, 100)
	for at, data := range sound {
		for i := range data {
			m := maps.Clone(sound)
			m[at] = slices.Clone(data)
			m[at][i] ^= byte(1 + r.IntN(255))
			useOrdered(t, m, vector)
			m[at] = data[:i]
			useOrdered(t, m, vector)
		}
	}
}

// fewOrdered is a small column of texts.
func fewOrdered() *column.Builder {
	values := column.NewBuilder(textType, 8)
	for row, text := range []string{"a", "ab", "abc", "b", "b", "", "é"} {
		values.SetString(row, text) // the last row is NULL
	}
	return values
}

// useOrdered opens an index, which may be spoilt, and asks it.
func useOrdered(t *testing.T, m inMemory, values *column.Vector) {
	t.Helper()
	x, err := OpenOrdered(values.Type(), m)
	if err != nil {
		if !errors.Is(err, errCorrupt) {
			t.Fatalf("seed %d: %v", *seed, err)
		}
		return
	}
	for _, op := range []rule.StringOp{rule.StringIn, rule.StringStarts} {
		whole, edges, ok := x.Select(&rule.Values{Strings: rule.Strings{Op: op, List: []string{"a", "ab", "z"}}})
		if !ok || x.Rows(x.All()) == 0 {
			t.Errorf("seed %d: %v and %v of %v", *seed, whole, edges, x.All())
		}
	}
	_ = checkOrdered(m, values.Type(), values) // whatever it says, it does not panic
}

// TestOrderedFailingSections passes on the errors of reading a file.
func TestOrderedFailingSections(t *testing.T) {
	sound := orderedOf(t, fewOrdered(), 3, 100)
	for at := range sound {
		x, err := OpenOrdered(textType, failing{sound, at})
		if err == nil {
			_, err = x.digits.all()
		}
		if !errors.Is(err, errRead) || errors.Is(err, errCorrupt) {
			t.Errorf("%s: %v, want %v", OrderedSectionName(at.tag, at.index), err, errRead)
		}
	}
}

// FuzzOpenOrdered opens and asks arbitrary sections.
func FuzzOpenOrdered(f *testing.F) {
	values := fewOrdered()
	vector := vectorOf(f, values, 0, values.Len())
	m := orderedOf(f, values, 3, 100)
	section := func(tag toc.Tag, index uint32) []byte { return m[place{tag, index}] }
	f.Add(section(tagOrderedHeader, 0), section(tagOrderedLeast, 0), section(tagOrderedGreatest, 0), section(tagOrderedCounts, 0), section(tagOrderedDigit0, 1))
	f.Add([]byte{}, []byte{}, []byte{}, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, header, least, greatest, counts, digit []byte) {
		useOrdered(t, inMemory{
			{tagOrderedHeader, 0}: header, {tagOrderedLeast, 0}: least, {tagOrderedGreatest, 0}: greatest,
			{tagOrderedCounts, 0}: counts, {tagOrderedDigit0, 1}: digit,
		}, vector)
	})
}

// BenchmarkOrdering puts a million values into bins and writes their index.
func BenchmarkOrdering(b *testing.B) {
	const rows = 1_000_000
	r := rand.New(rand.NewPCG(1, 25))
	whole, texts := column.NewBuilder(whole, rows), column.NewBuilder(textType, rows)
	for row := range rows {
		whole.SetInt(row, int64(math.Exp(10+r.NormFloat64())*100))
		texts.SetString(row, fmt.Sprintf("customer%d@example.com", r.IntN(rows)))
	}
	for name, values := range map[string]*column.Builder{"whole": whole, "text": texts} {
		b.Run("type="+name, func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				size = 0
				o, err := NewOrdering(b.Context(), values)
				if err != nil {
					b.Fatal(err)
				}
				err = o.Write(b.Context(), func(_ toc.Tag, _ uint32, data []byte) error {
					size += len(data)
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(size)/rows, "B/row")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}
