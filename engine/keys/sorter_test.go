package keys

import (
	"context"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/toc"
)

// newTestSorter returns a sorter of keys of one kind, and where its runs go.
func newTestSorter[T int64 | string](t testing.TB, limit int64) (*Sorter, *dirSpill) {
	spill := &dirSpill{dir: t.TempDir()}
	typ := textType
	if _, ok := any(*new(T)).(int64); ok {
		typ = intType
	}
	return NewSorter(typ, limit, spill), spill
}

// addTo adds a key of either kind.
func addTo[T int64 | string](s *Sorter, key T) error {
	if key, ok := any(key).(int64); ok {
		return s.AddInt(key)
	}
	return s.AddString(any(key).(string))
}

// valueOf returns a key of either kind. The text is copied.
func valueOf[T int64 | string](key Key) T {
	if _, ok := any(*new(T)).(int64); ok {
		return any(key.Int).(T)
	}
	return any(strings.Clone(key.Text)).(T)
}

// drain returns the keys of a sequence up to its error, which is its last
// element.
func drain[T int64 | string](t *testing.T, keys iter.Seq2[Key, error]) (all []T, err error) {
	t.Helper()
	for key, failed := range keys {
		if err != nil {
			t.Errorf("key %v came after the error %v", key, err)
		}
		if err = failed; err == nil {
			all = append(all, valueOf[T](key))
		}
	}
	return all, err
}

// checkSorted sorts keys with a limit. Afterwards, nothing is left on disk.
func checkSorted[T int64 | string](t *testing.T, keys []T, limit int64) (runs int) {
	t.Helper()
	s, spill := newTestSorter[T](t, limit)
	for _, key := range keys {
		if err := addTo(s, key); err != nil {
			t.Fatal(err)
		}
	}
	if s.Len() != len(keys) {
		t.Errorf("%d keys, want %d", s.Len(), len(keys))
	}
	got, err := drain[T](t, s.Sorted(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	if want := slices.Sorted(slices.Values(keys)); !slices.Equal(got, want) {
		t.Errorf("seed %d: %d keys with a limit of %d bytes come in another order than slices.Sort has them", *seed, len(keys), limit)
	}
	checkRemoved(t, s, spill)
	return spill.runs
}

// checkRemoved checks that no run is left, and that the sorter may be closed.
func checkRemoved(t *testing.T, s *Sorter, spill *dirSpill) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	files, err := os.ReadDir(spill.dir)
	if err != nil || len(files) != 0 || spill.open != 0 {
		t.Errorf("%d files, %d runs, %v, want none left", len(files), spill.open, err)
	}
}

func TestSorter(t *testing.T) {
	for _, limit := range []int64{1, 64, 1 << 20} {
		checkSorted[int64](t, nil, limit)
		checkSorted(t, []int64{5}, limit)
		checkSorted(t, []int64{0, math.MaxInt64, -1, math.MinInt64, 1, 0, math.MinInt64}, limit)
		checkSorted[string](t, nil, limit)
		checkSorted(t, []string{""}, limit)
		checkSorted(t, []string{"a", "", "\x00", "\xff", "a\x00", "", "A", "12345678", "123456780", "12345678\x00", "1234567",
			longKey + "b", longKey + "a", longKey}, limit)
		checkSorted(t, []string{"customer-12", "customer-1", "customer-123456789", "customer-2", "customer-1\x00", "customer-"}, limit)
	}
}

// TestSorterRandom compares with slices.Sort, for limits from which no run
// comes, some, and so many that they are merged in between.
func TestSorterRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 3))
	ints, texts := make([]int64, 20_000), make([]string, 20_000)
	for i := range ints {
		ints[i] = r.Int64N(15_000) - 7000 // some are equal
		texts[i] = strings.Repeat("x", r.IntN(12)) + fmt.Sprint(r.IntN(3000))
	}
	for _, c := range []struct {
		limit         int64
		ints, strings [2]int // least and most runs
	}{
		{1 << 20, [2]int{0, 0}, [2]int{0, 0}},
		{100_000, [2]int{2, 2}, [2]int{4, 7}},
		{1000, [2]int{161, 170}, [2]int{480, 640}},
	} {
		if n := checkSorted(t, ints, c.limit); n < c.ints[0] || n > c.ints[1] {
			t.Errorf("limit %d: %d runs of whole numbers, want %v", c.limit, n, c.ints)
		}
		if n := checkSorted(t, texts, c.limit); n < c.strings[0] || n > c.strings[1] {
			t.Errorf("limit %d: %d runs of strings, want %v", c.limit, n, c.strings)
		}
	}
}

