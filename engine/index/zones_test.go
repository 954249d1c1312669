package index

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

var (
	floatType   = model.Type{Kind: model.Number, Repr: model.Float64}
	narrowType  = model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 18, Scale: 2}
	wideType    = model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 38, Scale: 10}
	textType    = model.Type{Kind: model.String}
	booleanType = model.Type{Kind: model.Boolean}
	dayType     = model.Type{Kind: model.Date}
	zoneTypes   = []model.Type{whole, floatType, narrowType, wideType, textType, booleanType, dayType, instants}
)

// Values in ascending order, neighbours among them, from which columns and the
// bounds of tests are made; one zero of each sign.
var (
	zoneInts     = []int64{math.MinInt64, math.MinInt64 + 1, -2, -1, 0, 1, 2, 3, 1 << 53, 1<<53 + 1, math.MaxInt64 - 1, math.MaxInt64}
	zoneDays     = []int64{math.MinInt32, math.MinInt32 + 1, -2, -1, 0, 1, 2, 3, 19000, math.MaxInt32 - 1, math.MaxInt32}
	zoneFloats   = []float64{math.Inf(-1), -math.MaxFloat64, -1, math.Copysign(0, -1), 0, math.SmallestNonzeroFloat64, 0.1, 1, math.MaxFloat64, math.Inf(1)}
	zoneDecimals = map[uint8][]decimal128.Num{18: decimalsOf(18), 38: decimalsOf(38)}
	zoneTexts    = []string{"", "A", "a", "a\x00", "ab", "abc", "b", longText + "a", longText + "b", "é", "日本"}
	longText     = strings.Repeat("b", maxZoneText)
)

// decimalsOf returns decimals of that many digits, ascending.
func decimalsOf(precision int32) []decimal128.Num {
	greatest := decimal128.GetMaxValue(precision)
	values := []decimal128.Num{greatest.Negate(), greatest.Negate().Add(decimal128.FromI64(1))}
	for _, x := range []int64{-101, -1, 0, 1, 99, 100, 101} {
		values = append(values, decimal128.FromI64(x))
	}
	return append(values, greatest)
}

// pieceOf returns up to a few neighbours of values, which are in order: columns
// and tests of wide ranges alone would decide little.
func pieceOf[T any](r *rand.Rand, values []T) []T {
	lo := r.IntN(len(values))
	return values[lo:min(len(values), lo+1+r.IntN(4))]
}

