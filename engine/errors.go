package engine

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// The errors that callers tell apart with errors.Is.
var (
	// ErrCorrupt is returned when bytes of a snapshot are not what was written.
	ErrCorrupt = errors.New("snapshot is corrupt")
	// ErrFormatVersion is returned when a snapshot was written in a format that
	// this program does not read.
	ErrFormatVersion = errors.New("snapshot format is not supported")
	// ErrNotSnapshot is returned by Open for a path that is no snapshot.
	ErrNotSnapshot = errors.New("not a snapshot")
	// ErrVersionNotFound is returned by Open for a version that the snapshot does
	// not keep.
	ErrVersionNotFound = errors.New("no such version of the snapshot")
	// ErrClosed is returned after Close of the DB or Snapshot that is asked.
	ErrClosed = errors.New("database is closed")
	// ErrInternal is returned for a fault of the engine itself. Please report
	// it.
	ErrInternal = errors.New("internal error")
)

// OverflowError says that a sum, or an average's, has more than 38 digits.
type OverflowError = exec.OverflowError

// boundary joins the sentinel that callers look for to an error from below.
func boundary(err error) error {
	if err == nil {
		return nil
	}
	return classify(err)
}

// classify is boundary for an error. It allocates.
func classify(err error) error {
	var (
		corrupt *store.CorruptError
		version *store.VersionError
		other   *store.NotSnapshotError
		kept    *store.VersionNotFoundError
	)
	switch {
	case errors.As(err, &corrupt):
		return &classified{ErrCorrupt, err}
	case errors.As(err, &version):
		return &classified{ErrFormatVersion, err}
	case errors.As(err, &other):
		return &classified{ErrNotSnapshot, err}
	case errors.As(err, &kept):
		return &classified{ErrVersionNotFound, err}
	case errors.Is(err, store.ErrClosed):
		return ErrClosed
	}
	return err
}

// classified is an error from below with the sentinel that callers look for. Its
// text is that of the error, which says all.
type classified struct{ sentinel, err error }

func (e *classified) Error() string   { return e.err.Error() }
func (e *classified) Unwrap() []error { return []error{e.sentinel, e.err} }

// guard calls f, which reads only what the caller holds open. A fault on a
// mapped file that was cut short becomes ErrCorrupt, any other panic ErrInternal:
// none reaches a caller.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = recovered(r)
		}
	}()
	return boundary(f())
}

func recovered(r any) error {
	if fault, ok := r.(interface{ Addr() uintptr }); ok {
		return fmt.Errorf("%w: a mapped file is shorter than it was (fault at %#x)", ErrCorrupt, fault.Addr())
	}
	stack := make([]byte, 4<<10)
	stack = stack[:runtime.Stack(stack, false)]
	return fmt.Errorf("%w: %v\n%s", ErrInternal, r, stack)
}

// joinNames lists names, with commas.
func joinNames(names []string) string { return strings.Join(names, ", ") }

// columns returns the positions of the attributes called names.
func columns(s *model.Schema, names []string) ([]int, error) {
	positions := make([]int, len(names))
	for i, name := range names {
		if positions[i] = s.Attribute(name); positions[i] >= 0 {
			continue
		}
		return nil, NewColumnError(s, name)
	}
	return positions, nil
}
