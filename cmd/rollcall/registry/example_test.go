package registry_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "studio")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	r, err := registry.Open(ctx, dir, registry.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	// What ran when the process ended before, if something did.
	if _, err := r.Recover(ctx); err != nil {
		log.Fatal(err)
	}

	lake := registry.ConnectionInput{
		Name: "lake", Kind: registry.Databricks, URI: "databricks://host/sql/1.0/warehouses/abc?catalog=main",
		Secrets: map[string]string{"token": registry.Stored},
	}
	token := map[string]registry.Secret{"token": registry.NewSecret("dapi…")}
	if _, _, err := r.PutConnection(ctx, lake, token, "Ana"); err != nil {
		log.Fatal(err)
	}
	cdnow := registry.ParentInput{
		Name: "CDNOW", Text: "master_table: …\n", Form: "book", Mode: registry.Copied, Connections: []string{"lake"},
	}
	for range 2 {
		parent, outcome, err := r.PutParent(ctx, cdnow, "Ana")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(parent.Name, "version", parent.Version, outcome)
	}

	gold := registry.SegmentText{Text: "tier = 'Gold'", Form: "text"}
	saved, err := r.CreateSegment(ctx, "CDNOW", "Loyalty/Gold", gold, registry.Change{By: "Ana"})
	if err != nil {
		log.Fatal(err)
	}
	platinum := registry.SegmentText{Text: "tier in ('Gold', 'Platinum')", Form: "text"}
	for range 2 { // the second has not seen the change of the first
		_, err = r.UpdateSegment(ctx, "CDNOW", "Loyalty/Gold", saved.Version, platinum, registry.Change{By: "Eve", Note: "and platinum"})
		var conflict *registry.ConflictError
		if errors.As(err, &conflict) {
			fmt.Println("now it is", conflict.Current.Text)
		}
		platinum.Text = "tier = 'Platinum'"
	}

	job, err := r.QueueJob(ctx, registry.JobInput{Kind: registry.Build, Parent: "CDNOW"}, "Ana")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("job", job.ID, job.State)

	// Output:
	// CDNOW version 1 created
	// CDNOW version 1 unchanged
	// now it is tier in ('Gold', 'Platinum')
	// job 1 queued
}

func ExampleSecret() {
	token := registry.NewSecret("dapi1234")
	fmt.Printf("%v %q %+v\n", token, token, struct{ Token registry.Secret }{token})
	fmt.Println(token.Reveal())
	// Output:
	// [secret] [secret] {Token:[secret]}
	// dapi1234
}

func ExampleRegistry_Segments() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "studio")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	r, err := registry.Open(ctx, dir, registry.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	_, _, err = r.PutConnection(ctx, registry.ConnectionInput{Name: "files", Kind: registry.Files, URI: "/data"}, nil, "Ana")
	if err != nil {
		log.Fatal(err)
	}
	_, _, err = r.PutParent(ctx, registry.ParentInput{
		Name: "CDNOW", Text: "master_table: …\n", Form: "book", Mode: registry.InPlace, Connections: []string{"files"},
	}, "Ana")
	if err != nil {
		log.Fatal(err)
	}
	for _, path := range []string{"Loyalty/Gold", "Active", "Loyalty/Silver"} {
		if _, err := r.CreateSegment(ctx, "CDNOW", path, registry.SegmentText{Text: "all", Form: "text"}, registry.Change{By: "Ana"}); err != nil {
			log.Fatal(err)
		}
	}
	for after := ""; ; {
		page, err := r.Segments(ctx, "CDNOW", "", after, 2)
		if err != nil {
			log.Fatal(err)
		}
		for _, s := range page.Items {
			fmt.Println(s.Path)
		}
		if after = page.Next; after == "" {
			break
		}
		fmt.Println("more, after", after)
	}
	// Output:
	// Active
	// Loyalty/Gold
	// more, after Loyalty/Gold
	// Loyalty/Silver
}
