package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"
	"time"
)

// Commit makes the new version the current one and keeps so many versions, 1 or
// more, the new one among them; what only older ones have is removed. It fills
// in m's format, version, oldest version, creation time and files. The writer is
// finished either way.
//
// After an error the snapshot is as before, but for two: after a
// *NotDurableError the new version is the current one, or may be, and may not
// survive a loss of power; after a *NotRemovedError it is there to stay, and files
// of older versions are left.
func (w *Writer) Commit(m *Manifest, keep int) error {
	if w.done {
		return fmt.Errorf("committing a version that was committed or aborted before")
	}
	data, err := w.prepare(m, keep)
	if err != nil {
		return errors.Join(err, w.Abort())
	}
	undurable := w.makeCurrent(data)
	if undurable != nil && !errors.As(undurable, new(*NotDurableError)) {
		return errors.Join(undurable, w.Abort())
	}
	w.done = true
	unmapped := w.unmap()
	if undurable != nil {
		// Either version may be found after a crash: both must stay.
		return errors.Join(undurable, unmapped, w.lock.Close())
	}
	var left error
	if err := w.removeOld(m); err != nil {
		left = &NotRemovedError{Path: w.dir, Err: err}
	}
	return errors.Join(left, unmapped, w.lock.Close())
}

// makeCurrent makes the new version the current one, whose manifest has these
// bytes. The error is a *NotDurableError unless the version before, or none, is
// current still.
func (w *Writer) makeCurrent(data []byte) error {
	err := w.fs.Rename(filepath.Join(w.dir, newManifestName), filepath.Join(w.dir, manifestName))
	if err == nil {
		if err = w.fs.SyncDir(w.dir); err != nil {
			return &NotDurableError{Path: w.dir, Err: err}
		}
		return nil
	}
	// A rename that failed may have taken effect: where a server did it and could
	// not say so, for one.
	found, readErr := readRoot(w.fs, w.dir)
	var none *NotSnapshotError
	switch {
	case readErr == nil && bytes.Equal(found.data, data):
		return &NotDurableError{Path: w.dir, Err: err}
	case readErr == nil && found.manifest.Version == w.currentVersion():
		return err
	case errors.As(readErr, &none) && w.old == nil:
		return err
	}
	return &NotDurableError{Path: w.dir, Unsure: true, Err: errors.Join(err, readErr)}
}

// prepare writes the manifest of the new version: into its folder, to stay, and
// beside the current one, to replace it. Everything is synced before what refers
// to it (I1). It returns the bytes of the manifest.
func (w *Writer) prepare(m *Manifest, keep int) ([]byte, error) {
	if err := w.syncDownTo(0); err != nil {
		return nil, err
	}
	w.writeback.end()
	data, err := w.describe(m, keep)
	if err != nil {
		return nil, err
	}
	if err := w.writeSynced(versionManifest(w.dir, w.version), data); err != nil {
		return nil, err
	}
	if err := w.fs.SyncDir(versionDir(w.dir, w.version)); err != nil {
		return nil, err
	}
	if err := w.writeSynced(filepath.Join(w.dir, newManifestName), data); err != nil {
		return nil, err
	}
	return data, w.syncFolders()
}

// describe fills in the manifest of the new version and returns its bytes.
func (w *Writer) describe(m *Manifest, keep int) ([]byte, error) {
	if keep < 1 {
		return nil, fmt.Errorf("keeping %d versions, expected 1 or more", keep)
	}
	m.Format, m.Version, m.Files = FormatVersion, w.version, w.files
	m.CreatedAt = time.Now().UTC().Truncate(time.Microsecond)
	var err error
	if m.Oldest, err = w.oldest(keep); err != nil {
		return nil, err
	}
	if err := m.validate(); err != nil {
		return nil, err
	}
	return encodeManifest(m)
}

// syncFolders makes the snapshot's folder durable, and with the first version
// those above it: a writer before this one may have made them, and ended before it
// synced them.
func (w *Writer) syncFolders() error {
	if err := w.fs.SyncDir(w.dir); err != nil {
		return err
	}
	if w.old != nil {
		return w.fs.SyncDir(parentDir(w.dir)) // somebody may have copied it there
	}
	ours := max(1, len(w.made)) // folders that have to be synced, from the lowest
	for dir := parentDir(w.dir); ; dir = parentDir(dir) {
		if err := w.fs.SyncDir(dir); err != nil && (ours > 0 || !isForeignFolder(err)) {
			return err
		}
		if dir == parentDir(dir) {
			return nil
		}
		ours--
	}
}

// isForeignFolder reports whether an error of SyncDir is about a folder that no
// writer of ours has changed: it may not be read, or lies where folders cannot be
// synced.
func isForeignFolder(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.EROFS)
}

// oldest returns the oldest version to keep, so that with the new one there are
// keep at most.
func (w *Writer) oldest(keep int) (uint64, error) {
	if w.old == nil || keep == 1 {
		return w.version, nil
	}
	kept, err := keptVersions(w.fs, w.dir, w.old)
	if err != nil {
		return 0, err
	}
	return kept[max(0, len(kept)-(keep-1))], nil
}

// writeSynced makes a file, complete and synced.
func (w *Writer) writeSynced(path string, data []byte) error {
	f, err := w.fs.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// removeNew deletes what there is of the version after the current one: that of
// this writer, or one that a crash left.
func (w *Writer) removeNew() error {
	err := w.fs.Remove(filepath.Join(w.dir, newManifestName))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, w.fs.RemoveAll(versionDir(w.dir, w.version)))
}

// removeOld deletes what no kept version needs, given the manifest of the
// current one: the manifests of versions that are not kept, the files that no
// kept version names, and folders where nothing is left. That the current
// manifest names the oldest version that is kept, and is durable, is what hides
// versions of which only some is gone (I4).
//
// Where the manifest of a kept version cannot be read, being corrupt or of a later
// program, nothing is known of its files: nothing is removed until that version is
// not kept any more.
func (w *Writer) removeOld(current *Manifest) error {
	folders, err := versionFolders(w.fs, w.dir, current.Version)
	if err != nil {
		return err
	}
	wanted, err := wantedFiles(w.fs, w.dir, current, folders)
	switch {
	case isUnreadable(err):
		return nil
	case err != nil:
		return err
	}
	var errs []error
	for _, f := range folders {
		errs = append(errs, w.removeUnwanted(f, wanted))
	}
	return errors.Join(errs...)
}

// removeUnwanted deletes the files of a folder that no kept version names, and
// the folder where nothing is left.
func (w *Writer) removeUnwanted(f versionFolder, wanted map[string]bool) error {
	left := 0
	var errs []error
	for _, name := range f.files {
		if wanted[filePath(f.version, name)] {
			left++
			continue
		}
		errs = append(errs, w.fs.Remove(filepath.Join(versionDir(w.dir, f.version), name)))
	}
	if err := errors.Join(errs...); err != nil || left > 0 {
		return err
	}
	return w.fs.Remove(versionDir(w.dir, f.version))
}
