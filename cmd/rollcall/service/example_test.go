package service_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// A warehouse is registered, a parent segment is put, built by a job, and asked.
func Example() {
	if err := story(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// created
	// succeeded
	// 2 of 3 customers: country = 'JP'
	// 404 there is no parent segment "shp"; did you mean "shop"?
}

func story(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "studio-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	files := filepath.Join(dir, "files")
	if err := os.MkdirAll(filepath.Join(files, "crm"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(files, "crm", "people.csv"), []byte("id,country\n1,JP\n2,FR\n3,JP\n"), 0o600); err != nil {
		return err
	}
	kept, err := registry.Open(ctx, dir, registry.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = kept.Close() }()
	logged, err := audit.Open(ctx, dir, audit.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = logged.Close() }()

	ended := make(chan registry.Job, 1)
	s, err := service.New(service.Options{
		Dir: dir, Registry: kept, Audit: logged, FilesRoots: []string{files}, Finished: func(job registry.Job) { ended <- job },
	})
	if err != nil {
		return err
	}
	if err := s.Start(ctx); err != nil {
		return err
	}
	defer func() { _ = s.Close(ctx) }()

	who := service.Local()
	if _, err := s.PutConnection(ctx, who, "files", service.ConnectionRequest{Kind: "files", URI: files}); err != nil {
		return err
	}
	put, err := s.PutParent(ctx, who, "shop", service.ParentRequest{
		Text: "name: Shop\nmaster_table: {database: crm, table: people, key_column: id}\n",
	})
	if err != nil {
		return err
	}
	fmt.Println(put.Outcome)
	fmt.Println((<-ended).State)
	count, err := s.Count(ctx, who, "shop", service.CountRequest{Ask: service.Ask{Rule: "country='JP'"}})
	if err != nil {
		return err
	}
	fmt.Printf("%d of %d customers: %s\n", count.Count, count.Customers, count.Rule)
	_, err = s.Count(ctx, who, "shp", service.CountRequest{Ask: service.Ask{Rule: "country='JP'"}})
	fmt.Println(service.StatusOf(err), service.ProblemOf(err).Detail)
	return nil
}
