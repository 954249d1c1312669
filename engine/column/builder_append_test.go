package column

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
)

// samples returns a builder of each type: values, NULLs, and values equal to
// what a NULL's place holds.
func samples() []*Builder {
	number := func(r model.Repr) model.Type { return model.Type{Kind: model.Number, Repr: r} }
	set := func(t model.Type, set func(b *Builder, row int)) *Builder {
		b := NewBuilder(t, 7)
		for row := range 7 {
			if row%3 != 1 {
				set(b, row)
			}
		}
		return b
	}
	whole := func(b *Builder, row int) { b.SetInt(row, int64(row-2)) }
	return []*Builder{
		set(number(model.Int64), whole),
		set(model.Type{Kind: model.Timestamp}, whole),
		set(model.Type{Kind: model.Date}, whole),
		set(model.Type{Kind: model.Boolean}, func(b *Builder, row int) { b.SetInt(row, int64(row%2)) }),
		set(number(model.Float64), func(b *Builder, row int) { b.SetFloat(row, float64(row)/2) }),
		set(model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 38, Scale: 2}, func(b *Builder, row int) {
			b.SetDecimal(row, decimal128.New(int64(row-3), uint64(row)))
		}),
		set(model.Type{Kind: model.String}, func(b *Builder, row int) { b.SetString(row, strings.Repeat("é", row)) }),
		set(model.Type{Kind: model.StringArray}, func(b *Builder, row int) {
			elems, first := b.SetList(row, row)
			for i := 0; i < row; i += 2 {
				elems.SetString(first+i, fmt.Sprint(row, i))
			}
		}),
	}
}

// TestAppendTakesBackWhatTakeGives goes through whole arrays and slices of
// them, behind rows that are there already.
func TestAppendTakesBackWhatTakeGives(t *testing.T) {
	for _, b := range samples() {
		rows := []uint32{6, 0, 1, 2, 3, 4, 5}
		arr, err := b.Take(rows)
		if err != nil {
			t.Fatal(err)
		}
		got := NewBuilder(b.Type(), 1) // a NULL
		if err := got.Append(array.NewSlice(arr, 2, 6)); err != nil {
			t.Fatal(err)
		}
		if err := got.Append(array.NewSlice(arr, 3, 3)); err != nil {
			t.Fatal(err)
		}
		if err := got.Append(arr); err != nil {
			t.Fatal(err)
		}
		want, err := b.Take(append([]uint32{1, 1, 2, 3, 4}, rows...)) // row 1 is NULL
		if err != nil {
			t.Fatal(err)
		}
		all := make([]uint32, got.Len())
		for i := range all {
			all[i] = uint32(i)
		}
		taken, err := got.Take(all)
		if err != nil {
			t.Fatal(err)
		}
		if !array.Equal(taken, want) {
			t.Errorf("%s: got %v, want %v", b.Type(), taken, want)
		}
		got.Reset()
		if err := got.Append(arr); err != nil {
			t.Fatal(err)
		}
		if again, err := got.Take([]uint32{0, 1, 2, 3, 4, 5, 6}); err != nil || !array.Equal(again, arr) {
			t.Errorf("%s: after Reset got %v, %v, want %v", b.Type(), again, err, arr)
		}
	}
}

// TestResetRowsAreNull looks for values of before in rows that were only grown.
func TestResetRowsAreNull(t *testing.T) {
	for _, b := range samples() {
		b.Reset()
		b.Grow(7)
		for row := range b.Len() {
			if !b.IsNull(row) {
				t.Errorf("%s: row %d is not NULL after Reset and Grow", b.Type(), row)
			}
		}
		if b.Bytes() == 0 {
			t.Errorf("%s: seven rows take no memory", b.Type())
		}
	}
}

func TestAppendRefusesOtherTypes(t *testing.T) {
	all := samples()
	dates, err := all[2].Take([]uint32{0})
	if err != nil {
		t.Fatal(err)
	}
	texts := NewBuilder(model.Type{Kind: model.String}, 0)
	if err := texts.Append(dates); err == nil {
		t.Error("a column of text takes dates")
	}
}
