package store

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// FS is the part of a file system that a [Writer] needs. Tests put another one
// in its place to make every operation fail once.
type FS interface {
	// MkdirAll makes a folder and those above it.
	MkdirAll(path string) error
	// ReadDir lists the names in a folder.
	ReadDir(path string) ([]string, error)
	// ReadFile returns the bytes of a file.
	ReadFile(path string) ([]byte, error)
	// Create makes a file, which must not exist.
	Create(path string) (File, error)
	// Open opens a file to read parts of it.
	Open(path string) (ReaderAt, error)
	// Rename moves a file, replacing another at once.
	Rename(from, to string) error
	// Remove deletes a file or an empty folder.
	Remove(path string) error
	// RemoveAll deletes a folder and what is in it.
	RemoveAll(path string) error
	// SyncDir makes the names in a folder durable.
	SyncDir(path string) error
	// Lock takes a lock that ends with the process at the latest. It returns a
	// *LockedError where somebody else holds it.
	Lock(path string) (io.Closer, error)
}

// File is a file being written.
type File interface {
	io.WriteCloser
	// Sync makes what was written durable.
	Sync() error
}

// ReaderAt is a file being read.
type ReaderAt interface {
	io.ReaderAt
	io.Closer
}

// OS is the file system of the machine.
var OS FS = osFS{}

type osFS struct{}

func (osFS) MkdirAll(path string) error           { return os.MkdirAll(path, 0o755) }
func (osFS) ReadFile(path string) ([]byte, error) { return os.ReadFile(path) }
func (osFS) Rename(from, to string) error         { return os.Rename(from, to) }
func (osFS) Remove(path string) error             { return os.Remove(path) }
func (osFS) RemoveAll(path string) error          { return os.RemoveAll(path) }

func (osFS) Create(path string) (File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

func (osFS) Open(path string) (ReaderAt, error) { return os.Open(path) }

func (osFS) ReadDir(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

func (osFS) SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Lock uses flock, which the kernel drops when the process ends, however it
// ends.
func (osFS) Lock(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	switch err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); {
	case errors.Is(err, unix.EWOULDBLOCK):
		err = &LockedError{Path: path}
	case err != nil:
		err = &fs.PathError{Op: "lock", Path: path, Err: err}
	case !isAt(f, path):
		// Whoever held the lock has removed its file in between, and with it the
		// folder: this is a lock that nobody else would see.
		err = &LockedError{Path: path}
	default:
		return f, nil
	}
	return nil, errors.Join(err, f.Close())
}

// isAt reports whether the open file f is the one that path names.
func isAt(f *os.File, path string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(open, named)
}

// listDir returns the names in a folder, and whether it is there.
func listDir(fsys FS, path string) (names []string, exists bool, err error) {
	names, err = fsys.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return names, err == nil, err
}

// parentDir returns the folder that holds path.
func parentDir(path string) string { return filepath.Dir(filepath.Clean(path)) }
