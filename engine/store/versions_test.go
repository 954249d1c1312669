package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/store/storetest"
)

// TestKeep commits versions and looks at which of them stay.
func TestKeep(t *testing.T) {
	fsys := storetest.NewMemFS()
	for i, c := range []struct {
		keep int
		want string
	}{
		{3, "1"}, {3, "1 2"}, {3, "1 2 3"}, {3, "2 3 4"}, {2, "4 5"}, {9, "4 5 6"}, {1, "7"}, {2, "7 8"},
	} {
		if err := (content{rows: 4, parts: 1, adopt: true, keep: c.keep}).commit(fsys, home); err != nil {
			t.Fatal(err)
		}
		if got := state(t, fsys); got != c.want {
			t.Errorf("after commit %d, which keeps %d: versions %s, want %s", i+1, c.keep, got, c.want)
		}
		checkTidy(t, fsys)
	}
}

// TestAdopt makes a version of files of the one before, and removes that one.
func TestAdopt(t *testing.T) {
	fsys := storetest.NewMemFS()
	for _, keep := range []int{1, 1, 1} {
		if err := (content{rows: 4, parts: 2, adopt: true, keep: keep}).commit(fsys, home); err != nil {
			t.Fatal(err)
		}
	}
	if got := state(t, fsys); got != "3" {
		t.Errorf("versions %s, want 3", got)
	}
	var adopted []string
	for _, name := range found(t, fsys) {
		if strings.HasPrefix(name, "00000001/") {
			adopted = append(adopted, strings.TrimPrefix(name, "00000001/"))
		}
	}
	want := []string{
		"attribute-0000.arrow", "attribute-0001.arrow", "attribute-0002.arrow",
		"behavior-0000-0000.bitmaps", "behavior-0000-0000.days.arrow", "behavior-0000-0000.events",
		"behavior-0000-0001.bitmaps", "behavior-0000-0001.days.arrow", "behavior-0000-0001.events",
	}
	if !slices.Equal(adopted, want) {
		t.Errorf("of version 1 there is %q, want %q", adopted, want)
	}
	// Another purge of all: nothing adopted, nothing left.
	if err := (content{rows: 4, parts: 1, keep: 1}).commit(fsys, home); err != nil {
		t.Fatal(err)
	}
	for _, name := range found(t, fsys) {
		if !strings.HasPrefix(name, "00000004/") && strings.Contains(name, "/") {
			t.Errorf("%s is left", name)
		}
	}
}

