package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestOldHomes starts a verification beside folders that others have left, or use.
func TestOldHomes(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	old := time.Now().Add(-oldHome - time.Minute)
	for _, name := range []string{homePrefix + "left", homePrefix + "new", homePrefix + "used", "rollcall-else"} {
		if err := os.MkdirAll(filepath.Join(temp, name, "snapshot"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	used, err := lockFolder(filepath.Join(temp, homePrefix+"used"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(temp, filepath.Join(temp, homePrefix+"link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{homePrefix + "left", homePrefix + "used", "rollcall-else"} {
		if err := os.Chtimes(filepath.Join(temp, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	home, err := newVerifyHome()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lockFolder(home.dir); err == nil {
		t.Error("a folder in use could be locked again")
	}
	want := []string{filepath.Base(home.dir), homePrefix + "link", homePrefix + "new", homePrefix + "used", "rollcall-else"}
	slices.Sort(want)
	if got := namesIn(t, temp); !slices.Equal(got, want) {
		t.Errorf("there are %q, want %q", got, want)
	}
	if err := home.Close(); err != nil {
		t.Error(err)
	}
	if err := used.Close(); err != nil {
		t.Error(err)
	}
	removeOldHomes(temp, time.Now())
	want = []string{"rollcall-else", homePrefix + "link", homePrefix + "new"}
	if got := namesIn(t, temp); !slices.Equal(got, want) {
		t.Errorf("after it there are %q, want %q", got, want)
	}
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
