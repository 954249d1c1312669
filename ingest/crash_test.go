package ingest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// faultFS is the machine's file system, of which operation number failAt fails
// with err; with crash set, so does every later one, as for a process that is
// gone. Writes that fail write half of what they were given.
type faultFS struct {
	store.FS
	failAt int
	crash  bool
	err    error

	ops  int
	hit  string // what failed first
	dead bool
}

// step counts an operation and returns its error.
func (f *faultFS) step(op, path string) error {
	f.ops++
	if f.ops == f.failAt {
		f.hit = op + " " + filepath.Base(path)
		f.dead = f.crash
		return &fs.PathError{Op: op, Path: path, Err: f.err}
	}
	if f.dead {
		return errors.New("the process is gone")
	}
	return nil
}

func (f *faultFS) MkdirAll(path string) error {
	if err := f.step("mkdir", path); err != nil {
		return err
	}
	return f.FS.MkdirAll(path)
}

func (f *faultFS) ReadDir(path string) ([]string, error) {
	if err := f.step("readdir", path); err != nil {
		return nil, err
	}
	return f.FS.ReadDir(path)
}

func (f *faultFS) ReadFile(path string) ([]byte, error) {
	if err := f.step("read", path); err != nil {
		return nil, err
	}
	return f.FS.ReadFile(path)
}

func (f *faultFS) Open(path string) (store.ReaderAt, error) {
	if err := f.step("open", path); err != nil {
		return nil, err
	}
	file, err := f.FS.Open(path)
	return &faultReader{ReaderAt: file, fs: f, path: path}, err
}

func (f *faultFS) Rename(from, to string) error {
	if err := f.step("rename", to); err != nil {
		return err
	}
	return f.FS.Rename(from, to)
}

func (f *faultFS) Remove(path string) error {
	if err := f.step("remove", path); err != nil {
		return err
	}
	return f.FS.Remove(path)
}

func (f *faultFS) RemoveAll(path string) error {
	if err := f.step("removeall", path); err != nil {
		return err
	}
	return f.FS.RemoveAll(path)
}

// SyncDir does not sync: the process goes, not the machine, and syncs take most
// of a build's time.
func (f *faultFS) SyncDir(path string) error { return f.step("syncdir", path) }

// Lock: a process that is gone holds no lock.
func (f *faultFS) Lock(path string) (io.Closer, error) {
	if err := f.step("lock", path); err != nil {
		return nil, err
	}
	return f.FS.Lock(path)
}

func (f *faultFS) Create(path string) (store.File, error) {
	if err := f.step("create", path); err != nil {
		return nil, err
	}
	file, err := f.FS.Create(path)
	return &faultFile{File: file, fs: f, path: path}, err
}

type faultFile struct {
	store.File
	fs   *faultFS
	path string
}

func (f *faultFile) Write(p []byte) (int, error) {
	if err := f.fs.step("write", f.path); err != nil {
		n, werr := f.File.Write(p[:len(p)/2])
		return n, errors.Join(err, werr)
	}
	return f.File.Write(p)
}

func (f *faultFile) Sync() error { return f.fs.step("sync", f.path) }

func (f *faultFile) Close() error {
	return errors.Join(f.fs.step("close", f.path), f.File.Close())
}

type faultReader struct {
	store.ReaderAt
	fs   *faultFS
	path string
}

func (f *faultReader) ReadAt(p []byte, off int64) (int, error) {
	if err := f.fs.step("read at", f.path); err != nil {
		return 0, err
	}
	return f.ReaderAt.ReadAt(p, off)
}

func (f *faultReader) Close() error {
	return errors.Join(f.fs.step("close", f.path), f.ReaderAt.Close())
}

// kiosk is a shop with one attribute: fewer files, each written the same way.
func kiosk() (*model.ParentSegment, memorySource) {
	p, src := shop()
	p.Attributes = p.Attributes[:1]
	return p, src
}

// faultless builds without faults and without syncs.
func faultless() *Options { return &Options{FS: &faultFS{FS: store.OS}} }

