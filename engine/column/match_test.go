package column

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

var seed = flag.Uint64("seed", bitmaptest.Seed(), "seed of random tests")

var (
	int64Type   = model.Type{Kind: model.Number, Repr: model.Int64}
	floatType   = model.Type{Kind: model.Number, Repr: model.Float64}
	shortType   = model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 18, Scale: 2}
	longType    = model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 38, Scale: 10}
	stringType  = model.Type{Kind: model.String}
	listType    = model.Type{Kind: model.NumberArray, Repr: model.Int64}
	stringsType = model.Type{Kind: model.StringArray}
	allTypes    = []model.Type{
		int64Type, floatType, shortType, longType, stringType, {Kind: model.Boolean}, {Kind: model.Date}, {Kind: model.Timestamp}, listType, stringsType,
	}
)

// interesting values: ends of ranges, neighbours, both zeros.
var (
	someInts    = []int64{math.MinInt64, math.MinInt64 + 1, -2, -1, 0, 1, 2, 3, 1 << 53, 1<<53 + 1, math.MaxInt64 - 1, math.MaxInt64}
	someFloats  = []float64{math.Inf(-1), -math.MaxFloat64, -1, math.Copysign(0, -1), 0, math.SmallestNonzeroFloat64, 0.1, 1, math.MaxFloat64, math.Inf(1)}
	someStrings = []string{"", "a", "a\x00", "ab", "b", "A", "é", "日本", "a%b", "a_b", "x\x00y", "\U0001f600"}
)

