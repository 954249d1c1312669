package ingest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
)

// oneBatch is the table of a column of one block.
type oneBatch struct{ arrow.RecordBatch }

func (b oneBatch) NumBatches() int                      { return 1 }
func (b oneBatch) Batch(int) (arrow.RecordBatch, error) { return b.RecordBatch, nil }
func (b oneBatch) Corrupt(reason error) error           { return reason }

// keysOf returns a column of keys; nil is NULL.
func keysOf(t *testing.T, keys []any) *column.Column {
	t.Helper()
	b := column.NewBuilder(model.Type{Kind: model.Number, Repr: model.Int64}, len(keys))
	for row, key := range keys {
		if key != nil {
			b.SetInt(row, int64(key.(int)))
		}
	}
	rows := make([]uint32, len(keys))
	for i := range rows {
		rows[i] = uint32(i)
	}
	arr, err := b.Take(rows)
	if err != nil {
		t.Fatal(err)
	}
	schema := arrow.NewSchema([]arrow.Field{{Name: "key", Type: arr.DataType(), Nullable: true}}, nil)
	return column.NewColumn(b.Type(), oneBatch{array.NewRecordBatch(schema, []arrow.Array{arr}, int64(len(keys)))})
}

func TestKeyRows(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []any
		want string // rows of the keys -2 to 7, and of the least and the greatest number
	}{
		{"in order", []any{0, 1, 2, 3}, "- - 0 1 2 3 - - - - - -"},
		{"negative", []any{-2, -1, 0}, "0 1 2 - - - - - - - - -"},
		{"in another order", []any{3, 1, 2}, "- - - 1 2 0 - - - - - -"},
		{"with gaps", []any{1, 3, 6}, "- - - 0 - 1 - - 2 - - -"},
		{"purged", []any{0, nil, 2, nil, 4}, "- - 0 - 2 - 4 - - - - -"},
		{"purged at the end", []any{0, 1, nil}, "- - 0 1 - - - - - - - -"},
		{"far from each other", []any{0, 1, 9}, "none"},
		{"as far as can be", []any{math.MinInt64, math.MaxInt64}, "none"},
		{"none", []any{}, "none"},
		{"all purged", []any{nil, nil}, "none"},
	} {
		k, err := newKeyRows(keysOf(t, c.keys), len(c.keys))
		if err != nil {
			t.Fatal(err)
		}
		got := "none"
		if k != nil {
			asked := []int64{-2, -1, 0, 1, 2, 3, 4, 5, 6, 7, math.MinInt64, math.MaxInt64}
			rows := make([]uint32, len(asked))
			k.find(rows, asked)
			got = ""
			for i, row := range rows {
				if i > 0 {
					got += " "
				}
				if row == noRow {
					got += "-"
				} else {
					got += fmt.Sprint(row)
				}
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestDivide(t *testing.T) {
	var d divided
	rows := []uint32{5, 2*blockRows + 1, 7, blockRows - 1, math.MaxUint32 - 1, 2 * blockRows, 9}
	for range 2 { // its memory is used again
		d.divide(rows, func(i int) bool { return i != 2 })
		var got []string
		for i, block := range d.blocks {
			got = append(got, fmt.Sprint(block, d.part(i)))
		}
		want := []string{"0 [0 3 6]", "2 [1 5]", "65535 [4]"}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}
