package exec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/toc"
	"github.com/rollcall-db/rollcall/engine/window"
)

// inMemory is sections held in memory.
type inMemory map[place][]byte

// place is that of a section.
type place struct {
	tag   toc.Tag
	index uint32
}

func (m inMemory) Section(tag toc.Tag, index uint32) (data []byte, ok bool, err error) {
	data, ok = m[place{tag, index}]
	return data, ok, nil
}

func (m inMemory) Corrupt(reason error) error { return reason }

// visits is a behavior with a field of every type that aggregates take.
var visits = &model.Schema{
	Name: "People", Timezone: "America/New_York", KeyColumn: "id", KeyType: model.Type{Kind: model.Number, Repr: model.Int64},
	Behaviors: []model.Behavior{{Name: "visit", TimeColumn: "visited", Fields: []model.Field{
		{Name: "place", Type: model.Type{Kind: model.String}},
		{Name: "note", Type: model.Type{Kind: model.String}},
		{Name: "n", Type: model.Type{Kind: model.Number, Repr: model.Int64}},
		{Name: "rate", Type: model.Type{Kind: model.Number, Repr: model.Float64}},
		{Name: "paid", Type: model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 10, Scale: 2}},
		{Name: "big", Type: model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 30, Scale: 5}},
		{Name: "ok", Type: model.Type{Kind: model.Boolean}},
		{Name: "due", Type: model.Type{Kind: model.Date}},
		{Name: "seen", Type: model.Type{Kind: model.Timestamp}},
	}}},
}

// aggregates is what is made of the visits of a customer.
var aggregates = []string{
	"count", "count in last 30 days", "count where (place = 'home' or n > 3)", "count where (not (visited < '2024-04-01' and ok = true))",
	"count distinct days", "count distinct days in last 60 days", "count distinct days where (place is null)",
	"count distinct place", "count distinct note", "count distinct note where (n >= 0)", "count distinct n", "count distinct rate",
	"count distinct paid", "count distinct big", "count distinct due", "count distinct seen", "count distinct ok", "count distinct visited",
	"sum(n)", "sum(rate)", "sum(paid) in last 40 days", "sum(big)", "avg(n)", "avg(rate)", "avg(paid)", "avg(big) where (rate > 0)",
	"min(n)", "max(n)", "min(rate)", "max(rate)", "min(paid)", "max(big)", "min(big)", "max(due)", "min(seen)", "max(visited)",
	"first", "last", "first where (place = 'park')", "last where (not n > 3)",
	"most_frequent(place)", "most_frequent(n)", "most_frequent(rate)", "most_frequent(big)", "most_frequent(due)",
}

var testAsOf = time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)

// customers is how many have visits; more are in the block.
const customers = 300

// randomVisits collects n visits of the hundred days before testAsOf, midnights
// among them; some are undated, some values NULL.
func randomVisits(r *rand.Rand, n int) *index.Collected {
	fields := visits.Behaviors[0].Fields
	c := index.NewCollected(fields)
	c.Times.Grow(n)
	for _, v := range c.Values {
		v.Grow(n)
	}
	for i := range n {
		c.Rows = append(c.Rows, uint32(r.IntN(customers)))
		at := testAsOf.Add(-time.Duration(r.IntN(100*24*2)) * 30 * time.Minute)
		if r.IntN(10) > 0 {
			c.Times.SetInt(i, at.UnixMicro())
		}
		for _, v := range c.Values {
			if r.IntN(6) > 0 {
				setVisit(r, v, i)
			}
		}
		if r.IntN(6) > 0 {
			c.Values[0].SetString(i, []string{"", "home", "park", "work"}[r.IntN(4)]) // else a number
		}
	}
	return c
}

// setVisit sets a value of a visit.
func setVisit(r *rand.Rand, v *column.Builder, i int) {
	switch t := v.Type(); {
	case t.Kind == model.String:
		v.SetString(i, fmt.Sprint(r.IntN(70_000))) // beyond what a dictionary of codes takes, where there are many
	case t.Kind == model.Boolean:
		v.SetInt(i, r.Int64N(2))
	case t.Kind == model.Date:
		v.SetInt(i, 19_800+r.Int64N(20))
	case t.Kind == model.Timestamp:
		v.SetInt(i, testAsOf.UnixMicro()+r.Int64N(20))
	case t.Repr == model.Float64:
		v.SetFloat(i, []float64{math.Copysign(0, -1), 0, 0.1, 1e100, -1e100, 1, 1e-30}[r.IntN(7)])
	case isWhole(t) && isDecimal(t):
		v.SetDecimal(i, decimal128.FromI64(r.Int64N(10)-3))
	case isDecimal(t):
		v.SetDecimal(i, decimal128.New(r.Int64N(3)-1, r.Uint64N(3)))
	default:
		v.SetInt(i, r.Int64N(12)-4)
	}
}

