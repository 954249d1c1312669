package column

import (
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Stored is a column of a [Builder] in the form in which a snapshot stores it:
// every array has one type and, where that is of a dictionary, one dictionary.
// [NewVector] reads them all. The builder must not change as long as it is used.
type Stored struct {
	b     *Builder
	typ   arrow.DataType
	codes []uint32    // by row of the builder, 0 where NULL
	dict  arrow.Array // of the plain type, ascending, none NULL; nil: the values are stored
}

// maxStoredValues is how many values a dictionary of an attribute holds at most.
// Beyond, it mostly saves little, and every test would be made of all of them.
const maxStoredValues = 1 << 18

// dictionaryBytes is about what an Arrow file needs for a dictionary besides its
// values.
const dictionaryBytes = 512

// Stored chooses how the column is stored, by its values alone: with a dictionary
// of its distinct values where that is smaller, and never that for lists and
// booleans; else in the plain type, which is b.Type().Arrow() but for decimals of
// up to 18 digits, whose type has 64 bits.
func (b *Builder) Stored() *Stored {
	s := &Stored{b: b, typ: plainType(b.typ)}
	if !hasDictionaries(b.typ) {
		return s
	}
	if codes, first, ok := b.distinct(); ok {
		s.sortCodes(codes, first)
	}
	return s
}

// Type returns the type of the arrays.
func (s *Stored) Type() arrow.DataType { return s.typ }

// Take returns the given rows, in the given order, as an Arrow array of s.Type().
// The caller releases it. The error is a *TooLargeError.
func (s *Stored) Take(rows []uint32) (arrow.Array, error) {
	if s.dict == nil {
		return s.b.take(s.typ, rows)
	}
	codes, valid := gather(s.codes, rows), gather(s.b.valid, rows)
	var indices arrow.Array
	switch s.typ.(*arrow.DictionaryType).IndexType.ID() {
	case arrow.UINT8:
		indices = indexArray(array.NewUint8Builder(memory.DefaultAllocator), narrowed[uint8](codes), valid)
	case arrow.UINT16:
		indices = indexArray(array.NewUint16Builder(memory.DefaultAllocator), narrowed[uint16](codes), valid)
	default:
		indices = indexArray(array.NewUint32Builder(memory.DefaultAllocator), codes, valid)
	}
	defer indices.Release()
	return array.NewDictionaryArray(s.typ, indices, s.dict), nil
}

// plainType returns the Arrow type in which values of t are stored without a
// dictionary.
func plainType(t model.Type) arrow.DataType {
	switch elem := t.Elem(); {
	case !isNarrow(elem):
		return t.Arrow()
	case t.IsArray():
		return arrow.ListOf(plainType(elem))
	default:
		return &arrow.Decimal64Type{Precision: int32(t.Precision), Scale: int32(t.Scale)}
	}
}

// hasDictionaries reports whether values of t may be stored with a dictionary.
func hasDictionaries(t model.Type) bool { return !t.IsArray() && t.Kind != model.Boolean }

// indexType returns the type of the codes of n values, and its size in bytes.
func indexType(n int) (t arrow.DataType, size int) {
	switch {
	case n <= math.MaxUint8+1:
		return arrow.PrimitiveTypes.Uint8, arrow.Uint8SizeBytes
	case n <= math.MaxUint16+1:
		return arrow.PrimitiveTypes.Uint16, arrow.Uint16SizeBytes
	}
	return arrow.PrimitiveTypes.Uint32, arrow.Uint32SizeBytes
}

// distinct numbers the distinct values of all rows in the order of their first
// rows, which it returns. ok is false where storing them is no smaller than the
// rows, where there are too many, or none.
func (b *Builder) distinct() (codes, first []uint32, ok bool) {
	each := 0 // bytes of a value of fixed size
	if t, ok := plainType(b.typ).(arrow.FixedWidthDataType); ok {
		each = t.Bytes()
	}
	plain, values := 0, dictionaryBytes
	for row := range b.n {
		plain += b.valueBytes(row, each)
	}
	coder := NewCoder(b)
	coder.exact = true
	codes = make([]uint32, b.n)
	for row, valid := range b.valid {
		if !valid {
			continue
		}
		code := coder.Code(row)
		if codes[row] = uint32(code); code < len(first) {
			continue
		}
		first = append(first, uint32(row))
		values += b.valueBytes(row, each)
		_, size := indexType(len(first))
		if len(first) > maxStoredValues || values+size*b.n >= plain || values > maxTextBytes {
			return nil, nil, false
		}
	}
	return codes, first, first != nil
}

// valueBytes returns the bytes that a row takes in an array of the plain type,
// each where that is of values of one size.
func (b *Builder) valueBytes(row, each int) int {
	if b.spans == nil && b.shared == nil {
		return each
	}
	size := arrow.Int32SizeBytes
	if b.valid[row] {
		size += len(b.bytes(row))
	}
	return size
}

// sortCodes makes the values at the rows first the dictionary, ascending, and
// codes, their places in first, places in the dictionary.
func (s *Stored) sortCodes(codes, first []uint32) {
	order := make([]uint32, len(first)) // places in first, by value
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(i, j uint32) int { return s.b.Compare(int(first[i]), int(first[j])) })
	places, rows := make([]uint32, len(first)), make([]uint32, len(first))
	for place, i := range order {
		places[i], rows[place] = uint32(place), first[i]
	}
	for row, valid := range s.b.valid {
		if valid {
			codes[row] = places[codes[row]]
		}
	}
	dict, err := s.b.take(s.typ, rows)
	if err != nil { // the texts fit by distinct
		return
	}
	index, _ := indexType(len(first))
	s.typ = &arrow.DictionaryType{IndexType: index, ValueType: s.typ}
	s.codes, s.dict = codes, dict
}

// indexBuilder builds an array of codes.
type indexBuilder[T any] interface {
	AppendValues(values []T, valid []bool)
	NewArray() arrow.Array
	Release()
}

func indexArray[T any](b indexBuilder[T], codes []T, valid []bool) arrow.Array {
	defer b.Release()
	b.AppendValues(codes, valid)
	return b.NewArray()
}

// narrowed returns codes in fewer bits, which they fit.
func narrowed[T uint8 | uint16](codes []uint32) []T {
	out := make([]T, len(codes))
	for i, code := range codes {
		out[i] = T(code)
	}
	return out
}
