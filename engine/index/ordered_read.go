package index

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// The sections of an ordered index. See docs/format.md.
const (
	tagOrderedHeader   toc.Tag = 1  // number of bins u32, number of digits u32, base of each u32
	tagOrderedLeast    toc.Tag = 2  // an encoded column: the least value of each bin
	tagOrderedGreatest toc.Tag = 3  // an encoded column: the greatest one; absent where every bin is of one value
	tagOrderedCounts   toc.Tag = 4  // the rows of each bin
	tagOrderedDigit0   toc.Tag = 16 // plus the place; index: value. A bitmap
)

// OrderedSectionName says what a section of a file of an ordered index holds, for
// people.
func OrderedSectionName(tag toc.Tag, index uint32) string {
	switch tag {
	case tagOrderedHeader:
		return "header"
	case tagOrderedLeast:
		return "least values"
	case tagOrderedGreatest:
		return "greatest values"
	case tagOrderedCounts:
		return "rows of the bins"
	}
	return fmt.Sprintf("digit %d from %d on", tag-tagOrderedDigit0, index)
}

// basesFor returns the bases of the digits of so many bins: they have numbers whose
// highest digit is not 0.
func basesFor(bins int) []int {
	bases, lower, base := []int{}, 1, digitBase
	if bins > digitBase*digitBase && bins <= maxWideBins {
		base = wideBase
	}
	for range 2 {
		if bins <= lower*base {
			break
		}
		bases, lower = append(bases, base), lower*base
	}
	return append(bases, (bins+lower-1)/lower+1)
}

// firstNumber returns the number of the first bin.
func firstNumber(bases []int) int {
	number := 1
	for _, base := range bases[:len(bases)-1] {
		number *= base
	}
	return number
}

const orderedHeaderBytes = 8 // before the bases

// orderedHeader returns the header of an ordered index.
func orderedHeader(bins int, bases []int) []byte {
	var dst []byte
	dst = binary.LittleEndian.AppendUint32(dst, uint32(bins))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(bases)))
	for _, base := range bases {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(base))
	}
	return dst
}

// parseOrderedHeader reads it, and checks that there is a number for every bin.
func parseOrderedHeader(data []byte) (bins int, bases []int, err error) {
	const each = 4
	if len(data) < orderedHeaderBytes {
		return 0, nil, fmt.Errorf("%d bytes, expected %d or more", len(data), orderedHeaderBytes)
	}
	n, places := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint32(data[each:])
	if rest := data[orderedHeaderBytes:]; uint64(len(rest)) != each*uint64(places) {
		return 0, nil, fmt.Errorf("%d digits in %d bytes, expected %d for each", places, len(rest), each)
	}
	for at := orderedHeaderBytes; at < len(data); at += each {
		bases = append(bases, int(binary.LittleEndian.Uint32(data[at:])))
	}
	limit, err := DigitsLimit(bases)
	if err != nil {
		return 0, nil, err
	}
	if most := limit - firstNumber(bases); n == 0 || uint64(n) > uint64(most) {
		return 0, nil, fmt.Errorf("%d bins, expected 1 to %d in digits of bases %v", n, most, bases)
	}
	return int(n), bases, nil
}

// OpenOrdered returns the ordered index of an attribute of type t whose sections
// these are. It keeps their bytes. What is checked here is all that Ordered relies
// on but for the bitmaps of the numbers, which are read as they are asked for: that
// the bins ascend, and that there are numbers for them. The error is that of s, or
// made by it.
func OpenOrdered(t model.Type, s toc.Sections) (*Ordered, error) {
	if !column.IsOrdered(t) {
		return nil, s.Corrupt(fmt.Errorf("an ordered index of type %s, which has no order", t))
	}
	r := orderedReader{s}
	header, err := r.section(tagOrderedHeader)
	if err != nil {
		return nil, err
	}
	bins, bases, err := parseOrderedHeader(header)
	if err != nil {
		return nil, r.wrong(tagOrderedHeader, err)
	}
	x := &Ordered{}
	if x.counts, err = r.counts(bins); err != nil {
		return nil, err
	}
	if x.ends, err = r.ends(t, bins); err != nil {
		return nil, err
	}
	x.digits, err = r.digits(bases)
	return x, err
}

// orderedReader reads the sections of an ordered index.
type orderedReader struct{ toc.Sections }

// wrong makes the error about a section.
func (r orderedReader) wrong(tag toc.Tag, err error) error {
	return r.Corrupt(fmt.Errorf("%s: %w", OrderedSectionName(tag, 0), err))
}

// section returns a section that must be there.
func (r orderedReader) section(tag toc.Tag) ([]byte, error) {
	data, ok, err := r.Section(tag, 0)
	if err == nil && !ok {
		err = r.wrong(tag, errMissing)
	}
	return data, err
}

// counts reads the numbers of rows of the bins.
func (r orderedReader) counts(bins int) ([]int64, error) {
	data, err := r.section(tagOrderedCounts)
	if err != nil {
		return nil, err
	}
	x, err := encoding.ParseInts(data, bins)
	if err != nil {
		return nil, r.wrong(tagOrderedCounts, err)
	}
	counts := make([]int64, bins)
	x.Decode(counts, 0)
	for i, n := range counts {
		if n <= 0 {
			return nil, r.wrong(tagOrderedCounts, fmt.Errorf("bin %d of %d rows, expected one or more", i, n))
		}
	}
	return counts, nil
}

// ends reads the ends of the bins.
func (r orderedReader) ends(t model.Type, bins int) (e ends, err error) {
	least, greatest, err := r.endValues(t, bins)
	if err != nil {
		return e, err
	}
	e, bin := newEnds(least, greatest)
	if bin >= 0 {
		return e, r.wrong(tagOrderedLeast, fmt.Errorf("that of bin %d is not above the bin before, or above its own greatest value", bin))
	}
	return e, nil
}

// endValues reads the least and the greatest values of the bins.
func (r orderedReader) endValues(t model.Type, bins int) (least, greatest *column.Vector, err error) {
	if least, err = r.values(tagOrderedLeast, t, bins); err != nil {
		return nil, nil, err
	}
	if _, ok, err := r.Section(tagOrderedGreatest, 0); err != nil || !ok {
		return least, least, err
	}
	greatest, err = r.values(tagOrderedGreatest, t, bins)
	return least, greatest, err
}

// values reads a value for each bin.
func (r orderedReader) values(tag toc.Tag, t model.Type, bins int) (*column.Vector, error) {
	data, err := r.section(tag)
	if err != nil {
		return nil, err
	}
	e, err := column.ParseEncoded(t, data, bins, nil)
	if err != nil {
		return nil, r.wrong(tag, err)
	}
	values := e.Decode(new(column.Buffer), 0, bins)
	for i := range bins {
		if values.IsNull(i) {
			return nil, r.wrong(tag, fmt.Errorf("that of bin %d is NULL", i))
		}
	}
	return values, nil
}

// digits opens the numbers of the rows.
func (r orderedReader) digits(bases []int) (*Digits, error) {
	return OpenDigits(slices.Clone(bases), func(place, value int) ([]byte, error) {
		data, _, err := r.Section(tagOrderedDigit0+toc.Tag(place), uint32(value))
		return data, err
	}, r.Corrupt)
}
