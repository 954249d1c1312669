package exec

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// troubled is a table with trouble at some block.
type troubled struct {
	*people
	asked atomic.Int64
	at    int64 // the look at who is live that fails; the first is that of the count
	fail  func() error
}

func (p *troubled) Live() (*bitmap.View, error) {
	if p.asked.Add(1) == p.at {
		return nil, p.fail()
	}
	return nil, nil
}

// crowd is a table of so many full blocks, and a tree over it.
func crowd(t testing.TB, blocks int) (*people, *plan.Node) {
	r := rand.New(rand.NewPCG(1, 1))
	p := &people{rows: blocks * bitmap.BlockRows}
	n := &plan.Node{Op: plan.And, Bytes: 1 << 30}
	for range 3 {
		_, v := p.random(t, r)
		n.Kids = append(n.Kids, &plan.Node{Op: plan.Bitmaps, Bitmaps: []bitmap.View{v}})
	}
	return p, n
}

// TestFirstErrorWins fails at every block in turn, by one goroutine and by several.
func TestFirstErrorWins(t *testing.T) {
	p, n := crowd(t, 5)
	broken := errors.New("broken")
	for at := range int64(5) {
		for _, workers := range []int{1, 2, 4} {
			table := &troubled{people: p, at: at + 1, fail: func() error { return broken }}
			if _, err := countBlocks(t.Context(), table, n, workers); !errors.Is(err, broken) {
				t.Errorf("block %d, %d workers: %v, want %v", at, workers, err, broken)
			}
		}
	}
}

// TestCancelledCount ends the context between two blocks.
func TestCancelledCount(t *testing.T) {
	p, n := crowd(t, 6)
	for _, workers := range []int{1, 3} {
		ctx, cancel := context.WithCancel(t.Context())
		table := &troubled{people: p, at: 2, fail: func() error { cancel(); return nil }}
		if _, err := countBlocks(ctx, table, n, workers); !errors.Is(err, context.Canceled) {
			t.Errorf("%d workers: %v, want %v", workers, err, context.Canceled)
		}
		if asked := table.asked.Load(); asked > 2+int64(workers) {
			t.Errorf("%d workers: %d blocks were started", workers, asked)
		}
		cancel()
		if _, err := count(ctx, p, n); !errors.Is(err, context.Canceled) {
			t.Errorf("count: %v, want %v", err, context.Canceled)
		}
	}
}

// fault is what a read of memory that is not there panics with.
type fault struct{}

func (fault) RuntimeError() {}
func (fault) Error() string { return "fault" }
func (fault) Addr() uintptr { return 77 }

// TestPanicsReachTheCaller panics at every block in turn. All goroutines have ended
// when the panic comes to the caller; a fault comes as it is.
func TestPanicsReachTheCaller(t *testing.T) {
	p, n := crowd(t, 5)
	for _, what := range []any{fault{}, "no such thing"} {
		for at := range int64(5) {
			for _, workers := range []int{1, 2, 4} {
				table := &troubled{people: p, at: at + 1, fail: func() error { panic(what) }}
				var got any
				func() {
					defer func() { got = recover() }()
					_, err := countBlocks(t.Context(), table, n, workers)
					t.Errorf("no panic but %v", err)
				}()
				text, _ := got.(string)
				if got != what && !(what == "no such thing" && strings.HasPrefix(text, "no such thing\ngoroutine ")) {
					t.Errorf("block %d, %d workers: panics with %v, want %v", at, workers, got, what)
				}
				asked := table.asked.Load()
				if runtime.Gosched(); table.asked.Load() != asked {
					t.Errorf("block %d, %d workers: a goroutine still runs", at, workers)
				}
			}
		}
	}
}

