package duck

import (
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/memory"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// column collects the values of a column of a batch.
type column interface {
	// add appends n values of a vector from the one at lo on.
	add(v bindings.Vector, lo, n int) error
	// bytes is how much there is of what has no width.
	bytes() int
	// take returns what was added and begins anew.
	take() arrow.ArrayData
}

// newColumn returns an empty column of an exact type.
func newColumn(t arrow.DataType) column {
	switch t := t.(type) {
	case *arrow.BooleanType:
		return &booleans{}
	case *arrow.StringType, *arrow.BinaryType:
		return &texts{of: t}
	case *arrow.Decimal128Type:
		return &decimals{of: t, width: decimalWidth(int(t.Precision))}
	case *arrow.ListType:
		return &lists{of: t, elements: newColumn(t.Elem())}
	case *arrow.MapType:
		return &lists{of: t, elements: newColumn(t.Elem())}
	case *arrow.StructType:
		s := &structs{of: t}
		for _, f := range t.Fields() {
			s.fields = append(s.fields, newColumn(f.Type))
		}
		return s
	}
	width := t.(arrow.FixedWidthDataType).BitWidth() / bitsPerByte //nolint:forcetypeassert // what is left has a width
	return &numbers{of: t, width: width}
}

const (
	bitsPerByte = 8
	// chunkRows is about how many rows come at a time.
	chunkRows = 2048
)

// validity is which values of a column are not NULL.
type validity struct {
	rows, nulls int
	bits        []byte // nil while no value is NULL
}

// add appends the validity of n values of a vector. It returns that of the vector
// itself, nil where no value of it is NULL.
func (v *validity) add(of bindings.Vector, lo, n int) []byte {
	mask := unsafe.Pointer(bindings.VectorGetValidity(of))
	var bits []byte
	nulls := 0
	if mask != nil {
		bits = unsafe.Slice((*byte)(mask), int(bitutil.BytesForBits(int64(lo+n))))
		nulls = n - bitutil.CountSetBits(bits, lo, n)
	}
	if nulls > 0 || v.bits != nil {
		v.grow(v.rows + n)
		if nulls > 0 {
			bitutil.CopyBitmap(bits, lo, n, v.bits, v.rows)
		} else {
			bitutil.SetBitsTo(v.bits, int64(v.rows), int64(n), true)
		}
	}
	v.rows += n
	v.nulls += nulls
	if nulls == 0 {
		return nil
	}
	return bits
}

// grow makes room for so many values. Before the first NULL there is none.
func (v *validity) grow(rows int) {
	need := int(bitutil.BytesForBits(int64(rows)))
	first := v.bits == nil
	if need > cap(v.bits) {
		bits := make([]byte, need, max(need, 2*cap(v.bits), chunkRows/bitsPerByte))
		copy(bits, v.bits)
		v.bits = bits
	}
	v.bits = v.bits[:need]
	if first {
		bitutil.SetBitsTo(v.bits, 0, int64(v.rows), true)
	}
}

func (v *validity) take() (rows, nulls int, bits *memory.Buffer) {
	rows, nulls = v.rows, v.nulls
	if v.bits != nil {
		bits = memory.NewBufferBytes(v.bits)
	}
	*v = validity{}
	return rows, nulls, bits
}

// valuesOf returns n values of a vector from the one at lo on.
func valuesOf[T any](v bindings.Vector, lo, n int) []T {
	data := (*T)(unsafe.Pointer(bindings.VectorGetData(v)))
	return unsafe.Slice(data, lo+n)[lo:]
}

// numbers are of a type that DuckDB and Arrow hold alike.
type numbers struct {
	validity
	of    arrow.DataType
	width int // bytes
	data  []byte
	last  int // bytes of the batch before, which the next may have, too
}

func (c *numbers) add(v bindings.Vector, lo, n int) error {
	if c.data == nil {
		c.data = make([]byte, 0, max(c.last, n*c.width))
	}
	c.data = append(c.data, valuesOf[byte](v, lo*c.width, n*c.width)...)
	c.validity.add(v, lo, n)
	return nil
}

func (*numbers) bytes() int { return 0 }

func (c *numbers) take() arrow.ArrayData {
	data := memory.NewBufferBytes(c.data)
	c.data, c.last = nil, len(c.data)
	rows, nulls, bits := c.validity.take()
	return array.NewData(c.of, rows, []*memory.Buffer{bits, data}, nil, nulls, 0)
}

// booleans are bytes in DuckDB, and bits in Arrow.
type booleans struct {
	validity
	data []byte
}

func (c *booleans) add(v bindings.Vector, lo, n int) error {
	need := int(bitutil.BytesForBits(int64(c.rows + n)))
	for len(c.data) < need {
		c.data = append(c.data, make([]byte, need-len(c.data))...)
	}
	for i, value := range valuesOf[byte](v, lo, n) {
		if value != 0 {
			bitutil.SetBit(c.data, c.rows+i)
		}
	}
	c.validity.add(v, lo, n)
	return nil
}

func (*booleans) bytes() int { return 0 }

func (c *booleans) take() arrow.ArrayData {
	data := memory.NewBufferBytes(c.data)
	c.data = nil
	rows, nulls, bits := c.validity.take()
	return array.NewData(arrow.FixedWidthTypes.Boolean, rows, []*memory.Buffer{bits, data}, nil, nulls, 0)
}

// decimals have 16, 32, 64 or 128 bits in DuckDB, always 128 in Arrow.
type decimals struct {
	validity
	of    *arrow.Decimal128Type
	width int // bytes in DuckDB
	data  []byte
	last  int // bytes of the batch before
}

// Bytes of decimals, and the digits that fit into those that are narrow.
const (
	decimalBytes              = 16
	bytes2, bytes4, bytes8    = 2, 4, 8
	digits2, digits4, digits8 = 4, 9, 18
)

func decimalWidth(precision int) int {
	switch {
	case precision <= digits2:
		return bytes2
	case precision <= digits4:
		return bytes4
	case precision <= digits8:
		return bytes8
	}
	return decimalBytes
}

// wide is a decimal of Arrow's.
type wide struct{ lo, hi int64 }

func (c *decimals) add(v bindings.Vector, lo, n int) error {
	if c.data == nil {
		c.data = make([]byte, 0, max(c.last, n*decimalBytes))
	}
	switch c.width {
	case bytes2:
		c.data = appendWide(c.data, valuesOf[int16](v, lo, n))
	case bytes4:
		c.data = appendWide(c.data, valuesOf[int32](v, lo, n))
	case bytes8:
		c.data = appendWide(c.data, valuesOf[int64](v, lo, n))
	default:
		c.data = append(c.data, valuesOf[byte](v, lo*decimalBytes, n*decimalBytes)...)
	}
	c.validity.add(v, lo, n)
	return nil
}

// appendWide appends numbers with 128 bits each.
func appendWide[T int16 | int32 | int64](to []byte, values []T) []byte {
	const sign = 63
	for _, v := range values {
		w := wide{int64(v), int64(v) >> sign}
		to = append(to, unsafe.Slice((*byte)(unsafe.Pointer(&w)), decimalBytes)...)
	}
	return to
}

func (*decimals) bytes() int { return 0 }

func (c *decimals) take() arrow.ArrayData {
	data := memory.NewBufferBytes(c.data)
	c.data, c.last = nil, len(c.data)
	rows, nulls, bits := c.validity.take()
	return array.NewData(c.of, rows, []*memory.Buffer{bits, data}, nil, nulls, 0)
}

// text is DuckDB's: up to inlineBytes bytes stand in it, more elsewhere.
type text struct {
	length uint32
	start  [4]byte
	rest   unsafe.Pointer // or 8 bytes of a short text
}

const inlineBytes = 12

// value returns the bytes, which are DuckDB's.
func (t *text) value() []byte {
	if t.length <= inlineBytes {
		return unsafe.Slice(&t.start[0], t.length)
	}
	return unsafe.Slice((*byte)(t.rest), t.length)
}

// texts are of type STRING or BINARY.
type texts struct {
	validity
	of      arrow.DataType
	offsets []int32
	data    []byte
	last    int // rows of the batch before
	size    int // bytes of its texts
}

// errLongTexts is returned for texts beyond the 31 bits of their offsets.
var errLongTexts = errors.New("the texts of a batch have more than 2 GiB")

func (c *texts) add(v bindings.Vector, lo, n int) error {
	if c.offsets == nil {
		c.offsets = append(make([]int32, 0, max(c.last, n)+1), 0)
		c.data = make([]byte, 0, c.size+c.size/bitsPerByte)
	}
	bits := c.validity.add(v, lo, n)
	// Of a vector, not of the slice's memory: texts that stand in it are addressed.
	values := valuesOf[text](v, lo, n)
	for i := range values {
		if bits == nil || bitutil.BitIsSet(bits, lo+i) {
			c.data = append(c.data, values[i].value()...)
		}
		c.offsets = append(c.offsets, int32(len(c.data)))
	}
	if len(c.data) > math.MaxInt32 {
		return errLongTexts
	}
	return nil
}

func (c *texts) bytes() int { return len(c.data) }

func (c *texts) take() arrow.ArrayData {
	if c.offsets == nil {
		c.offsets = []int32{0}
	}
	offsets := memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(c.offsets))
	data := memory.NewBufferBytes(c.data)
	c.last, c.size = len(c.offsets)-1, len(c.data)
	c.offsets, c.data = nil, nil
	rows, nulls, bits := c.validity.take()
	return array.NewData(c.of, rows, []*memory.Buffer{bits, offsets, data}, nil, nulls, 0)
}

