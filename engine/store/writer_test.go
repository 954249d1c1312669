package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCreateRefusesWhatIsNotOurs leaves folders of others as they are. A name
// that ends in a slash is a folder with a file in it.
func TestCreateRefusesWhatIsNotOurs(t *testing.T) {
	const hint = "; give a new or empty folder, or a snapshot to replace"
	for _, c := range []struct {
		names []string
		want  string
	}{
		{[]string{"notes.txt"}, ` is not a rollcall snapshot: it holds "notes.txt"` + hint},
		{[]string{"00000001"}, ` is not a rollcall snapshot: it holds "00000001"` + hint},
		{[]string{"00000001/"}, ` is not a rollcall snapshot: it holds "00000001/file"` + hint},
		{[]string{"00000000/"}, ` is not a rollcall snapshot: it holds "00000000"` + hint},
		{[]string{"LOCK", "20240101/"}, ` is not a rollcall snapshot: it holds "20240101"` + hint},
		{[]string{"LOCK", "1"}, ` is not a rollcall snapshot: it holds "1"` + hint},
		{[]string{"MANIFEST"}, `/MANIFEST is corrupt: checksum line is "mine", expected "ef46db3751d8e999\n"; if it was a snapshot of yours, remove the folder to build it anew`},
	} {
		dir := t.TempDir()
		for _, name := range c.names {
			path := filepath.Join(dir, name)
			if strings.HasSuffix(name, "/") {
				if err := os.Mkdir(path, 0o700); err != nil {
					t.Fatal(err)
				}
				path = filepath.Join(path, "file")
			}
			if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		before := tree(t, dir)
		_, err := Create(OS, dir)
		if err == nil || err.Error() != dir+c.want {
			t.Errorf("%q: %v, want %s", c.names, err, dir+c.want)
		}
		if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
			t.Errorf("%q: the folder has changed:\n%s", c.names, diff)
		}
	}
}

// tree lists everything below dir.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// TestAbortRemovesWhatCreateMade gives up a snapshot three new folders deep.
func TestAbortRemovesWhatCreateMade(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(OS, filepath.Join(dir, "a", "b", "snap"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, dir); len(got) != 1 {
		t.Errorf("left behind: %q", got)
	}
}

// TestOneWriterAtATime starts a second writer while the first is at work.
func TestOneWriterAtATime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	first, err := Create(OS, dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Create(OS, dir)
	var locked *LockedError
	if !errors.As(err, &locked) || !strings.HasSuffix(locked.Error(), "snap/LOCK is held: another build is writing this snapshot") {
		t.Errorf("a second writer: %v, want a *LockedError", err)
	}
	if err := first.Abort(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Abort the folder is there: %v", err)
	}
	again, err := Create(OS, dir)
	if err != nil {
		t.Fatalf("after Abort: %v", err)
	}
	if err := again.Abort(); err != nil {
		t.Fatal(err)
	}
}
