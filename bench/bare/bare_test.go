package bare

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/contender/contendertest"
	"github.com/rollcall-db/rollcall/bench/workload"
)

func TestContract(t *testing.T) {
	contendertest.Run(t, contendertest.Contract{
		Open: Open, Questions: []contendertest.Question{contendertest.AndOfFour()},
	})
}

// TestAnd4 compares the loop with a test of every row, at lengths around the end
// of a word.
func TestAnd4(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, seed))
	for _, n := range []int{0, 1, 63, 64, 65, 128, 1000} {
		var b and4
		want := []int{}
		for row := range n {
			in := [4]bool{r.IntN(4) > 0, r.IntN(4) > 0, r.IntN(4) > 0, r.IntN(4) == 0}
			b.add(row, in[0], in[1], in[2], in[3])
			if in == [4]bool{true, true, true, false} {
				want = append(want, row)
			}
		}
		if got := b.count(); got != int64(len(want)) {
			t.Errorf("seed %d, %d rows: count is %d, want %d", seed, n, got, len(want))
		}
		if diff := cmp.Diff(want, append([]int{}, slices.Collect(b.rows)...)); diff != "" {
			t.Errorf("seed %d, %d rows (-want +got):\n%s", seed, n, diff)
		}
	}
}

// TestCountAllocatesNothing holds the floor to what it says.
func TestCountAllocatesNothing(t *testing.T) {
	data := contendertest.Write(t)
	e, err := Open(t.Context(), data.Base, contender.Options{Progress: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	question := contendertest.AndOfFour()
	p, err := e.Prepare(t.Context(), question.Query(workload.End))
	if err != nil {
		t.Fatal(err)
	}
	allocs := testing.AllocsPerRun(100, func() {
		if _, _, err := p.Count(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if allocs != 0 {
		t.Errorf("Count makes %v allocations, want none", allocs)
	}
}

// BenchmarkAnd4 counts over 10 million rows.
func BenchmarkAnd4(b *testing.B) {
	const nRows = 10_000_000
	words := func() []uint64 {
		list := make([]uint64, nRows/wordBits)
		r := rand.New(rand.NewPCG(1, 1))
		for i := range list {
			list[i] = r.Uint64()
		}
		return list
	}
	loop := and4{words(), words(), words(), words()}
	b.SetBytes(loop.bytes())
	for b.Loop() {
		loop.count()
	}
}