// lists are lists, and maps, which are lists of pairs.
type lists struct {
	validity
	of       arrow.DataType
	elements column
	offsets  []int32
}

// listEntry is where the elements of a list lie.
type listEntry struct{ offset, length uint64 }

func (c *lists) add(v bindings.Vector, lo, n int) error {
	if c.offsets == nil {
		c.offsets = append(make([]int32, 0, chunkRows+1), 0)
	}
	bits := c.validity.add(v, lo, n)
	elements := bindings.ListVectorGetChild(v)
	end := int(c.offsets[len(c.offsets)-1])
	from, to := 0, 0 // elements that follow one another and are not yet added
	for i, entry := range valuesOf[listEntry](v, lo, n) {
		if length := int(entry.length); length > 0 && (bits == nil || bitutil.BitIsSet(bits, lo+i)) {
			if int(entry.offset) != to {
				if err := c.addElements(elements, from, to); err != nil {
					return err
				}
				from = int(entry.offset)
			}
			to = int(entry.offset) + length
			end += length
		}
		if end > math.MaxInt32 {
			return fmt.Errorf("the lists of a batch have %d elements, at most %d", end, math.MaxInt32)
		}
		c.offsets = append(c.offsets, int32(end))
	}
	return c.addElements(elements, from, to)
}

