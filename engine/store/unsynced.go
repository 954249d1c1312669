package store

import (
	"errors"
	"fmt"
)

// maxUnsynced is how many files are open to be synced later at most.
const maxUnsynced = 64

// unsynced is a file of the new version that is complete but not durable yet: the
// disk works on it while more is computed.
type unsynced struct {
	name string
	file File
}

// syncLater has a complete file synced before the version is committed (I1): the
// first files, where there are many, at once.
func (w *Writer) syncLater(name string, f File) error {
	w.unsynced = append(w.unsynced, unsynced{name, f})
	return w.syncDownTo(maxUnsynced)
}

// syncDownTo syncs files, the first ones first, until so many are left.
func (w *Writer) syncDownTo(n int) error {
	for len(w.unsynced) > n {
		u := w.unsynced[0]
		w.unsynced = w.unsynced[1:]
		if err := errors.Join(u.file.Sync(), u.file.Close()); err != nil {
			return fmt.Errorf("writing %s: %w", u.name, err)
		}
	}
	return nil
}

// dropUnsynced closes files that are not wanted any more: that of a name, or all for
// an empty one.
func (w *Writer) dropUnsynced(name string) error {
	var errs []error
	left := w.unsynced[:0]
	for _, u := range w.unsynced {
		if name != "" && u.name != name {
			left = append(left, u)
			continue
		}
		errs = append(errs, u.file.Close())
	}
	w.unsynced = left
	return errors.Join(errs...)
}
