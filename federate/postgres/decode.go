package postgres

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Dates and timestamps count from 2000-01-01; Arrow's from 1970-01-01.
const (
	epochDays   = 10_957
	epochMicros = epochDays * 86_400 * 1_000_000
)

// column collects the values of a column as they are sent in binary.
type column interface {
	null()
	value(v []byte) error
	// take returns what was collected, and starts anew.
	take() arrow.Array
	release()
}

var (
	errInfinite  = errors.New("an infinite date or time cannot be read; a view with NULLIF(column, 'infinity') can be")
	errFarTime   = errors.New("a time after the year 294246 cannot be read")
	errBadLength = errors.New("a value is not as long as its type")
)

// built is a column of a builder.
type built struct {
	array.Builder
	add func(v []byte) error
}

func (b *built) null()                { b.AppendNull() }
func (b *built) value(v []byte) error { return b.add(v) }
func (b *built) release()             { b.Release() }

func (b *built) take() arrow.Array {
	rows := b.Len()
	a := b.NewArray()
	if rows == batchRows { // another one comes
		b.Reserve(rows)
	}
	return a
}

// newColumn returns a column of a type that is read. NaN values of numeric, which
// become NULL, are counted in nans.
func newColumn(mem memory.Allocator, c *columnType, nans *int64) column {
	if c.kind == kindAnyNumeric {
		return &anyNumeric{mem: mem}
	}
	if !c.isList {
		b := array.NewBuilder(mem, c.arrow)
		return &built{b, adder(b, c, nans)}
	}
	b := array.NewListBuilder(mem, c.arrow)
	elements := b.ValueBuilder()
	add := adder(elements, c, nans)
	return &built{b, func(v []byte) error {
		b.Append(true)
		return eachElement(v, elements.AppendNull, add)
	}}
}

// adder returns how a value in binary is appended to a builder of its type.
func adder(b array.Builder, c *columnType, nans *int64) func(v []byte) error {
	switch c.kind {
	case kindBoolean:
		b := b.(*array.BooleanBuilder)
		return sized(1, func(v []byte) error { b.Append(v[0] != 0); return nil })
	case kindInt16:
		b := b.(*array.Int16Builder)
		return sized(2, func(v []byte) error { b.Append(int16(binary.BigEndian.Uint16(v))); return nil })
	case kindInt32:
		b := b.(*array.Int32Builder)
		return sized(4, func(v []byte) error { b.Append(int32(binary.BigEndian.Uint32(v))); return nil })
	case kindInt64:
		b := b.(*array.Int64Builder)
		return sized(8, func(v []byte) error { b.Append(int64(binary.BigEndian.Uint64(v))); return nil })
	case kindFloat32:
		b := b.(*array.Float32Builder)
		return sized(4, func(v []byte) error { b.Append(math.Float32frombits(binary.BigEndian.Uint32(v))); return nil })
	case kindFloat64:
		b := b.(*array.Float64Builder)
		return sized(8, func(v []byte) error { b.Append(math.Float64frombits(binary.BigEndian.Uint64(v))); return nil })
	case kindNumeric:
		return decimalAdder(b.(*array.Decimal128Builder), c, nans)
	case kindDate:
		return sized(4, dateAdder(b.(*array.Date32Builder)))
	case kindTimestamp, kindInstant:
		return sized(8, timeAdder(b.(*array.TimestampBuilder)))
	}
	return textAdder(b.(*array.StringBuilder).BinaryBuilder, c.kind)
}

// sized refuses values that are not of size bytes.
func sized(size int, add func(v []byte) error) func(v []byte) error {
	return func(v []byte) error {
		if len(v) != size {
			return fmt.Errorf("%w: %d bytes, expected %d", errBadLength, len(v), size)
		}
		return add(v)
	}
}

func dateAdder(b *array.Date32Builder) func(v []byte) error {
	return func(v []byte) error {
		day := int32(binary.BigEndian.Uint32(v))
		if day == math.MaxInt32 || day == math.MinInt32 {
			return errInfinite
		}
		b.Append(arrow.Date32(day + epochDays))
		return nil
	}
}

func timeAdder(b *array.TimestampBuilder) func(v []byte) error {
	return func(v []byte) error {
		micros := int64(binary.BigEndian.Uint64(v))
		switch {
		case micros == math.MaxInt64 || micros == math.MinInt64:
			return errInfinite
		case micros > math.MaxInt64-epochMicros:
			return errFarTime
		}
		b.Append(arrow.Timestamp(micros + epochMicros))
		return nil
	}
}

func textAdder(b *array.BinaryBuilder, k kind) func(v []byte) error {
	switch k {
	case kindUUID:
		text := make([]byte, uuidText)
		return sized(uuidBytes, func(v []byte) error {
			formatUUID(text, v)
			b.Append(text)
			return nil
		})
	case kindPadded:
		return func(v []byte) error {
			b.Append(bytes.TrimRight(v, " "))
			return nil
		}
	}
	return func(v []byte) error { // the server has checked that it is UTF-8
		b.Append(v)
		return nil
	}
}

const (
	uuidBytes = 16
	uuidText  = 36
)

// formatUUID writes a UUID as text has it: five groups of digits.
func formatUUID(text, v []byte) {
	at := 0
	for i, group := range [...][2]int{{0, 4}, {4, 6}, {6, 8}, {8, 10}, {10, 16}} {
		if i > 0 {
			text[at] = '-'
			at++
		}
		at += hex.Encode(text[at:], v[group[0]:group[1]])
	}
}

// eachElement goes through the elements of an array of any number of dimensions.
// Method: "array_send" in PostgreSQL's source: the number of dimensions, flags, the type,
// a size and a lower bound for each dimension, then the elements.
func eachElement(v []byte, null func(), add func(v []byte) error) error {
	const head, dimension, length = 12, 8, 4
	errCut := fmt.Errorf("%w: an array of %d bytes ends early", errBadLength, len(v))
	if len(v) < head {
		return errCut
	}
	dimensions := int(int32(binary.BigEndian.Uint32(v)))
	if v = v[head:]; dimensions < 0 || len(v) < dimensions*dimension {
		return errCut
	}
	for v = v[dimensions*dimension:]; len(v) > 0; {
		if len(v) < length {
			return errCut
		}
		size := int(int32(binary.BigEndian.Uint32(v)))
		if v = v[length:]; size < 0 {
			null()
			continue
		}
		if size > len(v) {
			return errCut
		}
		if err := add(v[:size]); err != nil {
			return err
		}
		v = v[size:]
	}
	return nil
}
