package column

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// TestKeepAgreesWithJudge narrows random selections of random pieces of a vector
// that is longer than a block.
func TestKeepAgreesWithJudge(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 3))
	for _, typ := range allTypes {
		v := randomVector(t, r, typ, bitmap.BlockRows+1000)
		for range 30 {
			test := randomTest(r, typ)
			base := pick(r, []int{0, 64, 512, bitmap.BlockRows - 64, bitmap.BlockRows, bitmap.BlockRows + 64})
			var before bitmap.Words
			for range r.IntN(300) {
				before.Add(uint16(r.IntN(min(v.Len()-base, bitmap.BlockRows))))
			}
			after := before
			if err := v.Keep(t.Context(), &after, base, test.Prepare()); err != nil {
				t.Fatal(err)
			}
			for i := range bitmap.BlockRows {
				want := before.Has(uint16(i)) && judge(v.Value(base+i), test)
				if after.Has(uint16(i)) != want {
					t.Fatalf("seed %d: %s: row %d+%d is kept: %v, want %v, by %+v %+v", *seed, typ, base, i, !want, want, test, test.Values)
				}
			}
		}
	}
}

// TestLongLists looks strings and numbers up in more members than are compared
// one by one.
func TestLongLists(t *testing.T) {
	strings, ints := NewBuilder(stringType, 3000), NewBuilder(int64Type, 3000)
	values := &rule.Values{}
	for i := range 3000 {
		strings.SetString(i, fmt.Sprint(i))
		ints.SetInt(i, int64(i))
		if i%3 == 0 {
			values.Strings.List = append(values.Strings.List, fmt.Sprint(i))
			values.Ints = append(values.Ints, rule.Range[int64]{Lo: int64(i), Hi: int64(i)})
		}
	}
	slices.Sort(values.Strings.List)
	for _, b := range []*Builder{strings, ints} {
		v := vectorOf(t, b)
		var w bitmap.Words
		if err := v.Match(t.Context(), &w, Test{Values: values}); err != nil {
			t.Fatal(err)
		}
		for i := range v.Len() {
			if want := i%3 == 0; w.Has(uint16(i)) != want {
				t.Errorf("%s: %d is selected: %v, want %v", v.Type(), i, !want, want)
			}
		}
	}
}

// TestListsOfManyElements matches lists of more elements than a block has rows,
// among short ones.
func TestListsOfManyElements(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 6))
	sizes := []int{3, 0, bitmap.BlockRows + 70, 1, 2*bitmap.BlockRows + 1, 5, bitmap.BlockRows, 2}
	b := NewBuilder(listType, 200)
	for row := range b.Len() {
		n := r.IntN(3)
		if row%40 == 0 {
			n = sizes[row/40]
		}
		elems, first := b.SetList(row, n)
		for i := range n {
			if i%5 > 0 {
				elems.SetInt(first+i, int64(i%5))
			}
		}
	}
	v := vectorOf(t, b)
	for _, quant := range []rule.Quant{{Op: rule.QuantAny}, {Op: rule.QuantAll}, {Op: rule.QuantExactly, N: 2}, {Op: rule.QuantAtLeast, N: 13122}, {Op: rule.QuantAtMost, N: 26214}} {
		test := Test{Quant: quant, Values: &rule.Values{Ints: []rule.Range[int64]{{Lo: 2, Hi: 2}}}}
		var w bitmap.Words
		if err := v.Match(t.Context(), &w, test); err != nil {
			t.Fatal(err)
		}
		for i := range v.Len() {
			if want := judge(v.Value(i), test); w.Has(uint16(i)) != want {
				t.Errorf("seed %d: %v: list %d is selected: %v, want %v", *seed, quant, i, !want, want)
			}
		}
	}
}

// TestListsThatFillABlock ends the elements of a piece exactly with its last bit,
// an empty list after them.
func TestListsThatFillABlock(t *testing.T) {
	b := NewBuilder(listType, 65)
	for row := range 64 {
		elems, first := b.SetList(row, bitmap.BlockRows/64)
		for i := range bitmap.BlockRows / 64 {
			elems.SetInt(first+i, 1)
		}
		if row == 63 {
			b.SetList(64, 0)
		}
	}
	var w bitmap.Words
	test := Test{Quant: rule.Quant{Op: rule.QuantAll}, Values: &rule.Values{Ints: []rule.Range[int64]{{Lo: 1, Hi: 1}}}}
	if err := vectorOf(t, b).Match(t.Context(), &w, test); err != nil || w.Count() != 65 {
		t.Errorf("%d lists, %v, want 65", w.Count(), err)
	}
}

// TestNewVectorRefusesOffsets gives strings and lists whose offsets do not ascend
// or point past the end.
func TestNewVectorRefusesOffsets(t *testing.T) {
	for _, c := range []struct {
		offsets []int32
		want    string
	}{
		{[]int32{0, 2, 1, 3}, "column: value 2 starts at 1, the one before at 2, of 3 in all"},
		{[]int32{0, 9, 9, 3}, "column: value 1 starts at 9, the one before at 0, of 3 in all"},
		{[]int32{-1, 0, 1, 3}, "column: value 0 starts at -1, the one before at 0, of 3 in all"},
	} {
		offsets := memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(c.offsets))
		text := array.NewData(arrow.BinaryTypes.String, 3, []*memory.Buffer{nil, offsets, memory.NewBufferBytes([]byte("abc"))}, nil, 0, 0)
		elems := vectorOf(t, NewBuilder(int64Type, 3)).arr.Data()
		list := array.NewData(listType.Arrow(), 3, []*memory.Buffer{nil, offsets}, []arrow.ArrayData{elems}, 0, 0)
		if _, err := NewVector(stringType, array.MakeFromData(text)); err == nil || err.Error() != c.want {
			t.Errorf("strings at %v: %v, want %s", c.offsets, err, c.want)
		}
		if _, err := NewVector(listType, array.MakeFromData(list)); err == nil || err.Error() != c.want {
			t.Errorf("lists at %v: %v, want %s", c.offsets, err, c.want)
		}
	}
}