// TestSorterBatches checks the size of the batches of runs.
func TestSorterBatches(t *testing.T) {
	check := func(size, n int, want ...int64) {
		t.Helper()
		s, _ := newTestSorter[string](t, 1<<30)
		for range n {
			if err := s.AddString(longKey[:size]); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		var got []int64
		for i := range s.runs[0].NumBatches() {
			batch, err := s.runs[0].Batch(i)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, batch.NumRows())
			batch.Release()
		}
		if !slices.Equal(got, want) {
			t.Errorf("batches of %v keys, want %v", got, want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	check(3, 20_000, 8192, 8192, 3616)
	check(batchBytes/2, 5, 2, 2, 1)
}

func TestCheckSize(t *testing.T) {
	if err := checkSize(maxKeyBytes); err != nil {
		t.Error(err)
	}
	wantError(t, checkSize(maxKeyBytes+1), "a key of 1073741825 bytes, at most 1073741824 fit")
}

func TestSortedOnce(t *testing.T) {
	s, spill := newTestSorter[int64](t, 8)
	for x := range int64(10) {
		if err := s.AddInt(x); err != nil {
			t.Fatal(err)
		}
	}
	for key, err := range s.Sorted(t.Context()) {
		if err != nil || key.Int == 5 {
			break
		}
	}
	checkRemoved(t, s, spill)
	got, err := drain[int64](t, s.Sorted(t.Context()))
	wantError(t, err, "keys: sorted keys are given once")
	if len(got) != 0 {
		t.Errorf("got %v, want no keys", got)
	}
}

func TestSorterClose(t *testing.T) {
	s, spill := newTestSorter[int64](t, 8)
	for x := range int64(10) {
		if err := s.AddInt(x); err != nil {
			t.Fatal(err)
		}
	}
	if spill.open != 10 {
		t.Errorf("%d runs, want 10", spill.open)
	}
	checkRemoved(t, s, spill)
}

// TestSorterCanceled cancels before and amid the keys, in memory and from runs.
func TestSorterCanceled(t *testing.T) {
	for _, limit := range []int64{1 << 20, 40_000} {
		for _, after := range []int{0, 1, 10_000} {
			s, spill := newTestSorter[int64](t, limit)
			for x := range int64(30_000) {
				if err := s.AddInt(x); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithCancel(t.Context())
			if after == 0 {
				cancel()
			}
			n := 0
			var err error
			for _, err = range s.Sorted(ctx) {
				if n++; n == after {
					cancel()
				}
			}
			cancel()
			wantError(t, err, "context canceled")
			if n > after+batchKeys+1 {
				t.Errorf("%d keys came after the cancel", n-after)
			}
			checkRemoved(t, s, spill)
		}
	}
}

// TestSorterFaults fails every operation on the disk, one at a time.
func TestSorterFaults(t *testing.T) {
	const n = 20
	for failAt := 1; ; failAt++ {
		s, spill := newTestSorter[int64](t, 24) // three keys a run
		s.maxRuns = 4
		spill.failAt = failAt
		var err error
		for x := int64(0); x < n && err == nil; x++ {
			err = s.AddInt(x % 7)
		}
		var got []int64
		if err == nil {
			got, err = drain[int64](t, s.Sorted(t.Context()))
		}
		if spill.ops < failAt {
			if err != nil || len(got) != n {
				t.Errorf("%d keys, %v, want %d", len(got), err, n)
			}
			return
		}
		if err == nil {
			err = s.Close()
		}
		wantError(t, err, "the disk is on fire")
		checkRemoved(t, s, spill)
	}
}

// otherRun is a run of another type of keys.
type otherRun struct{ Run }

func (r otherRun) Batch(i int) (arrow.RecordBatch, error) {
	return newColumnBatch([]string{"a"}), nil
}

func TestSorterOtherRun(t *testing.T) {
	s, _ := newTestSorter[int64](t, 8)
	if err := s.AddInt(1); err != nil {
		t.Fatal(err)
	}
	s.runs[0] = otherRun{s.runs[0]}
	_, err := drain[int64](t, s.Sorted(t.Context()))
	wantError(t, err, "keys: a run of schema:\n  fields: 1\n    - key: type=utf8, expected schema:\n  fields: 1\n    - key: type=int64")
}

// TestMemory sorts a million keys with a small limit, and writes their table in
// small chunks. What is held all the while is far less than the keys.
func TestMemory(t *testing.T) {
	const n = 1_000_000
	t.Run("ints", func(t *testing.T) {
		peak := peakOfSorting(t, n, 256<<10, func(i int) int64 { return int64(hashInt(int64(i))) })
		if limit := int64(5 << 20); peak > limit {
			t.Errorf("%d bytes held, at most %d expected of %d bytes of keys", peak, limit, 8*n)
		}
	})
	t.Run("strings", func(t *testing.T) {
		peak := peakOfSorting(t, n, 1<<20, func(i int) string { return fmt.Sprintf("customer-%016x", hashInt(int64(i))) })
		if limit := int64(15 << 20); peak > limit {
			t.Errorf("%d bytes held, at most %d expected of %d bytes of keys", peak, limit, 25*n)
		}
	})
	t.Run("table", func(t *testing.T) {
		ints := make([]int64, n)
		for i := range ints {
			ints[i] = int64(i)
		}
		c := newColumn(ints, nil, blockRows)
		before, peak := heapBytes(), int64(0)
		err := writeTable(c, n, func(toc.Tag, uint32, []byte) error {
			peak = max(peak, heapBytes()-before)
			return nil
		}, hashes, 1<<16)
		if limit := int64(3 << 20); err != nil || peak > limit {
			t.Errorf("%d bytes held, %v, at most %d expected of a table of %d bytes", peak, err, limit, 8*n)
		}
	})
}

// peakOfSorting sorts n keys and returns how many bytes more than before the
// heap held at most.
func peakOfSorting[T int64 | string](t *testing.T, n int, limit int64, key func(i int) T) (peak int64) {
	t.Helper()
	s, spill := newTestSorter[T](t, limit)
	before := heapBytes()
	look := func(i int) {
		if i%(n/20) == 0 {
			peak = max(peak, heapBytes()-before)
		}
	}
	for i := range n {
		if err := addTo(s, key(i)); err != nil {
			t.Fatal(err)
		}
		look(i)
	}
	i := 0
	var last Key
	for key, err := range s.Sorted(t.Context()) {
		if err != nil || i > 0 && (key.Int < last.Int || key.Text < last.Text) {
			t.Fatalf("key %d is %v after %v, %v", i, key, last, err)
		}
		last = Key{Int: key.Int, Text: strings.Clone(key.Text)}
		look(i)
		i++
	}
	if i != n {
		t.Errorf("%d keys, want %d", i, n)
	}
	checkRemoved(t, s, spill)
	return peak
}

// heapBytes returns what is reachable on the heap.
func heapBytes() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
