package index

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/toc"
)

const (
	// digitBase is the base of all digits of a bin but the highest, whose base is one
	// more.
	digitBase = 15
	// maxBins is how many values each have a bin, at most.
	maxBins = digitBase * digitBase * digitBase
	// wideBase takes the place of digitBase where that spares a digit: two digits take
	// half as many bitmaps again as three, and a comparison reads four of them, not six.
	wideBase = 32
	// maxWideBins is how many bins two digits of wideBase are for, and how many there
	// are at most where a bin has several values. Of ten million rows one has about
	// 10,000 then, and a comparison looks at no more values than these.
	maxWideBins = wideBase * (wideBase - 1)
	// sampledRows is how many rows, where there are more, the bins are chosen by: about
	// 40 for each.
	sampledRows = 1 << 17
	// noBin is the bin of a NULL.
	noBin = math.MaxUint16
)

// Ordering is a column whose values have been put into bins, to be written as an
// ordered index. Bin after bin the values ascend. They are chosen so that bins have
// about equally many rows, and a value with many rows has one of its own; where
// there are at most 3,375 distinct values, each has.
type Ordering struct {
	values  *column.Builder
	most    int      // bins
	sampled int      // rows of a sample
	bins    []uint16 // of each row, as they were chosen; noBin where NULL
	kept    []bin    // that have rows, ascending

	keys      *column.OrderKeys
	bounds    []bound  // where bins start, but for the first one
	boundKeys []uint64 // of bounds
}

// bin is what is known of the rows of a bin.
type bin struct {
	number          int // among all that were chosen
	rows            int
	least, greatest bound
}

// bound is the start of a bin: a value, or where those that are greater begin.
type bound struct {
	key   uint64
	row   uint32 // that has the value
	after bool
}

// NewOrdering puts the values of a column into bins; nil where the column is one
// of lists or booleans, or has no values. The column must not change as long as the
// ordering is used. The error is ctx's.
func NewOrdering(ctx context.Context, values *column.Builder) (*Ordering, error) {
	if !column.IsOrdered(values.Type()) {
		return nil, nil
	}
	o := &Ordering{values: values, most: maxBins, sampled: sampledRows}
	if err := o.order(ctx); err != nil || len(o.kept) == 0 {
		return nil, err
	}
	return o, nil
}

// order chooses the bins and puts every row into its own.
func (o *Ordering) order(ctx context.Context) error {
	o.bins = make([]uint16, o.values.Len())
	if done, err := o.single(ctx); done || err != nil {
		return err
	}
	o.most = min(o.most, maxWideBins)
	rows := o.sample()
	o.keys = column.NewOrderKeys(o.values, rows)
	o.setBounds(o.chooseBounds(o.sort(rows)))
	return o.assign(ctx)
}

// single gives every value a bin of its own. It reports false where there are too
// many values.
func (o *Ordering) single(ctx context.Context) (done bool, err error) {
	codes := column.NewCoder(o.values)
	var first []uint32 // by bin, which are numbered as they come
	var counts []int
	for row := range o.bins {
		if row%bitmap.BlockRows == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		if o.values.IsNull(row) {
			o.bins[row] = noBin
			continue
		}
		code := codes.Code(row)
		if code == o.most {
			return false, nil
		}
		if code == len(first) {
			first, counts = append(first, uint32(row)), append(counts, 0)
		}
		o.bins[row] = uint16(code)
		counts[code]++
	}
	o.keys = column.NewOrderKeys(o.values, first)
	for _, value := range o.sort(first) {
		number := int(o.bins[value.row])
		o.kept = append(o.kept, bin{number: number, rows: counts[number], least: value, greatest: value})
	}
	return true, nil
}

// start makes the rows from 1 on, so many less one, the bounds.
func (o *Ordering) start(bins int) {
	rows := make([]uint32, bins)
	for i := range rows {
		rows[i] = uint32(i)
	}
	o.keys = column.NewOrderKeys(o.values, rows)
	bounds := o.bounds[:0]
	for _, row := range rows[1:] {
		bounds = append(bounds, o.bound(int(row)))
	}
	o.setBounds(bounds)
}

