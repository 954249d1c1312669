package exec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// visitsAt are visits of rows at times; every one has the greatest number as "big".
func visitsAt(rows []uint32, times []int64) *index.Collected {
	c := index.NewCollected(visits.Behaviors[0].Fields)
	c.Rows = rows
	c.Times.Grow(len(rows))
	for i, v := range c.Values {
		v.Grow(len(rows))
		for row := range rows {
			if i == 5 {
				v.SetDecimal(row, decimal128.GetMaxValue(38))
			}
		}
	}
	for i, at := range times {
		c.Times.SetInt(i, at)
	}
	return c
}

// computeLive plans what is made of the events, and makes it for so many customers.
func computeLive(t *testing.T, text string, events *index.Events, customers int, live *bitmap.Words) (*column.Builder, error) {
	t.Helper()
	c, err := rule.ParseComputed(text, "visit", visits)
	if err != nil {
		t.Fatal(err)
	}
	loc, err := window.LoadLocation(visits.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	b := column.NewBuilder(c.Result, customers)
	return b, Compute(t.Context(), plan.Computed(c, visits, loc, events, nil, testAsOf), c.Result, 0, live, b)
}

// TestComputeLeavesOutTheDead computes attributes of customers of whom some are no
// more, one of these with a sum that is too large.
func TestComputeLeavesOutTheDead(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 20))
	before := testAsOf.UnixMicro() - 1
	c := visitsAt([]uint32{2, 2, 3, 4}, []int64{before, before, before, before})
	events := index.OpenEvents(c.Fields, 1, split(t, r, c, 2))
	var live bitmap.Words
	for _, row := range []uint16{0, 3, 5} {
		live.Add(row)
	}
	for text, want := range map[string][]any{
		"count":               {0, nil, nil, 1, nil, 0},
		"count distinct days": {0, nil, nil, 1, nil, 0},
		"count distinct big":  {0, nil, nil, 1, nil, 0},
		"sum(big)":            {"0.00000", nil, nil, "999999999999999999999999999999999.99999", nil, "0.00000"},
		"sum(rate)":           {0, nil, nil, 0, nil, 0},
		"avg(big)":            {nil, nil, nil, 1e33, nil, nil},
		"max(big)":            {nil, nil, nil, "999999999999999999999999999999999.99999", nil, nil},
	} {
		b, err := computeLive(t, text, events, len(want), &live)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		for row, value := range want {
			if got := textOf(b, row); got != fmt.Sprint(value) {
				t.Errorf("%s: row %d is %s, want %v", text, row, got, value)
			}
		}
	}
	want := `OVERFLOW: the sum of "big" over the events of "visit" has more than 38 digits for the customer in row 2, in "sum(big)"`
	live.Add(2)
	for _, live := range []*bitmap.Words{nil, &live} {
		if _, err := computeLive(t, "sum(big)", events, 6, live); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// textOf returns a row as fmt does, "<nil>" where it is NULL.
func textOf(b *column.Builder, row int) string {
	if b.IsNull(row) {
		return "<nil>"
	}
	return b.Text(row)
}

// TestRowsThatABlockDoesNotHave answers over events of such rows, which bad bytes
// may name: nobody in them is counted.
func TestRowsThatABlockDoesNotHave(t *testing.T) {
	const rows = 70
	c := visitsAt([]uint32{5, 5, 69, 70, 71, 71, 200, 65_535, 65_535}, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9})
	events := index.OpenEvents(c.Fields, 1, split(t, rand.New(rand.NewPCG(1, 1)), c, 1))
	all := window.Interval{Lo: math.MinInt64, Hi: math.MaxInt64}
	node := func(op plan.Op, f *plan.Folding) *plan.Node {
		return &plan.Node{Op: op, Events: events, Spans: []window.Interval{all}, Counts: []rule.Range[int64]{{Lo: 2, Hi: 9}}, Fold: f}
	}
	sum := &plan.Folding{Aggregate: &rule.Aggregate{Op: rule.AggregateSum, Field: 5, Type: c.Fields[5].Type}}
	count := &plan.Folding{Aggregate: &rule.Aggregate{Op: rule.AggregateCount, Counts: []rule.Range[int64]{{Lo: 2, Hi: 9}}}}
	for _, c := range []struct {
		name string
		n    *plan.Node
		want []uint32
	}{
		{"happened", node(plan.Happened, nil), []uint32{5, 69}},
		{"count", node(plan.Count, nil), []uint32{5}},
		{"fold", node(plan.Fold, count), []uint32{5}},
		{"not", &plan.Node{Op: plan.And, Kids: []*plan.Node{node(plan.Happened, nil), {Op: plan.Not, Kids: []*plan.Node{node(plan.Count, nil)}}}}, []uint32{69}},
	} {
		r := newRunner(t, rows)
		var out bitmap.Words
		if err := r.run(c.n, &out); err != nil {
			t.Fatal(err)
		}
		if r.keepLive(&out); !slices.Equal(out.AppendRows(nil, 0), c.want) {
			t.Errorf("%s: %v, want %v", c.name, out.AppendRows(nil, 0), c.want)
		}
		stats := map[*plan.Node]*Stats{}
		if err := r.profile(c.n, &out, stats); err != nil || stats[c.n].Alone != uint64(len(c.want)) {
			t.Errorf("%s: a profile counts %d, %v", c.name, stats[c.n].Alone, err)
		}
	}
	r := newRunner(t, 5) // none of the rows with a sum that is too large
	var out bitmap.Words
	if err := r.run(node(plan.Fold, sum), &out); err != nil {
		t.Errorf("sums: %v", err)
	}
	want := "event 3 is of row 70, and the block has 70"
	if _, err := computeLive(t, "count", events, rows, nil); err == nil || err.Error() != "rows of block 0: "+want {
		t.Errorf("computed: %v, want %s", err, want)
	}
}