func oneOf[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// fillZone sets rows of b to a few values, and leaves some NULL: none, some or
// all.
func fillZone(r *rand.Rand, b *column.Builder, first, end int) {
	nulls := oneOf(r, []float64{0, 0, 0.3, 1})
	set := zoneSetter(r, b)
	for row := first; row < end; row++ {
		if r.Float64() >= nulls {
			set(row)
		}
	}
}

// zoneSetter returns what sets a row to one of a few neighbouring values.
func zoneSetter(r *rand.Rand, b *column.Builder) func(row int) {
	switch t := b.Type(); {
	case t.Kind == model.String:
		from := pieceOf(r, zoneTexts)
		return func(row int) { b.SetString(row, oneOf(r, from)) }
	case t.Kind == model.Boolean:
		from := pieceOf(r, []int64{0, 1})
		return func(row int) { b.SetInt(row, oneOf(r, from)) }
	case t.Kind == model.Date:
		from := pieceOf(r, zoneDays)
		return func(row int) { b.SetInt(row, oneOf(r, from)) }
	case t.Repr == model.Float64:
		from := pieceOf(r, zoneFloats)
		return func(row int) { b.SetFloat(row, oneOf(r, from)) }
	case t.Repr == model.Decimal:
		from := pieceOf(r, zoneDecimals[t.Precision])
		return func(row int) { b.SetDecimal(row, oneOf(r, from)) }
	}
	from := pieceOf(r, zoneInts)
	return func(row int) { b.SetInt(row, oneOf(r, from)) }
}

// randomTest returns a test of values of a type.
func randomTest(r *rand.Rand, t model.Type) column.Test {
	if r.IntN(8) == 0 {
		return column.Test{IsNull: true}
	}
	set := &rule.Values{Except: r.IntN(3) == 0}
	switch {
	case t.Kind == model.String:
		set.Strings = randomStrings(r)
	case t.Kind == model.Boolean:
		set.Bools = oneOf(r, [][]bool{nil, {false}, {true}, {false, true}})
	case t.Kind == model.Date:
		set.Ints = randomRanges(r, zoneDays)
	case t.Repr == model.Float64: // -0.0 does not occur as a bound
		set.Floats = randomRanges(r, slices.Delete(slices.Clone(zoneFloats), 3, 4))
	case t.Repr == model.Decimal:
		set.Decimals = randomRanges(r, zoneDecimals[38]) // for narrow values, too: beyond 64 bits
	default:
		set.Ints = randomRanges(r, zoneInts)
	}
	return column.Test{Values: set}
}

// randomRanges returns up to three ranges with bounds of values, sorted and
// disjoint.
func randomRanges[T any](r *rand.Rand, values []T) (ranges []rule.Range[T]) {
	bounds := r.Perm(len(values))[:2*r.IntN(4)]
	slices.Sort(bounds)
	for len(bounds) > 0 {
		lo, hi := bounds[0], bounds[1]
		if r.IntN(3) == 0 {
			hi = lo
		}
		ranges = append(ranges, rule.Range[T]{Lo: values[lo], Hi: values[hi]})
		bounds = bounds[2:]
	}
	return ranges
}

// randomStrings returns a set of strings of any kind.
func randomStrings(r *rand.Rand) rule.Strings {
	s := rule.Strings{Op: oneOf(r, []rule.StringOp{
		rule.StringIn, rule.StringBetween, rule.StringStarts, rule.StringContains, rule.StringEnds, rule.StringMatches,
	})}
	switch s.Op {
	case rule.StringBetween:
		bounds := []string{oneOf(r, zoneTexts), oneOf(r, zoneTexts)}
		slices.Sort(bounds)
		s.Lo, s.Hi, s.HasHi = bounds[0], bounds[1], r.IntN(2) == 0
	case rule.StringMatches:
		s.Regexp = regexp.MustCompile("a|é")
	default:
		s.List = slices.Clone(pieceOf(r, zoneTexts))
	}
	return s
}

// zonesOf builds the zone map of a column and opens it.
func zonesOf(t *testing.T, b *column.Builder) *Zones {
	t.Helper()
	batch, ok := BuildZones(b)
	if !ok {
		t.Fatalf("%s has no zone map", b.Type())
	}
	defer batch.Release()
	blocks := (b.Len() + bitmap.BlockRows - 1) / bitmap.BlockRows
	z, err := OpenZones(b.Type(), batch, blocks)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// matched returns how many of the rows first to end-1 pass, as columns have it.
func matched(t *testing.T, b *column.Builder, first, end int, test column.Test) int {
	t.Helper()
	rows := make([]uint32, end-first)
	for i := range rows {
		rows[i] = uint32(first + i)
	}
	arr, err := b.Take(rows)
	if err != nil {
		t.Fatal(err)
	}
	defer arr.Release()
	v, err := column.NewVector(b.Type(), arr)
	if err != nil {
		t.Fatal(err)
	}
	var w bitmap.Words
	if err := v.Match(t.Context(), &w, test); err != nil {
		t.Fatal(err)
	}
	return w.Count()
}

// checkDecision compares a decision with what the column says. It returns the
// decision.
func checkDecision(t *testing.T, z *Zones, b *column.Builder, block int, test column.Test) Decision {
	t.Helper()
	first := block * bitmap.BlockRows
	rows := min(bitmap.BlockRows, b.Len()-first)
	got, passing := z.Decide(block, rows, test), matched(t, b, first, first+rows, test)
	if got == Nobody && passing != 0 || got == Everybody && passing != rows {
		t.Fatalf("seed %d: %s, block %d: %s, but %d of %d rows pass %+v %+v", *seed, b.Type(), block, got, passing, rows, test, test.Values)
	}
	return got
}

// TestZonesAgreeWithColumns decides random tests of random columns of every type
// and counts what is decided: a zone map that decides nothing is right, too.
func TestZonesAgreeWithColumns(t *testing.T) {
	const rounds = 3000
	for _, typ := range zoneTypes {
		t.Run(typ.String(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(*seed, 1))
			found := map[Decision]int{}
			for range rounds {
				b := column.NewBuilder(typ, 1+r.IntN(20))
				fillZone(r, b, 0, b.Len())
				found[checkDecision(t, zonesOf(t, b), b, 0, randomTest(r, typ))]++
			}
			for d, least := range map[Decision]int{Unknown: rounds / 50, Nobody: rounds / 5, Everybody: rounds / 50} {
				if found[d] < least {
					t.Errorf("seed %d: %s: decided %v, expected at least %d of %s", *seed, typ, found, least, d)
				}
			}
		})
	}
}

// TestZonesOfSeveralBlocks has another few values in every block.
func TestZonesOfSeveralBlocks(t *testing.T) {
	for _, typ := range zoneTypes {
		r := rand.New(rand.NewPCG(*seed, 2))
		b := column.NewBuilder(typ, 2*bitmap.BlockRows+1)
		for first := 0; first < b.Len(); first += bitmap.BlockRows {
			fillZone(r, b, first, min(first+bitmap.BlockRows, b.Len()))
		}
		z := zonesOf(t, b)
		for block := range 3 {
			for range 10 {
				checkDecision(t, z, b, block, randomTest(r, typ))
			}
		}
	}
}

// TestDecide has every case of NULLs, of ends that are not known, and of edges.
func TestDecide(t *testing.T) {
	atLeast := func(x int64) column.Test {
		return column.Test{Values: &rule.Values{Ints: []rule.Range[int64]{{Lo: x, Hi: math.MaxInt64}}}}
	}
	except := func(t column.Test) column.Test {
		set := *t.Values
		set.Except = true
		return column.Test{Values: &set}
	}
	zeros := column.Test{Values: &rule.Values{Floats: []rule.Range[float64]{{Lo: 0, Hi: 0}}}}
	textIn := func(list ...string) column.Test {
		return column.Test{Values: &rule.Values{Strings: rule.Strings{Op: rule.StringIn, List: list}}}
	}
	null := column.Test{IsNull: true}
	for _, c := range []struct {
		name   string
		typ    model.Type
		values []any // nil: NULL
		test   column.Test
		want   Decision
	}{
		{"values above", whole, []any{5, 7}, atLeast(5), Everybody},
		{"values above or NULL", whole, []any{5, nil, 7}, atLeast(5), Unknown},
		{"values below", whole, []any{5, 7}, atLeast(8), Nobody},
		{"values below or NULL", whole, []any{5, nil}, atLeast(8), Nobody},
		{"values on both sides", whole, []any{5, 7}, atLeast(6), Unknown},
		{"only NULLs", whole, []any{nil, nil}, atLeast(0), Nobody},
		{"only NULLs, but", whole, []any{nil, nil}, except(atLeast(0)), Nobody},
		{"all but above", whole, []any{5, 7}, except(atLeast(8)), Everybody},
		{"all but above, or NULL", whole, []any{5, nil}, except(atLeast(8)), Unknown},
		{"all but below", whole, []any{5, nil}, except(atLeast(5)), Nobody},
		{"no range", whole, []any{5, 7}, column.Test{Values: &rule.Values{}}, Nobody},
		{"all but no range", whole, []any{5, 7}, except(column.Test{Values: &rule.Values{}}), Everybody},
		{"between two ranges", whole, []any{5, 7}, column.Test{Values: &rule.Values{Ints: []rule.Range[int64]{{Lo: 1, Hi: 4}, {Lo: 8, Hi: 9}}}}, Nobody},
		{"NULL: none is", whole, []any{5, 7}, null, Nobody},
		{"NULL: some are", whole, []any{5, nil}, null, Unknown},
		{"NULL: all are", whole, []any{nil, nil}, null, Everybody},
		{"zeros of either sign", floatType, []any{math.Copysign(0, -1), 0.0}, zeros, Everybody},
		{"a negative zero is not below", floatType, []any{math.Copysign(0, -1)}, column.Test{Values: &rule.Values{Floats: []rule.Range[float64]{{Lo: math.Inf(-1), Hi: -math.SmallestNonzeroFloat64}}}}, Nobody},
		{"one text", textType, []any{"a", "a"}, textIn("a", "b"), Everybody},
		{"texts between which it may be", textType, []any{"a", "c"}, textIn("b"), Unknown},
		{"texts above", textType, []any{"b", "c"}, textIn("", "a"), Nobody},
		{"texts of 64 bytes", textType, []any{longText}, textIn("a"), Nobody},
		{"texts of 65 bytes", textType, []any{longText + "b"}, textIn("a"), Unknown},
		{"texts of 65 bytes, NULL", textType, []any{longText + "b"}, null, Nobody},
		{"start", textType, []any{"aa", "ab"}, column.Test{Values: &rule.Values{Strings: rule.Strings{Op: rule.StringStarts, List: []string{"b", "a"}}}}, Everybody},
	} {
		b := column.NewBuilder(c.typ, len(c.values))
		for row, v := range c.values {
			switch v := v.(type) {
			case int:
				b.SetInt(row, int64(v))
			case float64:
				b.SetFloat(row, v)
			case string:
				b.SetString(row, v)
			}
		}
		if got := checkDecision(t, zonesOf(t, b), b, 0, c.test); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestZonesOfLists(t *testing.T) {
	if _, ok := BuildZones(column.NewBuilder(model.Type{Kind: model.StringArray}, 3)); ok {
		t.Error("a list has a zone map")
	}
}

func TestZonesOfNothing(t *testing.T) {
	if z := zonesOf(t, column.NewBuilder(whole, 0)); len(z.known) != 0 {
		t.Errorf("%d zones of no rows", len(z.known))
	}
}

// zoneTable makes the table of a zone map from JSON.
func zoneTable(t *testing.T, fields []arrow.Field, rows string) arrow.RecordBatch {
	t.Helper()
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, arrow.NewSchema(fields, nil), strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(batch.Release)
	return batch
}

func TestOpenZonesErrors(t *testing.T) {
	ints, counts := arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Uint32
	column := func(name string, t arrow.DataType) arrow.Field {
		return arrow.Field{Name: name, Type: t, Nullable: true}
	}
	good := []arrow.Field{column("min", ints), column("max", ints), column("nulls", counts)}
	for _, c := range []struct {
		fields []arrow.Field
		rows   string
		want   string
	}{
		{good[:2], `[{"min": 1, "max": 1}]`, "zone map of 2 columns and 1 blocks, expected 3 and 1"},
		{good, `[]`, "zone map of 3 columns and 0 blocks, expected 3 and 1"},
		{[]arrow.Field{good[1], good[0], good[2]}, `[{"min": 1, "max": 1, "nulls": 0}]`, `column 0 of a zone map is "max", expected "min"`},
		{[]arrow.Field{column("min", counts), good[1], good[2]}, `[{"min": 1, "max": 1, "nulls": 0}]`, ""},
		{[]arrow.Field{good[0], good[1], column("nulls", ints)}, `[{"min": 1, "max": 1, "nulls": 0}]`, "counts of NULLs are of type int64, expected uint32"},
		{good, `[{"min": 2, "max": 1, "nulls": 0}]`, "zone map, block 0: least value 2 is above greatest value 1"},
		{good, `[{"min": 1, "max": 1, "nulls": 65537}]`, "zone map, block 0: 65537 NULLs, expected at most 65536"},
	} {
		_, err := OpenZones(whole, zoneTable(t, c.fields, c.rows), 1)
		if got := fmt.Sprint(err); err == nil || got != cmp.Or(c.want, got) {
			t.Errorf("%s: %v, want %s", c.rows, err, c.want)
		}
	}
}

// TestZonesFromElsewhere opens a table with NaN and with a count of NULLs that
// is not of the block: nothing is decided.
func TestZonesFromElsewhere(t *testing.T) {
	b := array.NewFloat64Builder(memory.DefaultAllocator)
	defer b.Release()
	b.Append(math.NaN())
	nan := b.NewArray()
	defer nan.Release()
	counts := array.NewUint32Builder(memory.DefaultAllocator)
	defer counts.Release()
	counts.Append(2)
	nulls := counts.NewArray()
	defer nulls.Release()
	fields := []arrow.Field{{Name: "min", Type: nan.DataType()}, {Name: "max", Type: nan.DataType()}, {Name: "nulls", Type: nulls.DataType()}}
	batch := array.NewRecordBatch(arrow.NewSchema(fields, nil), []arrow.Array{nan, nan, nulls}, 1)
	defer batch.Release()
	z, err := OpenZones(floatType, batch, 1)
	if err != nil {
		t.Fatal(err)
	}
	everything := column.Test{Values: &rule.Values{Floats: []rule.Range[float64]{{Lo: math.Inf(-1), Hi: math.Inf(1)}}}}
	if got := z.Decide(0, 3, everything); got != Unknown {
		t.Errorf("NaN: %s, want unknown", got)
	}
	if got := z.Decide(0, 1, column.Test{IsNull: true}); got != Unknown {
		t.Errorf("two NULLs in one row: %s, want unknown", got)
	}
}
