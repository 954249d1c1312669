package column

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"golang.org/x/sys/unix"

	"github.com/rollcall-db/rollcall/engine/model"
)

// allRows returns the rows 0 to n-1.
func allRows(n int) []uint32 {
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}

// newVector returns the values of an array.
func newVector(t *testing.T, typ model.Type, arr arrow.Array, err error) *Vector {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewVector(typ, arr)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// vectorOf returns all rows of a builder.
func vectorOf(t *testing.T, b *Builder) *Vector {
	t.Helper()
	arr, err := b.Take(allRows(b.Len()))
	return newVector(t, b.Type(), arr, err)
}

// vectorsOf returns all rows of a builder in every way in which a vector of the
// type holds values.
func vectorsOf(t *testing.T, r *rand.Rand, b *Builder) []*Vector {
	t.Helper()
	rows := allRows(b.Len())
	plain := &Stored{b: b, typ: plainType(b.Type())}
	arr, err := plain.Take(rows)
	out := []*Vector{vectorOf(t, b), newVector(t, b.Type(), arr, err)}
	if s := storedWithDictionary(b); s != nil {
		arr, err := s.Take(rows)
		out = append(out, newVector(t, b.Type(), arr, err))
	}
	out = append(out, encodedPiece(t, r, b, nil))
	if b.Type().Elem() == stringType {
		out = append(out, encodedPiece(t, r, b, NewDictionaryBuilder(math.MaxInt)))
	}
	return out
}

// storedWithDictionary returns a builder's column with a dictionary, whether that
// is smaller or not; nil where it can have none.
func storedWithDictionary(b *Builder) *Stored {
	if !hasDictionaries(b.Type()) {
		return nil
	}
	s := &Stored{b: b, typ: plainType(b.Type())}
	coder := NewCoder(b)
	coder.exact = true
	codes, first := make([]uint32, b.Len()), []uint32(nil)
	for row := range codes {
		if b.IsNull(row) {
			continue
		}
		codes[row] = uint32(coder.Code(row))
		if int(codes[row]) == len(first) {
			first = append(first, uint32(row))
		}
	}
	if first == nil {
		return nil
	}
	s.sortCodes(codes, first)
	return s
}

// encodedPiece encodes all rows of a builder behind and before some others, and
// decodes them into a buffer that has been used.
func encodedPiece(t *testing.T, r *rand.Rand, b *Builder, d *DictionaryBuilder) *Vector {
	t.Helper()
	n := b.Len()
	var rows []uint32
	lo := 0
	if n > 0 {
		lo = r.IntN(100)
		for range lo {
			rows = append(rows, uint32(r.IntN(n)))
		}
		rows = append(append(rows, allRows(n)...), uint32(r.IntN(n)))
	}
	e := encoded(t, b, rows, d)
	var buf Buffer
	e.Decode(&buf, 0, len(rows))
	v := e.Decode(&buf, lo, lo+n)
	return v
}

// encoded encodes rows of a builder and parses the bytes.
func encoded(t testing.TB, b *Builder, rows []uint32, d *DictionaryBuilder) *Encoded {
	t.Helper()
	const before = "12345678"
	data, err := AppendEncoded([]byte(before), b, rows, d)
	if err != nil {
		t.Fatal(err)
	}
	if string(data[:8]) != before || len(data)%8 != 0 {
		t.Fatalf("%d bytes, behind %q", len(data), data[:8])
	}
	var dict *Dictionary
	if d != nil {
		if dict, err = ParseDictionary(d.AppendTo(nil)); err != nil {
			t.Fatal(err)
		}
	}
	e, err := ParseEncoded(b.Type(), data[8:], len(rows), dict)
	if err != nil {
		t.Fatal(err)
	}
	if e.Len() != len(rows) || e.SizeBytes() != len(data)-8 || e.Kind() == "" {
		t.Fatalf("%d rows in %d bytes, %q, want %d in %d", e.Len(), e.SizeBytes(), e.Kind(), len(rows), len(data)-8)
	}
	return e
}

// throughFile writes arrays as the batches of an Arrow file, maps it read-only and
// returns its batches.
func throughFile(t *testing.T, typ arrow.DataType, arrays []arrow.Array) file {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{{Name: "value", Type: typ, Nullable: true}}, nil)
	var out bytes.Buffer
	w, err := ipc.NewFileWriter(&out, ipc.WithSchema(schema))
	if err != nil {
		t.Fatal(err)
	}
	for _, arr := range arrays {
		if err := w.Write(array.NewRecordBatch(schema, []arrow.Array{arr}, int64(arr.Len()))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "column.arrow")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return openFile(t, path)
}

// file is the record batches of a mapped Arrow file. It implements Batches.
type file []arrow.RecordBatch

func openFile(t *testing.T, path string) file {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Munmap(data) })
	r, err := ipc.NewReaderFromMessageReader(&mappedMessages{rest: data[8:]})
	if err != nil {
		t.Fatal(err)
	}
	var batches file
	for r.Next() {
		batches = append(batches, r.RecordBatch())
		r.RecordBatch().Retain()
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	return batches
}

func (f file) NumBatches() int                        { return len(f) }
func (f file) Batch(i int) (arrow.RecordBatch, error) { return f[i], nil }
func (f file) Corrupt(reason error) error             { return reason }

// mappedMessages gives the messages of an Arrow file in place: arrow-go's reader of
// mapped files does not read dictionaries.
type mappedMessages struct{ rest []byte }

func (m *mappedMessages) Message() (*ipc.Message, error) {
	size := int(binary.LittleEndian.Uint32(m.rest[4:]))
	if size == 0 {
		return nil, io.EOF
	}
	meta := memory.NewBufferBytes(m.rest[8 : 8+size])
	m.rest = m.rest[8+size:]
	body := int(ipc.NewMessage(meta, memory.NewBufferBytes(nil)).BodyLen())
	message := ipc.NewMessage(meta, memory.NewBufferBytes(m.rest[:body]))
	m.rest = m.rest[body:]
	return message, nil
}

func (m *mappedMessages) Retain()  {}
func (m *mappedMessages) Release() {}
