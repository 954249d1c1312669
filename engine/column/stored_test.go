package column

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
)

// TestStoredGivesBackValues stores random columns of every type as it chooses, and
// with a dictionary where they can have one, in a file of several batches.
func TestStoredGivesBackValues(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 21))
	for _, typ := range allTypes {
		for _, n := range []int{0, 1, 100, 2000} {
			b := randomBuilder(r, typ, n)
			for _, s := range []*Stored{b.Stored(), {b: b, typ: plainType(typ)}, storedWithDictionary(b)} {
				if s != nil {
					testStored(t, r, b, s)
				}
			}
		}
	}
}

// testStored takes all rows of a column in pieces through a file.
func testStored(t *testing.T, r *rand.Rand, b *Builder, s *Stored) {
	t.Helper()
	rows := allRows(b.Len())
	r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	var arrays []arrow.Array
	for rest := rows; len(rest) > 0 || arrays == nil; {
		n := min(len(rest), 64+r.IntN(500))
		arr, err := s.Take(rest[:n])
		if err != nil {
			t.Fatal(err)
		}
		if !arrow.TypeEqual(arr.DataType(), s.Type()) {
			t.Fatalf("seed %d: an array of type %s, want %s", *seed, arr.DataType(), s.Type())
		}
		arrays, rest = append(arrays, arr), rest[n:]
	}
	c := NewColumn(b.Type(), throughFile(t, s.Type(), arrays))
	want, at := vectorOf(t, b), 0
	var dict *Dictionary
	for i := range arrays {
		v, err := c.Block(i)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			dict = v.dict
		}
		if v.dict != dict || (dict == nil) != (s.dict == nil) {
			t.Fatalf("%s: block %d has another dictionary than block 0", s.Type(), i)
		}
		for j := range v.Len() {
			if got, want := sameValue(v.Value(j)), sameValue(want.Value(int(rows[at]))); got != want {
				t.Fatalf("seed %d: %s: row %d is %s, want %s", *seed, s.Type(), rows[at], got, want)
			}
			at++
		}
	}
}

// TestStoredChooses gives columns that a dictionary makes smaller, and others.
func TestStoredChooses(t *testing.T) {
	build := func(typ model.Type, n int, set func(b *Builder, row int)) *Builder {
		b := NewBuilder(typ, n)
		for row := range n {
			set(b, row)
		}
		return b
	}
	ints := func(distinct int) func(b *Builder, row int) {
		return func(b *Builder, row int) { b.SetInt(row, int64(row%distinct)) }
	}
	for _, c := range []struct {
		b    *Builder
		want string
	}{
		{build(int64Type, 1000, ints(256)), "dictionary<values=int64, indices=uint8, ordered=false>"},
		{build(int64Type, 1000, ints(257)), "dictionary<values=int64, indices=uint16, ordered=false>"},
		{build(int64Type, 1000, ints(1000)), "int64"},
		{build(int64Type, 10, ints(1)), "int64"}, // a dictionary takes some room of its own
		{build(int64Type, 200_000, ints(70_000)), "dictionary<values=int64, indices=uint32, ordered=false>"},
		{build(int64Type, 1000, func(*Builder, int) {}), "int64"}, // nothing but NULL
		{build(int64Type, 0, nil), "int64"},
		{build(model.Type{Kind: model.Boolean}, 1000, ints(2)), "bool"},
		{build(model.Type{Kind: model.Date}, 1000, ints(30)), "dictionary<values=date32, indices=uint8, ordered=false>"},
		{build(model.Type{Kind: model.Timestamp}, 1000, ints(30)), "dictionary<values=timestamp[us, tz=UTC], indices=uint8, ordered=false>"},
		{build(shortType, 1000, func(b *Builder, row int) { b.SetDecimal(row, decimal128.FromI64(int64(row))) }), "decimal64(18, 2)"},
		{build(shortType, 1000, func(b *Builder, row int) { b.SetDecimal(row, decimal128.FromI64(int64(row%9))) }),
			"dictionary<values=decimal64(18, 2), indices=uint8, ordered=false>"},
		{build(longType, 1000, func(b *Builder, row int) { b.SetDecimal(row, decimal128.FromI64(int64(row))) }), "decimal(38, 10)"},
		{build(stringType, 1000, func(b *Builder, row int) { b.SetString(row, fmt.Sprint(row%9)) }), "dictionary<values=utf8, indices=uint8, ordered=false>"},
		{build(stringType, 1000, func(b *Builder, row int) { b.SetString(row, fmt.Sprint(row)) }), "utf8"},
		{NewBuilder(stringsType, 1000), "list<item: utf8, nullable>"},
		{NewBuilder(model.Type{Kind: model.NumberArray, Repr: model.Decimal, Precision: 18}, 1000), "list<item: decimal64(18, 0), nullable>"},
		{NewBuilder(model.Type{Kind: model.NumberArray, Repr: model.Decimal, Precision: 19}, 1000), "list<item: decimal(19, 0), nullable>"},
	} {
		if got := c.b.Stored().Type().String(); got != c.want {
			t.Errorf("%d values of type %s are stored as %s, want %s", c.b.Len(), c.b.Type(), got, c.want)
		}
	}
}

