package exec

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// newRunner returns a runner over the first block, of so many rows.
func newRunner(t *testing.T, rows int) *runner {
	return &runner{ctx: t.Context(), n: rows, counts: new([bitmap.BlockRows]uint32)}
}

// TestPlainNodesOfParts counts events, and finds those who have one, in random
// windows over several parts.
func TestPlainNodesOfParts(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 4))
	c := randomVisits(r, 1000)
	for parts := 1; parts <= 4; parts++ {
		events := index.OpenEvents(c.Fields, 1, split(t, r, c, parts))
		for range 50 {
			lo, hi := testAsOf.UnixMicro()-r.Int64N(9e12), testAsOf.UnixMicro()-r.Int64N(9e12)
			undated := r.IntN(2) == 0
			var counts [customers]int64
			for i, row := range c.Rows {
				if at, dated := c.Times.Int(i); dated && at >= lo && at < hi || !dated && undated {
					counts[row]++
				}
			}
			wanted := rule.Range[int64]{Lo: r.Int64N(3), Hi: r.Int64N(6)}
			node := &plan.Node{
				Events: events, Spans: []window.Interval{{Lo: lo, Hi: hi}}, Undated: undated, Counts: []rule.Range[int64]{wanted},
			}
			run := newRunner(t, customers)
			var count, happened, absent bitmap.Words
			for op, out := range map[plan.Op]*bitmap.Words{plan.Count: &count, plan.Happened: &happened, plan.Absent: &absent} {
				node.Op = op
				if err := run.run(node, out); err != nil {
					t.Fatal(err)
				}
			}
			for row, n := range counts {
				row := uint16(row)
				if count.Has(row) != (n >= wanted.Lo && n <= wanted.Hi) || happened.Has(row) != (n > 0) || absent.Has(row) != (n == 0) {
					t.Fatalf("seed %d: %d parts: row %d has %d events; counted: %v, happened: %v, absent: %v",
						*seedFlag, parts, row, n, count.Has(row), happened.Has(row), absent.Has(row))
				}
			}
		}
	}
}

// TestFoldsAllocateNothing runs every fold again over several parts.
func TestFoldsAllocateNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 5))
	c := randomVisits(r, 3000)
	for _, parts := range []int{1, 3} {
		events := index.OpenEvents(c.Fields, 1, split(t, r, c, parts))
		for _, text := range aggregates {
			node, values := computed(t, text, events)
			if _, ok := randomPassing(r, node.Fold, values); !ok || node.Fold.Op == rule.AggregateAvg {
				continue // a bound of averages is made for every block
			}
			checkAllocations(t, fmt.Sprintf("%d parts: %s", parts, text), node)
		}
	}
}

// checkAllocations runs a node again and again.
func checkAllocations(t *testing.T, name string, node *plan.Node) {
	t.Helper()
	run := newRunner(t, customers)
	var out bitmap.Words
	if allocs := testing.AllocsPerRun(5, func() {
		run.depth = 0
		if err := run.run(node, &out); err != nil {
			t.Fatal(err)
		}
	}); allocs > 0 {
		t.Errorf("%s: %v allocations", name, allocs)
	}
}

// TestZonesSpareTheColumn scans a column that cannot be read, where its zone map
// knows who passes.
func TestZonesSpareTheColumn(t *testing.T) {
	b := column.NewBuilder(model.Type{Kind: model.Number, Repr: model.Int64}, 100)
	for row := range 100 {
		b.SetInt(row, int64(row))
	}
	batch, _ := index.BuildZones(b)
	zones, err := index.OpenZones(b.Type(), batch, 1)
	if err != nil {
		t.Fatal(err)
	}
	node := func(lo, hi int64) *plan.Node {
		values := &rule.Values{Ints: []rule.Range[int64]{{Lo: lo, Hi: hi}}}
		return &plan.Node{Op: plan.Scan, Column: column.NewColumn(b.Type(), unreadable{}), Zones: zones, Test: column.Test{Values: values}}
	}
	for _, c := range []struct {
		lo, hi int64
		want   int
	}{{100, 200, 0}, {-5, 99, 100}} {
		var out bitmap.Words
		if err := newRunner(t, 100).run(node(c.lo, c.hi), &out); err != nil || out.Count() != c.want {
			t.Errorf("%d to %d: %d customers, %v; want %d", c.lo, c.hi, out.Count(), err, c.want)
		}
	}
	var out bitmap.Words
	if err := newRunner(t, 100).run(node(5, 7), &out); !errors.Is(err, errUnreadable) {
		t.Errorf("5 to 7: %v, want %v", err, errUnreadable)
	}
}

// TestOnlyTheLiveOverflow sums more than fits for a customer who is no more, then
// for one who is.
func TestOnlyTheLiveOverflow(t *testing.T) {
	fields := visits.Behaviors[0].Fields
	c := index.NewCollected(fields)
	c.Rows = []uint32{7, 7}
	c.Times.Grow(2)
	for _, v := range c.Values {
		v.Grow(2)
	}
	for i := range c.Rows {
		c.Times.SetInt(i, 0)
		c.Values[5].SetDecimal(i, decimal128.GetMaxValue(38))
	}
	events := index.OpenEvents(fields, 1, split(t, rand.New(rand.NewPCG(1, 1)), c, 1))
	node := &plan.Node{
		Op: plan.Fold, Events: events, Spans: []window.Interval{{Lo: 0, Hi: 1}},
		Fold: &plan.Folding{
			Aggregate: &rule.Aggregate{Op: rule.AggregateSum, Field: 5, Type: fields[5].Type},
			Behavior:  "visit", FieldName: "big", Condition: "visit sum(big) > 1",
		},
	}
	var out bitmap.Words
	r := newRunner(t, 10)
	r.dead = true
	r.live.Fill(7)
	if err := r.run(node, &out); err != nil {
		t.Errorf("the sum of one who is no more: %v", err)
	}
	out.Fill(10)
	if r.keepLive(&out); out.Count() != 7 {
		t.Errorf("%d customers are live, want 7", out.Count())
	}
	r.live.Fill(8)
	want := `OVERFLOW: the sum of "big" over the events of "visit" has more than 38 digits for the customer in row 7, in "visit sum(big) > 1"`
	if err := r.run(node, &out); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestWholeTypes compares what types say of their values with what vectors say.
func TestWholeTypes(t *testing.T) {
	types := []model.Type{
		{Kind: model.String}, {Kind: model.Boolean}, {Kind: model.Date}, {Kind: model.Timestamp},
		{Kind: model.Number, Repr: model.Int64}, {Kind: model.Number, Repr: model.Float64},
		{Kind: model.StringArray}, {Kind: model.NumberArray, Repr: model.Int64},
	}
	for precision := range uint8(39) {
		if precision > 0 {
			types = append(types, model.Type{Kind: model.Number, Repr: model.Decimal, Precision: precision})
		}
	}
	for _, typ := range types {
		arr, err := column.NewBuilder(typ, 1).Take([]uint32{0})
		if err != nil {
			t.Fatal(err)
		}
		v, err := column.NewVector(typ, arr)
		if err != nil {
			t.Fatal(err)
		}
		if got := isWhole(typ); got != v.IsWhole() {
			t.Errorf("%s: whole is %v, want %v", typ, got, v.IsWhole())
		}
	}
}

var errUnreadable = errors.New("cannot be read")

// unreadable is a stored table that cannot be read.
type unreadable struct{}

func (unreadable) NumBatches() int                      { return 1 }
func (unreadable) Batch(int) (arrow.RecordBatch, error) { return nil, errUnreadable }
func (unreadable) Corrupt(reason error) error           { return reason }
