package exec

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// happening is an event of a customer as the tests of sequences see it.
type happening struct {
	at   int64
	step int // that it is one of
}

// hasSequence tries all ways to choose an event for every step, from one at a position on
// that follows one at a time; before is -1 at the start.
func hasSequence(steps []plan.Step, events []happening, at, before int, last int64) bool {
	if at == len(steps) {
		return before == at-1 || !isBroken(steps, events, before, at, last, math.MaxInt64, true)
	}
	if steps[at].Absent {
		return hasSequence(steps, events, at+1, before, last)
	}
	for _, e := range events {
		switch {
		case e.step != at:
		case before < 0 && hasSequence(steps, events, at+1, at, e.at):
			return true
		case before < 0 || e.at <= last || steps[at].Within > 0 && e.at-last > steps[at].Within:
		case isBroken(steps, events, before, at, last, e.at, false):
		case hasSequence(steps, events, at+1, at, e.at):
			return true
		}
	}
	return false
}

// isBroken reports whether there is an event of an absent step between those at two
// positions, after a time and before another.
func isBroken(steps []plan.Step, events []happening, before, at int, last, next int64, open bool) bool {
	for _, e := range events {
		if e.step <= before || e.step >= at || e.at <= last || e.at >= next && !open {
			continue
		}
		if within := steps[e.step].Within; within == 0 || e.at-last <= within {
			return true
		}
	}
	return false
}

// randomSteps makes a sequence over visits: steps and what passes the filter of each.
func randomSteps(r *rand.Rand, events *index.Events, n int) (steps []plan.Step, passes []func(place string) bool) {
	const hour = int64(time.Hour / time.Microsecond)
	for i := range n {
		s := plan.Step{Events: events, Span: window.Interval{Lo: math.MinInt64, Hi: math.MaxInt64}}
		if r.IntN(3) == 0 {
			s.Span.Lo = testAsOf.UnixMicro() - r.Int64N(100*24)*hour
			s.Span.Hi = s.Span.Lo + r.Int64N(90*24)*hour
		}
		pass := func(string) bool { return true }
		if r.IntN(3) > 0 {
			wanted := []string{"home", "park", "work"}[r.IntN(3)]
			test := column.Test{Values: &rule.Values{Strings: rule.Strings{Op: rule.StringIn, List: []string{wanted}}}}
			s.Where = &plan.Filter{Op: plan.Scan, Field: 0, Test: test.Prepare()}
			pass = func(place string) bool { return place == wanted }
		}
		if i > 0 {
			s.Absent = r.IntN(4) == 0
			s.Within = max(0, r.Int64N(60*24)-20*24) * hour / 2
		}
		steps, passes = append(steps, s), append(passes, pass)
	}
	return steps, passes
}

// TestSequencesOfParts finds random sequences among events of one part and of several,
// at many equal times, of customers of whom some are no more, and compares with all
// ways to choose. Once there are more events than are looked at together.
func TestSequencesOfParts(t *testing.T) {
	for _, size := range []struct{ events, rows, rounds int }{{2500, 300, 60}, {2 * spanMoments, 50_000, 8}} {
		r := rand.New(rand.NewPCG(*seedFlag, 50))
		c := randomVisits(r, size.events)
		for i := range c.Rows {
			c.Rows[i] = uint32(r.IntN(size.rows))
		}
		selected := 0
		for round := range size.rounds {
			selected += checkSequence(t, r, c, 1+round%4, size.rows)
		}
		if selected == 0 {
			t.Errorf("seed %d: nobody has any sequence of %d events", *seedFlag, size.events)
		}
	}
}