// setBounds sets where bins start.
func (o *Ordering) setBounds(bounds []bound) {
	o.bounds, o.boundKeys = bounds, o.boundKeys[:0]
	for i := range bounds {
		o.boundKeys = append(o.boundKeys, bounds[i].key)
	}
}

// sort returns bounds at the values of rows, ascending.
func (o *Ordering) sort(rows []uint32) []bound {
	sorted := make([]bound, len(rows))
	for i, row := range rows {
		sorted[i] = o.bound(int(row))
	}
	if o.keys.IsExact() {
		slices.SortFunc(sorted, func(x, y bound) int { return cmp.Compare(x.key, y.key) })
	} else {
		slices.SortFunc(sorted, o.compare)
	}
	return sorted
}

// bound returns the value of a row.
func (o *Ordering) bound(row int) bound {
	var key [1]uint64
	o.keys.Set(key[:], row)
	return bound{key: key[0], row: uint32(row)}
}

// compare orders two values.
func (o *Ordering) compare(x, y bound) int {
	if c := cmp.Compare(x.key, y.key); c != 0 || o.keys.IsExact() {
		return c
	}
	return o.values.Compare(int(x.row), int(y.row))
}

// chooseBounds returns bounds of bins of about the same size, at most as many as there
// may be, from a sample of the values, which ascends.
func (o *Ordering) chooseBounds(sample []bound) []bound {
	for depth := len(sample); ; depth += max(depth/16, 1) {
		if bounds := o.split(sample, depth); len(bounds) < o.most {
			return bounds
		}
	}
}

// sample returns rows from all over the column that are not NULL, ascending: one of
// each of as many pieces as are sampled, or all. Which one changes from piece to
// piece, so that no rhythm of the rows matters; equal columns have the same.
func (o *Ordering) sample() []uint32 {
	n := o.values.Len()
	pieces := min(n, o.sampled)
	rows := make([]uint32, 0, pieces)
	random := uint64(1)
	for i := range pieces {
		random ^= random << 13 // xorshift; Marsaglia, Journal of Statistical Software 8 (2003)
		random ^= random >> 7
		random ^= random << 17
		lo, hi := i*n/pieces, (i+1)*n/pieces
		if row := lo + int(random%uint64(hi-lo)); !o.values.IsNull(row) {
			rows = append(rows, uint32(row))
		}
	}
	return rows
}

// split returns bounds between the values of a sample, which ascends: bins of as
// many of them on average as depth says, divided by the number of bins that there may
// be. A value that comes so often itself gets a bin of its own.
func (o *Ordering) split(sample []bound, depth int) []bound {
	var bounds []bound
	filled := 0 // of the bin on its way
	for len(sample) > 0 {
		n := 1
		for n < len(sample) && o.compare(sample[0], sample[n]) == 0 {
			n++
		}
		value, size := sample[0], n*o.most
		sample = sample[n:]
		switch {
		case size >= depth:
			bounds, filled = o.appendAlone(bounds, value), 0
		case filled > 0 && filled+size > depth:
			bounds, filled = append(bounds, value), filled+size-depth // what the bin before had too few
		default:
			filled += size
		}
	}
	return bounds
}

// appendAlone appends the bounds of a bin of one value.
func (o *Ordering) appendAlone(bounds []bound, value bound) []bound {
	bounds = append(bounds, value)
	switch {
	case !o.keys.IsExact():
		value.after = true
	case value.key == math.MaxUint64:
		return bounds // nothing is greater
	default:
		value.key++
	}
	return append(bounds, value)
}

// binOf returns the bin of a value: the number of bounds that are not above it.
func (o *Ordering) binOf(value bound) int {
	keys := o.boundKeys
	first, n := 0, len(keys)
	for n > 0 { // to the first bound whose key is greater, without a branch on data
		half := (n + 1) / 2
		if keys[first+half-1] <= value.key {
			first += half
		}
		n -= half
	}
	if o.keys.IsExact() || first == 0 || keys[first-1] != value.key {
		return first
	}
	return o.binAmongEqual(value, first)
}

