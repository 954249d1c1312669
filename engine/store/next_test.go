package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/store/storetest"
)

// readAll reads all that a snapshot of these tests has.
func readAll(s *store.Snapshot) error {
	_, err := s.Dictionary()
	errs := []error{err}
	_, err = s.Live()
	errs = append(errs, err)
	for block := range s.Blocks() {
		_, err := s.Keys().Block(block)
		errs = append(errs, err)
		for i := range s.Schema().Attributes {
			v, err := s.Attribute(i).Block(block)
			if err == nil && v.Len() != s.BlockRows(block) {
				err = fmt.Errorf("attribute %d: %d values in block %d of %d", i, v.Len(), block, s.BlockRows(block))
			}
			errs = append(errs, err)
		}
		b, err := s.Events(0).Block(block)
		if err == nil && len(b.Parts) != len(s.Manifest().Behaviors[0].Parts) {
			err = fmt.Errorf("events of %d parts, expected %d", len(b.Parts), len(s.Manifest().Behaviors[0].Parts))
		}
		errs = append(errs, err)
	}
	for i := range s.Schema().Attributes {
		_, err := s.ValueIndex(i)
		errs = append(errs, err)
		_, err = s.Zones(i)
		errs = append(errs, err)
	}
	_, err = s.Timeline(0)
	return errors.Join(append(errs, err)...)
}

// mustRead is readAll of a snapshot that is sound.
func mustRead(t *testing.T, s *store.Snapshot) {
	t.Helper()
	if err := readAll(s); err != nil {
		t.Errorf("version %d: %v", s.Manifest().Version, err)
	}
}

// openNext opens the current version beside another one.
func openNext(t *testing.T, fsys store.FS, dir string, prev *store.Snapshot) *store.Snapshot {
	t.Helper()
	s, err := store.OpenNext(fsys, dir, 0, prev)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustClose(t *testing.T, s *store.Snapshot) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestNextVerifiesOnce opens a version that adopts files, and which of these were
// found right before is not found out again: bytes flipped there since, that
// nobody uses, go unnoticed by who has the version before open.
func TestNextVerifiesOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	content{rows: 900, parts: 1, keep: 2}.mustCommit(t, dir)
	s := openNext(t, store.OS, dir, nil)
	defer mustClose(t, s)
	mustRead(t, s)
	content{rows: 900, parts: 2, adopt: true, keep: 2}.mustCommit(t, dir)
	const padding, zeros = 7, 13 // of Arrow files and of files of sections
	adopted := map[string]int64{
		"attribute-0000.arrow": padding, "attribute-0001.arrow": padding, "attribute-0002.arrow": padding,
		"behavior-0000-0000.events": zeros, "behavior-0000-0000.days.arrow": padding,
	}
	for name, at := range adopted {
		flipInPlace(t, filepath.Join(dir, "00000001", name), at)
	}
	next := openNext(t, store.OS, dir, s)
	defer mustClose(t, next)
	if next.Manifest().Version != 2 {
		t.Errorf("version %d, want 2", next.Manifest().Version)
	}
	mustRead(t, next)
	if timeline, err := next.Timeline(0); err != nil || timeline.Len() != 102 {
		t.Errorf("timeline: %d days, %v, want those of both parts, 102", timeline.Len(), err)
	}
	for i := range 3 {
		if next.Attribute(i) != s.Attribute(i) {
			t.Errorf("attribute %d was opened again", i)
		}
	}
	if next.Keys() == s.Keys() || next.Events(0) == s.Events(0) {
		t.Error("the two have keys or events in common, which are not the same")
	}
	alone := openNext(t, store.OS, dir, nil)
	defer mustClose(t, alone)
	err := readAll(alone)
	for name := range adopted {
		if want := name + " is corrupt: section 0"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("opened by itself: %v, want %s", err, want)
		}
	}
}