func (c *lists) addElements(elements bindings.Vector, from, to int) error {
	if from == to {
		return nil
	}
	return c.elements.add(elements, from, to-from)
}

func (c *lists) bytes() int { return c.elements.bytes() }

func (c *lists) take() arrow.ArrayData {
	if c.offsets == nil {
		c.offsets = []int32{0}
	}
	offsets := memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(c.offsets))
	c.offsets = nil
	elements := c.elements.take()
	defer elements.Release()
	rows, nulls, bits := c.validity.take()
	return array.NewData(c.of, rows, []*memory.Buffer{bits, offsets}, []arrow.ArrayData{elements}, nulls, 0)
}

// structs have a column for each field.
type structs struct {
	validity
	of     *arrow.StructType
	fields []column
}

func (c *structs) add(v bindings.Vector, lo, n int) error {
	c.validity.add(v, lo, n)
	for i, field := range c.fields {
		if err := field.add(bindings.StructVectorGetChild(v, bindings.IdxT(i)), lo, n); err != nil {
			return err
		}
	}
	return nil
}

func (c *structs) bytes() int {
	most := 0
	for _, field := range c.fields {
		most = max(most, field.bytes())
	}
	return most
}

func (c *structs) take() arrow.ArrayData {
	children := make([]arrow.ArrayData, len(c.fields))
	for i, field := range c.fields {
		children[i] = field.take()
		defer children[i].Release()
	}
	rows, nulls, bits := c.validity.take()
	return array.NewData(c.of, rows, []*memory.Buffer{bits}, children, nulls, 0)
}
