package workload

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// links returns the names of the links below dir, and checks that each leads to a
// file.
func links(t *testing.T, dir string) []string {
	t.Helper()
	names := []string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		names = append(names, name)
		_, statErr := os.Stat(path)
		return errors.Join(err, statErr)
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestLink(t *testing.T) {
	d, dir := dataset(t, small()), t.TempDir()
	if _, err := d.Link(dir, 0); err != nil {
		t.Fatal(err)
	}
	before := links(t, dir)
	want := []string{
		"events/email_opens/part-0000-0000.parquet", "events/page_views/part-0000-0000.parquet",
		"events/purchases/part-0000-0000.parquet", "main/customers/part-0000-0000.parquet",
	}
	if diff := cmp.Diff(want, before); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	undo, err := d.Link(dir, 7)
	if err != nil {
		t.Fatal(err)
	}
	if got := links(t, dir); len(got) != 2*len(want) {
		t.Errorf("after a second data set the links are %q, want %d", got, 2*len(want))
	}
	if err := undo(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, links(t, dir)); diff != "" {
		t.Errorf("links after undo (-want +got):\n%s", diff)
	}
}

// TestLinkFails has a name that is taken: no link is left but those that were
// there.
func TestLinkFails(t *testing.T) {
	d, dir := dataset(t, small()), t.TempDir()
	taken := filepath.Join(dir, "events", "email_opens", "part-0000-0000.parquet")
	if err := os.MkdirAll(filepath.Dir(taken), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(taken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Link(dir, 0); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want one that says that it exists", err)
	}
	if diff := cmp.Diff([]string{"events/email_opens/part-0000-0000.parquet"}, links(t, dir)); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

func TestRows(t *testing.T) {
	a := &Dataset{Tables: []Table{{Schema: "main", Name: "customers", Rows: 3}, {Schema: "events", Name: "purchases", Rows: 4}}}
	b := &Dataset{Tables: []Table{{Schema: "events", Name: "purchases", Rows: 5}}}
	if diff := cmp.Diff(map[string]int64{"main.customers": 3, "events.purchases": 9}, Rows(a, b)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}
