package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"
)

// Commit makes the new version the current one and keeps so many versions, 1 or
// more, the new one among them; what only older ones have is removed. It fills
// in m's format, version, oldest version, creation time and files. The writer is
// finished either way.
//
// After an error the snapshot is as before, but for two: after a
// *NotDurableError the new version is the current one, and may not survive a
// loss of power; after a *NotRemovedError it is there to stay, and files of older
// versions are left.
func (w *Writer) Commit(m *Manifest, keep int) error {
	if w.done {
		return fmt.Errorf("committing a version that was committed or aborted before")
	}
	if err := w.prepare(m, keep); err != nil {
		return errors.Join(err, w.Abort())
	}
	if err := w.fs.Rename(filepath.Join(w.dir, newManifestName), filepath.Join(w.dir, manifestName)); err != nil {
		return errors.Join(err, w.Abort())
	}
	w.done = true
	unmapped := w.unmap()
	if err := w.fs.SyncDir(w.dir); err != nil {
		// Either version may be found after a crash: both must stay.
		return errors.Join(&NotDurableError{Path: w.dir, Err: err}, unmapped, w.lock.Close())
	}
	var left error
	if err := w.removeOld(m); err != nil {
		left = &NotRemovedError{Path: w.dir, Err: err}
	}
	return errors.Join(left, unmapped, w.lock.Close())
}

// prepare writes the manifest of the new version: into its folder, to stay, and
// beside the current one, to replace it. Everything is synced before what refers
// to it (I1).
func (w *Writer) prepare(m *Manifest, keep int) error {
	if keep < 1 {
		return fmt.Errorf("keeping %d versions, expected 1 or more", keep)
	}
	m.Format, m.Version, m.Files = FormatVersion, w.version, w.files
	m.CreatedAt = time.Now().UTC().Truncate(time.Microsecond)
	var err error
	if m.Oldest, err = w.oldest(keep); err != nil {
		return err
	}
	if err := m.validate(); err != nil {
		return err
	}
	data, err := encodeManifest(m)
	if err != nil {
		return err
	}
	if err := w.writeSynced(versionManifest(w.dir, w.version), data); err != nil {
		return err
	}
	if err := w.fs.SyncDir(versionDir(w.dir, w.version)); err != nil {
		return err
	}
	if err := w.writeSynced(filepath.Join(w.dir, newManifestName), data); err != nil {
		return err
	}
	return w.syncFolders()
}

// syncFolders makes the snapshot's folder durable, and those above it that were
// made for it.
func (w *Writer) syncFolders() error {
	if err := w.fs.SyncDir(w.dir); err != nil {
		return err
	}
	for _, dir := range w.made {
		if err := w.fs.SyncDir(parentDir(dir)); err != nil {
			return err
		}
	}
	if len(w.made) > 0 {
		return nil
	}
	return w.fs.SyncDir(parentDir(w.dir)) // the writer that made it may have ended before its sync
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
// Where the manifest of a kept version is corrupt nothing is known of its files:
// nothing is removed until that version is not kept any more.
func (w *Writer) removeOld(current *Manifest) error {
	folders, err := w.oldFolders(current.Version)
	if err != nil {
		return err
	}
	wanted, err := w.wantedFiles(current, folders)
	var broken *CorruptError
	switch {
	case errors.As(err, &broken):
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

// versionFolder is the folder of a version and the names in it.
type versionFolder struct {
	version uint64
	files   []string
}

// oldFolders lists the folders of the current version and those before it.
func (w *Writer) oldFolders(current uint64) ([]versionFolder, error) {
	names, err := w.fs.ReadDir(w.dir)
	if err != nil {
		return nil, err
	}
	var folders []versionFolder
	for _, name := range names {
		v, ok := parseVersionName(name)
		if !ok || v > current {
			continue
		}
		files, err := w.fs.ReadDir(filepath.Join(w.dir, name))
		if err != nil {
			return nil, err
		}
		folders = append(folders, versionFolder{version: v, files: files})
	}
	return folders, nil
}

// wantedFiles returns the files that kept versions name, their manifests too, as
// manifests write them.
func (w *Writer) wantedFiles(current *Manifest, folders []versionFolder) (map[string]bool, error) {
	wanted := map[string]bool{}
	add := func(m *Manifest) {
		wanted[filePath(m.Version, manifestName)] = true
		for _, f := range m.Files {
			wanted[f.Path] = true
		}
	}
	add(current)
	for _, f := range folders {
		if f.version < current.Oldest || f.version == current.Version || !slices.Contains(f.files, manifestName) {
			continue
		}
		m, err := readKept(w.fs, w.dir, current, f.version)
		if err != nil {
			return nil, err
		}
		add(m)
	}
	return wanted, nil
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