// checkSequence finds a random sequence among the events of so many rows, dealt to so
// many parts. It returns how many rows have it.
func checkSequence(t *testing.T, r *rand.Rand, c *index.Collected, parts, rows int) int {
	t.Helper()
	events := index.OpenEvents(c.Fields, 1, split(t, r, c, parts))
	steps, passes := randomSteps(r, events, 2+r.IntN(4))
	by := make([][]happening, rows)
	for i, row := range c.Rows {
		at, dated := c.Times.Int(i)
		for s := range steps {
			if dated && at >= steps[s].Span.Lo && at < steps[s].Span.Hi && passes[s](c.Values[0].Text(i)) {
				by[row] = append(by[row], happening{at, s})
			}
		}
	}
	run := newRunner(t, rows)
	run.dead = true
	for row := range rows {
		if r.IntN(10) > 0 {
			run.live.Add(uint16(row))
		}
	}
	var out bitmap.Words
	for range 2 { // the second time in memory that the first has left
		if err := run.run(&plan.Node{Op: plan.Sequence, Steps: steps}, &out); err != nil {
			t.Fatal(err)
		}
	}
	for row := range by {
		want := run.live.Has(uint16(row)) && hasSequence(steps, by[row], 0, -1, 0)
		if out.Has(uint16(row)) != want {
			t.Fatalf("seed %d: %d parts: row %d is selected: %v\n%+v\n%v", *seedFlag, parts, row, !want, steps, by[row])
		}
	}
	return out.Count()
}

// TestLongSequences finds sequences of as many steps as a rule may have.
func TestLongSequences(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 51))
	c := index.NewCollected(nil)
	want := map[uint16]bool{}
	for range 400 {
		row := uint16(r.IntN(bitmap.BlockRows))
		if _, ok := want[row]; ok {
			continue
		}
		n := rule.MaxSteps - 1 + r.IntN(2)
		want[row] = n == rule.MaxSteps
		for i := range n {
			c.Rows = append(c.Rows, uint32(row))
			c.Times.Grow(1)
			c.Times.SetInt(len(c.Rows)-1, int64(i))
		}
	}
	events := index.OpenEvents(nil, 1, split(t, r, c, 2))
	node := &plan.Node{Op: plan.Sequence}
	for range rule.MaxSteps {
		node.Steps = append(node.Steps, plan.Step{Events: events, Span: window.Interval{Lo: math.MinInt64, Hi: math.MaxInt64}})
	}
	var out bitmap.Words
	if err := newRunner(t, bitmap.BlockRows).run(node, &out); err != nil {
		t.Fatal(err)
	}
	for row := range bitmap.BlockRows {
		if got := out.Has(uint16(row)); got != want[uint16(row)] {
			t.Fatalf("seed %d: row %d: %v", *seedFlag, row, got)
		}
	}
}

// TestSequencesAtTheEndsOfTime finds events at the first and the last instant.
func TestSequencesAtTheEndsOfTime(t *testing.T) {
	c := index.NewCollected(nil)
	for row, times := range [][]int64{{math.MinInt64, math.MaxInt64}, {math.MinInt64}, {math.MaxInt64, math.MaxInt64}, {math.MaxInt64 - 1, math.MaxInt64}} {
		for _, at := range times {
			c.Rows = append(c.Rows, uint32(row))
			c.Times.Grow(1)
			c.Times.SetInt(len(c.Rows)-1, at)
		}
	}
	events := index.OpenEvents(nil, 1, split(t, rand.New(rand.NewPCG(1, 1)), c, 1))
	always := window.Interval{Lo: math.MinInt64, Hi: math.MaxInt64}
	for _, s := range []struct {
		name   string
		second plan.Step
		want   []uint32
	}{
		{"then", plan.Step{}, []uint32{0, 3}},
		{"then within", plan.Step{Within: math.MaxInt64}, []uint32{3}},
		{"then not", plan.Step{Absent: true}, []uint32{0, 1, 2, 3}},
	} {
		s.second.Events, s.second.Span = events, always
		var out bitmap.Words
		node := &plan.Node{Op: plan.Sequence, Steps: []plan.Step{{Events: events, Span: always}, s.second}}
		if err := newRunner(t, 10).run(node, &out); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(out.AppendRows(nil, 0)); got != fmt.Sprint(s.want) {
			t.Errorf("%s: rows %s, want %v", s.name, got, s.want)
		}
	}
}

