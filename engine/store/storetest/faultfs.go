package storetest

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/rollcall-db/rollcall/engine/store"
)

// Fault says which operation of a [FaultFS] fails, and how.
type Fault struct {
	At    int   // number of the operation, the first is 1; 0: none fails
	Err   error // that it fails with, wrapped in a *fs.PathError
	Crash bool  // the process ends there: every later operation fails with ErrCrashed
	After bool  // Rename, Remove and SyncDir take effect, and fail then
}

// ErrCrashed is returned by every operation after a [Fault] that is a crash,
// wrapped in a *fs.PathError.
var ErrCrashed = errors.New("the process is gone")

// FaultFS is another file system, of which one operation fails. That operation
// does nothing, except that a write writes the first half of its bytes, and that
// a file which is closed is closed all the same. With [Fault].After a rename, a
// removal of one name or a sync of a folder does all that it is for, and fails
// all the same, as on a file system whose server does not answer any more.
//
// Each call of a method of FS is an operation, and each Write, Sync, ReadAt and
// Close of a file. Closing a lock or a mapping is none: neither can fail on a
// machine. After a crash nothing reaches the other file system any more but what
// the end of a process does there: files and mappings can be closed, and locks
// end by themselves.
//
// It is safe for concurrent use. Which operation has which number is known only
// where one follows the other.
type FaultFS struct {
	fs    store.FS
	fault Fault

	mu      sync.Mutex
	count   int
	hit     string
	crashed bool
	locks   []*faultLock // taken before the crash
}

var _ store.FS = (*FaultFS)(nil)

// NewFaultFS returns fsys with a fault.
func NewFaultFS(fsys store.FS, fault Fault) *FaultFS { return &FaultFS{fs: fsys, fault: fault} }

// Operations returns the number of operations so far, those after a crash
// included.
func (f *FaultFS) Operations() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

// Hit names the operation that failed and the file or folder, without those
// above it: "write keys.arrow". It is empty as long as none has.
func (f *FaultFS) Hit() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hit
}

// step counts an operation and returns its error.
func (f *FaultFS) step(op, path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	switch {
	case f.crashed:
		return &fs.PathError{Op: op, Path: path, Err: ErrCrashed}
	case f.count != f.fault.At:
		return nil
	}
	f.hit = op + " " + filepath.Base(path)
	err := error(&fs.PathError{Op: op, Path: path, Err: f.fault.Err})
	if f.crashed = f.fault.Crash; f.crashed {
		for _, lock := range f.locks {
			err = errors.Join(err, lock.Close())
		}
	}
	return err
}

// late is step for an operation that may fail after it took effect.
func (f *FaultFS) late(op, path string, effect func() error) error {
	err := f.step(op, path)
	switch {
	case err == nil:
		return effect()
	case f.fault.After && !errors.Is(err, ErrCrashed):
		return errors.Join(err, effect())
	}
	return err
}

// MkdirAll makes a folder and those above it.
func (f *FaultFS) MkdirAll(path string) error {
	if err := f.step("mkdir", path); err != nil {
		return err
	}
	return f.fs.MkdirAll(path)
}

// ReadDir lists the names in a folder.
func (f *FaultFS) ReadDir(path string) ([]string, error) {
	if err := f.step("readdir", path); err != nil {
		return nil, err
	}
	return f.fs.ReadDir(path)
}

// ReadFile returns the bytes of a file.
func (f *FaultFS) ReadFile(path string) ([]byte, error) {
	if err := f.step("read", path); err != nil {
		return nil, err
	}
	return f.fs.ReadFile(path)
}

// Create makes a file, which must not exist.
func (f *FaultFS) Create(path string) (store.File, error) {
	if err := f.step("create", path); err != nil {
		return nil, err
	}
	file, err := f.fs.Create(path)
	if err != nil {
		return nil, err
	}
	return &faultFile{file: file, fs: f, path: path}, nil
}

// Open opens a file to read parts of it.
func (f *FaultFS) Open(path string) (store.ReaderAt, error) {
	if err := f.step("open", path); err != nil {
		return nil, err
	}
	file, err := f.fs.Open(path)
	if err != nil {
		return nil, err
	}
	return &faultReader{file: file, fs: f, path: path}, nil
}

// Map maps a file to read it in place.
func (f *FaultFS) Map(path string) (store.Mapping, error) {
	if err := f.step("map", path); err != nil {
		return nil, err
	}
	return f.fs.Map(path)
}

// Rename moves a file, replacing another at once.
func (f *FaultFS) Rename(from, to string) error {
	return f.late("rename", to, func() error { return f.fs.Rename(from, to) })
}

// Remove deletes a file or an empty folder.
func (f *FaultFS) Remove(path string) error {
	return f.late("remove", path, func() error { return f.fs.Remove(path) })
}

// RemoveAll deletes a folder and what is in it: one operation.
func (f *FaultFS) RemoveAll(path string) error {
	if err := f.step("removeall", path); err != nil {
		return err
	}
	return f.fs.RemoveAll(path)
}

// SyncDir makes the names in a folder durable.
func (f *FaultFS) SyncDir(path string) error {
	return f.late("syncdir", path, func() error { return f.fs.SyncDir(path) })
}

// Lock takes a lock, which ends with Close or a crash.
func (f *FaultFS) Lock(path string) (io.Closer, error) {
	if err := f.step("lock", path); err != nil {
		return nil, err
	}
	held, err := f.fs.Lock(path)
	if err != nil {
		return nil, err
	}
	lock := &faultLock{lock: held}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.crashed { // in between, by another goroutine
		return nil, errors.Join(&fs.PathError{Op: "lock", Path: path, Err: ErrCrashed}, lock.Close())
	}
	f.locks = append(f.locks, lock)
	return lock, nil
}