// decimals returns values of up to the type's digits.
func someDecimals(t model.Type) []decimal128.Num {
	greatest := decimal128.GetMaxValue(int32(t.Precision))
	values := []decimal128.Num{greatest, greatest.Negate(), greatest.Sub(decimal128.FromI64(1))}
	for _, x := range []int64{-101, -1, 0, 1, 99, 100, 101} {
		values = append(values, decimal128.FromI64(x))
	}
	return values
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// fill sets a row to a random value.
func fill(r *rand.Rand, b *Builder, row int) {
	switch t := b.Type(); {
	case t.IsArray():
		n := r.IntN(4)
		elems, first := b.SetList(row, n)
		for i := range n {
			if r.IntN(4) > 0 {
				fill(r, elems, first+i)
			}
		}
	case t.Kind == model.String:
		b.SetString(row, pick(r, someStrings))
	case t.Kind == model.Boolean:
		b.SetInt(row, int64(r.IntN(2)))
	case t.Kind == model.Date:
		b.SetInt(row, pick(r, []int64{math.MinInt32, -1, 0, 1, 20000, math.MaxInt32}))
	case t.Repr == model.Float64:
		b.SetFloat(row, pick(r, someFloats))
	case t.Repr == model.Decimal:
		b.SetDecimal(row, pick(r, someDecimals(t)))
	default:
		b.SetInt(row, pick(r, someInts))
	}
}

// randomBuilder returns n rows, a third of them NULL or none.
func randomBuilder(r *rand.Rand, typ model.Type, n int) *Builder {
	b := NewBuilder(typ, n)
	withNulls := r.IntN(2) == 0
	for row := range n {
		if !withNulls || r.IntN(3) > 0 {
			fill(r, b, row)
		}
	}
	return b
}

// randomVector returns a vector of n rows, a third of them NULL or none, in any of
// the ways in which a vector of the type holds values.
func randomVector(t *testing.T, r *rand.Rand, typ model.Type, n int) *Vector {
	t.Helper()
	return pick(r, vectorsOf(t, r, randomBuilder(r, typ, n)))
}

// ranges makes sorted disjoint ranges from cut points.
func ranges[T any](r *rand.Rand, points []T, compare func(x, y T) int) []rule.Range[T] {
	points = slices.Clone(points)
	r.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
	points = points[:2*r.IntN(3)]
	slices.SortFunc(points, compare)
	var out []rule.Range[T]
	for i := 0; i < len(points); i += 2 {
		if i > 0 && compare(points[i], points[i-1]) == 0 {
			break
		}
		out = append(out, rule.Range[T]{Lo: points[i], Hi: points[i+1]})
	}
	return out
}

// randomValues returns a random set of values of a scalar type.
func randomValues(r *rand.Rand, t model.Type) *rule.Values {
	v := &rule.Values{}
	switch {
	case t.Kind == model.String:
		v.Strings = randomStrings(r)
	case t.Kind == model.Boolean:
		v.Bools = [][]bool{nil, {true}, {false}, {false, true}}[r.IntN(4)]
	case t.Repr == model.Float64:
		v.Floats = ranges(r, []float64{math.Inf(-1), -1, 0, 0.1, 0.5, 1, math.Inf(1)}, func(x, y float64) int { return big.NewFloat(x).Cmp(big.NewFloat(y)) })
	case t.Repr == model.Decimal:
		v.Decimals = ranges(r, append(someDecimals(t), someDecimals(longType)...), decimal128.Num.Cmp)
	default:
		v.Ints = ranges(r, someInts, func(x, y int64) int { return big.NewInt(x).Cmp(big.NewInt(y)) })
	}
	return v
}

// randomTest returns a random test of values of a type.
func randomTest(r *rand.Rand, typ model.Type) Test {
	test := Test{IsNull: r.IntN(10) == 0, Values: randomValues(r, typ.Elem())}
	if typ.IsArray() {
		test.Quant = rule.Quant{Op: rule.QuantAny + rule.QuantOp(r.IntN(5)), N: int64(r.IntN(4))}
		test.Values.Except = r.IntN(2) == 0
	}
	return test
}

func randomStrings(r *rand.Rand) rule.Strings {
	s := rule.Strings{Op: rule.StringOp(r.IntN(6))}
	switch s.Op {
	case rule.StringBetween:
		s.Lo, s.Hi, s.HasHi = pick(r, someStrings), pick(r, someStrings), r.IntN(2) == 0
	case rule.StringMatches:
		s.Regexp = regexp.MustCompile(pick(r, []string{"a", "^a$", "[A-Z]", "", "\\x00"}))
	default:
		for range r.IntN(4) {
			s.List = append(s.List, pick(r, someStrings))
		}
		slices.Sort(s.List)
		s.List = slices.Compact(s.List)
	}
	return s
}

// judge decides on a value the long way: through text and big numbers, sharing
// nothing with Match.
func judge(value any, t Test) bool {
	if t.IsNull {
		return value == nil
	}
	list, isList := value.([]any)
	if !isList {
		return value != nil && in(value, t.Values) != t.Values.Except
	}
	passed := int64(0)
	for _, e := range list {
		if e != nil && in(e, t.Values) != t.Values.Except {
			passed++
		}
	}
	return map[rule.QuantOp]bool{
		rule.QuantAny: passed > 0, rule.QuantAll: passed == int64(len(list)), rule.QuantAtLeast: passed >= t.Quant.N,
		rule.QuantAtMost: passed <= t.Quant.N, rule.QuantExactly: passed == t.Quant.N,
	}[t.Quant.Op]
}

func in(value any, values *rule.Values) bool {
	switch x := value.(type) {
	case string:
		return inStrings(x, &values.Strings)
	case bool:
		return slices.Contains(values.Bools, x)
	case int64:
		return inInts(x, values.Ints)
	case Day:
		return inInts(int64(x), values.Ints)
	case time.Time:
		return inInts(x.UnixMicro(), values.Ints)
	case float64:
		return slices.ContainsFunc(values.Floats, func(r rule.Range[float64]) bool { return x >= r.Lo && x <= r.Hi })
	case Decimal:
		n := x.Unscaled.BigInt()
		return slices.ContainsFunc(values.Decimals, func(r rule.Range[decimal128.Num]) bool {
			return n.Cmp(r.Lo.BigInt()) >= 0 && n.Cmp(r.Hi.BigInt()) <= 0
		})
	}
	panic(fmt.Sprintf("a %T", value))
}

func inInts(x int64, ranges []rule.Range[int64]) bool {
	return slices.ContainsFunc(ranges, func(r rule.Range[int64]) bool { return x >= r.Lo && x <= r.Hi })
}

func inStrings(x string, s *rule.Strings) bool {
	switch s.Op {
	case rule.StringBetween:
		return x >= s.Lo && (!s.HasHi || x < s.Hi)
	case rule.StringMatches:
		return s.Regexp.FindStringIndex(x) != nil
	}
	holds := map[rule.StringOp]func(x, y string) bool{
		rule.StringIn:       func(x, y string) bool { return x == y },
		rule.StringContains: strings.Contains, rule.StringStarts: strings.HasPrefix, rule.StringEnds: strings.HasSuffix,
	}[s.Op]
	return slices.ContainsFunc(s.List, func(y string) bool { return holds(x, y) })
}

// TestMatchAgreesWithJudge tests random values of every type.
func TestMatchAgreesWithJudge(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 1))
	for _, typ := range allTypes {
		selected := 0
		for range 300 {
			v := randomVector(t, r, typ, r.IntN(200))
			test := randomTest(r, typ)
			var w bitmap.Words
			w.Fill(bitmap.BlockRows) // Match has to clear what was there
			if err := v.Match(t.Context(), &w, test); err != nil {
				t.Fatal(err)
			}
			for i := range v.Len() {
				want := judge(v.Value(i), test)
				if w.Has(uint16(i)) != want {
					t.Fatalf("seed %d: %s: %v is selected: %v, want %v, by %+v %+v", *seed, typ, v.Value(i), !want, want, test, test.Values)
				}
				if want {
					selected++
				}
			}
			if rows := w.AppendRows(nil, 0); len(rows) > 0 && int(rows[len(rows)-1]) >= v.Len() {
				t.Fatalf("seed %d: %s: row %d of %d is selected", *seed, typ, rows[len(rows)-1], v.Len())
			}
		}
		if selected == 0 {
			t.Errorf("seed %d: %s: nothing was ever selected", *seed, typ)
		}
	}
}

