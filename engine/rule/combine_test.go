package rule

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
)

// combinable is a type with some of its values, ascending, and how sets of those are
// made and asked.
type combinable struct {
	typ   model.Type
	count int
	set   func(from, to int) Values // of the values numbered from up to to
	has   func(v *Values, i int) bool
}

func rangesOf[T any](values []T, lists func(*Values) *[]Range[T], less func(a, b T) bool) (
	set func(from, to int) Values, has func(v *Values, i int) bool,
) {
	set = func(from, to int) (v Values) {
		*lists(&v) = []Range[T]{{values[from], values[to]}}
		return v
	}
	has = func(v *Values, i int) bool {
		return slices.ContainsFunc(*lists(v), func(r Range[T]) bool {
			return !less(values[i], r.Lo) && !less(r.Hi, values[i])
		})
	}
	return set, has
}

func combinables() []combinable {
	var ints []int64
	var floats []float64
	var decimals []decimal128.Num
	for i := range int64(20) {
		ints, decimals = append(ints, i-10), append(decimals, decimal128.FromI64(i-10))
		floats = append(floats, float64(i-10)/4)
	}
	ints[0], ints[19] = fullInts.min, fullInts.max
	floats[0], floats[19] = floatDomain.min, floatDomain.max
	d := decimalDomain(3)
	decimals[0], decimals[19] = d.min, d.max // a range that is open
	number := func(r model.Repr, precision uint8) model.Type {
		return model.Type{Kind: model.Number, Repr: r, Precision: precision}
	}
	out := []combinable{
		{typ: number(model.Int64, 0), count: len(ints)},
		{typ: number(model.Float64, 0), count: len(floats)},
		{typ: number(model.Decimal, 3), count: len(decimals)},
	}
	out[0].set, out[0].has = rangesOf(ints, func(v *Values) *[]Range[int64] { return &v.Ints }, func(a, b int64) bool { return a < b })
	out[1].set, out[1].has = rangesOf(floats, func(v *Values) *[]Range[float64] { return &v.Floats }, func(a, b float64) bool { return a < b })
	out[2].set, out[2].has = rangesOf(decimals, func(v *Values) *[]Range[decimal128.Num] { return &v.Decimals }, decimal128.Num.Less)
	texts := []string{"", "a", "a\x00", "ab", "b", "c", "d"}
	out = append(out, combinable{
		typ: model.Type{Kind: model.String}, count: len(texts),
		set: func(from, to int) Values { return Values{Strings: Strings{List: texts[from : to+1]}} },
		has: func(v *Values, i int) bool { return slices.Contains(v.Strings.List, texts[i]) },
	}, combinable{
		typ: model.Type{Kind: model.Boolean}, count: 2,
		set: func(from, to int) Values { return Values{Bools: []bool{false, true}[from : to+1]} },
		has: func(v *Values, i int) bool { return slices.Contains(v.Bools, i == 1) },
	})
	return out
}

// TestCombinedValues unites, intersects and subtracts random sets.
func TestCombinedValues(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	for _, c := range combinables() {
		random := func() Values {
			var sets []*Values
			for range 1 + r.IntN(3) {
				from := r.IntN(c.count)
				v := c.set(from, from+r.IntN(c.count-from))
				sets = append(sets, &v)
			}
			v, ok := Union(c.typ, sets)
			if !ok {
				t.Fatalf("%s: no union", c.typ)
			}
			for i := range c.count {
				want := slices.ContainsFunc(sets, func(s *Values) bool { return c.has(s, i) })
				if c.has(&v, i) != want {
					t.Fatalf("seed %d: %s: value %d in the union of %v: %v, want %v", seed, c.typ, i, sets, !want, want)
				}
			}
			return v
		}
		for range 500 {
			x, y := random(), random()
			both, ok := Intersection(c.typ, &x, &y)
			left, okLeft := Difference(c.typ, &x, &y)
			if !ok || !okLeft {
				t.Fatalf("%s: no intersection or no difference of %v and %v", c.typ, x, y)
			}
			for i := range c.count {
				inX, inY := c.has(&x, i), c.has(&y, i)
				if c.has(&both, i) != (inX && inY) || c.has(&left, i) != (inX && !inY) {
					t.Fatalf("seed %d: %s: value %d of %v and %v: in both %v, in the difference %v",
						seed, c.typ, i, x, y, c.has(&both, i), c.has(&left, i))
				}
			}
		}
	}
}

// TestCombinedTexts says which sets of strings are one set.
func TestCombinedTexts(t *testing.T) {
	text := model.Type{Kind: model.String}
	between := func(lo, hi string) *Values {
		return &Values{Strings: Strings{Op: StringBetween, Lo: lo, Hi: hi, HasHi: hi != ""}}
	}
	of := func(op StringOp, list ...string) *Values { return &Values{Strings: Strings{Op: op, List: list}} }
	for _, c := range []struct {
		x, y *Values
		want Strings
		ok   bool
	}{
		{between("b", ""), between("a", "d"), Strings{Op: StringBetween, Lo: "b", Hi: "d", HasHi: true}, true},
		{between("b", "c"), between("a", "d"), Strings{Op: StringBetween, Lo: "b", Hi: "c", HasHi: true}, true},
		{between("b", ""), between("c", ""), Strings{Op: StringBetween, Lo: "c"}, true},
		{between("b", "c"), between("c", "d"), Strings{}, true},
		{between("b", "c"), of(StringIn, "b"), Strings{}, false},
		{of(StringContains, "b"), of(StringContains, "b"), Strings{}, false},
	} {
		v, ok := Intersection(text, c.x, c.y)
		got := v.Strings
		if ok != c.ok || got.Op != c.want.Op || got.Lo != c.want.Lo || got.Hi != c.want.Hi || got.HasHi != c.want.HasHi || len(got.List) > 0 {
			t.Errorf("%+v and %+v: %+v, %v, want %+v, %v", c.x.Strings, c.y.Strings, got, ok, c.want, c.ok)
		}
	}
	v, ok := Union(text, []*Values{of(StringEnds, "b", "c"), of(StringEnds, "a", "c")})
	if !ok || v.Strings.Op != StringEnds || !slices.Equal(v.Strings.List, []string{"a", "b", "c"}) {
		t.Errorf("the union of two endings is %+v, %v", v.Strings, ok)
	}
	for _, sets := range [][]*Values{{between("a", ""), between("b", "")}, {of(StringIn, "a"), of(StringStarts, "b")}} {
		if _, ok := Union(text, sets); ok {
			t.Errorf("%+v and %+v have a union", sets[0].Strings, sets[1].Strings)
		}
	}
	if _, ok := Difference(text, of(StringIn, "a"), of(StringStarts, "b")); ok {
		t.Error("a list and a beginning have a difference")
	}
}
