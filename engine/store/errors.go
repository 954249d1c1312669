package store

import (
	"errors"
	"fmt"
	"strings"
)

// CorruptError says that bytes of a snapshot are not what was written.
type CorruptError struct {
	Path    string // file
	Section int    // which piece of [SectionBytes] of the file, from 0; -1: not one piece
	Reason  error  // what was found and what was expected
}

// corrupt makes an error about a file as a whole.
func corrupt(path string, format string, args ...any) *CorruptError {
	return &CorruptError{Path: path, Section: -1, Reason: fmt.Errorf(format, args...)}
}

// Error names the file, the section and the reason.
func (e *CorruptError) Error() string {
	if e.Section < 0 {
		return fmt.Sprintf("%s is corrupt: %v", e.Path, e.Reason)
	}
	return fmt.Sprintf("%s is corrupt: section %d: %v", e.Path, e.Section, e.Reason)
}

// Unwrap returns the reason.
func (e *CorruptError) Unwrap() error { return e.Reason }

// VersionError says that a snapshot was written in a format that this program
// does not read.
type VersionError struct {
	Path      string
	Found     int  // format version of the snapshot
	Supported int  // the newest that is read here
	Draft     bool // a draft of version Found, from before it was settled
}

// Error gives both versions.
func (e *VersionError) Error() string {
	if e.Draft {
		return fmt.Sprintf("%s was written by a development version, in a draft of format version %d; build it anew", e.Path, e.Found)
	}
	return fmt.Sprintf("%s has format version %d, this program reads up to %d", e.Path, e.Found, e.Supported)
}

// VersionNotFoundError says that a snapshot does not hold a version, or not any
// more.
type VersionNotFoundError struct {
	Dir     string
	Version uint64
	Have    []uint64 // versions that it holds, ascending
}

// Error names the version and those that are there.
func (e *VersionNotFoundError) Error() string {
	have := make([]string, len(e.Have))
	for i, v := range e.Have {
		have[i] = fmt.Sprint(v)
	}
	return fmt.Sprintf("%s has no version %d; it has %s", e.Dir, e.Version, strings.Join(have, ", "))
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

// NotDurableError says that a commit took effect, or may have, but could not be
// synced. Both versions are whole, and stay until the next commit, which goes on
// from the one that it finds.
type NotDurableError struct {
	Path   string
	Unsure bool // whether it took effect is not known: the current manifest cannot be read
	Err    error
}

// Error names the snapshot and the cause.
func (e *NotDurableError) Error() string {
	if e.Unsure {
		return fmt.Sprintf("%s has its new version or the one before it, and which of them cannot be read: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("%s has its new version, which a loss of power may undo: %v", e.Path, e.Err)
}

// Unwrap returns the cause.
func (e *NotDurableError) Unwrap() error { return e.Err }

// NotRemovedError says that a commit took effect, but files of versions that it
// ended could not all be removed. The next commit removes them.
type NotRemovedError struct {
	Path string
	Err  error
}

// Error names the snapshot and the cause.
func (e *NotRemovedError) Error() string {
	return fmt.Sprintf("%s has its new version, but files of older ones are left, which the next build removes: %v", e.Path, e.Err)
}

// Unwrap returns the cause.
func (e *NotRemovedError) Unwrap() error { return e.Err }

// ErrClosed is returned by a snapshot that has been closed.
var ErrClosed = errors.New("snapshot is closed")
