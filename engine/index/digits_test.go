package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
)

// asIs makes no more of the reason why bytes are wrong.
func asIs(reason error) error { return reason }

// digitView returns a bitmap of digits that can be read.
func digitView(t testing.TB, d *Digits, place, value int) *bitmap.View {
	t.Helper()
	view, err := d.AtLeast(place, value)
	if err != nil {
		t.Fatal(err)
	}
	return view
}

// builtDigits writes numbers as digits and opens them.
func builtDigits(t testing.TB, bases []int, blocks map[int][]uint16) *Digits {
	t.Helper()
	b := NewDigitsBuilder(bases)
	for _, block := range slices.Sorted(func(yield func(int) bool) {
		for block := range blocks {
			if !yield(block) {
				return
			}
		}
	}) {
		b.Block(block, blocks[block])
	}
	stored := map[[2]int][]byte{}
	last := [2]int{}
	err := b.Finish(func(place, value int, data []byte) error {
		at := [2]int{place, value}
		if slices.Compare(at[:], last[:]) <= 0 {
			t.Errorf("digit %v comes after %v", at, last)
		}
		last, stored[at] = at, slices.Clone(data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := OpenDigits(bases, func(place, value int) ([]byte, error) { return stored[[2]int{place, value}], nil }, asIs)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDigitsGiveNumbersBack takes random numbers apart in random bases.
func TestDigitsGiveNumbersBack(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 31))
	for range 30 {
		bases, limit := []int{2 + r.IntN(20)}, 1
		for r.IntN(3) > 0 && len(bases) < 3 {
			bases = append(bases, 2+r.IntN(20))
		}
		for _, base := range bases {
			limit *= base
		}
		numbers := make([]uint16, 1+r.IntN(3000))
		for row := range numbers {
			numbers[row] = uint16(r.IntN(limit) * r.IntN(2))
		}
		d := builtDigits(t, bases, map[int][]uint16{0: numbers, 2: {1}})
		for row, got := range numbersOf(t, d, len(numbers)) {
			if got != int(numbers[row]) {
				t.Fatalf("seed %d: bases %v: row %d has %d, want %d", *seed, bases, row, got, numbers[row])
			}
		}
		var w bitmap.Words
		if digitView(t, d, 0, 1).OrInto(&w, 2); w.Count() != 1 || !w.Has(0) {
			t.Errorf("seed %d: bases %v: the number of the third block is lost", *seed, bases)
		}
	}
}

// TestOpenDigitsWrong gives what is no digits, and digits that cannot be read.
func TestOpenDigitsWrong(t *testing.T) {
	broken := func(int, int) ([]byte, error) { return nil, fmt.Errorf("no section") }
	short := func(int, int) ([]byte, error) { return []byte{1, 2, 3}, nil }
	for _, c := range []struct {
		bases   []int
		section func(place, value int) ([]byte, error)
		want    string
	}{
		{nil, broken, "no digits, expected one or more"},
		{[]int{16, 1}, broken, "digits of base 1, expected 2 to 256"},
		{[]int{257}, broken, "digits of base 257, expected 2 to 256"},
		{[]int{256, 256, 2}, broken, "digits of bases [256 256 2], whose product is over 65536"},
		{[]int{16, 16}, broken, "no section"},
		{[]int{16, 16}, short, "digit 0 from 1 on: bitmap: 3 bytes are too few for a header"},
	} {
		d, err := OpenDigits(c.bases, c.section, asIs)
		if err == nil {
			_, err = d.AtLeast(0, 1)
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("bases %v: %v, want %s", c.bases, err, c.want)
		}
	}
}

func BenchmarkDigitsBuilder(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	numbers := make([]uint16, bitmap.BlockRows)
	for row := range numbers {
		numbers[row] = uint16(r.IntN(4096))
	}
	builder, block := NewDigitsBuilder([]int{16, 16, 17}), 0
	b.ReportAllocs()
	for b.Loop() {
		builder.Block(block, numbers)
		if block++; block == 100 {
			builder, block = NewDigitsBuilder([]int{16, 16, 17}), 0
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/bitmap.BlockRows, "ns/row")
}