// TestOpenAt opens versions by number.
func TestOpenAt(t *testing.T) {
	fsys := storetest.NewMemFS()
	for rows := range 4 {
		if err := (content{rows: rows + 1, parts: 1, keep: 3}).commit(fsys, home); err != nil {
			t.Fatal(err)
		}
	}
	for version, want := range map[uint64]int{0: 4, 2: 2, 3: 3, 4: 4} {
		s, err := store.OpenAt(fsys, home, version)
		if err != nil {
			t.Fatal(err)
		}
		if s.Rows() != want {
			t.Errorf("version %d has %d rows, want %d", version, s.Rows(), want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, version := range []uint64{1, 5, 1 << 63} {
		_, err := store.OpenAt(fsys, home, version)
		want := fmt.Sprintf("data/snap has no version %d; it has 2, 3, 4", version)
		var notFound *store.VersionNotFoundError
		if !errors.As(err, &notFound) || err.Error() != want {
			t.Errorf("%v, want a *VersionNotFoundError: %s", err, want)
		}
	}
	for dir, want := range map[string]string{
		"data":                        "data is not a rollcall snapshot: it has no MANIFEST",
		"nowhere":                     "nowhere is not a rollcall snapshot: no such directory",
		home + "/MANIFEST":            "data/snap/MANIFEST is not a rollcall snapshot: not a directory",
		home + "/00000002/keys.arrow": "data/snap/00000002/keys.arrow is not a rollcall snapshot: not a directory",
	} {
		_, err := store.OpenAt(fsys, dir, 0)
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
		if _, err := store.Versions(fsys, dir); err == nil || err.Error() != want {
			t.Errorf("versions: %v, want %s", err, want)
		}
	}
}

// TestOpenWhileReplaced opens the current version, whose files another writer
// removes between the manifest and the first of them.
func TestOpenWhileReplaced(t *testing.T) {
	disk := storetest.NewMemFS()
	if err := (content{rows: 1, keep: 1}).commit(disk, home); err != nil {
		t.Fatal(err)
	}
	racing := &racingFS{FS: disk, commit: func() error { return content{rows: 2, keep: 1}.commit(disk, home) }}
	s, err := store.OpenAt(racing, home, 0)
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows() != 2 || s.Manifest().Version != 2 {
		t.Errorf("version %d of %d rows, want version 2 of 2", s.Manifest().Version, s.Rows())
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	// The same of a version asked for by its number: it is gone.
	racing = &racingFS{FS: disk, commit: func() error { return content{rows: 3, keep: 1}.commit(disk, home) }}
	const want = "data/snap has no version 2; it has 3"
	if _, err := store.OpenAt(racing, home, 2); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// racingFS commits a version when a file is first mapped.
type racingFS struct {
	store.FS
	commit func() error
}

func (r *racingFS) Map(path string) (store.Mapping, error) {
	if commit := r.commit; commit != nil {
		r.commit = nil
		if err := commit(); err != nil {
			return nil, err
		}
	}
	return r.FS.Map(path)
}

// TestSnapshot reads everything of a version with dead rows.
func TestSnapshot(t *testing.T) {
	fsys := storetest.NewMemFS()
	c := content{rows: bitmap.BlockRows + 10, parts: 2, dead: map[uint32]bool{3: true, bitmap.BlockRows + 1: true}, keep: 1}
	if err := c.commit(fsys, home); err != nil {
		t.Fatal(err)
	}
	s, err := store.OpenAt(fsys, home, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if s.Customers() != c.rows-2 || s.Rows() != c.rows || s.Blocks() != 2 || s.BlockRows(0) != bitmap.BlockRows || s.BlockRows(1) != 10 {
		t.Errorf("%d customers, %d rows, %d blocks of %d and %d", s.Customers(), s.Rows(), s.Blocks(), s.BlockRows(0), s.BlockRows(1))
	}
	live, err := s.Live()
	if err != nil || live.Cardinality() != uint64(c.rows-2) {
		t.Errorf("live: %v, %v", live, err)
	}
	dictionary, err := s.Dictionary()
	if err != nil {
		t.Fatal(err)
	}
	for row, want := range map[int]bool{2: true, 3: true, bitmap.BlockRows + 9: true, bitmap.BlockRows + 1: true, bitmap.BlockRows + 10: false} {
		found, ok, err := dictionary.FindString(key(row))
		if err != nil || ok != want || ok && found != uint32(row) {
			t.Errorf("key of row %d: %d, %v, %v", row, found, ok, err)
		}
	}
	for i, want := range []struct{ values, zones bool }{{true, true}, {false, true}, {false, false}} {
		values, err := s.ValueIndex(i)
		if err != nil || (values != nil) != want.values {
			t.Errorf("value index of attribute %d: %v, %v", i, values, err)
		}
		zones, err := s.Zones(i)
		if err != nil || (zones != nil) != want.zones {
			t.Errorf("zones of attribute %d: %v, %v", i, zones, err)
		}
		if v, err := s.Attribute(i).Block(1); err != nil || v.Len() != 10 {
			t.Errorf("attribute %d: %v, %v", i, v, err)
		}
	}
	if timeline, err := s.Timeline(0); err != nil || timeline.Len() != 102 {
		t.Errorf("timeline: %v of %d days", err, timeline.Len())
	}
	if block, err := s.Events(0).Block(1); err != nil || len(block.Parts) != 2 {
		t.Errorf("events: %v, %v", block, err)
	}
	if got, want := len(s.Files()), len(s.Manifest().Files); got != want || got == 0 {
		t.Errorf("%d files, want %d", got, want)
	}
}

// TestAllLive opens a version without dead rows.
func TestAllLive(t *testing.T) {
	fsys := storetest.NewMemFS()
	if err := (content{rows: 2, keep: 1}).commit(fsys, home); err != nil {
		t.Fatal(err)
	}
	s, err := store.OpenAt(fsys, home, 0)
	if err != nil {
		t.Fatal(err)
	}
	if live, err := s.Live(); live != nil || err != nil {
		t.Errorf("live: %v, %v", live, err)
	}
	if timeline, err := s.Timeline(0); err != nil || timeline.Len() != 0 {
		t.Errorf("timeline of no parts: %v, %v", timeline, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestWriterErrors uses a writer as it is not meant to be.
func TestWriterErrors(t *testing.T) {
	fsys := storetest.NewMemFS()
	if err := (content{rows: 2, parts: 1, keep: 2}).commit(fsys, home); err != nil {
		t.Fatal(err)
	}
	w, err := store.Create(fsys, home)
	if err != nil {
		t.Fatal(err)
	}
	old := w.Current().Files[0]
	changed := old
	changed.Size++
	for _, c := range []struct {
		err  error
		want string
	}{
		{w.WriteBytes("../keys.arrow", nil), `writing "../keys.arrow": no file of a snapshot has that name`},
		{w.WriteBytes("MANIFEST", nil), `writing "MANIFEST": no file of a snapshot has that name`},
		{w.Adopt(old.Name, changed), "adopting 00000001/keys.arrow: version 1 has no such file"},
		{w.Adopt("notes.txt", old), `writing "notes.txt": no file of a snapshot has that name`},
		{w.Adopt(old.Name, old), ""},
		{w.Adopt(old.Name, old), "writing keys.arrow: the version has it already"},
		{w.WriteBytes(old.Name, nil), "writing keys.arrow: the version has it already"},
		{w.Discard(old.Name), "discarding keys.arrow: it is not a file that this version wrote, or it is open"},
		{opened(w, old.Name), ""},
		{opened(w, "live.bitmap"), "opening live.bitmap: the new version has no such file"},
		{w.Commit(&store.Manifest{}, 0), "keeping 0 versions, expected 1 or more"},
		{w.Commit(&store.Manifest{}, 1), "committing a version that was committed or aborted before"},
	} {
		if got := fmt.Sprint(c.err); c.err != nil && got != c.want || c.err == nil && c.want != "" {
			t.Errorf("%v, want %s", c.err, c.want)
		}
	}
	if got := state(t, fsys); got != "1" {
		t.Errorf("versions %s, want 1", got)
	}
	checkTidy(t, fsys)
}

// opened opens a file of the new version and reads it.
func opened(w *store.Writer, name string) error {
	b, err := w.OpenWritten(name)
	if err != nil {
		return err
	}
	_, err = b.Range(0, b.Len())
	return err
}

// TestUnreadableOldVersion spoils the manifest of a kept version, or puts that of
// a later program in its place: it is reported, and nothing is removed until it
// goes itself.
func TestUnreadableOldVersion(t *testing.T) {
	later := "{\"format\":9}\n"
	for want, manifest := range map[string]string{
		"is corrupt: ": "",
		"has format version 9, this program reads up to": later + fmt.Sprintf("%016x\n", xxhash.Sum64String(later)),
	} {
		t.Run(want, func(t *testing.T) { checkUnreadable(t, []byte(manifest), want) })
	}
}

func checkUnreadable(t *testing.T, manifest []byte, want string) {
	t.Helper()
	fsys := storetest.NewMemFS()
	for range 2 {
		if err := (content{rows: 2, parts: 1, adopt: true, keep: 3}).commit(fsys, home); err != nil {
			t.Fatal(err)
		}
	}
	rewrite(t, fsys, home+"/00000001/MANIFEST", manifest)
	if _, err := store.OpenAt(fsys, home, 1); err == nil || !strings.HasPrefix(err.Error(), "data/snap/00000001/MANIFEST "+want) {
		t.Errorf("%v, want the manifest %s", err, want)
	}
	if err := (content{rows: 2, parts: 1, adopt: true, keep: 3}).commit(fsys, home); err != nil {
		t.Fatal(err)
	}
	if got := found(t, fsys); !slices.Contains(got, "00000001/keys.arrow") {
		t.Errorf("there is %q, want version 1 whole", got)
	}
	if err := (content{rows: 2, parts: 1, adopt: true, keep: 2}).commit(fsys, home); err != nil {
		t.Fatal(err)
	}
	if got := state(t, fsys); got != "3 4" {
		t.Errorf("versions %s, want 3 4", got)
	}
	checkTidy(t, fsys)
}