// TestNextWithoutChange opens the same version once more: it is the same all
// over.
func TestNextWithoutChange(t *testing.T) {
	fsys := storetest.NewMemFS()
	if err := (content{rows: 9, parts: 2, dead: map[uint32]bool{3: true}, keep: 2}).commit(fsys, home); err != nil {
		t.Fatal(err)
	}
	s := openNext(t, fsys, home, nil)
	mustRead(t, s)
	next := openNext(t, fsys, home, s)
	mustRead(t, next) // so the errors below are none
	for i := range 3 {
		x, _ := s.ValueIndex(i)
		y, _ := next.ValueIndex(i)
		v, _ := s.Zones(i)
		w, _ := next.Zones(i)
		o, _ := s.OrderedIndex(i)
		p, _ := next.OrderedIndex(i)
		if x != y || v != w || o != p {
			t.Errorf("attribute %d has another index or zone map", i)
		}
	}
	x, _ := s.Dictionary()
	y, _ := next.Dictionary()
	v, _ := s.Timeline(0)
	w, _ := next.Timeline(0)
	if x != y || v != w || s.Events(0) != next.Events(0) || s.Keys() != next.Keys() {
		t.Error("keys, events or their timeline were opened again")
	}
	mustClose(t, s)
	mustRead(t, next) // what the two share stays open
	mustClose(t, next)
}

// mappedFS counts what is mapped of another file system. When a mapping is closed
// its bytes become worthless.
type mappedFS struct {
	store.FS
	mu     sync.Mutex
	maps   []string // paths, in order
	open   int
	closed map[*mappedFile]int // how often
}

func newMappedFS(fsys store.FS) *mappedFS {
	return &mappedFS{FS: fsys, closed: map[*mappedFile]int{}}
}

func (m *mappedFS) Map(path string) (store.Mapping, error) {
	data, err := m.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.maps = append(m.maps, path)
	m.open++
	return &mappedFile{fs: m, data: data}, nil
}

type mappedFile struct {
	fs   *mappedFS
	data []byte
}

func (f *mappedFile) Bytes() []byte { return f.data }

func (f *mappedFile) Close() error {
	for i := range f.data {
		f.data[i] = 0xee
	}
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	f.fs.open--
	if f.fs.closed[f]++; f.fs.closed[f] > 1 {
		return errors.New("unmapped twice")
	}
	return nil
}

// TestNextMapsOnce opens versions that have files in common and closes them in
// every order: no file is mapped more than once, and it is unmapped with the last
// that needs it.
func TestNextMapsOnce(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		fsys := newMappedFS(storetest.NewMemFS())
		snapshots := make([]*store.Snapshot, 3)
		var prev *store.Snapshot
		for i := range snapshots {
			if err := (content{rows: 9, parts: i + 1, adopt: true, keep: 1}).commit(fsys.FS, home); err != nil {
				t.Fatal(err)
			}
			prev = openNext(t, fsys, home, prev)
			snapshots[i] = prev
		}
		if paths := slices.Compact(slices.Sorted(slices.Values(fsys.maps))); len(paths) != len(fsys.maps) {
			t.Errorf("%d files are mapped %d times", len(paths), len(fsys.maps))
		}
		for n, i := range order {
			for _, i := range order[n:] {
				mustRead(t, snapshots[i])
			}
			mustClose(t, snapshots[i])
			mustClose(t, snapshots[i])
		}
		if fsys.open != 0 || len(fsys.closed) != len(fsys.maps) {
			t.Errorf("closed in order %d: %d of %d files are mapped", order, fsys.open, len(fsys.maps))
		}
	}
}

// TestNextOfClosed shares nothing with a version that is closed, though it may be
// pinned.
func TestNextOfClosed(t *testing.T) {
	fsys := newMappedFS(storetest.NewMemFS())
	if err := (content{rows: 9, parts: 1, keep: 1}).commit(fsys.FS, home); err != nil {
		t.Fatal(err)
	}
	s := openNext(t, fsys, home, nil)
	files := len(fsys.maps)
	if err := s.Pin(); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	next := openNext(t, fsys, home, s)
	if len(fsys.maps) != 2*files {
		t.Errorf("%d files mapped, want %d", len(fsys.maps), 2*files)
	}
	s.Unpin()
	mustRead(t, next)
	mustClose(t, next)
	if fsys.open != 0 {
		t.Errorf("%d files are mapped", fsys.open)
	}
}

