package bitmap

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// eachWay runs a test with the plain loops and, where the machine has them, with wide
// instructions.
func eachWay(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	defer func(was bool) { wide = was }(wide)
	for _, way := range waysToStep() {
		wide = way
		t.Run(fmt.Sprintf("wide=%v", way), test)
	}
}

func waysToStep() []bool {
	if hasWide() {
		return []bool{false, true}
	}
	return []bool{false}
}

// TestStepsAtOddAddresses takes steps whose rows are read in place where no word
// starts, as stored ones are.
func TestStepsAtOddAddresses(t *testing.T) {
	if !native {
		t.Skip("rows are not read in place")
	}
	eachWay(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(*seed, 23))
		for i := range 60 {
			x := randomWords(r)
			stored := append(make([]byte, 1+r.IntN(63)), bytesOf(x)...)
			there := inPlace(stored[len(stored)-bitmapBytes:])
			op := Op(r.IntN(nOps))
			y := randomWords(r)
			want := y.naive().combine(x.naive(), naiveOps[op])
			steps := []Step{{Op: op, Rows: there}}
			if got := y.ApplyCount(y, steps); got != want.count() {
				t.Fatalf("seed %d, case %d: %d rows, want %d", *seed, i, got, want.count())
			}
			if y.Apply(y, steps); *y.naive() != *want {
				t.Fatalf("seed %d, case %d: other rows than one by one", *seed, i)
			}
			if got := there.ApplyCount(there, nil); got != x.Count() {
				t.Fatalf("seed %d, case %d: %d stored rows, want %d", *seed, i, got, x.Count())
			}
		}
	})
}

// bytesOf returns words as a bitmap container stores them.
func bytesOf(w *Words) []byte {
	var b Builder
	b.AddWords(0, w)
	plain := b.AppendPlainTo(nil)
	if len(plain) < bitmapBytes {
		return make([]byte, bitmapBytes) // no rows
	}
	return plain[len(plain)-bitmapBytes:]
}

// BenchmarkSteps counts what steps make of a block, each with other rows.
func BenchmarkSteps(b *testing.B) {
	defer func(was bool) { wide = was }(wide)
	r := rand.New(rand.NewPCG(1, 24))
	for _, n := range []int{1, 2, 4, 8} {
		steps := make([]Step, n)
		for i := range steps {
			rows := new(Words)
			for j := range rows {
				rows[j] = r.Uint64()
			}
			steps[i] = Step{Op: Op(i % nOps), Rows: rows}
		}
		var x, out Words
		x.Fill(BlockRows)
		for _, wide = range waysToStep() {
			b.Run(fmt.Sprintf("steps=%d/wide=%v", n, wide), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(bitmapBytes * (n + 1)))
				for b.Loop() {
					out.ApplyCount(&x, steps)
				}
			})
		}
	}
}