// TestKeepFirst cuts sets at every kind of place.
func TestKeepFirst(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 65, 128, bitmap.BlockRows - 64, bitmap.BlockRows - 1} {
		var w bitmap.Words
		w.Fill(bitmap.BlockRows)
		var want bitmap.Words
		want.Fill(n)
		if keepFirst(&w, n); w != want {
			t.Errorf("%d rows are left of the first %d", w.Count(), n)
		}
	}
}

// TestTheLastDayIsOne counts the days of events up to the last instant there is,
// and finds who has one in a window without an end.
func TestTheLastDayIsOne(t *testing.T) {
	last := int64(math.MaxInt64)
	c := visitsAt([]uint32{1, 1, 1, 1, 2, 2, 3}, []int64{last, last, last - 1, last - 1e12, last, last, last - 1})
	all := window.Interval{Lo: 0, Hi: math.MaxInt64}
	for _, parts := range []int{1, 3} {
		events := index.OpenEvents(c.Fields, 1, split(t, rand.New(rand.NewPCG(1, 1)), c, parts))
		for n, want := range map[int64][]uint32{1: {2, 3}, 2: {1}} {
			node := &plan.Node{
				Op: plan.Fold, Events: events, Spans: []window.Interval{all},
				Fold: &plan.Folding{Aggregate: &rule.Aggregate{Op: rule.AggregateDays, Counts: []rule.Range[int64]{{Lo: n, Hi: n}}}},
			}
			var out bitmap.Words
			if err := newRunner(t, 10).run(node, &out); err != nil || !slices.Equal(out.AppendRows(nil, 0), want) {
				t.Errorf("%d parts: %v have %d days, %v; want %v", parts, out.AppendRows(nil, 0), n, err, want)
			}
		}
		var out bitmap.Words
		node := &plan.Node{Op: plan.Happened, Events: events, Spans: []window.Interval{{Lo: last - 1, Hi: math.MaxInt64}}}
		if err := newRunner(t, 10).run(node, &out); err != nil || out.Count() != 3 {
			t.Errorf("%d parts: %d customers, %v; want 3", parts, out.Count(), err)
		}
	}
}

// TestCodesOfAShorterDictionary asks for the codes of a dictionary after those of a
// longer one: nothing is known, and nothing beyond is touched.
func TestCodesOfAShorterDictionary(t *testing.T) {
	parse := func(n int) *column.Dictionary {
		b := column.NewDictionaryBuilder(n)
		for i := range n {
			b.Code(fmt.Append(nil, i))
		}
		d, err := column.ParseDictionary(b.AppendTo(nil))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	var d dictionary
	long, short := parse(100), parse(10)
	known := d.codesOf(long)
	if len(known) != 100 {
		t.Fatalf("%d codes, want 100", len(known))
	}
	for i := range known {
		known[i] = 7
	}
	if got := d.codesOf(short); !slices.Equal(got, make([]uint32, 10)) {
		t.Errorf("known: %v, want 10 zeros", got)
	}
	if known[10] != 7 || known[99] != 7 {
		t.Error("codes that the dictionary does not have are cleared")
	}
	if got := d.codesOf(long); !slices.Equal(got, make([]uint32, 100)) {
		t.Errorf("known: %v, want 100 zeros", got)
	}
}
