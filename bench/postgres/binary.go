package postgres

import (
	"encoding/binary"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// copyHeader opens the binary format of COPY, copyTrailer ends it. See "COPY",
// "Binary Format", in PostgreSQL's manual.
var (
	copyHeader  = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	copyTrailer = []byte{0xff, 0xff}
)

// epochMicros is the start of 2000 in microseconds since 1970: timestamps count from it.
const epochMicros = 946_684_800 * 1_000_000

// maxDecimalDigits is how many digits a decimal may have so that it is a whole
// number of 64 bits when its fraction is filled up to groups of four digits.
const maxDecimalDigits = 15

// sqlType returns the PostgreSQL type of a column.
func sqlType(t arrow.DataType) (string, error) {
	switch t := t.(type) {
	case *arrow.Int64Type:
		return "bigint", nil
	case *arrow.StringType:
		return "text", nil
	case *arrow.BooleanType:
		return "boolean", nil
	case *arrow.TimestampType:
		if t.Unit == arrow.Microsecond && t.TimeZone == "UTC" {
			return "timestamptz", nil
		}
	case *arrow.Decimal128Type:
		if t.Precision <= maxDecimalDigits && t.Scale >= 0 {
			return fmt.Sprintf("numeric(%d,%d)", t.Precision, t.Scale), nil
		}
	}
	return "", fmt.Errorf("type %s is not loaded; whole numbers, text, booleans, UTC timestamps in microseconds and decimals of up to %d digits are", t, maxDecimalDigits)
}

// field appends value i of a column, which is not NULL, with its length in front.
type field func(dst []byte, i int) []byte

// fieldOf returns how the values of a column, of a type that sqlType knows, are written.
func fieldOf(a arrow.Array) (field, error) {
	switch a := a.(type) {
	case *array.Int64:
		return func(dst []byte, i int) []byte { return appendInt64(dst, a.Value(i)) }, nil
	case *array.String:
		return func(dst []byte, i int) []byte {
			text := a.Value(i)
			return append(binary.BigEndian.AppendUint32(dst, uint32(len(text))), text...)
		}, nil
	case *array.Boolean:
		return func(dst []byte, i int) []byte {
			dst = append(dst, 0, 0, 0, 1, 0)
			if a.Value(i) {
				dst[len(dst)-1] = 1
			}
			return dst
		}, nil
	case *array.Timestamp:
		return func(dst []byte, i int) []byte { return appendInt64(dst, int64(a.Value(i))-epochMicros) }, nil
	case *array.Decimal128:
		scale := int(a.DataType().(*arrow.Decimal128Type).Scale)
		return func(dst []byte, i int) []byte { return appendNumeric(dst, int64(a.Value(i).LowBits()), scale) }, nil
	}
	return nil, fmt.Errorf("a column of %s cannot be written", a.DataType())
}

func appendInt64(dst []byte, v int64) []byte {
	dst = append(dst, 0, 0, 0, 8)
	return binary.BigEndian.AppendUint64(dst, uint64(v))
}

// appendNumeric appends unscaled / 10^scale: digits in base 10,000, the point
// between two of them, without zeros at either end.
func appendNumeric(dst []byte, unscaled int64, scale int) []byte {
	sign := uint16(0)
	if unscaled < 0 {
		sign, unscaled = 0x4000, -unscaled
	}
	fraction := (scale + 3) / 4
	for range fraction*4 - scale {
		unscaled *= 10
	}
	var digits [6]uint16 // the last first
	count := 0
	for ; unscaled > 0; unscaled /= 10_000 {
		digits[count] = uint16(unscaled % 10_000)
		count++
	}
	first := 0 // digit that is not 0
	for first < count && digits[first] == 0 {
		first++
	}
	weight := count - fraction - 1
	if count == 0 {
		weight, sign = 0, 0
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(8+2*(count-first)))
	dst = binary.BigEndian.AppendUint16(dst, uint16(count-first))
	dst = binary.BigEndian.AppendUint16(dst, uint16(int16(weight)))
	dst = binary.BigEndian.AppendUint16(dst, sign)
	dst = binary.BigEndian.AppendUint16(dst, uint16(scale))
	for i := count - 1; i >= first; i-- {
		dst = binary.BigEndian.AppendUint16(dst, digits[i])
	}
	return dst
}

// appendRows appends the rows of a batch.
func appendRows(dst []byte, batch arrow.RecordBatch, flush func([]byte) ([]byte, error)) ([]byte, error) {
	columns := batch.Columns()
	fields := make([]field, len(columns))
	for c, a := range columns {
		var err error
		if fields[c], err = fieldOf(a); err != nil {
			return dst, err
		}
	}
	var err error
	for i := range int(batch.NumRows()) {
		dst = binary.BigEndian.AppendUint16(dst, uint16(len(columns)))
		for c, a := range columns {
			if a.IsNull(i) {
				dst = append(dst, 0xff, 0xff, 0xff, 0xff)
				continue
			}
			dst = fields[c](dst, i)
		}
		if len(dst) >= flushBytes {
			if dst, err = flush(dst); err != nil {
				return dst, err
			}
		}
	}
	return dst, nil
}
