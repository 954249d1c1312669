package executions

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
)

// world is a warehouse in a folder, with the snapshot of it.
type world struct {
	*warehouse.Warehouse
	files     string // the folder of the Parquet files
	snapshot  string // built from them
	refreshed *refreshed
}

// newWorld writes a warehouse below a folder and builds its snapshots there. How
// the refreshed one came about is decided by the seed.
func newWorld(ctx context.Context, dir string, seed uint64, w *warehouse.Warehouse) (*world, error) {
	made := &world{Warehouse: w, files: filepath.Join(dir, "files"), snapshot: filepath.Join(dir, "data.rollcall")}
	if err := w.WriteParquet(made.files); err != nil {
		return nil, err
	}
	manifest, err := made.build(ctx)
	if err != nil {
		return nil, err
	}
	if made.refreshed, err = refresh(ctx, made, seed, filepath.Join(dir, "refreshed.rollcall")); err != nil {
		return nil, err
	}
	return made, made.refreshed.check(manifest)
}

// build builds the snapshot from the files. Its schema and layout must be those of
// the data.
func (w *world) build(ctx context.Context) (manifest *store.Manifest, err error) {
	src, err := files.Open(w.files)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	manifest, err = ingest.Build(ctx, w.Parent, src, w.snapshot, &ingest.Options{Indexes: tinyIndexes})
	if err != nil {
		return nil, err
	}
	return manifest, w.checkSchema(manifest)
}

// checkSchema compares the schema and the layout of a build with those of the data.
func (w *world) checkSchema(manifest *store.Manifest) error {
	if diff := cmp.Diff(w.Data.Schema, manifest.Schema, cmpopts.EquateEmpty()); diff != "" {
		return fmt.Errorf("the build's schema differs (-data +build):\n%s", diff)
	}
	if diff := cmp.Diff(w.Layout, manifest.Layout, cmpopts.EquateEmpty()); diff != "" {
		return fmt.Errorf("the build's layout differs (-data +build):\n%s", diff)
	}
	return nil
}
