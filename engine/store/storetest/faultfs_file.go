package storetest

import (
	"errors"
	"io"
	"sync"

	"github.com/rollcall-db/rollcall/engine/store"
)

// faultFile is a file being written.
type faultFile struct {
	file store.File
	fs   *FaultFS
	path string
}

// Write writes all of p, or half of it and the fault's error.
func (f *faultFile) Write(p []byte) (int, error) {
	err := f.fs.step("write", f.path)
	switch {
	case err == nil:
		return f.file.Write(p)
	case errors.Is(err, ErrCrashed):
		return 0, err
	}
	n, writeErr := f.file.Write(p[:len(p)/2])
	return n, errors.Join(err, writeErr)
}

// Sync makes what was written durable.
func (f *faultFile) Sync() error {
	if err := f.fs.step("sync", f.path); err != nil {
		return err
	}
	return f.file.Sync()
}

// Close closes the file, also where it fails.
func (f *faultFile) Close() error { return errors.Join(f.fs.step("close", f.path), f.file.Close()) }

// faultReader is a file being read.
type faultReader struct {
	file store.ReaderAt
	fs   *FaultFS
	path string
}

// ReadAt implements [io.ReaderAt].
func (r *faultReader) ReadAt(p []byte, off int64) (int, error) {
	if err := r.fs.step("read at", r.path); err != nil {
		return 0, err
	}
	return r.file.ReadAt(p, off)
}

// Close closes the file, also where it fails.
func (r *faultReader) Close() error { return errors.Join(r.fs.step("close", r.path), r.file.Close()) }

// faultLock is a lock that its holder or a crash ends, whichever is first.
type faultLock struct {
	lock io.Closer
	once sync.Once
	err  error // of closing it
}

// Close ends the lock. Later calls do nothing and return the same.
func (l *faultLock) Close() error {
	l.once.Do(func() { l.err = l.lock.Close() })
	return l.err
}
