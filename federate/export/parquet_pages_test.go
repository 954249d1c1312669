package export

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go/format"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// stringBatch is a batch of one column s that may be NULL.
func stringBatch(texts ...string) (*arrow.Schema, arrow.RecordBatch) {
	schema := arrow.NewSchema([]arrow.Field{nullable("s", arrow.BinaryTypes.String)}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for _, text := range texts {
		if text == "NULL" {
			b.Field(0).AppendNull()
		} else {
			b.Field(0).(*array.StringBuilder).Append(text)
		}
	}
	return schema, b.NewRecordBatch()
}

// Bounds of strings are whole in the footer, cut in the index of pages.
func TestParquetStringBounds(t *testing.T) {
	long := strings.Repeat("z", 40)
	for _, test := range []struct {
		texts              []string
		lo, hi             string // of the row group
		shortLo, shortHigh string
	}{
		{[]string{"b", "NULL", "", "c"}, "", "c", "", "c"},
		{[]string{long}, long, long, long[:16], long[:15] + "{"},
		{[]string{"é" + long}, "é" + long, "é" + long, "é" + long[:14], "é" + long[:13] + "{"},
		{[]string{strings.Repeat("é", 20)}, strings.Repeat("é", 20), strings.Repeat("é", 20), strings.Repeat("é", 8), strings.Repeat("é", 7) + "ê"},
		{[]string{strings.Repeat("漢", 9)}, strings.Repeat("漢", 9), strings.Repeat("漢", 9), strings.Repeat("漢", 5), strings.Repeat("漢", 4) + "漣"},
		{[]string{"abc" + strings.Repeat("\U0010ffff", 9)}, "abc" + strings.Repeat("\U0010ffff", 9), "abc" + strings.Repeat("\U0010ffff", 9), "abc" + strings.Repeat("\U0010ffff", 3), "abd"},
		{[]string{"ab\x7f" + strings.Repeat("\x7f", 20)}, "ab" + strings.Repeat("\x7f", 21), "ab" + strings.Repeat("\x7f", 21), "ab" + strings.Repeat("\x7f", 14), "ac"},
		{[]string{strings.Repeat("\xff", 20)}, strings.Repeat("\xff", 20), strings.Repeat("\xff", 20), strings.Repeat("\xff", 16), strings.Repeat("\xff", 20)},
		{[]string{"a" + strings.Repeat("\xff", 20)}, "a" + strings.Repeat("\xff", 20), "a" + strings.Repeat("\xff", 20), "a" + strings.Repeat("\xff", 15), "b"},
	} {
		schema, batch := stringBatch(test.texts...)
		f := openParquet(t, writeBytes(t, schema, Options{Format: Parquet}, batch))
		statistics, index := f.Metadata().RowGroups[0].Columns[0].MetaData.Statistics, f.ColumnIndexes()[0]
		got := []string{string(statistics.MinValue), string(statistics.MaxValue), string(index.MinValues[0]), string(index.MaxValues[0])}
		if diff := cmp.Diff([]string{test.lo, test.hi, test.shortLo, test.shortHigh}, got); diff != "" {
			t.Errorf("%q: -want +got\n%s", test.texts, diff)
		}
	}
}

// Bounds of whole pages in random strings, of few characters that are hard to cut:
// they enclose the values, are strings themselves, and go as the index says.
func TestParquetStringBoundsRandom(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 11))
	characters := []string{"a", "\x7f", "\u0080", "é", "\u07ff", "\u0800", "漢", "\ud7ff", "\ufffd", "\uffff", "😀", "\U0010ffff"}
	for range 20_000 {
		var texts [2]string
		common := 0
		for i := range texts {
			var b strings.Builder
			if i > 0 {
				common = r.IntN(len(texts[0]) + 1)
			}
			for b.WriteString(strings.ToValidUTF8(texts[0][:common], "")); b.Len() < 20 && r.IntN(12) > 0; {
				b.WriteString(characters[r.IntN(len(characters))])
			}
			texts[i] = b.String()
		}
		for _, text := range texts {
			lo, hi := lesserPrefix([]byte(text)), greaterPrefix([]byte(text))
			if string(lo) > text || string(hi) < text || !utf8.Valid(lo) || !utf8.Valid(hi) || len(lo) > maxBoundBytes {
				t.Fatalf("%q is not between %q and %q, both strings", text, lo, hi)
			}
		}
		c := chunk{columns: format.ColumnIndex{NullPages: make([]bool, 2)}}
		for _, text := range texts {
			c.columns.MinValues = append(c.columns.MinValues, []byte(text))
			c.columns.MaxValues = append(c.columns.MaxValues, []byte(text))
		}
		c.finish(&parquetLeafColumn{typ: format.ByteArray}, 0, bytes.Compare)
		lo, hi := c.columns.MinValues, c.columns.MaxValues
		ascending := bytes.Compare(lo[0], lo[1]) <= 0 && bytes.Compare(hi[0], hi[1]) <= 0
		if found := c.columns.BoundaryOrder == format.Ascending; found != ascending {
			t.Fatalf("pages of %q have the order %s", texts, c.columns.BoundaryOrder)
		}
	}
}