// binAmongEqual is binOf where bounds have the key of the value, those before end
// the last of them.
func (o *Ordering) binAmongEqual(value bound, end int) int {
	start, _ := slices.BinarySearch(o.boundKeys[:end], value.key)
	equal := o.bounds[start:end]
	n, _ := slices.BinarySearchFunc(equal, value, func(b, value bound) int {
		if c := o.compare(b, value); c > 0 || c == 0 && b.after {
			return 1
		}
		return -1
	})
	return start + n
}

// assign puts every row into its bin, and notes what is in the bins.
func (o *Ordering) assign(ctx context.Context) error {
	found := make([]bin, len(o.bounds)+1)
	keys := make([]uint64, bitmap.BlockRows)
	for lo := 0; lo < o.values.Len(); lo += bitmap.BlockRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		keys = keys[:min(bitmap.BlockRows, o.values.Len()-lo)]
		o.keys.Set(keys, lo)
		for i, key := range keys {
			row := lo + i
			if o.values.IsNull(row) {
				o.bins[row] = noBin
				continue
			}
			value := bound{key: key, row: uint32(row)}
			number := o.binOf(value)
			o.bins[row] = uint16(number)
			o.note(&found[number], value)
		}
	}
	for number := range found {
		if found[number].rows > 0 {
			found[number].number = number
			o.kept = append(o.kept, found[number])
		}
	}
	return nil
}

// note takes a row into a bin.
func (o *Ordering) note(b *bin, value bound) {
	switch b.rows++; {
	case b.rows == 1:
		b.least, b.greatest = value, value
	case o.compare(value, b.least) < 0:
		b.least = value
	case o.compare(value, b.greatest) > 0:
		b.greatest = value
	}
}

// Write writes the ordered index: it gives every section to add, which must not
// keep the data beyond the call. Equal columns give equal sections. The error is
// that of add, or ctx's.
func (o *Ordering) Write(ctx context.Context, add func(tag toc.Tag, index uint32, data []byte) error) error {
	bases := basesFor(len(o.kept))
	if err := add(tagOrderedHeader, 0, orderedHeader(len(o.kept), bases)); err != nil {
		return err
	}
	if err := o.writeEnds(add); err != nil {
		return err
	}
	var counts []int64
	for _, b := range o.kept {
		counts = append(counts, int64(b.rows))
	}
	if err := add(tagOrderedCounts, 0, encoding.AppendInts(nil, counts)); err != nil {
		return err
	}
	return o.writeDigits(ctx, bases, add)
}

// writeEnds writes the least and the greatest values of the bins.
func (o *Ordering) writeEnds(add func(tag toc.Tag, index uint32, data []byte) error) error {
	var least, greatest []uint32
	single := true // every bin is of one value
	for i := range o.kept {
		b := &o.kept[i]
		least, greatest = append(least, b.least.row), append(greatest, b.greatest.row)
		single = single && o.compare(b.least, b.greatest) == 0
	}
	data, err := column.AppendEncoded(nil, o.values, least, nil)
	if err == nil {
		err = add(tagOrderedLeast, 0, data)
	}
	if err != nil || single {
		return err
	}
	if data, err = column.AppendEncoded(data[:0], o.values, greatest, nil); err != nil {
		return err
	}
	return add(tagOrderedGreatest, 0, data)
}

// writeDigits writes the number of every row.
func (o *Ordering) writeDigits(ctx context.Context, bases []int, add func(tag toc.Tag, index uint32, data []byte) error) error {
	numbers := make([]uint16, noBin+1) // by bin; 0 of noBin
	for i := range o.kept {
		numbers[o.kept[i].number] = uint16(firstNumber(bases) + i)
	}
	digits := NewDigitsBuilder(bases)
	block := make([]uint16, 0, bitmap.BlockRows)
	for lo := 0; lo < len(o.bins); lo += bitmap.BlockRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		block = block[:0]
		for _, bin := range o.bins[lo:min(lo+bitmap.BlockRows, len(o.bins))] {
			block = append(block, numbers[bin])
		}
		digits.Block(lo/bitmap.BlockRows, block)
	}
	return digits.Finish(func(place, value int, data []byte) error {
		return add(tagOrderedDigit0+toc.Tag(place), uint32(value), data)
	})
}