// TestNextFails opens a version of which a file is missing: what it had in common
// with the one before stays mapped for that one, and no longer.
func TestNextFails(t *testing.T) {
	disk := storetest.NewMemFS()
	fsys := newMappedFS(disk)
	for _, parts := range []int{1, 2} {
		if err := (content{rows: 9, parts: parts, adopt: true, keep: 2}).commit(disk, home); err != nil {
			t.Fatal(err)
		}
	}
	s, err := store.OpenAt(fsys, home, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.Remove(home + "/00000002/behavior-0000-0001.events"); err != nil {
		t.Fatal(err)
	}
	before := fsys.open
	if next, err := store.OpenNext(fsys, home, 0, s); err == nil {
		t.Errorf("opened %v, want an error", next)
	}
	if fsys.open != before {
		t.Errorf("%d files are mapped, want the %d of before", fsys.open, before)
	}
	mustRead(t, s)
	mustClose(t, s)
	if fsys.open != 0 {
		t.Errorf("%d files are mapped", fsys.open)
	}
}

// TestNextMapsAnewWhatWasWrong opens a version after a file that it adopts was
// found wrong and put right.
func TestNextMapsAnewWhatWasWrong(t *testing.T) {
	disk := storetest.NewMemFS()
	if err := (content{rows: 9, parts: 1, keep: 2}).commit(disk, home); err != nil {
		t.Fatal(err)
	}
	const name = "/00000001/attribute-0001.arrow"
	right, err := disk.ReadFile(home + name)
	if err != nil {
		t.Fatal(err)
	}
	wrong := slices.Clone(right)
	wrong[100] ^= 1
	rewrite(t, disk, home+name, wrong)
	s := openNext(t, disk, home, nil)
	if err := readAll(s); err == nil || !strings.Contains(err.Error(), name+" is corrupt: section 0") {
		t.Errorf("%v, want %s corrupt", err, name)
	}
	rewrite(t, disk, home+name, right)
	if err := (content{rows: 9, parts: 2, adopt: true, keep: 2}).commit(disk, home); err != nil {
		t.Fatal(err)
	}
	next := openNext(t, disk, home, s)
	mustRead(t, next)
	mustClose(t, s)
	mustRead(t, next)
	mustClose(t, next)
}

// TestNextBesideReaders goes from version to version while others read: what they
// hold stays mapped, and nothing else.
func TestNextBesideReaders(t *testing.T) {
	const versions, readers = 20, 3
	fsys := newMappedFS(storetest.NewMemFS())
	next := func(version int) content {
		return content{rows: 9, parts: 1 + version%4, adopt: version%4 > 0, keep: 1}
	}
	if err := next(0).commit(fsys.FS, home); err != nil {
		t.Fatal(err)
	}
	var current atomic.Pointer[store.Snapshot]
	current.Store(openNext(t, fsys, home, nil))
	var done atomic.Bool
	var reading sync.WaitGroup
	for range readers {
		reading.Go(func() {
			for !done.Load() {
				s := current.Load()
				if s.Pin() != nil {
					continue // another has taken its place
				}
				if err := readAll(s); err != nil {
					t.Errorf("version %d: %v", s.Manifest().Version, err)
					done.Store(true)
				}
				s.Unpin()
			}
		})
	}
	for version := 1; version < versions; version++ {
		if err := next(version).commit(fsys.FS, home); err != nil {
			t.Fatal(err)
		}
		prev := current.Load()
		current.Store(openNext(t, fsys, home, prev))
		mustClose(t, prev)
	}
	done.Store(true)
	reading.Wait()
	mustClose(t, current.Load())
	if fsys.open != 0 || len(fsys.closed) != len(fsys.maps) {
		t.Errorf("%d of %d files are mapped", fsys.open, len(fsys.maps))
	}
}

// flipInPlace inverts a byte of a file, for those who have it mapped, too.
func flipInPlace(t *testing.T, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	var b [1]byte
	_, err = f.ReadAt(b[:], at)
	if err == nil {
		b[0] ^= 0xff
		_, err = f.WriteAt(b[:], at)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
