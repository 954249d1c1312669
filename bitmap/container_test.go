package bitmap

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// naive is a set of rows of a block, one by one.
type naive [BlockRows]bool

func (w *Words) naive() *naive {
	s := &naive{}
	for row := range s {
		s[row] = w.Has(uint16(row))
	}
	return s
}

// combine returns the rows for which f of being in s and of being in t is true.
func (s *naive) combine(t *naive, f func(x, y bool) bool) *naive {
	out := &naive{}
	for row := range s {
		out[row] = f(s[row], t[row])
	}
	return out
}

func (s *naive) count() int {
	n := 0
	for _, in := range s {
		if in {
			n++
		}
	}
	return n
}

var naiveOps = map[Op]func(x, y bool) bool{
	And:    func(x, y bool) bool { return x && y },
	AndNot: func(x, y bool) bool { return x && !y },
	Or:     func(x, y bool) bool { return x || y },
}

// TestContainers combines words with stored rows in every way.
func TestContainers(t *testing.T) { eachWay(t, containersCombine) }

func containersCombine(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 20))
	for i := range 150 {
		stored, before := randomWords(r), *randomWords(r)
		var b Builder
		block := uint16(r.IntN(3))
		for other := range uint16(5) {
			if other != block && r.IntN(2) == 0 {
				b.AddWords(int(other), randomWords(r))
			}
		}
		b.AddWords(int(block), stored)
		data, _ := b.AppendTo([]byte("odd"))
		if i%3 == 0 {
			data = b.AppendPlainTo([]byte("odd"))
		}
		v, err := Parse(data[len("odd"):])
		if err != nil {
			t.Fatalf("seed %d, set %d: %v", *seed, i, err)
		}
		c := v.At(block)
		x, y := before.naive(), stored.naive()
		check := func(name string, got *Words, want *naive) {
			t.Helper()
			if *got.naive() != *want {
				t.Fatalf("seed %d, set %d: %s gives %d rows, want %d", *seed, i, name, got.Count(), want.count())
			}
		}
		w := before
		v.CopyTo(&w, block)
		check("copy", &w, y)
		w = before
		v.OrInto(&w, block)
		check("or", &w, x.combine(y, naiveOps[Or]))
		w = before
		v.AndNotInto(&w, block)
		check("and not", &w, x.combine(y, naiveOps[AndNot]))
		w = before
		found := v.AndInto(&w, block)
		check("and", &w, x.combine(y, naiveOps[And]))
		if found == w.IsEmpty() {
			t.Fatalf("seed %d, set %d: and reports %v of %d rows", *seed, i, found, w.Count())
		}
		if got, want := c.CountIn(&before), w.Count(); got != want {
			t.Fatalf("seed %d, set %d: %d rows counted, want %d", *seed, i, got, want)
		}
		if got, want := v.Card(block), y.count(); got != want || c.Card() != want {
			t.Fatalf("seed %d, set %d: %d and %d rows, want %d", *seed, i, got, c.Card(), want)
		}
		if p := c.InPlace(); native && i%3 == 0 && c.Card() > 0 && p == nil {
			t.Fatalf("seed %d, set %d: plain words are not read in place", *seed, i)
		} else if p != nil && *p != *stored {
			t.Fatalf("seed %d, set %d: other rows in place", *seed, i)
		}
	}
}

// TestFind looks for every block in views with gaps.
func TestFind(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 21))
	for i := range 100 {
		var b Builder
		has := map[uint16]bool{}
		for block := range uint16(40) {
			if r.IntN(1+i%5) == 0 {
				has[block] = true
				b.Add([]uint32{uint32(block) * BlockRows})
			}
		}
		data, _ := b.AppendTo(nil)
		v, err := Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		for block := range uint16(45) {
			if got := v.Card(block) == 1; got != has[block] {
				t.Fatalf("seed %d, set %d: block %d: found %v, want %v", *seed, i, block, got, has[block])
			}
		}
	}
	var none View
	if c := none.At(3); c.Card() != 0 || none.Card(0) != 0 {
		t.Error("the zero View has rows")
	}
}

