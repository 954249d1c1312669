package store

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// TestLengthsOfColumns has record batches that the reader lets pass: with a column
// that is longer than the batch, and one with NULLs that nothing tells apart.
func TestLengthsOfColumns(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "value", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil)
	values := memory.NewBufferBytes(make([]byte, 3*8))
	column := func(rows, nulls int, valid *memory.Buffer) arrow.Array {
		return array.MakeFromData(array.NewData(arrow.PrimitiveTypes.Int64, rows, []*memory.Buffer{valid, values}, nil, nulls, 0))
	}
	file := &table{mapping: &mapping{path: "a.arrow"}}
	for _, c := range []struct {
		name   string
		column arrow.Array
		want   string
	}{
		{"as long as the batch", column(2, 0, nil), ""},
		{"a NULL with its bit", column(2, 1, memory.NewBufferBytes([]byte{1})), ""},
		{"longer", column(3, 0, nil), "a.arrow is corrupt: record batch 4: column 0 has 3 rows, expected 2"},
		{"NULLs without bits", column(2, 1, nil), "a.arrow is corrupt: record batch 4: column 0 has NULLs and 0 bytes that say which, expected 1"},
	} {
		got := ""
		if err := file.checkLengths(4, array.NewRecordBatch(schema, []arrow.Array{c.column}, 2)); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
