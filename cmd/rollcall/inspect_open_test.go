package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/store"
)

// small is a snapshot of two customers.
type small struct {
	*testing.T
	root, dir string
}

// newSmall builds version 1.
func newSmall(t *testing.T) *small {
	t.Helper()
	s := &small{T: t, root: t.TempDir()}
	s.dir = filepath.Join(s.root, "snap")
	tables := filepath.Join(s.root, "source", "db")
	if err := os.MkdirAll(tables, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		filepath.Join(s.root, "parent.yml"):    "name: Small\nmaster_table: {database: db, table: customers, key_column: id}\n",
		filepath.Join(tables, "customers.csv"): "id,name\n1,Ann\n2,Bo\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.build("1")
	return s
}

// build builds the next version in full; so many versions stay.
func (s *small) build(keep string) {
	s.Helper()
	args := []string{"build", "-c", filepath.Join(s.root, "parent.yml"), "-s", filepath.Join(s.root, "source"), "-o", s.dir, "--full", "--keep", keep}
	if code := run(context.Background(), args, io.Discard, os.Stderr); code != exitDone {
		s.Fatalf("build ended with code %d", code)
	}
}

// manifest returns the manifest of the current version.
func (s *small) manifest() *store.Manifest {
	s.Helper()
	m, err := store.ReadManifest(store.OS, s.dir, 0)
	if err != nil {
		s.Fatal(err)
	}
	return m
}

// racingFS calls meanwhile before a file is mapped for the n-th time, or after a
// folder is listed for the n-th time.
type racingFS struct {
	store.FS
	maps, lists int // how many more are to come, that one included
	meanwhile   func()
}

// Map implements store.FS.
func (f *racingFS) Map(path string) (store.Mapping, error) {
	if f.maps--; f.maps == 0 {
		f.meanwhile()
	}
	return f.FS.Map(path)
}

// ReadDir implements store.FS.
func (f *racingFS) ReadDir(path string) ([]string, error) {
	names, err := f.FS.ReadDir(path)
	if f.lists--; f.lists == 0 {
		f.meanwhile()
	}
	return names, err
}

// TestOpenInspected builds again at every file that is mapped.
func TestOpenInspected(t *testing.T) {
	s := newSmall(t)
	build := func() { s.build("1") }
	const columns = 2 // whose files are mapped a second time
	files := len(s.manifest().Files) + columns
	for n := 1; n <= files; n++ {
		want := s.manifest().Version + 1
		in, err := openInspected(&racingFS{FS: store.OS, maps: n, meanwhile: build}, s.dir, 0)
		if err != nil {
			t.Fatalf("a build before file %d is mapped: %v", n, err)
		}
		if got := in.Manifest().Version; got != want {
			t.Errorf("a build before file %d is mapped: opened version %d, want %d", n, got, want)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}
	_, err := openInspected(&racingFS{FS: store.OS, maps: files, meanwhile: build}, s.dir, s.manifest().Version)
	if gone := (*store.VersionNotFoundError)(nil); !errors.As(err, &gone) {
		t.Errorf("opening a version that goes: %v, want a VersionNotFoundError", err)
	}
}

// TestInspectedStays reads a version whose files have been removed since it was
// opened.
func TestInspectedStays(t *testing.T) {
	s := newSmall(t)
	in, err := openInspected(store.OS, s.dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}()
	s.build("1")
	r := &storageReader{inspected: in, loc: time.UTC, show: func(string, string, int64, int64) {}}
	if err := r.read(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := []string{r.found.Keys.StoredAs, r.found.Attributes[0].StoredAs}
	if diff := cmp.Diff([]string{"utf8", "utf8"}, got); diff != "" {
		t.Errorf("how key and attribute are stored (-want +got):\n%s", diff)
	}
}

// TestDiskUseBesideBuild lists two versions of which a build removes one, then
// both, before they are read.
func TestDiskUseBesideBuild(t *testing.T) {
	for _, test := range []struct {
		keep string
		want []uint64
	}{
		{"2", []uint64{2}},
		{"1", []uint64{2}}, // which has been read
	} {
		s := newSmall(t)
		s.build("2")
		m := s.manifest()
		fsys := &racingFS{FS: store.OS, lists: 2, meanwhile: func() { s.build(test.keep) }} // the second is the folder of version 1
		want := &diskUse{versions: test.want, unreadable: []uint64{}, sizeBytes: sizeBytes(m)}
		if diff := cmp.Diff(want, diskUseOf(fsys, s.dir, m), cmp.AllowUnexported(diskUse{})); diff != "" {
			t.Errorf("--keep %s: disk use (-want +got):\n%s", test.keep, diff)
		}
	}
}

// TestDiskUseUnlisted looks at a snapshot whose versions cannot be listed.
func TestDiskUseUnlisted(t *testing.T) {
	s := newSmall(t)
	m := s.manifest()
	if err := os.Remove(filepath.Join(s.dir, "MANIFEST")); err != nil {
		t.Fatal(err)
	}
	want := &diskUse{versions: []uint64{1}, unreadable: []uint64{}, sizeBytes: sizeBytes(m), notes: []string{
		"the versions of " + s.dir + " cannot be listed, only version 1 is counted: " + s.dir + " is not a rollcall snapshot: it has no MANIFEST",
	}}
	if diff := cmp.Diff(want, diskUseOf(store.OS, s.dir, m), cmp.AllowUnexported(diskUse{})); diff != "" {
		t.Errorf("disk use (-want +got):\n%s", diff)
	}
}
