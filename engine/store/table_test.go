package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// intBatches yields batches of whole numbers, of so many rows each.
func intBatches(schema *arrow.Schema, rows ...int) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for _, n := range rows {
			b := array.NewInt64Builder(memory.DefaultAllocator)
			for i := range n {
				b.Append(int64(i))
			}
			if !yield(array.NewRecordBatch(schema, []arrow.Array{b.NewArray()}, int64(n)), nil) {
				return
			}
		}
	}
}

var intSchema = arrow.NewSchema([]arrow.Field{{Name: "value", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil)

// arrowBytes returns an Arrow file.
func arrowBytes(t testing.TB, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := writeArrow(&out, schema, batches); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// tableOf returns the table of a file whose checksums are right.
func tableOf(t testing.TB, data []byte, batches int) *table {
	t.Helper()
	sums := newSummer()
	if _, err := sums.Write(data); err != nil {
		t.Fatal(err)
	}
	info := FileInfo{Name: KeysFile}
	info.Size, info.Sums = sums.result()
	m, err := openMapping(&oneFile{data: data}, KeysFile, info)
	if err != nil {
		t.Fatal(err)
	}
	return &table{mapping: m, batches: batches}
}

// TestBatchReadsItsPieces reads one batch of a file of many pieces: no others are
// checked than those of the batch, of the schema and of the footer.
func TestBatchReadsItsPieces(t *testing.T) {
	const rows = 300_000 // 2.3 pieces
	table := tableOf(t, arrowBytes(t, intSchema, intBatches(intSchema, rows, rows, rows, rows)), 4)
	batch, err := table.Batch(2)
	if err != nil {
		t.Fatal(err)
	}
	values := batch.Column(0).(*array.Int64).Int64Values()
	if len(values) != rows || values[rows-1] != rows-1 {
		t.Errorf("%d values, the last is %d", len(values), values[len(values)-1])
	}
	if len(table.sums) != 10 {
		t.Fatalf("%d pieces, expected 10", len(table.sums))
	}
	if got, want := table.verified[0].Load(), uint64(0b10_0111_0001); got != want {
		t.Errorf("pieces read are %b, want %b", got, want)
	}
}

// TestBatchInAnyOrder reads batches more than once and in any order, and those of
// an earlier call stay.
func TestBatchInAnyOrder(t *testing.T) {
	table := tableOf(t, arrowBytes(t, intSchema, intBatches(intSchema, 1, 2, 3)), 3)
	first, err := table.Batch(2)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 1, 2, 2, 0} {
		batch, err := table.Batch(i)
		if err != nil || batch.NumRows() != int64(i+1) {
			t.Fatalf("batch %d: %v, %v", i, batch, err)
		}
	}
	if got := first.Column(0).String(); got != "[0 1 2]" {
		t.Errorf("the batch read first is %s", got)
	}
}

// dictionaryBytes returns a file of a column of texts that is encoded as a
// dictionary.
func dictionaryBytes(t testing.TB) []byte {
	t.Helper()
	typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint8, ValueType: arrow.BinaryTypes.String}
	schema := arrow.NewSchema([]arrow.Field{{Name: "value", Type: typ, Nullable: true}}, nil)
	values := array.NewStringBuilder(memory.DefaultAllocator)
	values.AppendValues([]string{"a", "b", "c"}, nil)
	dictionary := values.NewArray()
	return arrowBytes(t, schema, func(yield func(arrow.RecordBatch, error) bool) {
		for _, codes := range [][]uint8{{2, 0}, {1, 1, 1}} {
			b := array.NewUint8Builder(memory.DefaultAllocator)
			b.AppendValues(codes, nil)
			column := array.NewDictionaryArray(typ, b.NewArray(), dictionary)
			if !yield(array.NewRecordBatch(schema, []arrow.Array{column}, int64(len(codes))), nil) {
				return
			}
		}
	})
}

func TestDictionaries(t *testing.T) {
	table := tableOf(t, dictionaryBytes(t), 2)
	for i, want := range map[int]string{0: "c a", 1: "b b b"} {
		batch, err := table.Batch(i)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for row := range batch.Column(0).Len() {
			got = append(got, batch.Column(0).ValueStr(row))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("batch %d is %s, want %s", i, got, want)
		}
	}
}

// TestAligned finds numbers and decimals where they can be used in place.
func TestAligned(t *testing.T) {
	data := arrowBytes(t, intSchema, intBatches(intSchema, 3, 5))
	file, err := openArrow(tableOf(t, data, 2).mapping)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range file.batches {
		if (p.offset+p.meta)%8 != 0 {
			t.Errorf("body at %d, expected a multiple of 8", p.offset+p.meta)
		}
	}
}

// TestTableErrors spoils an Arrow file, with checksums that fit.
func TestTableErrors(t *testing.T) {
	whole := func() []byte { return arrowBytes(t, intSchema, intBatches(intSchema, 3, 5)) }
	// block returns where the footer places a batch.
	block := func(data []byte, i int) int {
		var place [12]byte
		file, err := openArrow(tableOf(t, data, 2).mapping)
		if err != nil {
			t.Fatal(err)
		}
		binary.LittleEndian.PutUint64(place[:], uint64(file.batches[i].offset))
		binary.LittleEndian.PutUint32(place[8:], uint32(file.batches[i].meta))
		return bytes.LastIndex(data, place[:])
	}
	put := func(data []byte, at int, v uint64) []byte {
		binary.LittleEndian.PutUint64(data[at:], v)
		return data
	}
	for _, c := range []struct {
		data func() []byte
		want string
	}{
		{func() []byte { return nil }, "0 bytes are too few for an Arrow file"},
		{func() []byte { return whole()[:100] }, `ends with "\x00\x00\x00\x00\x02\x01", expected "ARROW1"`},
		{func() []byte { d := whole(); d[len(d)-7] = 1; return d }, "Arrow footer of 16777408 bytes in a file of 706"},
		{func() []byte { d := whole(); return put(d, block(d, 0), 1<<40) }, "Arrow message of 144 and 24 bytes at 1099511627776, beyond 8 to 504"},
		{func() []byte { d := whole(); return put(d, block(d, 0), 1<<63) }, "Arrow message of 144 and 24 bytes at -9223372036854775808, beyond 8 to 504"},
		{func() []byte { d := whole(); return put(d, block(d, 0), 12) }, "Arrow message of 144 and 24 bytes at 12, expected multiples of 8"},
		{func() []byte { d := whole(); return put(d, block(d, 0)+16, 1<<62) }, "Arrow message of 144 and 4611686018427387904 bytes at 144, beyond 8 to 504"},
		{func() []byte { d := whole(); return put(d, block(d, 0)+16, 128) }, "Arrow message at 144: body of 24 bytes, expected 128"},
		{func() []byte { d := whole(); return put(d, block(d, 0), 8) }, "Arrow message at 8 starts with 0xffffffff and 128 bytes of metadata, expected 0xffffffff and 136"},
		{func() []byte { return arrowBytes(t, intSchema, intBatches(intSchema, 3)) }, "1 record batches, expected 2"},
		{compressed(t), "Arrow message at 144: compressed, expected plain"},
		{shortVtable(t, 11), "Arrow message at 144: metadata has a vtable of 11 bytes, expected an even number from 4"},
		{shortVtable(t, 2), "Arrow message at 144: metadata has a vtable of 2 bytes, expected an even number from 4"},
	} {
		_, err := tableOf(t, c.data(), 2).Batch(0)
		if err == nil || err.Error() != "keys.arrow is corrupt: "+c.want {
			t.Errorf("%v, want keys.arrow is corrupt: %s", err, c.want)
		}
	}
}

// compressed writes a file that is compressed.
func compressed(t testing.TB) func() []byte {
	return func() []byte {
		var out bytes.Buffer
		w, err := ipc.NewFileWriter(&out, ipc.WithSchema(intSchema), ipc.WithZstd())
		if err != nil {
			t.Fatal(err)
		}
		for batch := range intBatches(intSchema, 3, 5) {
			if err := w.Write(batch); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
}

// shortVtable writes a file that is compressed, and makes the vtable of its first
// batch shorter: with one byte less than the field "compression" needs, which a
// generated reader finds all the same, and then makes room for as many bytes as
// the body says it has without compression.
func shortVtable(t testing.TB, length byte) func() []byte {
	return func() []byte {
		data := compressed(t)()
		file, err := openArrow(tableOf(t, data, 2).mapping)
		if err != nil {
			t.Fatal(err)
		}
		p := file.batches[0]
		r := &flat{data: data[p.offset+arrowPrefix : p.offset+p.meta]}
		batch, _ := r.table(r.root(), 2)
		vtable := batch - int64(int32(r.uint(batch, 4)))
		if r.data[vtable] != 12 {
			t.Fatalf("vtable of %d bytes, expected 12", r.data[vtable])
		}
		r.data[vtable] = length
		binary.LittleEndian.PutUint64(data[p.offset+p.meta:], 1<<45)
		return data
	}
}

// TestTableGoesOn reads a good batch after a bad one.
func TestTableGoesOn(t *testing.T) {
	table := tableOf(t, arrowBytes(t, intSchema, intBatches(intSchema, 3, 5)), 2)
	table.rows = func(i int) int { return 3 }
	const want = "keys.arrow is corrupt: record batch 1 has 5 rows, expected 3"
	for range 2 {
		if _, err := table.Batch(1); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
		if batch, err := table.Batch(0); err != nil || batch.NumRows() != 3 {
			t.Errorf("%v, %v", batch, err)
		}
	}
}

// FuzzTable reads all batches of arbitrary bytes, whose checksums fit.
func FuzzTable(f *testing.F) {
	f.Add(arrowBytes(f, intSchema, intBatches(intSchema)))
	f.Add(arrowBytes(f, intSchema, intBatches(intSchema, 3, 5)))
	f.Add(dictionaryBytes(f))
	f.Add(compressed(f)())
	f.Add(shortVtable(f, 11)())
	f.Fuzz(func(t *testing.T, data []byte) {
		table := tableOf(t, data, 0)
		file, err := openArrow(table.mapping)
		if err != nil {
			return
		}
		table.batches = len(file.batches)
		for i := range min(table.batches, 10) {
			batch, err := table.Batch(i)
			if err != nil {
				continue
			}
			_ = fmt.Sprint(batch.NumRows(), batch.NumCols())
		}
	})
}
