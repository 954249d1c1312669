package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/store/storetest"
	"github.com/rollcall-db/rollcall/engine/window"
)

// crowd is a parent segment of two blocks of customers, of whom some have many
// events of every type, equal ones among them, in batches without order.
func crowd(r *rand.Rand) (*model.ParentSegment, memorySource) {
	table := func(name string) model.TableRef { return model.TableRef{Schema: "db", Table: name} }
	p := &model.ParentSegment{
		Name: "Crowd", Timezone: "America/New_York",
		Master: model.Master{Table: table("customers"), KeyColumn: "id"},
		Behaviors: []model.BehaviorSource{{
			Name: "visit", Table: table("visits"), KeyColumn: "id", TimeColumn: "at", AllFields: true, Keep: window.Spec{Form: window.InLast, N: 300, Unit: window.Day},
		}},
		Computed: []model.ComputedSource{{Name: "visits", Behavior: "visit", Rule: "count"}},
	}
	var ids []map[string]any
	for id := range bitmap.BlockRows + 5000 {
		ids = append(ids, map[string]any{"id": id})
	}
	customers := newTable([]arrow.Field{field("id", whole)}, asJSON(ids))
	visits := newTable([]arrow.Field{
		field("id", whole), field("at", instant), field("note", text), field("price", money), field("score", float),
		field("count", whole), field("paid", boolean), field("due", date), field("tags", arrow.ListOf(text)), field("sizes", arrow.ListOf(whole)),
	}, batchesOf(r, 30, 200)...)
	return p, memorySource{"db.customers": customers, "db.visits": visits}
}

// batchesOf returns random events, n in each batch.
func batchesOf(r *rand.Rand, batches, n int) []string {
	maybe := func(v any) any {
		if r.IntN(5) == 0 {
			return nil
		}
		return v
	}
	var all []string
	for range batches {
		var rows []map[string]any
		for range n {
			words := []string{}
			sizes := []any{}
			for range r.IntN(3) {
				words = append(words, string(rune('a'+r.IntN(4))))
				sizes = append(sizes, maybe(r.IntN(4)))
			}
			at := time.Date(2024, 5, 30, 0, 0, 0, 0, time.UTC).Add(-time.Duration(r.IntN(400*24)) * time.Hour)
			rows = append(rows, map[string]any{
				"id": r.IntN(40) * 1900, "at": maybe(at.Format(time.RFC3339)), "note": maybe(strings.Repeat("x", r.IntN(3))),
				"price": maybe(fmt.Sprintf("%d.%02d", r.IntN(3), r.IntN(100))), "score": maybe(float64(r.IntN(3)) / 2),
				"count": maybe(r.IntN(2)), "paid": maybe(r.IntN(2) == 0), "due": maybe("2024-02-29"),
				"tags": maybe(words), "sizes": maybe(sizes),
			})
		}
		all = append(all, asJSON(rows))
	}
	return all
}

func asJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// TestScratchFilesGiveEqualSnapshots builds in memory and with scratch files of
// several sizes: every byte of every file is the same.
func TestScratchFilesGiveEqualSnapshots(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	p, src := crowd(rand.New(rand.NewPCG(seed, 1)))
	built := func(spillBytes int64) (*store.Manifest, int) {
		f := storetest.NewFaultFS(quick(), storetest.Fault{})
		m, err := Build(t.Context(), p, src, filepath.Join(t.TempDir(), "snap"), &Options{AsOf: asOf, FS: f, spillBytes: spillBytes})
		if err != nil {
			t.Fatal(err)
		}
		return m, f.Operations()
	}
	want, operations := built(0)
	if info := want.Behaviors[0]; info.Events == 0 || info.Undated == 0 || want.Load.Tables[1].Expired == 0 {
		t.Fatalf("the data has too little in it: %+v", info)
	}
	for _, bytes := range []int64{1, 20_000, 100_000} {
		got, more := built(bytes)
		if diff := cmp.Diff(want.Files, got.Files); diff != "" {
			t.Errorf("scratch files of %d bytes change the snapshot:\n%s", bytes, diff)
		}
		if diff := cmp.Diff(want.Behaviors, got.Behaviors); diff != "" {
			t.Errorf("scratch files of %d bytes change the manifest:\n%s", bytes, diff)
		}
		if diff := cmp.Diff(want.Load.Tables, got.Load.Tables); diff != "" {
			t.Errorf("scratch files of %d bytes change the load report:\n%s", bytes, diff)
		}
		if more <= operations {
			t.Errorf("%d bytes: %d file operations, %d without scratch files: there were none", bytes, more, operations)
		}
	}
}

// TestScratchFilesGo looks for what a build leaves in the version's folder.
func TestScratchFilesGo(t *testing.T) {
	p, src := crowd(rand.New(rand.NewPCG(1, 1)))
	dir := filepath.Join(t.TempDir(), "snap")
	m, err := Build(t.Context(), p, src, dir, &Options{AsOf: asOf, spillBytes: 1})
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, f := range m.Files {
		named[f.Name] = true
	}
	files, err := filepath.Glob(filepath.Join(dir, "0*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name := filepath.Base(file); !named[name] && name != "MANIFEST" {
			t.Errorf("%s is left behind", file)
		}
	}
	src["db.visits"].fail = errors.New("cable cut")
	other := filepath.Join(t.TempDir(), "other")
	if _, err := Build(t.Context(), p, src, other, &Options{AsOf: asOf, spillBytes: 1}); err == nil || !strings.Contains(err.Error(), "cable cut") {
		t.Errorf("got %v, want the source's error", err)
	}
	if left, err := filepath.Glob(filepath.Join(other, "*")); err != nil || len(left) > 0 {
		t.Errorf("after an error: %v, %v", left, err)
	}
}
