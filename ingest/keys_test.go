package ingest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/engine/model"
)

// TestStringKeys looks up keys that differ by little: a trailing space, a leading
// zero, a NUL.
func TestStringKeys(t *testing.T) {
	keys := []string{"", " ", "1", "01", "1 ", "1\x00", "a", "A", "é", "日本", "\U0001f600", "b"}
	c := newCollector(model.Type{Kind: model.String})
	r := rand.New(rand.NewPCG(1, 1))
	for _, i := range r.Perm(len(keys)) {
		c.addString(keys[i])
	}
	c.addString("b")
	c.addString("1 ")
	c.addString("b")
	set, duplicates := c.finish()
	if want := []string{"1 ", "b"}; !slices.Equal(duplicates, want) {
		t.Errorf("duplicates %q, want %q", duplicates, want)
	}
	slices.Sort(keys)
	for row, key := range keys {
		if got, ok := set.findString(key); !ok || got != uint32(row) || set.name(got) != key {
			t.Errorf("%q is row %d, %v, want %d", key, got, ok, row)
		}
	}
	for _, key := range []string{"0", "001", "  ", "ab", "\x00", "1\x00\x00"} {
		if row, ok := set.findString(key); ok {
			t.Errorf("%q is found as row %d, %q", key, row, set.name(row))
		}
	}
}

// TestIntKeys looks up whole numbers that a float would confuse.
func TestIntKeys(t *testing.T) {
	keys := []int64{math.MinInt64, -1, 0, 1, 1 << 53, 1<<53 + 1, math.MaxInt64}
	c := newCollector(model.Type{Kind: model.Number, Repr: model.Int64})
	for _, key := range slices.Backward(keys) {
		c.addInt(key)
	}
	c.addInt(1<<53 + 1)
	set, duplicates := c.finish()
	if want := []string{"9007199254740993"}; !slices.Equal(duplicates, want) {
		t.Errorf("duplicates %q, want %q", duplicates, want)
	}
	for row, key := range keys {
		if got, ok := set.findInt(key); !ok || got != uint32(row) || set.name(got) != strconv.FormatInt(key, 10) {
			t.Errorf("%d is row %d, %v, want %d", key, got, ok, row)
		}
	}
	for _, key := range []int64{2, 1<<53 + 2, -2} {
		if row, ok := set.findInt(key); ok {
			t.Errorf("%d is found as row %d", key, row)
		}
	}
}

// TestHashHitsAreVerified makes every slot look like a hit for the key asked for:
// only comparing the key itself can tell.
func TestHashHitsAreVerified(t *testing.T) {
	c := newCollector(model.Type{Kind: model.String})
	for i := range 50 {
		c.addString(fmt.Sprint(i))
	}
	set, _ := c.finish()
	for i := range 100 {
		key := fmt.Sprint(i)
		for j := range set.slots {
			set.slots[j].hash = uint32(xxhash.Sum64String(key) >> 32)
		}
		row, ok := set.findString(key)
		if ok != (i < 50) || ok && set.name(row) != key {
			t.Errorf("%q: row %d, %v", key, row, ok)
		}
	}
}

func TestNoKeys(t *testing.T) {
	set, duplicates := newCollector(model.Type{Kind: model.String}).finish()
	if _, ok := set.findString("a"); ok || set.len() != 0 || len(duplicates) != 0 {
		t.Errorf("an empty set has %d keys", set.len())
	}
}

func BenchmarkFindString(b *testing.B) {
	c := newCollector(model.Type{Kind: model.String})
	keys := make([]string, 1<<20)
	for i := range keys {
		keys[i] = fmt.Sprintf("customer-%08d", i*7919%len(keys))
		c.addString(keys[i])
	}
	set, _ := c.finish()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, ok := set.findString(keys[i%len(keys)]); !ok {
			b.Fatal("not found")
		}
	}
}