// TestCountsAllocateNothing counts trees again, by one goroutine and by several.
func TestCountsAllocateNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("pools drop what they are given under the race detector")
	}
	r := rand.New(rand.NewPCG(*seedFlag, 31))
	p := newPeople(t, r, 2*bitmap.BlockRows)
	g := &grower{people: p, t: t, r: r}
	for range 6 {
		s, v := p.random(t, r)
		g.sets, g.views = append(g.sets, s), append(g.views, v)
	}
	for range 20 {
		g.shared, g.same = nil, nil
		n, _ := g.grow(4)
		for _, workers := range []int{1, 2} {
			again := func() {
				if _, err := countBlocks(t.Context(), p, n, workers); err != nil {
					t.Fatal(err)
				}
			}
			// A collection in between empties the pools: then it is tried again.
			got := testing.AllocsPerRun(5, again)
			for range 3 {
				got = min(got, testing.AllocsPerRun(5, again))
			}
			if got >= 1 {
				t.Errorf("seed %d: %d workers: %v allocations: %s", *seedFlag, workers, got, shape(n))
			}
		}
	}
}

// TestCountLetsOthersGoFirst has another goroutine wait for the only core. The
// runtime may give a turn to a collection of garbage, or to the count itself, before
// the other goroutine gets one; it does not do so with turn after turn.
func TestCountLetsOthersGoFirst(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const (
		blocks = 32*turn + 20
		latest = 8 * turn
	)
	_, v := (&people{rows: 100}).random(t, rand.New(rand.NewPCG(*seedFlag, 32)))
	table := &troubled{people: &people{rows: blocks * bitmap.BlockRows}}
	begun := make(chan int64, 1)
	go func() { begun <- table.asked.Load() }()
	n := &plan.Node{Op: plan.Bitmaps, Bitmaps: []bitmap.View{v, v}}
	if _, err := countBlocks(t.Context(), table, n, 1); err != nil {
		t.Fatal(err)
	}
	if at := <-begun; at > latest {
		t.Errorf("the other goroutine came in after %d of %d blocks, want at most %d", at, blocks, latest)
	}
}

// TestStoredCount asks for counts that no block need be looked at for.
func TestStoredCount(t *testing.T) {
	p := &people{rows: 70_000}
	view := func(rows ...uint32) bitmap.View {
		data, err := bitmap.Append(nil, rows)
		if err != nil {
			t.Fatal(err)
		}
		v, err := bitmap.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	a, b := view(1, 2, 66_000), view(3, 69_999)
	values := func(disjoint bool, views ...bitmap.View) *plan.Node {
		return &plan.Node{Op: plan.Bitmaps, Bitmaps: views, Disjoint: disjoint}
	}
	not := func(n *plan.Node) *plan.Node { return &plan.Node{Op: plan.Not, Kids: []*plan.Node{n}} }
	for _, c := range []struct {
		name string
		n    *plan.Node
		want uint64
		ok   bool
	}{
		{"none", &plan.Node{Op: plan.None}, 0, true},
		{"all", &plan.Node{Op: plan.All}, 70_000, true},
		{"no value", values(true), 0, true},
		{"a value", values(false, a), 3, true},
		{"values", values(true, a, b), 5, true},
		{"other values", not(values(true, a, b)), 69_995, true},
		{"days", values(false, a, b), 0, false},
		{"a segment", &plan.Node{Op: plan.Segment, Kids: []*plan.Node{values(true, a)}}, 3, true},
		{"an expression", &plan.Node{Op: plan.Expr, Parts: []*plan.Node{not(values(true, b))}}, 69_998, true},
		{"a day", &plan.Node{Op: plan.Happened, Bitmaps: []bitmap.View{a}}, 3, true},
		{"not on a day", &plan.Node{Op: plan.Absent, Bitmaps: []bitmap.View{a}}, 69_997, true},
		{"undated, too", &plan.Node{Op: plan.Happened, Bitmaps: []bitmap.View{a}, Undated: true}, 0, false},
		{"a group", &plan.Node{Op: plan.And, Kids: []*plan.Node{values(true, a)}}, 0, false},
	} {
		if got, ok := storedCount(c.n, uint64(p.rows)); ok != c.ok || ok && got != c.want {
			t.Errorf("%s: %d, %v; want %d, %v", c.name, got, ok, c.want, c.ok)
		}
	}
	p.live = &b // of the two who are left, one is 69,999
	if got, err := count(t.Context(), p, not(values(true, a))); err != nil || got != 2 {
		t.Errorf("with deleted customers: %d, %v; want 2", got, err)
	}
}
