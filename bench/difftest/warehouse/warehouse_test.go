package warehouse

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
)

// TestBuild builds snapshots of random warehouses. What a build finds must be what
// the warehouse says.
func TestBuild(t *testing.T) {
	const seed, warehouses = 1, 40
	rng := rand.New(rand.NewPCG(seed, 0))
	for i := range warehouses {
		table := oracle.RandomTable(rng, oracle.Options{OddNames: i%2 == 0, CaseNames: i%3 == 0, NUL: i%4 == 0, Infinities: true, ListFields: true})
		lay := Random
		if i%8 == 7 {
			lay = func(_ uint64, table *oracle.Table) (*Warehouse, error) { return Plain(table) }
		}
		w, err := lay(uint64(i), table)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Data.Validate(); err != nil {
			t.Fatalf("warehouse %d: the data that it holds: %v", i, err)
		}
		checkBuild(t, w)
		if t.Failed() {
			t.Fatalf("warehouse %d of seed %d\nparent %+v\n%s", i, seed, w.Parent, w.Data)
		}
	}
}

func checkBuild(t *testing.T, w *Warehouse) {
	t.Helper()
	dir := t.TempDir()
	if err := w.WriteParquet(dir); err != nil {
		t.Fatal(err)
	}
	src, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := ingest.Build(t.Context(), w.Parent, src, t.TempDir()+"/x.rollcall", nil)
	if err != nil {
		t.Error(err)
		return
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(w.Data.Schema, m.Schema, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the schema differs (-data +build):\n%s", diff)
	}
	if want := uint64(len(w.Data.Keys)); m.Customers != want {
		t.Errorf("%d customers, the data has %d", m.Customers, want)
	}
	for i, rows := range w.Data.Behaviors {
		events := uint64(0)
		for _, row := range rows {
			events += uint64(len(row))
		}
		if m.Behaviors[i].Events != events {
			t.Errorf("behavior %q: %d events, the data has %d", w.Data.Schema.Behaviors[i].Name, m.Behaviors[i].Events, events)
		}
	}
}
