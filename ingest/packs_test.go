package ingest

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// TestPackedEventsGiveEqualSnapshots builds with room for all events, for all of them
// packed, and for some of them packed: every byte of every file is the same.
func TestPackedEventsGiveEqualSnapshots(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	p, src := crowd(r)
	src["db.visits"] = newTable(src["db.visits"].schema.Fields()[:8], batchesOf(r, 30, 200)...) // lists are not packed
	build := func(spillBytes int64) *store.Manifest {
		m, err := Build(t.Context(), p, src, filepath.Join(t.TempDir(), "snap"), &Options{AsOf: asOf, spillBytes: spillBytes})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	want := build(0)
	for _, bytes := range []int64{200_000, 50_000, 20_000, 1} {
		got := build(bytes)
		if diff := cmp.Diff(want.Files, got.Files); diff != "" {
			t.Errorf("packing with room for %d bytes changes the snapshot:\n%s", bytes, diff)
		}
		if diff := cmp.Diff(want.Behaviors, got.Behaviors); diff != "" {
			t.Errorf("packing with room for %d bytes changes the manifest:\n%s", bytes, diff)
		}
	}
}

// TestPackedEventsStayPacked packs all events of a build, and none goes to a scratch
// file.
func TestPackedEventsStayPacked(t *testing.T) {
	fields := []model.Field{{Name: "note", Type: model.Type{Kind: model.String}}}
	log := newEventLog(nil, fields, 1<<20, math.MinInt64) // without a writer there is no scratch file
	const n = 100_000                                     // of 23 bytes or so each, unless they are packed
	for i := range n {
		c := log.collected
		at := len(c.Rows)
		c.Rows = append(c.Rows, uint32(i*7919%(3*blockRows)))
		c.Times.Grow(1)
		c.Times.SetInt(at, int64(i)*1e6)
		c.Values[0].Grow(1)
		c.Values[0].SetString(at, "same")
		if i%100 == 99 {
			if err := log.added(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if log.packs.bytes == 0 || log.held+log.packs.bytes >= log.limit {
		t.Errorf("%d bytes are held, %d packed", log.held, log.packs.bytes)
	}
	if err := log.finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	found := 0
	spare := log.newCollected()
	for block := range 3 {
		events, err := log.block(block)
		if err != nil {
			t.Fatal(err)
		}
		all, err := events.all(spare)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range all.Rows {
			if at, dated := all.Times.Int(i); !dated || row != uint32(at/1e6*7919%(3*blockRows)) || all.Values[0].Text(i) != "same" {
				t.Fatalf("event %d of block %d is of customer %d at %d", i, block, row, at)
			}
		}
		found += len(all.Rows)
	}
	if found != n {
		t.Errorf("%d events come back, expected %d", found, n)
	}
}
