package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
)

// small returns a manifest with no attributes and no behaviors.
func small() *Manifest {
	return &Manifest{
		Format: FormatVersion, Version: 3, CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Customers: 2,
		Schema: &model.Schema{Name: "Small", Timezone: "UTC", KeyColumn: "id", KeyType: model.Type{Kind: model.String}},
		Files:  []FileInfo{{Name: KeysFile, Size: 10, Sum: "0123456789abcdef"}},
	}
}

func encode(t testing.TB, m *Manifest) []byte {
	t.Helper()
	data, err := encodeManifest(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestManifestRoundTrip(t *testing.T) {
	got, err := decodeManifest("MANIFEST", encode(t, small()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(small(), got); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
}

// TestManifestRefusesEveryFlip flips every bit of a manifest, and cuts it off at
// every byte.
func TestManifestRefusesEveryFlip(t *testing.T) {
	data := encode(t, small())
	for i := range data {
		for bit := range 8 {
			data[i] ^= 1 << bit
			var corrupt *CorruptError
			if _, err := decodeManifest("MANIFEST", data); !errors.As(err, &corrupt) {
				t.Errorf("bit %d of byte %d: %v, want a *CorruptError", bit, i, err)
			}
			data[i] ^= 1 << bit
		}
		if _, err := decodeManifest("MANIFEST", data[:i]); err == nil {
			t.Errorf("the first %d bytes are accepted", i)
		}
	}
}

func TestManifestErrors(t *testing.T) {
	for _, c := range []struct {
		change func(m *Manifest)
		want   string
	}{
		{func(m *Manifest) { m.Format = 2 }, "MANIFEST has format version 2, this program reads up to 1"},
		{func(m *Manifest) { m.Format = 0 }, "MANIFEST has format version 0, this program reads up to 1"},
		{func(m *Manifest) { m.Schema = nil }, "MANIFEST is corrupt: no schema"},
		{func(m *Manifest) { m.Version = 0 }, "MANIFEST is corrupt: version 0, expected 1 or more"},
		{func(m *Manifest) { m.Customers = 1 << 32 }, "MANIFEST is corrupt: 4294967296 customers, at most 4294967295 expected"},
		{func(m *Manifest) { m.Attributes = make([]AttributeInfo, 1) }, "MANIFEST is corrupt: 1 attributes described, 0 in the schema"},
		{func(m *Manifest) { m.Behaviors = make([]BehaviorInfo, 2) }, "MANIFEST is corrupt: 2 behaviors described, 0 in the schema"},
		{func(m *Manifest) { m.Files[0].Name = "../keys.arrow" }, `MANIFEST is corrupt: file "../keys.arrow" of 10 bytes with checksum "0123456789abcdef"`},
		{func(m *Manifest) { m.Files[0].Sum = "abc" }, `MANIFEST is corrupt: file "keys.arrow" of 10 bytes with checksum "abc"`},
		{func(m *Manifest) { m.Files[0].Size = -1 }, `MANIFEST is corrupt: file "keys.arrow" of -1 bytes with checksum "0123456789abcdef"`},
	} {
		m := small()
		c.change(m)
		_, err := decodeManifest("MANIFEST", encode(t, m))
		if err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// FuzzManifest decodes arbitrary JSON with a checksum that fits it.
func FuzzManifest(f *testing.F) {
	data := encode(f, small())
	f.Add(data[:len(data)-17])
	f.Add([]byte(`{"format":1,"schema":{"key_type":"number (decimal(99,1))"}}` + "\n"))
	f.Add([]byte("[]\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		body = append(body, '\n')
		m, err := decodeManifest("MANIFEST", append(body, sum(body)+"\n"...))
		if err != nil {
			return
		}
		again, err := decodeManifest("MANIFEST", encode(t, m))
		if err != nil {
			t.Fatalf("what was read cannot be written and read again: %v", err)
		}
		if diff := cmp.Diff(m, again); diff != "" {
			t.Errorf("manifest (-read +read again):\n%s", diff)
		}
	})
}

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

// TestPinKeepsFilesMapped closes a snapshot that is in use.
func TestPinKeepsFilesMapped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	w, err := Create(OS, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteBytes("attribute-0000.bitmaps", []byte("bitmaps")); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteBytes(KeysFile, nil); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(small()); err != nil {
		t.Fatal(err)
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Pin(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if data, err := s.files["attribute-0000.bitmaps"].bytes(); err != nil || string(data) != "bitmaps" {
		t.Errorf("pinned and closed: %q, %v", data, err)
	}
	if err := s.Pin(); !errors.Is(err, ErrClosed) {
		t.Errorf("Pin after Close: %v, want %v", err, ErrClosed)
	}
	s.Unpin()
}
