package databricks

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
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
	s := newSpool(filepath.Join(t.TempDir(), "deep", "spool"))
	f := s.folder("k", true)
	part := put(t, f, 2, 250)
	want := map[string]fs.FileMode{
		"pull-k": fs.ModeDir | 0o700, "pull-k/lock": 0o600, "pull-k/" + filepath.Base(part.path): 0o600,
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
		s := newSpool(t.TempDir())
		if err := c.make(s.root); err != nil {
			t.Fatal(err)
		}
		_, err := s.folder("k", true).create(0, numbersSchema)
		if want := "spool " + s.root + ": " + c.want; err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", c.name, err, want)
		}
	}
}

func TestPartsAreTakenUp(t *testing.T) {
	s := newSpool(t.TempDir())
	first := s.folder("k", true)
	put(t, first, 0, 250)
	put(t, first, 1, 50)
	half, err := first.create(2, numbersSchema) // never published
	if err != nil {
		t.Fatal(err)
	}
	if err := half.add(numbersFrom(0, 10)); err != nil {
		t.Fatal(err)
	}
	beside := s.folder("k", true) // another pull of the same, at the same time
	if beside.take(t.Context(), 0, 250) != nil {
		t.Error("a part was taken out of the folder of a pull that is at work")
	}
	put(t, beside, 0, 250)
	beside.leave(errTest)
	first.leave(errTest)
	second := s.folder("k", true)
	for _, c := range []struct {
		part  int
		rows  int64
		whole bool
	}{{0, 250, true}, {1, 51, false}, {2, 10, false}} {
		part := second.take(t.Context(), c.part, c.rows)
		if (part != nil) != c.whole {
			t.Errorf("part %d of %d rows was taken up: %v, want %v", c.part, c.rows, part != nil, c.whole)
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
	s := newSpool(t.TempDir())
	f := s.folder("k", false)
	put(t, f, 0, 10)
	f.leave(errTest)
	if left := files(t, s.root); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

func TestOldLeftoversAreRemoved(t *testing.T) {
	s := newSpool(t.TempDir())
	now := time.Now()
	age := func(name string, by time.Duration) {
		if err := os.Chtimes(filepath.Join(s.root, name), now.Add(-by), now.Add(-by)); err != nil {
			t.Fatal(err)
		}
	}
	atWork := s.folder("work", true)
	put(t, atWork, 0, 10)
	for _, key := range []string{"old", "new"} {
		f := s.folder(key, true)
		put(t, f, 0, 10)
		f.leave(errTest)
	}
	age("pull-old", 25*time.Hour)
	age("pull-new", 23*time.Hour)
	age("pull-work", 25*time.Hour)
	s.clean(now)
	var left []string
	for name := range files(t, s.root) {
		if !strings.Contains(name, "/") {
			left = append(left, name)
		}
	}
	if len(left) != 2 || strings.Contains(strings.Join(left, " "), "old") {
		t.Errorf("left are %q, want pull-new and pull-work", left)
	}
	atWork.leave(nil)
	newSpool(filepath.Join(t.TempDir(), "nothing")).clean(now)
}

func TestFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	s := newSpool(t.TempDir())
	f := s.folder("k", true)
	part, err := f.create(0, numbersSchema)
	if err != nil {
		t.Fatal(err)
	}
	if err := part.file.Close(); err != nil {
		t.Fatal(err)
	}
	if part.file, err = os.OpenFile("/dev/full", os.O_WRONLY, 0); err != nil {
		t.Skip(err)
	}
	for range 20 {
		if err = part.add(numbersFrom(0, 60_000)); err != nil {
			break
		}
	}
	want := "spool /dev: no space left on device; the option spool=FOLDER names one with more room"
	if err == nil || err.Error() != want || isWorthAnother(err) {
		t.Fatalf("error %v, want %s, and no other attempt", err, want)
	}
	f.leave(err)
	if left := files(t, s.root); len(left) != 0 {
		t.Errorf("left are %v, want nothing that fills the disk", left)
	}
}
