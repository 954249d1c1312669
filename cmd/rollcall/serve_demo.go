package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// What the demonstration of a studio is called: the folder of its files within that of
// the data, its connection, and its parent segment as the bundled configuration has it.
const (
	demoFolder     = "demo"
	demoConnection = "cdnow"
	demoParent     = "CDNOW customers"
)

// writeDemo writes the bundled data as a warehouse folder into the folder of a studio,
// unless it is there.
func writeDemo(ctx context.Context, data string) error {
	warehouse := filepath.Join(data, demoFolder)
	if _, err := os.Stat(warehouse); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	whole := warehouse + ".tmp" // until all of it is written
	if err := os.RemoveAll(whole); err != nil {
		return err
	}
	if err := cdnow.WriteWarehouse(ctx, whole); err != nil {
		return err
	}
	return os.Rename(whole, warehouse)
}

// putDemo registers the bundled data and waits until it is built. Doing it again changes
// nothing.
func putDemo(ctx context.Context, s *service.Service, data string) error {
	warehouse, err := filepath.Abs(filepath.Join(data, demoFolder))
	if err != nil {
		return err
	}
	who := service.Local()
	if _, err := s.PutConnection(ctx, who, demoConnection, service.ConnectionRequest{Kind: string(registry.Files), URI: warehouse}); err != nil {
		return err
	}
	put, err := s.PutParent(ctx, who, demoParent, service.ParentRequest{
		Text: string(cdnow.ParentYAML()), FileName: "parent.yml", Connections: []string{demoConnection},
	})
	if err != nil || put.Job == nil {
		return err
	}
	done, err := s.WaitJob(ctx, put.Job.ID)
	if err != nil {
		return err
	}
	if done.State != registry.Succeeded {
		return fmt.Errorf("the build %s: %s", done.State, done.Error)
	}
	return nil
}
