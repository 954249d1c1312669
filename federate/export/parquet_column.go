package export

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go"
)

// parquetColumn turns Arrow arrays into values and levels of one column.
type parquetColumn struct {
	out    *parquet.ColumnWriter
	index  int
	maxDef int // definition level of a value that is there
	list   bool
	values []parquet.Value // of the rows under way
	bytes  []byte          // of the wide decimals among values

	// pageText counts the bytes of strings since the last page ended. The
	// library counts those of a dictionary-encoded page as the few bits that
	// they take up, and would let the dictionary grow too far before it looks.
	pageText int
}

// newParquetColumn returns column index of a schema.
func newParquetColumn(out *parquet.ColumnWriter, index int, f arrow.Field) *parquetColumn {
	c := &parquetColumn{out: out, index: index}
	if f.Nullable {
		c.maxDef++
	}
	if _, c.list = f.Type.(*arrow.ListType); c.list {
		c.maxDef += 2 // the list has elements, and this one is not NULL
	}
	return c
}

// write writes rows [lo, hi) of arr.
func (c *parquetColumn) write(arr arrow.Array, lo, hi int) error {
	for lo < hi {
		c.values, c.bytes = c.values[:0], c.bytes[:0]
		if list, ok := arr.(*array.List); ok {
			lo = c.takeLists(list, lo, hi)
		} else {
			lo = c.take(arr, lo, hi)
		}
		if _, err := c.out.WriteRowValues(c.values); err != nil {
			return err
		}
		if c.pageText >= pageBytes {
			if err := c.out.Flush(); err != nil {
				return err
			}
			c.pageText = 0
		}
	}
	return nil
}

// take collects the rows of [lo, hi) up to where the page is full, at least
// one, and returns the row after them.
func (c *parquetColumn) take(arr arrow.Array, lo, hi int) int {
	value := c.valuesOf(arr)
	null := parquet.NullValue().Level(0, 0, c.index)
	hasNulls := arr.NullN() > 0
	for ; lo < hi && c.pageText < pageBytes; lo++ {
		if hasNulls && arr.IsNull(lo) {
			c.values = append(c.values, null)
			continue
		}
		c.values = append(c.values, value(lo).Level(0, c.maxDef, c.index))
	}
	return lo
}

// takeLists is take for lists. Levels of definition, counted down from that of
// a value: the element is NULL, the list is empty, the list is NULL.
func (c *parquetColumn) takeLists(list *array.List, lo, hi int) int {
	elems := list.ListValues()
	value := c.valuesOf(elems)
	for ; lo < hi && c.pageText < pageBytes && len(c.values) < sliceRows; lo++ {
		if list.IsNull(lo) {
			c.values = append(c.values, parquet.NullValue().Level(0, c.maxDef-3, c.index))
			continue
		}
		start, end := list.ValueOffsets(lo)
		if start == end {
			c.values = append(c.values, parquet.NullValue().Level(0, c.maxDef-2, c.index))
		}
		for i := start; i < end; i++ {
			repetition := min(1, int(i-start)) // 0 where a row starts
			if elems.IsNull(int(i)) {
				c.values = append(c.values, parquet.NullValue().Level(repetition, c.maxDef-1, c.index))
				continue
			}
			c.values = append(c.values, value(int(i)).Level(repetition, c.maxDef, c.index))
		}
	}
	return lo
}

// valuesOf returns how to read the values of arr, which are not NULL. They refer
// to the memory of arr and c.
func (c *parquetColumn) valuesOf(arr arrow.Array) func(i int) parquet.Value {
	switch arr := arr.(type) {
	case *array.String:
		return c.stringsOf(arr)
	case *array.Float64:
		return func(i int) parquet.Value { return parquet.DoubleValue(arr.Value(i)) }
	case *array.Boolean:
		return func(i int) parquet.Value { return parquet.BooleanValue(arr.Value(i)) }
	case *array.Date32:
		return func(i int) parquet.Value { return parquet.Int32Value(int32(arr.Value(i))) }
	case *array.Timestamp:
		return func(i int) parquet.Value { return parquet.Int64Value(int64(arr.Value(i))) }
	case *array.Decimal128:
		return c.decimalsOf(arr)
	}
	ints := arr.(*array.Int64) // checkType knows no other
	return func(i int) parquet.Value { return parquet.Int64Value(ints.Value(i)) }
}

// stringsOf is valuesOf for strings. It counts their bytes.
func (c *parquetColumn) stringsOf(arr *array.String) func(i int) parquet.Value {
	text := arr.ValueBytes() // of arr alone, while offsets are those of the buffer
	return func(i int) parquet.Value {
		start, size := arr.ValueOffset(i)-arr.ValueOffset(0), arr.ValueLen(i)
		c.pageText += size
		return parquet.ByteArrayValue(text[start : start+size])
	}
}

// decimalsOf is valuesOf for decimals, on the type that decimalNode chooses.
func (c *parquetColumn) decimalsOf(arr *array.Decimal128) func(i int) parquet.Value {
	precision := int(arr.DataType().(*arrow.Decimal128Type).Precision)
	switch {
	case precision <= maxInt32Digits:
		return func(i int) parquet.Value { return parquet.Int32Value(int32(arr.Value(i).LowBits())) }
	case precision <= maxInt64Digits:
		return func(i int) parquet.Value { return parquet.Int64Value(int64(arr.Value(i).LowBits())) }
	}
	size := decimalBytes(precision)
	return func(i int) parquet.Value {
		start := len(c.bytes)
		c.bytes = appendDecimal(c.bytes, arr.Value(i), size)
		return parquet.FixedLenByteArrayValue(c.bytes[start:])
	}
}