// split deals events to n parts at random.
func split(t testing.TB, r *rand.Rand, c *index.Collected, n int) []toc.Sections {
	t.Helper()
	dealt := make([][]uint32, n)
	for _, i := range c.Order() {
		part := r.IntN(n)
		dealt[part] = append(dealt[part], i)
	}
	var parts []toc.Sections
	for _, order := range dealt {
		m := inMemory{}
		w := index.NewEventWriter(c.Fields, func(tag toc.Tag, index uint32, data []byte) error {
			m[place{tag, index}] = slices.Clone(data)
			return nil
		})
		if err := w.Block(0, c, order); err != nil {
			t.Fatal(err)
		}
		if err := w.Finish(); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, m)
	}
	return parts
}

// computed plans what is made of the events and makes it for every customer.
func computed(t *testing.T, text string, events *index.Events) (*plan.Node, *column.Vector) {
	t.Helper()
	c, err := rule.ParseComputed(text, "visit", visits)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	loc, err := window.LoadLocation(visits.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	n := plan.Computed(c, visits, loc, events, nil, testAsOf)
	b := column.NewBuilder(c.Result, customers+100)
	if err := Compute(t.Context(), n, c.Result, 0, nil, b); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	rows := make([]uint32, b.Len())
	for i := range rows {
		rows[i] = uint32(i)
	}
	arr, err := b.Take(rows)
	if err != nil {
		t.Fatal(err)
	}
	v, err := column.NewVector(c.Result, arr)
	if err != nil {
		t.Fatal(err)
	}
	return n, v
}

// TestPartsAnswerAsOne deals random events to up to four parts: what is made of
// them is the same, and a rule selects exactly those customers of whom the value
// passes.
func TestPartsAnswerAsOne(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 3))
	for _, n := range []int{0, 1, 50, 2000, 80_000} {
		c := randomVisits(r, n)
		one := index.OpenEvents(c.Fields, 1, split(t, r, c, 1))
		for _, parts := range []int{2, 4} {
			many := index.OpenEvents(c.Fields, 1, split(t, r, c, parts))
			for _, text := range aggregates {
				name := fmt.Sprintf("seed %d: %d events in %d parts: %s", *seedFlag, n, parts, text)
				node, want := computed(t, text, one)
				split, got := computed(t, text, many)
				for row := range want.Len() {
					if x, y := fmt.Sprint(want.Value(row)), fmt.Sprint(got.Value(row)); x != y {
						t.Fatalf("%s: row %d is %s, want %s", name, row, y, x)
					}
				}
				checkFold(t, r, name, node, split, want)
			}
		}
	}
}

