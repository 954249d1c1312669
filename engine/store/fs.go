package store

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// FS is the part of a file system that this package needs: everything that it
// reads and writes goes through one. Tests put another one in its place, to make
// every operation fail once, or to lose what was not synced.
//
// An error about a path that is not there is a [fs.ErrNotExist]; one about a
// folder that is a file is a [syscall.ENOTDIR].
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
	// Map maps a file to read it in place.
	Map(path string) (Mapping, error)
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

// Mapping is a file that is read in place.
type Mapping interface {
	// Bytes returns the bytes of the file, as many as it had when it was mapped.
	// They start at a multiple of 8 in memory and must not be changed. They stay
	// readable until Close, even where the file is removed before; reading what
	// another has cut off since is a fault.
	Bytes() []byte
	// Close releases the bytes. Nothing may use them afterwards.
	Close() error
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
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (osFS) Open(path string) (ReaderAt, error) { return os.Open(path) }

// Map holds no file open: a mapping outlives the descriptor that it was made of.
// A snapshot is many files, and opening one is waiting for these calls: hence no
// [os.File], which makes more of them.
func (osFS) Map(path string) (m Mapping, err error) {
	failed := func(op string, err error) error { return &fs.PathError{Op: op, Path: path, Err: err} }
	fd, err := openFile(path)
	if err != nil {
		return nil, failed("open", err)
	}
	defer func() {
		if cerr := unix.Close(fd); cerr != nil {
			err = errors.Join(err, failed("close", cerr))
		}
	}()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, failed("stat", err)
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
	case unix.S_IFDIR:
		return nil, failed("mmap", unix.EISDIR)
	default:
		return nil, failed("mmap", errors.New("not a file"))
	}
	if st.Size == 0 { // cannot be mapped
		return osMapping(nil), nil
	}
	data, err := unix.Mmap(fd, 0, int(st.Size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, failed("mmap", err)
	}
	return osMapping(data), nil
}

// openFile opens a file for reading, however often a signal comes in between.
func openFile(path string) (fd int, err error) {
	for {
		fd, err = unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		if !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}

// osMapping is the bytes of a mapped file.
type osMapping []byte

func (m osMapping) Bytes() []byte { return m }

func (m osMapping) Close() error {
	if m == nil {
		return nil
	}
	return unix.Munmap(m)
}

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
