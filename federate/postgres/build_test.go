package postgres

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/difftest/examples"
	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/ingest"
)

// TestBuild builds snapshots of the same tables, in a database and in files. They
// must be the same, byte for byte.
func TestBuild(t *testing.T) {
	const worlds = 10
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	made, err := warehouse.Plain(examples.Table(examples.Timezone))
	if err != nil {
		t.Fatal(err)
	}
	compareBuilds(t, made)
	for i := range uint64(worlds) {
		rng := rand.New(rand.NewPCG(seed+i, 0))
		options := oracle.Options{Infinities: i%2 == 0, ListFields: true, OddNames: i%3 == 0, CaseNames: i%4 == 0}
		made, err := warehouse.Random(seed+i, oracle.RandomTable(rng, options))
		if err != nil {
			t.Fatal(err)
		}
		if !t.Run("", func(t *testing.T) { compareBuilds(t, made) }) {
			t.Fatalf("seed %d", seed+i)
		}
	}
}

func compareBuilds(t *testing.T, w *warehouse.Warehouse) {
	t.Helper()
	dir := t.TempDir()
	if err := w.WriteParquet(dir); err != nil {
		t.Fatal(err)
	}
	folder, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	db := newDatabase(t)
	db.run(t, "CREATE SCHEMA marketing", "CREATE SCHEMA analytics", "CREATE SCHEMA events")
	for _, table := range w.Tables {
		db.run(t, table.PostgresDDL())
		statement, rows := table.PostgresCopy()
		if _, err := db.PgConn().CopyFrom(t.Context(), strings.NewReader(string(rows)), statement); err != nil {
			t.Fatal(err)
		}
	}
	want, got := build(t, w, folder), build(t, w, db.open(t))
	for name, diff := range map[string]string{
		"schema": cmp.Diff(want.Schema, got.Schema), "layout": cmp.Diff(want.Layout, got.Layout), "files": cmp.Diff(want.Files, got.Files),
		"attributes": cmp.Diff(want.Attributes, got.Attributes), "behaviors": cmp.Diff(want.Behaviors, got.Behaviors),
	} {
		if diff != "" {
			t.Errorf("%s (-of files +of the database):\n%s", name, diff)
		}
	}
}

// build builds a snapshot of a source and returns its manifest.
func build(t *testing.T, w *warehouse.Warehouse, src source.Source) *store.Manifest {
	t.Helper()
	manifest, err := ingest.Build(t.Context(), w.Parent, src, filepath.Join(t.TempDir(), "data.rollcall"), nil)
	if err := errors.Join(err, src.Close()); err != nil {
		t.Fatal(err)
	}
	return manifest
}
