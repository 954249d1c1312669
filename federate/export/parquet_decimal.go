package export

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// Most digits of a decimal on INT32 and on INT64, as the format defines them.
const (
	maxInt32Digits = 9
	maxInt64Digits = 18
)

// decimalNode returns the node of decimals on the smallest type that holds them.
func decimalNode(precision, scale int) parquet.Node {
	switch {
	case precision <= maxInt32Digits:
		return parquet.Decimal(scale, precision, parquet.Int32Type)
	case precision <= maxInt64Digits:
		return parquet.Decimal(scale, precision, parquet.Int64Type)
	}
	physical := parquet.FixedLenByteArrayType(decimalBytes(precision))
	return parquet.Leaf(&wideDecimal{parquet.Decimal(scale, precision, physical).Type()})
}

// decimalBytes returns how many bytes every number of so many digits fits into,
// in two's complement.
func decimalBytes(precision int) int {
	limit := decimal128.GetScaleMultiplier(precision).BigInt() // 10^precision
	return limit.BitLen()/8 + 1
}

// appendDecimal appends the low size bytes of d, big-endian.
func appendDecimal(dst []byte, d decimal128.Num, size int) []byte {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(d.HighBits()))
	binary.BigEndian.PutUint64(b[8:], d.LowBits())
	return append(dst, b[len(b)-size:]...)
}

// wideDecimal is the type of decimals on FIXED_LEN_BYTE_ARRAY. The library
// orders these bytes without regard to the sign, and so would put statistics
// into the file by which readers pass over row groups and pages that they need.
// Here the order is that of the numbers, in all three places where the library
// asks for it: the type, the pages, and the index of pages.
type wideDecimal struct{ parquet.Type }

// Compare orders two values as numbers.
func (t *wideDecimal) Compare(a, b parquet.Value) int {
	return compareDecimals(a.ByteArray(), b.ByteArray())
}

// compareDecimals orders two's complement numbers of the same size.
func compareDecimals(a, b []byte) int {
	if negative := a[0] >= 0x80; negative != (b[0] >= 0x80) {
		if negative {
			return -1
		}
		return 1
	}
	return bytes.Compare(a, b)
}

// NewColumnBuffer returns a buffer whose pages know their least and greatest
// number.
func (t *wideDecimal) NewColumnBuffer(columnIndex, numValues int) parquet.ColumnBuffer {
	return decimalBuffer{t.Type.NewColumnBuffer(columnIndex, numValues)}
}

// NewColumnIndexer returns an indexer that takes least and greatest numbers as
// they come.
func (t *wideDecimal) NewColumnIndexer(int) parquet.ColumnIndexer { return new(decimalIndexer) }

// decimalBuffer is a buffer of wide decimals.
type decimalBuffer struct{ parquet.ColumnBuffer }

// Page returns the buffered values.
func (b decimalBuffer) Page() parquet.Page { return decimalPage{b.ColumnBuffer.Page()} }

// decimalPage is a page of wide decimals.
type decimalPage struct{ parquet.Page }

// Bounds returns the least and the greatest number of the page.
func (p decimalPage) Bounds() (lo, hi parquet.Value, ok bool) {
	values := p.Values()
	var buf [256]parquet.Value
	for {
		n, err := values.ReadValues(buf[:])
		for _, v := range buf[:n] {
			if !ok || compareDecimals(v.ByteArray(), lo.ByteArray()) < 0 {
				lo = v
			}
			if !ok || compareDecimals(v.ByteArray(), hi.ByteArray()) > 0 {
				hi = v
			}
			ok = true
		}
		if err != nil {
			// Values in memory end by io.EOF. Anything else leaves out values,
			// and bounds of a part are worse than none.
			return lo, hi, ok && errors.Is(err, io.EOF)
		}
	}
}

// decimalIndexer collects the index of the pages of a column chunk. It claims no
// order of the pages, which is always true.
type decimalIndexer struct{ index format.ColumnIndex }

// Reset forgets all pages.
func (x *decimalIndexer) Reset() { x.index = format.ColumnIndex{} }

// IndexPage appends a page.
func (x *decimalIndexer) IndexPage(numValues, numNulls int64, lo, hi parquet.Value) {
	x.index.NullPages = append(x.index.NullPages, numValues == numNulls)
	x.index.NullCounts = append(x.index.NullCounts, numNulls)
	x.index.MinValues = append(x.index.MinValues, bytes.Clone(lo.ByteArray()))
	x.index.MaxValues = append(x.index.MaxValues, bytes.Clone(hi.ByteArray()))
}

// ColumnIndex returns the index of the pages since the last Reset.
func (x *decimalIndexer) ColumnIndex() format.ColumnIndex { return x.index }
