package databricks

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"
)

var numbersSchema = arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil)

// numbersFrom makes a batch of the numbers lo to hi-1.
func numbersFrom(lo, hi int64) arrow.RecordBatch {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	for i := lo; i < hi; i++ {
		b.Append(i)
	}
	return array.NewRecordBatch(numbersSchema, []arrow.Array{b.NewArray()}, hi-lo)
}

// put puts a part of so many rows into a folder of the spool.
func put(t *testing.T, f *pullFolder, part int, rows int64) *heldPart {
	t.Helper()
	h := newHolder(numbersSchema, 0, func() (*partFile, error) { return f.create(part, numbersSchema) })
	defer h.discard()
	for at := int64(0); at < rows; at += 100 {
		if err := h.add(numbersFrom(at, min(at+100, rows))); err != nil {
			t.Fatal(err)
		}
	}
	held, err := h.finish()
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// files lists what is below a folder, with modes.
func files(t *testing.T, dir string) map[string]fs.FileMode {
	t.Helper()
	found := map[string]fs.FileMode{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if name, _ := filepath.Rel(dir, path); name != "." {
			found[name] = info.Mode()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var errTest = errors.New("interrupted")

func TestSpoolIsOnlyForItsOwner(t *testing.T) {
	s := newSpool(filepath.Join(t.TempDir(), "deep", "spool"), 0)
	f := s.folder(spoolKey{pull: "k"}, true)
	part := put(t, f, 2, 250)
	want := map[string]fs.FileMode{
		"pull---k": fs.ModeDir | 0o700, "pull---k/lock": 0o600, "pull---k/" + filepath.Base(part.path): 0o600,
	}
	if diff := cmp.Diff(want, files(t, s.root)); diff != "" {
		t.Errorf("the spool (-want +got):\n%s", diff)
	}
	if info, err := os.Stat(s.root); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the spool's folder is %v (%v), want drwx------", info, err)
	}
	f.leave(nil)
	if diff := cmp.Diff(map[string]fs.FileMode{}, files(t, s.root)); diff != "" {
		t.Errorf("after a pull that ended well (-want +got):\n%s", diff)
	}
}

func TestSpoolRefusesFoldersOfOthers(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(root string) error
		want string
	}{
		{"open", func(root string) error { return errors.Join(os.Mkdir(root, 0o700), os.Chmod(root, 0o755)) }, "has mode -rwxr-xr-x, expected -rwx------: others may look into it"},
		{"file", func(root string) error { return os.WriteFile(root, nil, 0o600) }, "is no folder"},
		{"link", func(root string) error { return os.Symlink(filepath.Dir(root), root) }, "is no folder"},
	} {
		s := newSpool(t.TempDir(), 0)
		if err := c.make(s.root); err != nil {
			t.Fatal(err)
		}
		_, err := s.folder(spoolKey{pull: "k"}, true).create(0, numbersSchema)
		if want := "spool " + s.root + ": " + c.want; err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", c.name, err, want)
		}
	}
}

func TestPartsAreTakenUp(t *testing.T) {
	s := newSpool(t.TempDir(), 0)
	first := s.folder(spoolKey{pull: "k"}, true)
	put(t, first, 0, 250)
	put(t, first, 1, 50)
	half, err := first.create(2, numbersSchema) // never published
	if err != nil {
		t.Fatal(err)
	}
	if err := half.add(numbersFrom(0, 10)); err != nil {
		t.Fatal(err)
	}
	beside := s.folder(spoolKey{pull: "k"}, true) // another pull of the same, at the same time
	if part, err := beside.take(t.Context(), 0, 250); part != nil || err != nil {
		t.Error("a part was taken out of the folder of a pull that is at work")
	}
	put(t, beside, 0, 250)
	beside.leave(errTest)
	first.leave(errTest)
	second := s.folder(spoolKey{pull: "k"}, true)
	for _, c := range []struct {
		part  int
		rows  int64
		whole bool
	}{{0, 250, true}, {1, 51, false}, {2, 10, false}} {
		part, err := second.take(t.Context(), c.part, c.rows)
		if (part != nil) != c.whole || err != nil {
			t.Errorf("part %d of %d rows was taken up: %v (%v), want %v", c.part, c.rows, part != nil, err, c.whole)
		}
		if part == nil {
			continue
		}
		at := int64(0)
		for batch, err := range part.batches(numbersSchema) {
			if err != nil || !array.Equal(batch.Column(0), numbersFrom(at, at+batch.NumRows()).Column(0)) {
				t.Fatalf("a batch of %v at %d: %v", batch, at, err)
			}
			at += batch.NumRows()
		}
		if at != c.rows {
			t.Errorf("%d rows read, want %d", at, c.rows)
		}
	}
	second.leave(nil)
	if left := files(t, s.root); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

func TestUnpinnedIsNotTakenUp(t *testing.T) {
	s := newSpool(t.TempDir(), 0)
	f := s.folder(spoolKey{pull: "k"}, false)
	put(t, f, 0, 10)
	f.leave(errTest)
	if left := files(t, s.root); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

func TestOldLeftoversAreRemoved(t *testing.T) {
	s := newSpool(t.TempDir(), 0)
	now := time.Now()
	age := func(name string, by time.Duration) {
		if err := os.Chtimes(filepath.Join(s.root, name), now.Add(-by), now.Add(-by)); err != nil {
			t.Fatal(err)
		}
	}
	atWork := s.folder(spoolKey{pull: "work"}, true)
	put(t, atWork, 0, 10)
	for _, key := range []string{"old", "new"} {
		f := s.folder(spoolKey{pull: key}, true)
		put(t, f, 0, 10)
		f.leave(errTest)
	}
	age("pull---old", 25*time.Hour)
	age("pull---new", 23*time.Hour)
	age("pull---work", 25*time.Hour)
	s.clean(now)
	var left []string
	for name := range files(t, s.root) {
		if !strings.Contains(name, "/") {
			left = append(left, name)
		}
	}
	if len(left) != 2 || strings.Contains(strings.Join(left, " "), "old") {
		t.Errorf("left are %q, want those that are new and at work", left)
	}
	atWork.leave(nil)
	newSpool(filepath.Join(t.TempDir(), "nothing"), 0).clean(now)
}

// disk is one with a number of bytes that are free.
type disk struct{ free atomic.Int64 }

func newDisk(free int64) *disk {
	d := &disk{}
	d.free.Store(free)
	return d
}

// put returns a writer to a file that is on the disk.
func (d *disk) put(file *os.File) io.Writer { return onDisk{d, file} }

type onDisk struct {
	disk *disk
	file *os.File
}

func (o onDisk) Write(data []byte) (int, error) {
	if o.disk.free.Add(-int64(len(data))) < 0 {
		return 0, &fs.PathError{Op: "write", Path: o.file.Name(), Err: syscall.ENOSPC}
	}
	return o.file.Write(data)
}

func TestFullDisk(t *testing.T) {
	s := newSpool(t.TempDir(), 0)
	s.disk = newDisk(5_000_000).put
	f := s.folder(spoolKey{pull: "k"}, true)
	part, err := f.create(0, numbersSchema)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if err = part.add(numbersFrom(0, 60_000)); err != nil {
			break
		}
	}
	want := "spool " + f.path + ": no space left on device; the option spool=FOLDER names one with more room, spool-limit=SIZE keeps less there"
	if err == nil || err.Error() != want || isWorthAnother(err) {
		t.Fatalf("error %v, want %s, and no other attempt", err, want)
	}
	f.leave(err)
	if left := files(t, s.root); len(left) != 0 {
		t.Errorf("left are %v, want nothing that fills the disk", left)
	}
}

// TestCancelLeavesParts cancels a pull while it looks at a part that was left.
func TestCancelLeavesParts(t *testing.T) {
	s := newSpool(t.TempDir(), 0)
	first := s.folder(spoolKey{pull: "k"}, true)
	put(t, first, 0, 250)
	first.leave(errTest)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	second := s.folder(spoolKey{pull: "k"}, true)
	if part, err := second.take(ctx, 0, 250); part != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("part %v and error %v, want context.Canceled", part, err)
	}
	second.leave(ctx.Err())
	third := s.folder(spoolKey{pull: "k"}, true)
	if part, err := third.take(t.Context(), 0, 250); part == nil || err != nil {
		t.Errorf("after that the part is %v (%v), want it to be there", part, err)
	}
	third.leave(nil)
}

// TestOldPartsAreNotTakenUp ages parts of a folder that was changed just now.
func TestOldPartsAreNotTakenUp(t *testing.T) {
	for _, c := range []struct {
		age   time.Duration
		taken bool
	}{{23 * time.Hour, true}, {25 * time.Hour, false}, {-25 * time.Hour, false}} {
		s := newSpool(t.TempDir(), 0)
		first := s.folder(spoolKey{pull: "k"}, true)
		part := put(t, first, 0, 250)
		then := time.Now().Add(-c.age)
		if err := os.Chtimes(part.path, then, then); err != nil {
			t.Fatal(err)
		}
		first.leave(errTest)
		second := s.folder(spoolKey{pull: "k"}, true)
		taken, err := second.take(t.Context(), 0, 250)
		if (taken != nil) != c.taken || err != nil {
			t.Errorf("a part of %v was taken up: %v (%v), want %v", c.age, taken != nil, err, c.taken)
		}
		second.leave(nil)
	}
}

// TestPartsThatWereReadAreBounded reads parts one after the other and looks at which
// of them stay.
func TestPartsThatWereReadAreBounded(t *testing.T) {
	for _, c := range []struct {
		limit  func(part int64) int64 // of the spool, by the size of a part
		shared bool
		want   []string // parts that are there after the last was read
	}{
		{func(int64) int64 { return keptBytes }, true, []string{"0", "1", "2", "3"}},
		{func(part int64) int64 { return 2*part + part/2 }, true, []string{"2", "3"}},
		{func(int64) int64 { return 1 }, true, nil},
		{func(int64) int64 { return keptBytes }, false, nil},
	} {
		s := newSpool(t.TempDir(), 0)
		f := s.folder(spoolKey{pull: "k"}, c.shared)
		for i := range 4 {
			part := put(t, f, i, 250)
			info, err := os.Stat(part.path)
			if err != nil {
				t.Fatal(err)
			}
			f.spool.limit = c.limit(info.Size())
			f.wasRead(part)
		}
		var there []string
		for name := range files(t, f.path) {
			if part, ok := parsePartName(name); ok {
				there = append(there, string(rune('0'+part.part)))
			}
		}
		slices.Sort(there)
		if !slices.Equal(there, c.want) {
			t.Errorf("limit %d, shared %v: the parts %q are there, want %q", f.spool.limit, c.shared, there, c.want)
		}
		f.leave(nil)
	}
}

func TestSpoolLimitOption(t *testing.T) {
	for _, c := range []struct {
		option string
		limit  int64 // of the spool
		err    string
	}{
		{"", keptBytes, ""},
		{"&spool-limit=500MB", 500_000_000, ""},
		{"&spool-limit=20GB", 20_000_000_000, ""},
		{"&spool-limit=1TB", 1_000_000_000_000, ""},
		{"&spool-limit=20", 0, `databricks URI: option "spool-limit" is "20", expected a size as 500MB, 20GB or 1TB`},
		{"&spool-limit=0GB", 0, `databricks URI: option "spool-limit" is "0GB", expected a size as 500MB, 20GB or 1TB`},
		{"&spool-limit=-1GB", 0, `databricks URI: option "spool-limit" is "-1GB", expected a size as 500MB, 20GB or 1TB`},
		{"&spool-limit=10000000TB", 0, `databricks URI: option "spool-limit" is "10000000TB", expected a size as 500MB, 20GB or 1TB`},
		{"&spool-limit=5MGB", 0, `databricks URI: option "spool-limit" is "5MGB", expected a size as 500MB, 20GB or 1TB`},
		{"&spool-limit=", 0, `databricks URI: option "spool-limit" is "", expected a size as 500MB, 20GB or 1TB`},
	} {
		cfg, err := ParseURI("databricks://host/sql?catalog=x"+c.option, lookup(map[string]string{envToken: testToken}))
		if err != nil {
			if err.Error() != c.err {
				t.Errorf("%s: error %v, want %q", c.option, err, c.err)
			}
			continue
		}
		if limit := defaultPulling(cfg).spool.limit; limit != c.limit || c.err != "" {
			t.Errorf("%s: limit %d, want %d and error %q", c.option, limit, c.limit, c.err)
		}
	}
}

// TestOtherVersionsAreSuperseded leaves parts of several pulls, and begins one of another
// version.
func TestOtherVersionsAreSuperseded(t *testing.T) {
	s := newSpool(t.TempDir(), 0)
	atWork := s.folder(spoolKey{"a", "0", "x"}, true)
	put(t, atWork, 0, 10)
	for _, key := range []spoolKey{{"a", "1", "x"}, {"a", "2", "x"}, {"a", "3", "y"}, {"b", "1", "x"}, {"aa", "1", "x"}} {
		f := &pullFolder{spool: s, key: spoolKey{rows: "other"}, path: filepath.Join(s.root, pullPrefix+key.String()), shared: true}
		put(t, f, 0, 10)
		f.leave(errTest)
	}
	for _, c := range []struct {
		key  spoolKey
		want []string
	}{
		{spoolKey{"a", "3", "x"}, []string{"pull-a-0-x", "pull-a-3-x", "pull-a-3-y", "pull-aa-1-x", "pull-b-1-x"}},
		{spoolKey{"b", "2", "x"}, []string{"pull-a-0-x", "pull-a-3-x", "pull-a-3-y", "pull-aa-1-x", "pull-b-2-x"}},
	} {
		f := s.folder(c.key, true)
		put(t, f, 0, 10)
		f.leave(errTest)
		entries, err := os.ReadDir(s.root)
		if err != nil {
			t.Fatal(err)
		}
		var left []string
		for _, entry := range entries {
			left = append(left, entry.Name())
		}
		if !slices.Equal(left, c.want) {
			t.Errorf("a pull of %s has left %q, want %q", c.key, left, c.want)
		}
	}
	atWork.leave(nil)
}
