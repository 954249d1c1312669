package column

import (
	"encoding/binary"
	"math"

	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/model"
)

// form says how the values of an encoded column follow its header. Numbers are
// never reused.
type form uint8

const (
	formInts     form = 1 // whole numbers: of all types that IsWhole tells of
	formFloats   form = 2 // the bits of each float as a whole number
	formDecimals form = 3 // u64 size of the first; the high 64 bits of each; the low ones
	formTexts    form = 4 // texts; that of a NULL is empty
	formCodes    form = 5 // whole numbers: codes in the column's dictionary
	formLists    form = 6 // u64 size of the ends; where each list ends, as numbers; the elements, a column
)

// hasNulls is the flag of an encoded column of which any row is NULL.
const hasNulls = 1

// maxElements is how many elements the lists of one encoded column have at most.
// Equal ones take no room, so that nothing else keeps a few bytes from asking for
// more memory than there is when they are decoded.
const maxElements = 1 << 26

// formOf returns the form of a type's values where no dictionary has them.
func formOf(t model.Type) form {
	switch {
	case t.IsArray():
		return formLists
	case t.Kind == model.String:
		return formTexts
	case t.Repr == model.Float64:
		return formFloats
	case t.Repr == model.Decimal && !isNarrow(t):
		return formDecimals
	}
	return formInts
}

// AppendEncoded appends the values of b at rows, in that order, as [ParseEncoded]
// reads them. len(dst) is a multiple of 8, before and after. d numbers the texts of
// a column of strings or of lists of them; it may be nil, and is for other types.
// Where it takes all texts of these rows they are stored as codes in it, else as
// they are, and d has as many as before. The same values give the same bytes where
// d holds the same. The error is a *TooLargeError: of lists, beyond 67,108,864
// elements together.
func AppendEncoded(dst []byte, b *Builder, rows []uint32, d *DictionaryBuilder) ([]byte, error) {
	nulls := b.countNulls(rows)
	switch {
	case b.typ.IsArray():
		return b.encodeLists(appendHeader(dst, formLists, b, rows, nulls), rows, d)
	case b.typ.Kind == model.String:
		return b.encodeTexts(dst, rows, nulls, d)
	}
	return b.encodeNumbers(appendHeader(dst, formOf(b.typ), b, rows, nulls), rows, nulls), nil
}

// encodeLists appends the lists at rows, that of a NULL an empty one.
func (b *Builder) encodeLists(dst []byte, rows []uint32, d *DictionaryBuilder) ([]byte, error) {
	total := int64(0)
	for _, row := range rows {
		total += int64(b.spans[row].hi - b.spans[row].lo)
	}
	if total > maxElements {
		return nil, &TooLargeError{Size: total, Limit: maxElements}
	}
	ends, elems := make([]int64, len(rows)), make([]uint32, 0, total)
	for i, row := range rows {
		if b.valid[row] {
			for elem := b.spans[row].lo; elem < b.spans[row].hi; elem++ {
				elems = append(elems, uint32(elem))
			}
		}
		ends[i] = int64(len(elems))
	}
	return AppendEncoded(appendSized(dst, ends), b.elems, elems, d)
}

// appendSized appends numbers that something follows: their size, then they.
func appendSized(dst []byte, values []int64) []byte {
	at := len(dst)
	dst = encoding.AppendInts(binary.LittleEndian.AppendUint64(dst, 0), values)
	binary.LittleEndian.PutUint64(dst[at:], uint64(len(dst)-at-wordBytes))
	return dst
}

// encodeTexts appends the strings at rows, of which so many are NULL, and the header
// before them.
func (b *Builder) encodeTexts(dst []byte, rows []uint32, nulls int, d *DictionaryBuilder) ([]byte, error) {
	if codes, ok := b.codesIn(d, rows, nulls); ok {
		return b.encodeCodes(dst, rows, nulls, codes), nil
	}
	return b.encodePlainTexts(dst, rows, nulls)
}

// encodeCodes appends codes in a dictionary, and the header before them.
func (b *Builder) encodeCodes(dst []byte, rows []uint32, nulls int, codes []int64) []byte {
	return encoding.AppendInts(appendHeader(dst, formCodes, b, rows, nulls), codes)
}

