package exec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	arrays "github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// people is a table in memory: nothing but rows, a column, and who is live.
type people struct {
	rows   int
	live   *bitmap.View // nil: all
	column *column.Column
	values []int64
}

func (p *people) Rows() int   { return p.rows }
func (p *people) Blocks() int { return (p.rows + bitmap.BlockRows - 1) / bitmap.BlockRows }
func (p *people) BlockRows(block int) int {
	return min(bitmap.BlockRows, p.rows-block*bitmap.BlockRows)
}
func (p *people) Live() (*bitmap.View, error) { return p.live, nil }

// set is customers, by row.
type set []bool

// random returns a set with every kind of block, and the view of it.
func (p *people) random(t testing.TB, r *rand.Rand) (set, bitmap.View) {
	s := make(set, p.rows)
	var rows []uint32
	for block := range p.Blocks() {
		first, n := block*bitmap.BlockRows, p.BlockRows(block)
		share := []float64{0, 0, 0.0001, 0.01, 0.3, 0.9, 1}[r.IntN(7)]
		if runs := r.IntN(4) == 0; runs {
			for range 3 {
				lo := r.IntN(n)
				for i := lo; i < min(n, lo+r.IntN(20_000)); i++ {
					s[first+i] = true
				}
			}
		} else {
			for i := range n {
				s[first+i] = share == 1 || r.Float64() < share
			}
		}
	}
	for row, in := range s {
		if in {
			rows = append(rows, uint32(row))
		}
	}
	data, err := bitmap.Append(nil, rows)
	if err != nil {
		t.Fatal(err)
	}
	v, err := bitmap.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

// grower grows random trees of nodes, each with the set that it selects.
type grower struct {
	*people
	t      testing.TB
	r      *rand.Rand
	sets   []set // of stored bitmaps
	views  []bitmap.View
	shared []*plan.Node // by slot
	same   []set        // what those select
}

// grow returns a tree of a depth, and what it selects.
func (g *grower) grow(depth int) (*plan.Node, set) {
	if depth == 0 || g.r.IntN(8) == 0 {
		return g.leaf()
	}
	switch g.r.IntN(9) {
	case 0:
		kid, s := g.grow(depth - 1)
		return &plan.Node{Op: plan.Not, Kids: []*plan.Node{kid}}, combine(s, s, func(x, _ bool) bool { return !x })
	case 1:
		part, s := g.grow(depth - 1)
		return &plan.Node{Op: plan.Expr, Parts: []*plan.Node{part}}, s
	case 2:
		x, s := g.grow(depth - 1)
		y, u := g.grow(depth - 1)
		return &plan.Node{Op: plan.Less, Parts: []*plan.Node{x, y}}, combine(s, u, func(x, y bool) bool { return x && !y })
	case 3:
		return g.repeated(depth)
	case 4:
		part, s := g.grow(depth - 1)
		n, passes := g.test()
		n.Op, n.Parts = plan.Check, []*plan.Node{part}
		return n, combine(s, passes, func(x, y bool) bool { return x && y })
	}
	n, f := &plan.Node{Op: plan.And}, func(x, y bool) bool { return x && y }
	if g.r.IntN(2) == 0 {
		n.Op, f = plan.Or, func(x, y bool) bool { return x || y }
	}
	var all set
	for i := range 1 + g.r.IntN(5) {
		kid, s := g.grow(depth - 1)
		if n.Kids = append(n.Kids, kid); i == 0 {
			all = s
		} else {
			all = combine(all, s, f)
		}
	}
	return n, all
}

// leaf returns a node without others below it.
func (g *grower) leaf() (*plan.Node, set) {
	none := make(set, g.rows)
	n := &plan.Node{Op: plan.Bitmaps}
	switch g.r.IntN(12) {
	case 0:
		return &plan.Node{Op: plan.None}, none
	case 1:
		return &plan.Node{Op: plan.All}, combine(none, none, func(_, _ bool) bool { return true })
	case 2:
		n, s := g.test()
		n.Op = plan.Scan
		return n, s
	case 3:
		n.Op = plan.Happened
	case 4:
		n.Op = plan.Absent
	}
	all := none
	for range []int{1, 1, 1, 0, 2, 3, 9}[g.r.IntN(7)] {
		i := g.r.IntN(len(g.sets))
		n.Bitmaps = append(n.Bitmaps, g.views[i])
		all = combine(all, g.sets[i], func(x, y bool) bool { return x || y })
	}
	if n.Op == plan.Absent {
		all = combine(all, all, func(x, _ bool) bool { return !x })
	}
	return n, all
}

// test returns a node with a test of the column, and who passes.
func (g *grower) test() (*plan.Node, set) {
	lo := g.r.Int64N(100)
	hi := lo + g.r.Int64N(100-lo)
	passes := make(set, g.rows)
	for row, v := range g.values {
		passes[row] = v >= lo && v <= hi
	}
	test := column.Test{Values: &rule.Values{Ints: []rule.Range[int64]{{Lo: lo, Hi: hi}}}}
	return &plan.Node{Column: g.column, Test: test.Prepare()}, passes
}

// repeated returns a reference to a segment or a shared test, perhaps one that
// there is already.
func (g *grower) repeated(depth int) (*plan.Node, set) {
	if len(g.shared) > 0 && g.r.IntN(2) == 0 {
		i := g.r.IntN(len(g.shared))
		return g.shared[i], g.same[i]
	}
	kid, s := g.grow(depth - 1)
	n := &plan.Node{Op: []plan.Op{plan.Segment, plan.Shared}[g.r.IntN(2)], Kids: []*plan.Node{kid}, Slot: len(g.shared)}
	g.shared, g.same = append(g.shared, n), append(g.same, s)
	return n, s
}

// combine returns the rows for which f of being in s and of being in t is true.
func combine(s, t set, f func(x, y bool) bool) set {
	out := make(set, len(s))
	for row := range s {
		out[row] = f(s[row], t[row])
	}
	return out
}

// newPeople returns a table of random people.
func newPeople(t testing.TB, r *rand.Rand, rows int) *people {
	p := &people{rows: rows, values: make([]int64, rows)}
	for row := range p.values {
		p.values[row] = r.Int64N(100)
	}
	p.column = column.NewColumn(model.Type{Kind: model.Number, Repr: model.Int64}, numbers{p})
	if r.IntN(2) == 0 {
		_, view := p.random(t, r)
		p.live = &view
	}
	return p
}

// numbers is the stored form of the column of people.
type numbers struct{ *people }

func (n numbers) NumBatches() int            { return n.Blocks() }
func (n numbers) Corrupt(reason error) error { return reason }

func (n numbers) Batch(i int) (arrow.RecordBatch, error) {
	b := arrays.NewInt64Builder(memory.DefaultAllocator)
	first := i * bitmap.BlockRows
	b.AppendValues(n.values[first:first+n.BlockRows(i)], nil)
	schema := arrow.NewSchema([]arrow.Field{{Name: "value", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil)
	return arrays.NewRecordBatch(schema, []arrow.Array{b.NewArray()}, int64(n.BlockRows(i))), nil
}

// shape shows the operations of a tree.
func shape(n *plan.Node) string {
	var below []string
	for _, kid := range append(n.Kids[:len(n.Kids):len(n.Kids)], n.Parts...) {
		below = append(below, shape(kid))
	}
	return fmt.Sprintf("%d/%d(%s)", n.Op, len(n.Bitmaps), strings.Join(below, " "))
}

// TestTrees runs random trees over random bitmaps, and compares with sets row by
// row: the customers of every block, their number by one goroutine and by several.
func TestTrees(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 30))
	for round := range 12 {
		rows := bitmap.BlockRows*r.IntN(3) + []int{1, 63, 64, 5000, bitmap.BlockRows}[r.IntN(5)]
		p := newPeople(t, r, rows)
		g := &grower{people: p, t: t, r: r}
		for range 6 {
			s, v := p.random(t, r)
			g.sets, g.views = append(g.sets, s), append(g.views, v)
		}
		for tree := range 25 {
			g.shared, g.same = nil, nil
			n, want := g.grow(r.IntN(5))
			at := func() string {
				return fmt.Sprintf("seed %d, round %d, tree %d of %d rows: %s", *seedFlag, round, tree, rows, shape(n))
			}
			g.compare(n, want, at)
		}
	}
}

// compare runs a tree in every way.
func (g *grower) compare(n *plan.Node, want set, at func() string) {
	g.t.Helper()
	live := make(set, g.rows)
	total := uint64(0)
	for row := range live {
		block := row / bitmap.BlockRows
		var w bitmap.Words
		if g.live != nil && row%bitmap.BlockRows == 0 {
			g.live.OrInto(&w, uint16(block))
			for i := row; i < min(row+bitmap.BlockRows, g.rows); i++ {
				live[i] = w.Has(uint16(i))
			}
		}
		if g.live == nil {
			live[row] = true
		}
		if want[row] && live[row] {
			total++
		}
	}
	for _, workers := range []int{1, 3} {
		got, err := countBlocks(g.t.Context(), g, n, workers)
		if err != nil || got != total {
			g.t.Fatalf("%s: %d workers count %d, %v; want %d", at(), workers, got, err, total)
		}
	}
	if got, err := count(g.t.Context(), g, n); err != nil || got != total {
		g.t.Fatalf("%s: counted %d, %v; want %d", at(), got, err, total)
	}
	run := scratch.Get().(*runner)
	for block := range g.Blocks() {
		if err := run.start(g.t.Context(), g, block); err != nil {
			g.t.Fatal(err)
		}
		out := run.take()
		out.Fill(777) // anything
		if err := run.run(n, out); err != nil {
			g.t.Fatalf("%s: %v", at(), err)
		}
		run.keepLive(out)
		if run.depth != 1 {
			g.t.Fatalf("%s: %d words are not given back", at(), run.depth-1)
		}
		for i := range g.BlockRows(block) {
			row := block*bitmap.BlockRows + i
			if got := out.Has(uint16(i)); got != (want[row] && live[row]) {
				g.t.Fatalf("%s: row %d: %v, want %v", at(), row, got, !got)
			}
		}
	}
	put(run)
}