// TestMatchStopsWithTheContext matches a pattern that takes long, in a context
// that has ended.
func TestMatchStopsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, typ := range []model.Type{stringType, stringsType} {
		v := randomVector(t, rand.New(rand.NewPCG(1, 1)), typ, 10)
		test := Test{Values: &rule.Values{Strings: rule.Strings{Op: rule.StringMatches, Regexp: regexp.MustCompile("(a|b)*c")}}}
		var w bitmap.Words
		if err := v.Match(ctx, &w, test); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want %v", typ, err, context.Canceled)
		}
	}
}

// TestBuilderAndTakeGiveBackValues moves random rows through both.
func TestBuilderAndTakeGiveBackValues(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 2))
	for _, typ := range allTypes {
		v := randomVector(t, r, typ, 100)
		rows := []uint32{99, 0, 5, 5, 50}
		taken, err := NewVector(typ, v.Take(rows))
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if got, want := fmt.Sprint(taken.Value(i)), fmt.Sprint(v.Value(int(row))); got != want {
				t.Errorf("seed %d: %s: row %d is %s, want %s", *seed, typ, row, got, want)
			}
		}
	}
}

// TestNewVectorRefusesOtherTypes gives an array of a type that does not fit.
func TestNewVectorRefusesOtherTypes(t *testing.T) {
	arr, err := NewBuilder(stringType, 1).Take([]uint32{0})
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewVector(shortType, arr)
	want := "column: Arrow type utf8, expected decimal(18, 2) for number (decimal(18,2))"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestTakeRefusesWhatOffsetsCannotHold takes one long text so often that an Arrow
// array would wrap around.
func TestTakeRefusesWhatOffsetsCannotHold(t *testing.T) {
	b := NewBuilder(stringType, 1)
	b.SetString(0, strings.Repeat("x", 1<<20))
	_, err := b.Take(make([]uint32, 2048))
	want := "2147483648 bytes of text, or list elements, in one block of 65536 customers; at most 2147483647 fit"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	list := NewBuilder(stringsType, 1)
	elems, first := list.SetList(0, 2)
	elems.SetString(first, strings.Repeat("x", 1<<20))
	if _, err := list.Take(make([]uint32, 2048)); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
