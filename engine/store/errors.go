package store

import (
	"errors"
	"fmt"
)

// CorruptError says that bytes of a snapshot are not what was written.
type CorruptError struct {
	Path   string // file
	Reason error  // what was found and what was expected
}

// Error names the file and the reason.
func (e *CorruptError) Error() string { return fmt.Sprintf("%s is corrupt: %v", e.Path, e.Reason) }

// Unwrap returns the reason.
func (e *CorruptError) Unwrap() error { return e.Reason }

// VersionError says that a snapshot was written in a format that this program
// does not read.
type VersionError struct {
	Path      string
	Found     int // format version of the snapshot
	Supported int // the newest that is read here
}

// Error gives both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("%s has format version %d, this program reads up to %d", e.Path, e.Found, e.Supported)
}

// NotSnapshotError says that a path is no snapshot directory.
type NotSnapshotError struct {
	Path   string
	Reason string
}

// Error names the path and what was found there.
func (e *NotSnapshotError) Error() string {
	return fmt.Sprintf("%s is not a rollcall snapshot: %s", e.Path, e.Reason)
}

// LockedError says that another process writes to the snapshot.
type LockedError struct{ Path string }

// Error names the lock.
func (e *LockedError) Error() string {
	return fmt.Sprintf("%s is held: another build is writing this snapshot", e.Path)
}

// NotDurableError says that a commit took effect but could not be synced.
type NotDurableError struct {
	Path string
	Err  error
}

// Error names the snapshot and the cause.
func (e *NotDurableError) Error() string {
	return fmt.Sprintf("%s has its new version, which a loss of power may undo: %v", e.Path, e.Err)
}

// Unwrap returns the cause.
func (e *NotDurableError) Unwrap() error { return e.Err }

// ErrClosed is returned by a snapshot that has been closed.
var ErrClosed = errors.New("snapshot is closed")