// TestSequencesAllocateNothing runs sequences again over several parts.
func TestSequencesAllocateNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 52))
	c := randomVisits(r, 3000)
	for _, parts := range []int{1, 3} {
		events := index.OpenEvents(c.Fields, 1, split(t, r, c, parts))
		for range 5 {
			steps, _ := randomSteps(r, events, 2+r.IntN(3))
			var out bitmap.Words
			node, run := &plan.Node{Op: plan.Sequence, Steps: steps}, newRunner(t, customers)
			for range 20 { // until the filters know of all values whether they pass
				if err := run.run(node, &out); err != nil {
					t.Fatal(err)
				}
			}
			checkAllocations(t, fmt.Sprintf("%d parts: %+v", parts, steps), node)
		}
	}
}

// TestSequencesStop cancels a sequence, and reads events of rows that the block does
// not have.
func TestSequencesStop(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 53))
	c := randomVisits(r, 1000)
	events := index.OpenEvents(c.Fields, 1, split(t, r, c, 2))
	always := window.Interval{Lo: math.MinInt64, Hi: math.MaxInt64}
	node := &plan.Node{Op: plan.Sequence, Steps: []plan.Step{{Events: events, Span: always}, {Events: events, Span: always}}}
	var out bitmap.Words
	run := newRunner(t, 100)
	if err := run.run(node, &out); err != nil {
		t.Fatal(err)
	}
	if rows := out.AppendRows(nil, 0); len(rows) == 0 || rows[len(rows)-1] >= 100 {
		t.Errorf("seed %d: rows %v are selected of 100", *seedFlag, rows)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	run = newRunner(t, customers)
	run.ctx = ctx
	if err := run.run(node, &out); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

// TestSequencesAmongOthers combines a sequence with other steps of a rule.
func TestSequencesAmongOthers(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 54))
	c := randomVisits(r, 1000)
	events := index.OpenEvents(c.Fields, 1, split(t, r, c, 1))
	steps, _ := randomSteps(r, events, 2)
	node := &plan.Node{Op: plan.Sequence, Steps: steps}
	some := &plan.Node{Op: plan.Count, Events: events, Spans: []window.Interval{steps[0].Span}, Counts: []rule.Range[int64]{{Lo: 4, Hi: math.MaxInt64}}}
	sets := map[*plan.Node]*bitmap.Words{node: {}, some: {}}
	for n, out := range sets {
		if err := newRunner(t, customers).run(n, out); err != nil {
			t.Fatal(err)
		}
	}
	not := func(n *plan.Node) *plan.Node { return &plan.Node{Op: plan.Not, Kids: []*plan.Node{n}} }
	group := func(op plan.Op, kids ...*plan.Node) *plan.Node { return &plan.Node{Op: op, Kids: kids} }
	for name, tree := range map[string]struct {
		node *plan.Node
		want func(x, y bool) bool
	}{
		"and":     {group(plan.And, some, node), func(x, y bool) bool { return x && y }},
		"and not": {group(plan.And, some, not(node)), func(x, y bool) bool { return x && !y }},
		"or":      {group(plan.Or, some, node), func(x, y bool) bool { return x || y }},
		"or not":  {group(plan.Or, some, not(node)), func(x, y bool) bool { return x || !y }},
		"not":     {not(node), func(_, y bool) bool { return !y }},
		"or and":  {group(plan.Or, node, group(plan.And, node, some)), func(_, y bool) bool { return y }},
	} {
		var out bitmap.Words
		if err := newRunner(t, customers).run(tree.node, &out); err != nil {
			t.Fatal(err)
		}
		for row := range uint16(customers) {
			if want := tree.want(sets[some].Has(row), sets[node].Has(row)); out.Has(row) != want {
				t.Fatalf("seed %d: %s: row %d: %v", *seedFlag, name, row, !want)
			}
		}
	}
}
