package exec

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// randomDense returns the stored form of about half of so many rows.
func randomDense(b *testing.B, r *rand.Rand, blocks int) (bitmap.View, []bitmap.Words) {
	flat := make([]bitmap.Words, blocks)
	var set bitmap.Builder
	for i := range flat {
		for j := range flat[i] {
			flat[i][j] = r.Uint64()
		}
		set.AddWords(i, &flat[i])
	}
	data, err := set.AppendTo(nil)
	if err != nil {
		b.Fatal(err)
	}
	v, err := bitmap.Parse(data)
	if err != nil {
		b.Fatal(err)
	}
	return v, flat
}

// BenchmarkAnd counts who is in four dense stored bitmaps, beside a bare loop over
// the same rows as flat words.
func BenchmarkAnd(b *testing.B) {
	for _, rows := range []int{10_000_000, 100_000_000} {
		r := rand.New(rand.NewPCG(1, 1))
		p := &people{rows: rows / bitmap.BlockRows * bitmap.BlockRows}
		var flat [4][]bitmap.Words
		var views [4]bitmap.View
		for i := range flat {
			views[i], flat[i] = randomDense(b, r, p.Blocks())
		}
		leaf := func(i int) *plan.Node { return &plan.Node{Op: plan.Bitmaps, Bitmaps: views[i : i+1]} }
		group := func(op plan.Op, kids ...*plan.Node) *plan.Node { return &plan.Node{Op: op, Kids: kids} }
		trees := []struct {
			name string
			n    *plan.Node
		}{
			{"and4", group(plan.And, leaf(0), leaf(1), leaf(2), leaf(3))},
			{"and3not1", group(plan.And, leaf(0), leaf(1), leaf(2), group(plan.Not, leaf(3)))},
			{"atleast", group(plan.And, leaf(3), group(plan.Or, leaf(0), group(plan.And, leaf(1), leaf(2))))},
		}
		for _, workers := range []int{1, 2} {
			name := fmt.Sprintf("rows=%d/workers=%d/", rows, workers)
			b.Run(name+"bare", func(b *testing.B) {
				b.SetBytes(int64(4 * p.rows / 8))
				for b.Loop() {
					bareAnd(&flat, workers)
				}
			})
			for _, tree := range trees {
				b.Run(name+tree.name, func(b *testing.B) {
					b.SetBytes(int64(4 * p.rows / 8))
					b.ReportAllocs()
					for b.Loop() {
						if _, err := countBlocks(b.Context(), p, tree.n, workers); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// bareAnd counts the rows that are in all four, by so many goroutines.
func bareAnd(flat *[4][]bitmap.Words, workers int) int {
	var totals [8]int
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			total, n := 0, len(flat[0])
			for i := w * n / workers; i < (w+1)*n/workers; i++ {
				x, y, z, u := &flat[0][i], &flat[1][i], &flat[2][i], &flat[3][i]
				for j := range x {
					total += bits.OnesCount64(x[j] & y[j] & z[j] & u[j])
				}
			}
			totals[w] = total
		})
	}
	wg.Wait()
	return totals[0] + totals[1]
}
