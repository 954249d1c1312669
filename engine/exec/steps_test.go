package exec

import (
	"math/rand/v2"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// TestManySteps combines more stored bitmaps than are put off at a time, by every
// operation, a list of rows among them.
func TestManySteps(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 33))
	p := &people{rows: bitmap.BlockRows + 5_000}
	ops := []struct {
		name string
		node func(first *plan.Node, rest []*plan.Node) *plan.Node
		f    func(x, y bool) bool
		rare bool // rows that keep the answer from being everybody, or nobody
	}{
		{"and", func(first *plan.Node, rest []*plan.Node) *plan.Node {
			return &plan.Node{Op: plan.And, Kids: append([]*plan.Node{first}, rest...)}
		}, func(x, y bool) bool { return x && y }, false},
		{"and not", func(first *plan.Node, rest []*plan.Node) *plan.Node {
			n := &plan.Node{Op: plan.And, Kids: []*plan.Node{first}}
			for _, kid := range rest {
				n.Kids = append(n.Kids, &plan.Node{Op: plan.Not, Kids: []*plan.Node{kid}})
			}
			return n
		}, func(x, y bool) bool { return x && !y }, true},
		{"or", func(first *plan.Node, rest []*plan.Node) *plan.Node {
			return &plan.Node{Op: plan.Or, Kids: append([]*plan.Node{first}, rest...)}
		}, func(x, y bool) bool { return x || y }, true},
	}
	for _, op := range ops {
		for _, members := range []int{maxSteps - 1, maxSteps, maxSteps + 1, maxSteps + 2, 2*maxSteps + 2} {
			for _, list := range []int{-1, 0, members / 2, members - 1} {
				var nodes []*plan.Node
				var want set
				for i := range members {
					share := 0.97
					if op.rare {
						share = 0.08 // more than 4,096 rows: bits
					}
					if i == list {
						share = 0.01
					}
					s, v := p.share(t, r, share)
					nodes = append(nodes, &plan.Node{Op: plan.Bitmaps, Bitmaps: []bitmap.View{v}})
					if want == nil {
						want = s
					} else {
						want = combine(want, s, op.f)
					}
				}
				n := op.node(nodes[0], nodes[1:])
				got, err := countBlocks(t.Context(), p, n, 1)
				if err != nil || got != uint64(want.count()) {
					t.Errorf("seed %d: %s of %d, a list at %d: %d customers, %v; want %d", *seedFlag, op.name, members, list, got, err, want.count())
				}
			}
		}
	}
}

// share returns a set of about such a share of all rows, and the view of it.
func (p *people) share(t testing.TB, r *rand.Rand, share float64) (set, bitmap.View) {
	s := make(set, p.rows)
	var rows []uint32
	for i := range s {
		if s[i] = r.Float64() < share; s[i] {
			rows = append(rows, uint32(i))
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

func (s set) count() int {
	n := 0
	for _, in := range s {
		if in {
			n++
		}
	}
	return n
}