// What the footer holds of long strings is short: all of it stays in memory until
// the file ends.
func TestParquetLongBounds(t *testing.T) {
	const size = 1 << 20 // a page of its own each
	var texts []string
	for i := range 20 {
		texts = append(texts, strings.Repeat(string(rune('a'+i)), size))
	}
	schema, batch := stringBatch(texts...)
	e, err := newParquetEncoder(io.Discard, schema, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(e.write(t.Context(), batch), e.close(t.Context())); err != nil {
		t.Fatal(err)
	}
	file := e.(*parquetEncoder).out
	index := file.groups[0][0].columns
	if n := len(index.MinValues); n != len(texts) {
		t.Fatalf("the index has %d pages, want %d", n, len(texts))
	}
	for i, bounds := range [][][]byte{index.MinValues, index.MaxValues} {
		for page, bound := range bounds {
			if cap(bound) > 4*maxBoundBytes {
				t.Errorf("bound %d of page %d holds %d bytes", i, page, cap(bound))
			}
		}
	}
	if s := file.footer.RowGroups[0].Columns[0].MetaData.Statistics; s.MinValue != nil || s.MaxValue != nil {
		t.Errorf("the row group has bounds of %d and %d bytes, want none", len(s.MinValue), len(s.MaxValue))
	}
}

// A panic of a column's goroutine is an error, and nothing waits for it.
func TestParquetPanic(t *testing.T) {
	schema, batch := stringBatch("a")
	e, err := newParquetEncoder(io.Discard, schema, Options{})
	if err != nil {
		t.Fatal(err)
	}
	e.(*parquetEncoder).columns[0].values = nil
	err = errors.Join(e.write(t.Context(), batch), e.close(t.Context()))
	const want = `column "s": internal error: runtime error: invalid memory address or nil pointer dereference`
	if err == nil || !strings.HasPrefix(err.Error(), want+"\n") {
		t.Errorf("error %v, want %s", err, want)
	}
	if err := e.stop(); err != nil {
		t.Error(err)
	}
}

func TestParquetRowGroupRows(t *testing.T) {
	schema, batch := stringBatch("a")
	_, err := Write(t.Context(), io.Discard, schema, sequence(batch), Options{Format: Parquet, RowGroupRows: -1})
	const want = "row groups of -1 rows are asked for, expected 1 or more, or 0 for 1048576"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// The zeros of a page are both within its bounds; with a NaN there are none.
func TestParquetFloatBounds(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{nullable("f", arrow.PrimitiveTypes.Float64)}, nil)
	for _, test := range []struct {
		values []float64
		lo, hi []byte
	}{
		{[]float64{0}, []byte{0, 0, 0, 0, 0, 0, 0, 0x80}, make([]byte, 8)},
		{[]float64{math.Copysign(0, -1)}, []byte{0, 0, 0, 0, 0, 0, 0, 0x80}, make([]byte, 8)},
		{[]float64{2, math.Inf(-1)}, []byte{0, 0, 0, 0, 0, 0, 0xf0, 0xff}, []byte{0, 0, 0, 0, 0, 0, 0, 0x40}},
		{[]float64{2, math.NaN(), 1}, nil, nil},
	} {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		b.Field(0).(*array.Float64Builder).AppendValues(test.values, nil)
		out := writeBytes(t, schema, Options{Format: Parquet}, b.NewRecordBatch())
		b.Release()
		statistics := openParquet(t, out).Metadata().RowGroups[0].Columns[0].MetaData.Statistics
		if !bytes.Equal(statistics.MinValue, test.lo) || !bytes.Equal(statistics.MaxValue, test.hi) {
			t.Errorf("bounds of %v are %x to %x, want %x to %x", test.values, statistics.MinValue, statistics.MaxValue, test.lo, test.hi)
		}
	}
}

// Where there are no values, there is no dictionary, and no page refers to one.
func TestParquetNoValues(t *testing.T) {
	schema, batch := stringBatch("NULL", "NULL", "NULL")
	f := openParquet(t, writeBytes(t, schema, Options{Format: Parquet}, batch))
	if diff := cmp.Diff([][]any{{nil, nil, nil}}, parquetColumns(t, f, schema)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	c := f.Metadata().RowGroups[0].Columns[0].MetaData
	want := []format.PageEncodingStats{{PageType: format.DataPage, Encoding: format.Plain, Count: 1}}
	if diff := cmp.Diff(want, []format.PageEncodingStats(c.EncodingStats)); diff != "" || c.DictionaryPageOffset != 0 {
		t.Errorf("dictionary at %d; -want +got\n%s", c.DictionaryPageOffset, diff)
	}
}

// Numbers of every width come back from the encoding of levels and codes.
func TestAppendHybrid(t *testing.T) {
	for width := 1; width <= 24; width++ {
		for _, n := range []int{1, 7, 8, 9, 1000} {
			numbers := make([]uint32, n)
			for i := range numbers {
				numbers[i] = uint32(i*2654435761) & (1<<width - 1)
			}
			packed := appendPacked(nil, numbers, width, (n+7)/8*width)
			for i, want := range numbers {
				got := uint32(0)
				for bit := range width {
					at := i*width + bit
					got |= uint32(packed[at/8]>>(at%8)&1) << bit
				}
				if got != want {
					t.Fatalf("%d numbers of %d bits: number %d is %d, want %d", n, width, i, got, want)
				}
			}
		}
	}
	if diff := cmp.Diff([]byte{3 << 1, 0x34, 0x02}, appendHybrid[uint32](nil, []uint32{0x234, 0x234, 0x234}, 10)); diff != "" {
		t.Errorf("a run: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]byte{1<<1 | 1, 0b101}, appendHybrid[uint8](nil, []uint8{1, 0, 1}, 1)); diff != "" {
		t.Errorf("bits: -want +got\n%s", diff)
	}
}

// However Write ends, nothing runs any more and no batch is kept.
func TestParquetReleases(t *testing.T) {
	errSource := errors.New("the source broke")
	for _, end := range []error{nil, errSource} {
		memory := memory.NewCheckedAllocator(memory.DefaultAllocator)
		schema := arrow.NewSchema([]arrow.Field{nullable("i", arrow.PrimitiveTypes.Int64)}, nil)
		_, err := Write(t.Context(), io.Discard, schema, func(yield func(arrow.RecordBatch, error) bool) {
			for range 5 {
				b := array.NewRecordBuilder(memory, schema)
				b.Field(0).(*array.Int64Builder).AppendValues(make([]int64, 1000), nil)
				batch := b.NewRecordBatch()
				b.Release()
				more := yield(batch, nil)
				batch.Release()
				if !more {
					return
				}
			}
			if end != nil {
				yield(nil, end)
			}
		}, Options{Format: Parquet, RowGroupRows: 1500})
		if !errors.Is(err, end) {
			t.Errorf("error %v, want %v", err, end)
		}
		memory.AssertSize(t, 0)
	}
}

// The size of the text in the footer is that of the values: bytes that an array has
// under a NULL are none.
func TestParquetTextUnderNull(t *testing.T) {
	whole := array.NewStringData(array.NewData(arrow.BinaryTypes.String, 4, []*memory.Buffer{
		memory.NewBufferBytes([]byte{0b1001}), // the first and the last are there
		memory.NewBufferBytes(arrow.Int32Traits.CastToBytes([]int32{0, 2, 7, 14, 17})),
		memory.NewBufferBytes([]byte("ab" + "under" + "beneath" + "cde")),
	}, nil, array.UnknownNullCount, 0))
	lists := array.NewListData(array.NewData(arrow.ListOf(arrow.BinaryTypes.String), 3, []*memory.Buffer{
		memory.NewBufferBytes([]byte{0b101}), // the second, of "beneath", is NULL
		memory.NewBufferBytes(arrow.Int32Traits.CastToBytes([]int32{0, 2, 3, 4})),
	}, []arrow.ArrayData{whole.Data()}, array.UnknownNullCount, 0))
	for _, test := range []struct {
		name string
		arr  arrow.Array
		want int64
	}{
		{"strings", whole, 5},
		{"a slice", array.NewSlice(whole, 1, 4), 3},
		{"nothing but NULLs", array.NewSlice(whole, 1, 3), 0},
		{"lists", lists, 5},
	} {
		schema := arrow.NewSchema([]arrow.Field{nullable("s", test.arr.DataType())}, nil)
		batch := array.NewRecordBatch(schema, []arrow.Array{test.arr}, int64(test.arr.Len()))
		f := openParquet(t, writeBytes(t, schema, Options{Format: Parquet}, batch))
		if got := f.Metadata().RowGroups[0].Columns[0].MetaData.SizeStatistics.UnencodedByteArrayDataBytes; got != test.want {
			t.Errorf("%s: the text has %d bytes, want %d", test.name, got, test.want)
		}
	}
}
