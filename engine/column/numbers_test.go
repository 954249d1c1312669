package column

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/model"
)

// numberTypes are types whose values are stored as numbers.
var numberTypes = []model.Type{
	{Kind: model.Number, Repr: model.Int64},
	{Kind: model.Number, Repr: model.Float64},
	{Kind: model.Number, Repr: model.Decimal, Precision: 10, Scale: 2},
	{Kind: model.Boolean}, {Kind: model.Date}, {Kind: model.Timestamp}, {Kind: model.String},
}

// randomNumbers encodes n values of a type, some NULL where nulls is set.
func randomNumbers(t *testing.T, r *rand.Rand, typ model.Type, n int, nulls bool) *Encoded {
	t.Helper()
	b, rows := NewBuilder(typ, n), make([]uint32, n)
	for i := range n {
		rows[i] = uint32(i)
		switch {
		case nulls && r.IntN(4) == 0:
		case typ.Kind == model.String:
			b.SetString(i, fmt.Sprint(r.IntN(50)))
		case typ.Repr == model.Float64:
			b.SetFloat(i, float64(r.IntN(90))/7)
		case typ.Kind == model.Boolean:
			b.SetInt(i, r.Int64N(2))
		case typ.Repr == model.Decimal:
			b.SetDecimal(i, decimal128.FromI64(r.Int64N(900)-300))
		default:
			b.SetInt(i, r.Int64N(5000)-1000)
		}
	}
	d := NewDictionaryBuilder(1 << 16)
	data, err := AppendEncoded(nil, b, rows, d)
	if err != nil {
		t.Fatal(err)
	}
	var dict *Dictionary
	if typ.Kind == model.String {
		if dict, err = ParseDictionary(d.AppendTo(nil)); err != nil {
			t.Fatal(err)
		}
	}
	e, err := ParseEncoded(typ, data, n, dict)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestDecodeAt reads values at positions, and drops the NULLs, as a decoded column
// has them.
func TestDecodeAt(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 31))
	for i := range 200 {
		typ, n := numberTypes[i%len(numberTypes)], 1+r.IntN(3000)
		e := randomNumbers(t, r, typ, n, r.IntN(2) == 0)
		if !e.IsNumbers() {
			continue // nothing but NULL
		}
		var whole, few Buffer
		lo := r.IntN(n)
		all := e.Decode(&whole, lo, n)
		var positions []uint32
		for p := 0; p < n-lo; p += 1 + r.IntN(40) {
			positions = append(positions, uint32(p))
		}
		v := e.DecodeAt(&few, lo, positions)
		for j, p := range positions {
			if got, want := v.Value(j), all.Value(int(p)); got != want {
				t.Fatalf("seed %d: %s: value %d is %v, want %v", *seed, typ, p, got, want)
			}
		}
		var w bitmap.Words
		w.Fill(n - lo)
		e.DropNulls(&w, lo, n-lo)
		for p := range n - lo {
			if w.Has(uint16(p)) == all.IsNull(p) || e.IsNull(lo+p) != all.IsNull(p) {
				t.Fatalf("seed %d: %s: value %d of %d from %d on is NULL: %v", *seed, typ, p, n, lo, all.IsNull(p))
			}
		}
	}
}

// TestAppendNumbers writes columns again, in another order.
func TestAppendNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 32))
	for i := range 100 {
		typ, n := numberTypes[i%len(numberTypes)], 1+r.IntN(2000)
		e := randomNumbers(t, r, typ, n, r.IntN(2) == 0)
		if !e.IsNumbers() {
			continue
		}
		numbers := make([]int64, n)
		e.Numbers(numbers, 0)
		slices.Reverse(numbers)
		var valid []uint64
		if e.HasNulls() {
			valid = make([]uint64, (n+63)/64)
			for j := range n {
				if !e.IsNull(n - 1 - j) {
					valid[j/64] |= 1 << (j % 64)
				}
			}
		}
		again, err := ParseEncoded(typ, e.AppendNumbers(nil, numbers, valid), n, e.dict)
		if err != nil {
			t.Fatal(err)
		}
		var x, y Buffer
		was, is := e.Decode(&x, 0, n), again.Decode(&y, 0, n)
		for j := range n {
			if got, want := is.Value(j), was.Value(n-1-j); got != want {
				t.Fatalf("seed %d: %s: value %d is %v, want %v", *seed, typ, j, got, want)
			}
		}
	}
}
