package bitmap

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// eachWay runs a test with the plain loops and, where the machine has them, with wide
// instructions.
func eachWay(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	defer func(was bool) { wide = was }(wide)
	for _, way := range []bool{false, true} {
		t.Run(fmt.Sprintf("wide=%v", way), func(t *testing.T) {
			if way && !hasWide() {
				t.Skip("the machine, or the build, has no wide instructions")
			}
			wide = way
			test(t)
		})
	}
}

// TestEveryPiece has one row in every piece of 64 bytes, which one register holds, and
// looks whether a step finds it, in words of its own and in those that it works in.
func TestEveryPiece(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		var all, none Words
		all.Fill(BlockRows)
		for row := 0; row < BlockRows; row += 512 + 1 {
			var x Words
			x.Add(uint16(row))
			rest := all
			rest.remove(uint16(row))
			for name, steps := range map[string][]Step{
				"none": {}, "and": {{And, &all}}, "and not": {{AndNot, &none}}, "or": {{Or, &none}},
				"two": {{AndNot, &rest}, {And, &all}},
			} {
				var out Words
				if found := out.Apply(&x, steps); !found || out != x || out.ApplyCount(&x, steps) != 1 {
					t.Fatalf("row %d, steps %q: %v, %d rows", row, name, found, out.Count())
				}
			}
			for name, steps := range map[string][]Step{"and": {{And, &rest}}, "and not": {{AndNot, &x}}, "two": {{Or, &rest}, {AndNot, &all}}} {
				var out Words
				if found := out.Apply(&x, steps); found || out != none || out.ApplyCount(&x, steps) != 0 {
					t.Fatalf("row %d, steps %q that leave nobody: %v, %d rows", row, name, found, out.Count())
				}
			}
			w := x
			if !w.SetAnd(&all, &w) || w != x || !w.SetOr(&w, &w) || w != x || !w.SetAnd(&w, &w) || w != x {
				t.Fatalf("row %d: a set with itself is another", row)
			}
			if w.SetAndNot(&w, &w) || w != none {
				t.Fatalf("row %d: a set less itself has rows", row)
			}
			if w = x; !w.SetAndNot(&all, &w) || w != rest {
				t.Fatalf("row %d: all less a row are others", row)
			}
		}
	})
}

// TestStepsOverLostMemory steps over a mapped file that has been cut short: it is a
// panic that says where, as any other read of it.
func TestStepsOverLostMemory(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
		path := filepath.Join(t.TempDir(), "rows")
		if err := os.WriteFile(path, make([]byte, bitmapBytes), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		}()
		data, err := unix.Mmap(int(f.Fd()), 0, bitmapBytes, unix.PROT_READ, unix.MAP_SHARED)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := unix.Munmap(data); err != nil {
				t.Error(err)
			}
		}()
		if err := f.Truncate(0); err != nil {
			t.Fatal(err)
		}
		lost := (*Words)(unsafe.Pointer(unsafe.SliceData(data)))
		for name, read := range map[string]func(w *Words){
			"apply":       func(w *Words) { w.Apply(w, []Step{{Or, lost}}) },
			"apply count": func(w *Words) { w.ApplyCount(w, []Step{{Or, lost}}) },
			"count":       func(*Words) { lost.Count() },
		} {
			if got := panicOf(func() { read(new(Words)) }); !isFault(got) {
				t.Errorf("%s: panics with %v, want a fault with an address", name, got)
			}
		}
	})
}

func panicOf(f func()) (with any) {
	defer func() { with = recover() }()
	f()
	return nil
}

func isFault(with any) bool {
	_, ok := with.(interface{ Addr() uintptr })
	return ok
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
		for _, way := range []bool{false, true} {
			if wide = way; wide && !hasWide() {
				continue
			}
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
