package plan

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/index"
)

var seed = flag.Uint64("seed", bitmaptest.Seed(), "seed of random tests")

// digitsFor writes the numbers of the rows of a block as digits.
func digitsFor(t *testing.T, bases []int, numbers []uint16) *index.Digits {
	t.Helper()
	b := index.NewDigitsBuilder(bases)
	b.Block(0, numbers)
	stored := map[[2]int][]byte{}
	err := b.Finish(func(place, value int, data []byte) error {
		stored[[2]int{place, value}] = slices.Clone(data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := index.OpenDigits(bases, func(place, value int) ([]byte, error) { return stored[[2]int{place, value}], nil },
		func(reason error) error { return reason })
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// steps returns the steps of digits that can be read.
func steps(t testing.TB) func(n *Node, err error) *Node {
	return func(n *Node, err error) *Node {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

// rowsOf runs steps of stored bitmaps over a block of so many rows.
func rowsOf(n *Node, rows int) (out bitmap.Words) {
	switch n.Op {
	case All:
		out.Fill(rows)
	case Bitmaps:
		for i := range n.Bitmaps {
			n.Bitmaps[i].OrInto(&out, 0)
		}
	case Not:
		out = rowsOf(n.Kids[0], rows)
		out.Not(rows)
	case And, Or:
		out = rowsOf(n.Kids[0], rows)
		for _, kid := range n.Kids[1:] {
			w := rowsOf(kid, rows)
			if n.Op == And {
				out.And(&w)
			} else {
				out.Or(&w)
			}
		}
	}
	return out
}

// TestDigitsCompare compares random numbers, and those next to a change of a digit,
// with bounds all over and beyond.
func TestDigitsCompare(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 1))
	for range 20 {
		bases, limit := []int{2 + r.IntN(5)}, 1
		for len(bases) < 1+r.IntN(3) {
			bases = append(bases, 2+r.IntN(5))
		}
		for _, base := range bases {
			limit *= base
		}
		numbers := make([]uint16, 100)
		for row := range numbers {
			numbers[row] = uint16(r.IntN(limit) * r.IntN(2))
		}
		d := digitsFor(t, bases, numbers)
		check := func(what string, n *Node, wanted func(number int) bool) {
			t.Helper()
			rows := rowsOf(n, len(numbers))
			for row, number := range numbers {
				if rows.Has(uint16(row)) != wanted(int(number)) {
					t.Fatalf("seed %d: bases %v: %s: %d is in: %v", *seed, bases, what, number, rows.Has(uint16(row)))
				}
			}
		}
		bounds := []int{math.MinInt, -1, math.MaxInt}
		for x := range limit + 2 {
			bounds = append(bounds, x)
		}
		for _, lo := range bounds {
			check(fmt.Sprintf("at least %d", lo), steps(t)(atLeast(d, lo)), func(number int) bool { return number >= lo })
			hi := bounds[r.IntN(len(bounds))]
			for _, hi := range []int{hi, lo + 1, lo + bases[0]} {
				check(fmt.Sprintf("%d to %d", lo, hi), steps(t)(between(d, lo, hi)), func(number int) bool { return number >= lo && number < hi })
			}
		}
	}
}

// TestDigitsOfNobody asks digits that are not there.
func TestDigitsOfNobody(t *testing.T) {
	for _, c := range []struct {
		n    *Node
		want Op
	}{
		{steps(t)(atLeast(nil, 0)), All}, {steps(t)(atLeast(nil, 1)), None}, {steps(t)(between(nil, 0, 1)), All}, {steps(t)(between(nil, 0, 0)), None}, {steps(t)(between(nil, 1, 2)), None},
	} {
		if c.n.Op != c.want {
			t.Errorf("operation %d, want %d", c.n.Op, c.want)
		}
	}
}

// TestDigitsReadFewBitmaps counts the bitmaps that a comparison reads.
func TestDigitsReadFewBitmaps(t *testing.T) {
	numbers := make([]uint16, 1<<12)
	for row := range numbers {
		numbers[row] = uint16(row)
	}
	d := digitsFor(t, []int{16, 16, 16}, numbers)
	for _, c := range []struct {
		what string
		n    *Node
		want int
	}{
		{"at least 0x234", steps(t)(atLeast(d, 0x234)), 5},
		{"at least 0x230", steps(t)(atLeast(d, 0x230)), 3},
		{"at least 0x200", steps(t)(atLeast(d, 0x200)), 1},
		{"at least 0xfff", steps(t)(atLeast(d, 0xfff)), 3},
		{"only 0x234", steps(t)(between(d, 0x234, 0x235)), 6},
		{"only 0x23f", steps(t)(between(d, 0x23f, 0x240)), 5},
		{"only 0x2ff", steps(t)(between(d, 0x2ff, 0x300)), 4},
		{"0x210 to 0x22f", steps(t)(between(d, 0x210, 0x230)), 4},
		{"0x100 to 0x2ff", steps(t)(between(d, 0x100, 0x300)), 2},
		{"0x234 to 0x4cd", steps(t)(between(d, 0x234, 0x4ce)), 10},
	} {
		if got := countBitmaps(c.n); got != c.want {
			t.Errorf("%s reads %d bitmaps, want %d", c.what, got, c.want)
		}
	}
}

func countBitmaps(n *Node) int {
	total := len(n.Bitmaps)
	for _, kid := range n.Kids {
		total += countBitmaps(kid)
	}
	return total
}
