package export

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// appendText appends a value of one column as CSV has it; NULL appends nothing.
type appendText func(dst []byte, row int) []byte

// textOf returns how to write the values of a column.
func textOf(arr arrow.Array) appendText {
	var value appendText
	if list, ok := arr.(*array.List); ok {
		value = listText(list)
	} else {
		value = valueText(arr)
	}
	return func(dst []byte, row int) []byte {
		if arr.IsNull(row) {
			return dst
		}
		return value(dst, row)
	}
}

// valueText is textOf for single values that are not NULL.
func valueText(arr arrow.Array) appendText {
	switch arr := arr.(type) {
	case *array.String:
		return func(dst []byte, i int) []byte { return append(dst, arr.Value(i)...) }
	case *array.Float64:
		return func(dst []byte, i int) []byte { return appendFloat(dst, arr.Value(i)) }
	case *array.Boolean:
		return func(dst []byte, i int) []byte { return strconv.AppendBool(dst, arr.Value(i)) }
	case *array.Date32:
		return func(dst []byte, i int) []byte {
			return time.Unix(int64(arr.Value(i))*86400, 0).UTC().AppendFormat(dst, time.DateOnly)
		}
	case *array.Timestamp:
		return func(dst []byte, i int) []byte {
			return time.UnixMicro(int64(arr.Value(i))).UTC().AppendFormat(dst, "2006-01-02T15:04:05.999999Z07:00")
		}
	case *array.Decimal128:
		scale := arr.DataType().(*arrow.Decimal128Type).Scale
		return func(dst []byte, i int) []byte { return append(dst, arr.Value(i).ToString(scale)...) }
	}
	ints := arr.(*array.Int64) // checkType knows no other
	return func(dst []byte, i int) []byte { return strconv.AppendInt(dst, ints.Value(i), 10) }
}

// appendFloat appends the shortest text that reads back as x, with an exponent
// only for the very large and the very small, as JSON in browsers has it.
func appendFloat(dst []byte, x float64) []byte {
	switch abs := math.Abs(x); {
	case math.IsInf(x, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(x, -1):
		return append(dst, "-Infinity"...)
	case abs != 0 && (abs < 1e-6 || abs >= 1e21):
		return strconv.AppendFloat(dst, x, 'e', -1, 64)
	}
	return strconv.AppendFloat(dst, x, 'f', -1, 64) // NaN is "NaN"
}

// listText is textOf for lists that are not NULL: JSON arrays.
func listText(list *array.List) appendText {
	elems := list.ListValues()
	value := jsonText(elems)
	return func(dst []byte, row int) []byte {
		start, end := list.ValueOffsets(row)
		dst = append(dst, '[')
		for i := start; i < end; i++ {
			if i > start {
				dst = append(dst, ',')
			}
			if elems.IsNull(int(i)) {
				dst = append(dst, "null"...)
				continue
			}
			dst = value(dst, int(i))
		}
		return append(dst, ']')
	}
}

// jsonText is valueText with the quotes that JSON wants.
func jsonText(arr arrow.Array) appendText {
	value := valueText(arr)
	quoted := func(dst []byte, i int) []byte { return append(value(append(dst, '"'), i), '"') }
	switch arr := arr.(type) {
	case *array.String:
		return func(dst []byte, i int) []byte { return appendJSONString(dst, arr.Value(i)) }
	case *array.Date32, *array.Timestamp:
		return quoted
	case *array.Float64:
		return func(dst []byte, i int) []byte {
			if x := arr.Value(i); math.IsInf(x, 0) || math.IsNaN(x) {
				return quoted(dst, i)
			}
			return value(dst, i)
		}
	}
	return value
}

// appendJSONString appends a JSON string without the escapes that only HTML
// needs.
func appendJSONString(dst []byte, s string) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // no string makes it fail
	return append(dst, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}