// checkFold compares whom a random test of a computed value selects, over one part
// and over several, with the values.
func checkFold(t *testing.T, r *rand.Rand, name string, one, many *plan.Node, values *column.Vector) {
	t.Helper()
	passes, ok := randomPassing(r, one.Fold, values)
	if !ok {
		return
	}
	many.Fold = one.Fold
	one.Spans[0] = seenBy(one.Fold, one.Spans[0])
	many.Spans = one.Spans
	var got, same bitmap.Words
	for out, n := range map[*bitmap.Words]*plan.Node{&got: one, &same: many} {
		e := &runner{ctx: t.Context(), n: values.Len(), counts: new([bitmap.BlockRows]uint32)}
		for range 2 { // the second time in memory that the first has left
			if err := e.run(n, out); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	if got != same {
		t.Fatalf("%s: %+v selects %d customers, want the %d of one part", name, one.Fold, same.Count(), got.Count())
	}
	if passes == nil {
		return
	}
	for row := range values.Len() {
		if want := passes(values.Value(row)); got.Has(uint16(row)) != want {
			t.Fatalf("%s: row %d is %v and is selected: %v", name, row, values.Value(row), !want)
		}
	}
}

// randomPassing makes a fold pass what lies between two of the values. It returns
// what passes, nil where that cannot be told from the values, and false where no
// rule has such a fold.
func randomPassing(r *rand.Rand, f *plan.Folding, values *column.Vector) (passes func(v any) bool, ok bool) {
	aggregate := *f.Aggregate
	f.Aggregate = &aggregate
	lo, hi := values.Value(r.IntN(values.Len())), values.Value(r.IntN(values.Len()))
	if lo == nil || hi == nil {
		lo, hi = values.Value(0), values.Value(0)
	}
	if lo == nil {
		return nil, false
	}
	switch f.Op {
	case rule.AggregateCount, rule.AggregateDistinct, rule.AggregateDays:
		counts := rule.Range[int64]{Lo: lo.(int64), Hi: hi.(int64)}
		if counts.Lo > counts.Hi {
			counts.Lo, counts.Hi = counts.Hi, counts.Lo
		}
		f.Counts = []rule.Range[int64]{counts}
		return func(v any) bool { return inCounts(f.Counts, v.(int64)) }, true
	case rule.AggregateAvg:
		f.Averages = rule.Averages{Lo: boundOf(f.Type, lo.(float64)), Hi: boundOf(f.Type, hi.(float64)+1)}
		return nil, true
	case rule.AggregateFirst, rule.AggregateLast:
		f.Inside = window.Interval{Lo: lo.(time.Time).UnixMicro(), Hi: hi.(time.Time).UnixMicro()}
		return func(v any) bool {
			at, ok := v.(time.Time)
			return ok && at.UnixMicro() >= f.Inside.Lo && at.UnixMicro() < f.Inside.Hi
		}, true
	case rule.AggregateSum, rule.AggregateMin, rule.AggregateMax:
		f.Values = between(lo, hi)
		return func(v any) bool { return isBetween(v, lo, hi) }, true
	}
	return nil, false // most_frequent
}

// seenBy returns the bounds of the events that a fold has to see: later ones cannot
// be the first, earlier ones not the last.
func seenBy(f *plan.Folding, in window.Interval) window.Interval {
	switch f.Op {
	case rule.AggregateFirst:
		in.Hi = min(in.Hi, f.Inside.Hi)
	case rule.AggregateLast:
		in.Lo = max(in.Lo, f.Inside.Lo)
	}
	return in
}

// boundOf returns a bound of averages of a field.
func boundOf(t model.Type, x float64) *rule.AverageBound {
	if isFloat(t) {
		return &rule.AverageBound{Float: x}
	}
	return &rule.AverageBound{Unscaled: decimal128.FromI64(int64(x * 100)).BigInt(), Scale: 2}
}

// between returns the values from lo to hi.
func between(lo, hi any) rule.Values {
	ints := func(lo, hi int64) rule.Values { return rule.Values{Ints: []rule.Range[int64]{{Lo: lo, Hi: hi}}} }
	switch lo := lo.(type) {
	case int64:
		return ints(lo, hi.(int64))
	case column.Day:
		return ints(int64(lo), int64(hi.(column.Day)))
	case time.Time:
		return ints(lo.UnixMicro(), hi.(time.Time).UnixMicro())
	case float64:
		return rule.Values{Floats: []rule.Range[float64]{{Lo: lo, Hi: hi.(float64)}}}
	}
	x, y := lo.(column.Decimal), hi.(column.Decimal)
	return rule.Values{Decimals: []rule.Range[decimal128.Num]{{Lo: x.Unscaled, Hi: y.Unscaled}}}
}

// isBetween reports whether v, which may be NULL, is from lo to hi.
func isBetween(v, lo, hi any) bool {
	switch v := v.(type) {
	case int64:
		return lo.(int64) <= v && v <= hi.(int64)
	case column.Day:
		return lo.(column.Day) <= v && v <= hi.(column.Day)
	case time.Time:
		return !v.Before(lo.(time.Time)) && !v.After(hi.(time.Time))
	case float64:
		return lo.(float64) <= v && v <= hi.(float64)
	case column.Decimal:
		return v.Unscaled.Cmp(lo.(column.Decimal).Unscaled) >= 0 && v.Unscaled.Cmp(hi.(column.Decimal).Unscaled) <= 0
	}
	return false
}