// encodePlainTexts appends the strings at rows without a dictionary, and the header
// before them.
func (b *Builder) encodePlainTexts(dst []byte, rows []uint32, nulls int) ([]byte, error) {
	if err := b.checkSize(rows); err != nil {
		return nil, err
	}
	dst = appendHeader(dst, formTexts, b, rows, nulls)
	first := len(dst)
	dst = encoding.AppendTexts(dst, len(rows), func(i int) []byte {
		if row := int(rows[i]); b.valid[row] {
			return b.bytes(row)
		}
		return nil
	})
	if size := len(dst) - first; size > maxTextBytes {
		return nil, &TooLargeError{Size: int64(size), Limit: maxTextBytes}
	}
	return dst, nil
}

// countNulls returns how many of the rows are NULL.
func (b *Builder) countNulls(rows []uint32) int {
	nulls := 0
	for _, row := range rows {
		nulls += index(!b.valid[row])
	}
	return nulls
}

// appendHeader appends what stands before the values: flags and form in eight
// bytes, then, where any row is NULL, a bit for each row that is not.
func appendHeader(dst []byte, f form, b *Builder, rows []uint32, nulls int) []byte {
	header := [wordBytes]byte{byte(index(nulls > 0)) * hasNulls, byte(f)}
	dst = append(dst, header[:]...)
	if nulls == 0 {
		return dst
	}
	for len(rows) > 0 {
		n := min(64, len(rows))
		var word uint64
		for i, row := range rows[:n] {
			word |= uint64(index(b.valid[row])) << i
		}
		dst = binary.LittleEndian.AppendUint64(dst, word)
		rows = rows[n:]
	}
	return dst
}

// encodeNumbers appends the values at rows, of any type but strings and lists.
func (b *Builder) encodeNumbers(dst []byte, rows []uint32, nulls int) []byte {
	switch f := formOf(b.typ); {
	case f == formFloats:
		return encoding.AppendInts(dst, b.filled(rows, nulls, func(row uint32) int64 { return int64(math.Float64bits(b.floats[row])) }))
	case f == formDecimals:
		dst = appendSized(dst, b.filled(rows, nulls, func(row uint32) int64 { return b.decimals[row].HighBits() }))
		return encoding.AppendInts(dst, b.filled(rows, nulls, func(row uint32) int64 { return lowInt(b.decimals[row]) }))
	case nulls == 0:
		return encoding.AppendInts(dst, gather(b.ints, rows))
	}
	return encoding.AppendInts(dst, b.filled(rows, nulls, func(row uint32) int64 { return b.ints[row] }))
}

// filled returns the values at rows, of which so many are NULL. A NULL takes the
// value before it, and those before the first value take that, so that they cost
// little: 0 where all are NULL.
func (b *Builder) filled(rows []uint32, nulls int, value func(row uint32) int64) []int64 {
	values := make([]int64, len(rows))
	if nulls == 0 {
		for i, row := range rows {
			values[i] = value(row)
		}
		return values
	}
	var last int64
	seen := false
	for i, row := range rows {
		if b.valid[row] {
			last = value(row)
			if !seen {
				fillInts(values[:i], last)
			}
			seen = true
		}
		values[i] = last
	}
	return values
}

func fillInts(values []int64, x int64) {
	for i := range values {
		values[i] = x
	}
}

// codesIn returns the codes that d gives the texts at rows, of which so many are
// NULL; ok is false, and d as before, where it is nil, has no room for all, or
// none is not NULL.
func (b *Builder) codesIn(d *DictionaryBuilder, rows []uint32, nulls int) (codes []int64, ok bool) {
	if d == nil || nulls == len(rows) {
		return nil, false
	}
	before, fits := d.Len(), true
	codes = b.filled(rows, nulls, func(row uint32) int64 {
		if !fits {
			return 0
		}
		var code uint32
		code, fits = b.codeIn(d, row)
		return int64(code)
	})
	if !fits {
		d.truncate(before)
	}
	return codes, fits
}

// codeIn returns the code that d gives the text at a row. The places of shared texts
// in d are remembered there.
func (b *Builder) codeIn(d *DictionaryBuilder, row uint32) (code uint32, ok bool) {
	if b.shared == nil {
		return d.Code(b.bytes(int(row)))
	}
	at := int(b.codes[row])
	if at >= b.shared.limit {
		return d.Code(b.sharedBytes(int(row)))
	}
	if code, ok := d.placeOf(b.shared, at); ok {
		return code, true
	}
	if code, ok = d.Code(b.shared.at(uint32(at))); ok {
		d.places[at] = code + 1
	}
	return code, ok
}