// everyOperation builds version 2 over version 1 (or, with fresh, the first
// version) again and again, each time with another operation failing, until none
// is left to fail, and hands the state on disk to check.
func everyOperation(t *testing.T, fresh, crash bool, check func(t *testing.T, dir string, f *faultFS, err error)) {
	for failAt := 1; ; failAt++ {
		p, src := kiosk()
		dir := filepath.Join(t.TempDir(), "snap")
		if !fresh {
			if _, err := Build(t.Context(), p, src, dir, faultless()); err != nil {
				t.Fatal(err)
			}
		}
		src["db.customers"] = newTable([]arrow.Field{field("id", text)}, `[{"id":"new"}]`)
		src["db.purchases"] = newTable([]arrow.Field{field("id", text), field("at", instant), field("amount", money)},
			`[{"id":"new","at":"2024-05-01T00:00:00Z","amount":"10.00"}]`, `[{"id":"new","at":"2024-05-02T00:00:00Z","amount":"1.00"}]`)
		f := &faultFS{FS: store.OS, failAt: failAt, crash: crash, err: syscall.ENOSPC}
		_, err := Build(t.Context(), p, src, dir, &Options{FS: f, spillBytes: 1}) // a scratch file for each batch
		if f.hit == "" {
			t.Logf("%d operations, each failed once", failAt-1)
			if failAt < 40 {
				t.Errorf("only %d operations: the build does not go through the file system given", failAt-1)
			}
			return
		}
		t.Run(fmt.Sprintf("%03d %s", failAt, f.hit), func(t *testing.T) { check(t, dir, f, err) })
	}
}

// customersOf opens the snapshot in dir and returns the keys of everybody, or
// "no snapshot".
func customersOf(t *testing.T, dir string) string {
	t.Helper()
	db, err := engine.Open(dir, nil)
	if errors.Is(err, engine.ErrNotSnapshot) {
		return "no snapshot"
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	return members(t, db, "purchase or not purchase")
}

// rebuild checks that the next build goes through and leaves nothing behind.
func rebuild(t *testing.T, dir string) {
	t.Helper()
	p, src := kiosk()
	if _, err := Build(t.Context(), p, src, dir, faultless()); err != nil {
		t.Fatalf("the next build fails: %v", err)
	}
	if got := customersOf(t, dir); got != "a b c d" {
		t.Errorf("after the next build: %q", got)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 3 {
		t.Errorf("after the next build the folder holds %v", entries)
	}
}

// TestFaultAtEveryOperation fails each operation once, as on a full disk: the
// error says so, and the old snapshot stands, unless the new one already did.
func TestFaultAtEveryOperation(t *testing.T) {
	for _, fresh := range []bool{true, false} {
		t.Run(fmt.Sprintf("fresh=%v", fresh), func(t *testing.T) {
			old := map[bool]string{true: "no snapshot", false: "a b c d"}[fresh]
			everyOperation(t, fresh, false, func(t *testing.T, dir string, _ *faultFS, err error) {
				var undurable *store.NotDurableError
				got := customersOf(t, dir)
				switch {
				case err == nil || errors.As(err, &undurable):
					if got != "new" {
						t.Errorf("the build went through (%v), but the snapshot holds %q", err, got)
					}
				case got != old:
					t.Errorf("after %v the snapshot holds %q, want %q", err, got, old)
				}
				if err != nil && !errors.Is(err, syscall.ENOSPC) {
					t.Errorf("error %v does not tell of the full disk", err)
				}
				if _, statErr := os.Stat(dir); got == "no snapshot" && !errors.Is(statErr, fs.ErrNotExist) {
					t.Errorf("after %v the folder is left behind: %v", err, statErr)
				}
				rebuild(t, dir)
			})
		})
	}
}

// TestCrashAtEveryOperation ends the build at each operation: what is found
// afterwards is the old snapshot or the new one, whole, and the next build
// clears up.
func TestCrashAtEveryOperation(t *testing.T) {
	for _, fresh := range []bool{true, false} {
		t.Run(fmt.Sprintf("fresh=%v", fresh), func(t *testing.T) {
			old := map[bool]string{true: "no snapshot", false: "a b c d"}[fresh]
			everyOperation(t, fresh, true, func(t *testing.T, dir string, _ *faultFS, err error) {
				if got := customersOf(t, dir); got != old && got != "new" {
					t.Errorf("after %v the snapshot holds %q, want %q or %q", err, got, old, "new")
				}
				rebuild(t, dir)
			})
		})
	}
}
