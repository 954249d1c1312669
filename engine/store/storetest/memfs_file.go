package storetest

import (
	"errors"
	"io"
	"io/fs"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/rollcall-db/rollcall/engine/store"
)

// handle is an open file. It holds the file, whatever becomes of its name.
type handle struct {
	fs     *MemFS
	path   string // when it was opened, for messages
	node   *node
	closed bool
}

// use calls f with the file system to itself, unless the file was closed.
func (h *handle) use(op string, f func() error) error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if h.closed {
		return pathError(op, h.path, fs.ErrClosed)
	}
	return pathError(op, h.path, f())
}

// Close ends the use of the file. It makes nothing durable.
func (h *handle) Close() error {
	return h.use("close", func() error {
		h.closed = true
		return nil
	})
}

// memFile is a file being written.
type memFile struct{ handle }

// Write appends to the file.
func (f *memFile) Write(p []byte) (int, error) {
	err := f.use("write", func() error {
		f.node.data = append(f.node.data, p...)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// Sync makes the bytes written so far durable, not the file's name.
func (f *memFile) Sync() error {
	return f.use("sync", func() error {
		f.node.synced = len(f.node.data)
		return nil
	})
}

// memReader is a file being read.
type memReader struct{ handle }

// ReadAt implements [io.ReaderAt].
func (r *memReader) ReadAt(p []byte, off int64) (n int, err error) {
	end := false
	err = r.use("read", func() error {
		switch {
		case off < 0:
			return syscall.EINVAL
		case r.node.folder != nil:
			return syscall.EISDIR
		}
		n = copy(p, r.node.data[min(off, int64(len(r.node.data))):])
		end = n < len(p)
		return nil
	})
	if err == nil && end {
		err = io.EOF // as it is, by the contract of io.ReaderAt
	}
	return n, err
}

// Open opens a file to read parts of it.
func (m *MemFS) Open(path string) (store.ReaderAt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find(path)
	if err != nil {
		return nil, pathError("open", path, err)
	}
	return &memReader{handle{fs: m, path: path, node: n}}, nil
}

// Map returns the bytes that a file has now. They lie in pages of their own, as
// those of a machine's file do: who writes to them, or reads them after Close,
// ends the process.
func (m *MemFS) Map(path string) (store.Mapping, error) {
	m.mu.Lock()
	n, err := m.findFile(path)
	var data []byte
	if err == nil {
		data = n.data // only ever appended to: these stay
	}
	m.mu.Unlock()
	if err != nil {
		return nil, pathError("map", path, err)
	}
	mapping := &memMapping{}
	if len(data) == 0 {
		return mapping, nil
	}
	mapping.data, err = unix.Mmap(-1, 0, len(data), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, pathError("map", path, err)
	}
	copy(mapping.data, data)
	if err := unix.Mprotect(mapping.data, unix.PROT_READ); err != nil {
		return nil, pathError("map", path, errors.Join(err, mapping.Close()))
	}
	return mapping, nil
}

// memMapping is a copy of a file's bytes outside of Go's memory.
type memMapping struct {
	data []byte // nil for no bytes
	once sync.Once
	err  error // of the unmapping
}

// Bytes returns the bytes, which must not be changed.
func (m *memMapping) Bytes() []byte { return m.data }

// Close releases the bytes; once is enough, more do no harm.
func (m *memMapping) Close() error {
	m.once.Do(func() {
		if m.data != nil {
			m.err = unix.Munmap(m.data)
		}
	})
	return m.err
}

// memLock is a lock that is held.
type memLock struct{ handle }

// Lock takes the lock on the file at path, which is made where it does not
// exist. As with flock the lock is the file's, not the path's: it ends with
// Close, it does not hinder the file's removal, and another file at the same
// path has another lock. It returns a *store.LockedError where it is held, be it
// by the same program.
func (m *MemFS) Lock(path string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, name, err := m.parent(path)
	if err != nil {
		return nil, pathError("lock", path, err)
	}
	n := dir.names[name]
	switch {
	case n == nil:
		n = &node{}
		dir.change(change{set: name, node: n})
	case n.folder != nil:
		return nil, pathError("lock", path, syscall.EISDIR)
	case n.locked:
		return nil, &store.LockedError{Path: path}
	}
	n.locked = true
	return &memLock{handle{fs: m, path: path, node: n}}, nil
}

// Close releases the lock. The file stays.
func (l *memLock) Close() error {
	return l.use("unlock", func() error {
		l.closed, l.node.locked = true, false
		return nil
	})
}
