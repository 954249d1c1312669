package index

import (
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// An index is two files: a directory, which is an Arrow table with a row per
// bitmap, and the bitmaps, one after the other in portable roaring form. The
// last columns of every directory say where its bitmap is.
var placeFields = []arrow.Field{
	{Name: "offset", Type: arrow.PrimitiveTypes.Uint64},
	{Name: "size", Type: arrow.PrimitiveTypes.Uint64},
	{Name: "customers", Type: arrow.PrimitiveTypes.Uint64},
}

// bitmapWriter collects bitmaps and the directory columns that place them.
type bitmapWriter struct {
	bytes   []byte
	columns [3]*array.Uint64Builder // as placeFields
}

func newBitmapWriter() *bitmapWriter {
	w := &bitmapWriter{}
	for i := range w.columns {
		w.columns[i] = array.NewUint64Builder(memory.DefaultAllocator)
	}
	return w
}

// add appends the bitmap of rows, which are ascending and distinct.
func (w *bitmapWriter) add(rows []uint32) error {
	var b bitmap.Builder
	b.Add(rows)
	return w.append(&b)
}

// append appends a bitmap that is complete.
func (w *bitmapWriter) append(b *bitmap.Builder) error {
	offset := len(w.bytes)
	if cap(w.bytes)-offset < offset/8 {
		w.bytes = slices.Grow(w.bytes, offset) // append would copy long bytes many times
	}
	var err error
	if w.bytes, err = b.AppendTo(w.bytes); err != nil {
		return err
	}
	w.columns[0].Append(uint64(offset))
	w.columns[1].Append(uint64(len(w.bytes) - offset))
	w.columns[2].Append(b.Len())
	return nil
}

// directory returns the finished directory: the index's own columns, then the
// places.
func (w *bitmapWriter) directory(fields []arrow.Field, columns []arrow.Array) arrow.RecordBatch {
	n := int64(w.columns[0].Len())
	for _, c := range w.columns {
		columns = append(columns, c.NewArray())
	}
	schema := arrow.NewSchema(append(fields, placeFields...), nil)
	return array.NewRecordBatch(schema, columns, n)
}

// checkFields reports whether a stored directory has the columns expected:
// fields, then the places.
func checkFields(directory arrow.RecordBatch, fields []arrow.Field) error {
	want := append(fields[:len(fields):len(fields)], placeFields...)
	got := directory.Schema().Fields()
	if len(got) != len(want) {
		return fmt.Errorf("%d columns, expected %d", len(got), len(want))
	}
	for i := range want {
		if got[i].Name != want[i].Name || !arrow.TypeEqual(got[i].Type, want[i].Type) {
			return fmt.Errorf("column %d is %s %s, expected %s %s", i, got[i].Name, got[i].Type, want[i].Name, want[i].Type)
		}
	}
	return nil
}

// openBitmaps returns the bitmaps that a directory places in a file. Each is read
// when it is first asked for, and must have as many customers as the directory says;
// what is wrong with it then is told by the file.
func openBitmaps(directory arrow.RecordBatch, data toc.Bytes) (*column.Lazy[bitmap.View], error) {
	n := int(directory.NumCols())
	var places [3][]uint64
	for i := range places {
		places[i] = directory.Column(n - len(places) + i).(*array.Uint64).Uint64Values()
	}
	for i := range int(directory.NumRows()) {
		offset, size, end := places[0][i], places[1][i], uint64(data.Len())
		if offset > end || size > end-offset {
			return nil, fmt.Errorf("bitmap %d is at %d to %d, beyond the %d bytes there", i, offset, offset+size, end)
		}
	}
	return column.NewLazy(int(directory.NumRows()), func(i int) (*bitmap.View, error) {
		stored, err := data.Range(int64(places[0][i]), int64(places[1][i]))
		if err != nil {
			return nil, err
		}
		v, err := bitmap.Parse(stored)
		if err == nil && v.Cardinality() != places[2][i] {
			err = fmt.Errorf("%d customers, expected %d", v.Cardinality(), places[2][i])
		}
		if err != nil {
			return nil, data.Corrupt(fmt.Errorf("bitmap %d: %w", i, err))
		}
		return &v, nil
	}), nil
}