// TestSteps applies random steps, of which two or more are taken in one loop.
func TestSteps(t *testing.T) { eachWay(t, randomSteps) }

func randomSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 22))
	for i := range 150 {
		x := randomWords(r)
		want := x.naive()
		steps := make([]Step, r.IntN(16))
		same := Op(r.IntN(6)) // often all of them are And
		for j := range steps {
			s := Step{Op: And, Rows: randomWords(r)}
			if same > 2 {
				s.Op = Op(r.IntN(3))
			}
			steps[j] = s
			want = want.combine(s.Rows.naive(), naiveOps[s.Op])
		}
		var w, scratch Words
		if found := w.Apply(x, steps); *w.naive() != *want || found == w.IsEmpty() {
			t.Fatalf("seed %d, case %d: %d steps give %d rows, want %d; %v", *seed, i, len(steps), w.Count(), want.count(), found)
		}
		if got := scratch.ApplyCount(x, steps); got != want.count() {
			t.Fatalf("seed %d, case %d: %d steps count %d rows, want %d", *seed, i, len(steps), got, want.count())
		}
		y := *x
		if got := y.ApplyCount(&y, steps); got != want.count() {
			t.Fatalf("seed %d, case %d: %d steps in place count %d rows, want %d", *seed, i, len(steps), got, want.count())
		}
		if x.Apply(x, steps); *x.naive() != *want {
			t.Fatalf("seed %d, case %d: %d steps in place give %d rows, want %d", *seed, i, len(steps), x.Count(), want.count())
		}
	}
}

// TestRanges removes and counts rows in ranges with every kind of end.
func TestRanges(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 23))
	ends := []int{0, 1, 63, 64, 65, 127, 128, 1000, BlockRows - 64, BlockRows - 1, BlockRows}
	for _, lo := range ends {
		for _, hi := range ends {
			w := *randomWords(r)
			x := w.naive()
			want, inside := *x, 0
			for row := lo; row < hi; row++ {
				if x[row] {
					inside++
				}
				want[row] = false
			}
			if got := w.countRange(lo, hi); got != inside {
				t.Errorf("seed %d: %d rows in %d to %d, want %d", *seed, got, lo, hi, inside)
			}
			if w.removeRange(lo, hi); *w.naive() != want {
				t.Errorf("seed %d: removing %d to %d leaves %d rows, want %d", *seed, lo, hi, w.Count(), want.count())
			}
		}
	}
}

// TestBytesThatLie combines words with arrays and runs of any bytes at all.
func TestBytesThatLie(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 24))
	for range 300 {
		n := r.IntN(200)
		body := make([]byte, 2+4*n)
		for i := range body {
			body[i] = byte(r.Uint32())
		}
		binary.LittleEndian.PutUint16(body, uint16(n))
		for _, c := range []Container{{body: body, card: 1 + r.IntN(BlockRows), runs: true}, {body: body, card: len(body) / 2}} {
			for _, use := range []func(w *Words){c.CopyTo, c.OrInto, c.AndNotInto, func(w *Words) { c.AndInto(w) }, func(w *Words) { c.CountIn(w) }} {
				use(randomWords(r))
			}
		}
	}
}

// TestKernelsDoNotAllocate combines words with containers of each kind.
func TestKernelsDoNotAllocate(t *testing.T) { eachWay(t, noAllocations) }

func noAllocations(t *testing.T) {
	for _, step := range []int{1, 3, 100} {
		var w Words
		for row := 0; row < BlockRows; row += step {
			w.Add(uint16(row))
		}
		var b Builder
		b.AddWords(0, &w)
		data, _ := b.AppendTo(nil)
		v, err := Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		got := testing.AllocsPerRun(10, func() {
			v.CopyTo(&w, 0)
			v.OrInto(&w, 0)
			v.AndInto(&w, 0)
			c := v.At(0)
			c.CountIn(&w)
			v.AndNotInto(&w, 0)
		})
		if got != 0 {
			t.Errorf("a row in %d: %v allocations", step, got)
		}
	}
}
