package column

import (
	"fmt"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
)

// NewVector returns the values of arr, which has the type t.Arrow() or the one in
// which a [Stored] column holds values of t. The array's memory is used in place,
// but for decimals of up to 18 digits in 128 bits. The error says what about the
// array is not as expected.
func NewVector(t model.Type, arr arrow.Array) (*Vector, error) {
	return new(arrowDictionary).vector(t, arr)
}

// arrowDictionary is the dictionary of the arrays of one column: all have the
// same, and it is looked at once.
type arrowDictionary struct {
	data arrow.ArrayData
	dict *Dictionary
}

// vector is NewVector for an array whose dictionary, where it has one, is mostly
// the one of the array before.
func (d *arrowDictionary) vector(t model.Type, arr arrow.Array) (*Vector, error) {
	if !isStoredAs(t, arr.DataType()) {
		return nil, fmt.Errorf("column: Arrow type %s, expected %s for %s", arr.DataType(), t.Arrow(), t)
	}
	if arr.Data().Offset() != 0 {
		return nil, fmt.Errorf("column: array starts at offset %d of its buffers, expected 0", arr.Data().Offset())
	}
	v := &Vector{typ: t, n: arr.Len(), arr: arr}
	if arr.NullN() > 0 {
		valid, err := buffer(arr, 0, bitmapBytes(v.n))
		if err != nil {
			return nil, err
		}
		v.valid = valid
	}
	switch a := arr.(type) {
	case *array.Dictionary:
		if err := d.open(t, a); err != nil {
			return nil, err
		}
		v.dict = d.dict
		return v, v.readCodes(a)
	case *array.String:
		return v, v.readTexts(a)
	case *array.List:
		return v, v.readLists(a)
	}
	return v, v.readFixed(arr)
}

// isStoredAs reports whether arrays of an Arrow type hold values of t.
func isStoredAs(t model.Type, arrowType arrow.DataType) bool {
	if dict, ok := arrowType.(*arrow.DictionaryType); ok && hasDictionaries(t) {
		switch dict.IndexType.ID() {
		case arrow.UINT8, arrow.UINT16, arrow.UINT32:
			arrowType = dict.ValueType
		}
	}
	return arrow.TypeEqual(arrowType, t.Arrow()) || arrow.TypeEqual(arrowType, plainType(t))
}

// open makes the dictionary of a ready, where it is not that of the array before.
func (d *arrowDictionary) open(t model.Type, a *array.Dictionary) error {
	data := a.Dictionary().Data()
	if d.dict != nil && d.data == data {
		return nil
	}
	values, err := NewVector(t, a.Dictionary())
	if err != nil {
		return err
	}
	if values.valid != nil {
		return fmt.Errorf("column: a dictionary of %d values holds %d NULLs, expected none", values.n, a.Dictionary().NullN())
	}
	d.data, d.dict = data, &Dictionary{values: values}
	return nil
}

// readCodes reads the rows of an array with a dictionary, which v has already.
func (v *Vector) readCodes(a *array.Dictionary) error {
	width := a.DataType().(*arrow.DictionaryType).IndexType.(arrow.FixedWidthDataType).Bytes()
	data, err := buffer(a, 1, v.n*width)
	if err != nil {
		return err
	}
	switch width {
	case 1:
		v.codes.small = data
	case 2:
		v.codes.medium = arrow.Uint16Traits.CastFromBytes(data)
	default:
		v.codes.large = arrow.Uint32Traits.CastFromBytes(data)
	}
	if err := v.codes.check(v.dict.Len()); err != nil {
		return fmt.Errorf("column: %w", err)
	}
	return nil
}

// readFixed reads an array of values of one size each.
func (v *Vector) readFixed(arr arrow.Array) error {
	size := bitmapBytes(v.n)
	bits := arr.DataType().(arrow.FixedWidthDataType).BitWidth()
	if bits > 1 {
		size = v.n * bits / 8
	}
	data, err := buffer(arr, 1, size)
	if err != nil {
		return err
	}
	switch arr.(type) {
	case *array.Boolean:
		v.bools = data
	case *array.Date32:
		v.days = arrow.Int32Traits.CastFromBytes(data)
	case *array.Float64:
		v.floats = arrow.Float64Traits.CastFromBytes(data)
	case *array.Decimal128:
		v.decimals = arrow.Decimal128Traits.CastFromBytes(data)
		if isNarrow(v.typ) {
			v.ints, v.decimals = lowInts(v.decimals), nil
		}
	default: // Int64, Timestamp and Decimal64
		v.ints = arrow.Int64Traits.CastFromBytes(data)
	}
	return nil
}

// lowInts returns decimals of up to 18 digits as 64-bit numbers.
func lowInts(decimals []decimal128.Num) []int64 {
	ints := make([]int64, len(decimals))
	for i, d := range decimals {
		ints[i] = lowInt(d)
	}
	return ints
}

// readTexts reads an array of strings.
func (v *Vector) readTexts(a *array.String) error {
	text := wholeBuffer(a, 2)
	v.text = textOf(text)
	return v.readOffsets(a, len(text))
}

// readLists reads an array of lists.
func (v *Vector) readLists(a *array.List) error {
	elems, err := NewVector(v.typ.Elem(), a.ListValues())
	if err != nil {
		return err
	}
	v.elems = elems
	return v.readOffsets(a, elems.n)
}

// readOffsets reads the offsets of strings or lists, which must ascend and stay
// within the size bytes or elements that there are.
func (v *Vector) readOffsets(a arrow.Array, size int) error {
	if v.n == 0 { // an array without rows needs no offsets
		v.offsets = []int32{0}
		return nil
	}
	data, err := buffer(a, 1, (v.n+1)*arrow.Int32SizeBytes)
	if err != nil {
		return err
	}
	v.offsets = arrow.Int32Traits.CastFromBytes(data)
	last := int32(0)
	for i, offset := range v.offsets {
		if offset < last || int(offset) > size {
			return fmt.Errorf("column: value %d starts at %d, the one before at %d, of %d in all", i, offset, last, size)
		}
		last = offset
	}
	return nil
}

// buffer returns the first size bytes of a buffer of arr.
func buffer(arr arrow.Array, i, size int) ([]byte, error) {
	data := wholeBuffer(arr, i)
	if size < 0 || len(data) < size {
		return nil, fmt.Errorf("column: buffer %d of %d values of type %s has %d bytes, expected at least %d",
			i, arr.Len(), arr.DataType(), len(data), size)
	}
	return data[:size:size], nil
}

// wholeBuffer returns a buffer of arr; nil where it has none.
func wholeBuffer(arr arrow.Array, i int) []byte {
	buffers := arr.Data().Buffers()
	if i >= len(buffers) || buffers[i] == nil {
		return nil
	}
	return buffers[i].Bytes()
}

// bitmapBytes returns the size of a bitmap of n bits.
func bitmapBytes(n int) int { return (n + 7) / 8 }

// textOf returns bytes as a string without copying them. They must not change
// as long as the string is used.
func textOf(data []byte) string { return unsafe.String(unsafe.SliceData(data), len(data)) }