// TestStoredDictionaryAscends looks at the dictionary of floats, both zeros among
// them, that turn up in another order.
func TestStoredDictionaryAscends(t *testing.T) {
	b := NewBuilder(floatType, 1000)
	values := []float64{0, 7, math.Copysign(0, -1), math.Inf(-1), 7, -3}
	for row := range b.Len() {
		b.SetFloat(row, values[row%len(values)])
	}
	dict := b.Stored().dict.(*array.Float64).Float64Values()
	if got, want := fmt.Sprint(dict), "[-Inf -3 -0 0 7]"; got != want {
		t.Errorf("the dictionary is %s, want %s", got, want)
	}
}

// TestNewVectorRefusesDictionaries gives arrays with dictionaries that do not fit.
func TestNewVectorRefusesDictionaries(t *testing.T) {
	coded := func(values arrow.Array, codes ...uint8) arrow.Array {
		typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint8, ValueType: values.DataType()}
		index := array.NewData(arrow.PrimitiveTypes.Uint8, len(codes), []*memory.Buffer{nil, memory.NewBufferBytes(codes)}, nil, 0, 0)
		return array.NewDictionaryArray(typ, array.MakeFromData(index), values)
	}
	texts, _ := textBuilder("a", "b", "").Take([]uint32{0, 1})
	withNull, _ := textBuilder("a", "").Take([]uint32{0, 1})
	flags, _ := NewBuilder(model.Type{Kind: model.Boolean}, 1).Take([]uint32{0})
	signed := array.NewDictionaryArray(&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String},
		array.MakeFromData(array.NewData(arrow.PrimitiveTypes.Int8, 1, []*memory.Buffer{nil, memory.NewBufferBytes([]byte{0})}, nil, 0, 0)), texts)
	for _, c := range []struct {
		typ  model.Type
		arr  arrow.Array
		want string
	}{
		{stringType, coded(texts, 1, 2), "column: code 2, of a dictionary of 2 values"},
		{stringType, coded(withNull, 0), "column: a dictionary of 2 values holds 1 NULLs, expected none"},
		{int64Type, coded(texts, 0), "column: Arrow type dictionary<values=utf8, indices=uint8, ordered=false>, expected int64 for number (int64)"},
		{stringType, signed, "column: Arrow type dictionary<values=utf8, indices=int8, ordered=false>, expected utf8 for string"},
		{model.Type{Kind: model.Boolean}, coded(flags, 0), "column: Arrow type dictionary<values=bool, indices=uint8, ordered=false>, expected bool for boolean"},
	} {
		if _, err := NewVector(c.typ, c.arr); err == nil || err.Error() != c.want {
			t.Errorf("%s gives\n%v, want\n%s", c.arr.DataType(), err, c.want)
		}
	}
}

// TestNewVectorRefusesShortBuffers gives arrays whose buffers do not hold as many
// values as they say.
func TestNewVectorRefusesShortBuffers(t *testing.T) {
	eight := memory.NewBufferBytes(make([]byte, 8))
	for _, c := range []struct {
		typ     model.Type
		n       int
		buffers []*memory.Buffer
		nulls   int
		want    string
	}{
		{model.Type{Kind: model.Boolean}, 65, []*memory.Buffer{nil, eight}, 0, "column: buffer 1 of 65 values of type bool has 8 bytes, expected at least 9"},
		{model.Type{Kind: model.Boolean}, 65, []*memory.Buffer{eight, eight}, 1, "column: buffer 0 of 65 values of type bool has 8 bytes, expected at least 9"},
		{model.Type{Kind: model.Boolean}, 1, []*memory.Buffer{nil, nil}, 0, "column: buffer 1 of 1 values of type bool has 0 bytes, expected at least 1"},
	} {
		arr := array.MakeFromData(array.NewData(c.typ.Arrow(), c.n, c.buffers, nil, c.nulls, 0))
		if _, err := NewVector(c.typ, arr); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}
