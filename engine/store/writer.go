package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"syscall"
)

// Writer makes one new version of a snapshot. Its files are invisible until
// Commit; Abort, or a crash, leaves the snapshot as it was. It is not safe for
// concurrent use.
type Writer struct {
	fs      FS
	dir     string
	made    []string // folders that Create made, dir first, then those above it
	lock    io.Closer
	old     *Manifest // current version; nil: none
	version uint64    // of the new version; 0: the current one is not known yet
	files   []FileInfo
	mapped  map[string]*mapping // by name: those of files that were asked for
	done    bool

	unsynced  []unsynced // files that are complete, in the order in which they were made
	writeback writeback
	scratches int // made so far
}

// Create starts a new version of the snapshot in dir, which is made where it
// does not exist. It takes the snapshot's lock, and returns a
// *NotSnapshotError where dir holds anything that is not ours, before changing
// anything in it. A *CorruptError or *VersionError tells of a manifest that
// cannot be read: whose folder that is, is for people to say.
func Create(fsys FS, dir string) (*Writer, error) {
	w := &Writer{fs: fsys, dir: filepath.Clean(dir), mapped: map[string]*mapping{}}
	if err := w.checkOurs(); err != nil {
		return nil, err
	}
	if err := w.makeDir(); err != nil {
		return nil, errors.Join(err, w.removeMade())
	}
	var err error
	if w.lock, err = fsys.Lock(filepath.Join(w.dir, lockName)); err != nil {
		return nil, errors.Join(err, w.removeMade())
	}
	if err := w.start(); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	return w, nil
}

// Current returns the manifest of the version that the new one replaces, nil
// where there is none. It must not be changed.
func (w *Writer) Current() *Manifest { return w.old }

// Dir returns the snapshot's folder.
func (w *Writer) Dir() string { return w.dir }

// Version returns the number of the new version.
func (w *Writer) Version() uint64 { return w.version }

// makeDir makes the snapshot's folder and those above it that are missing.
func (w *Writer) makeDir() error {
	for dir := w.dir; ; dir = parentDir(dir) {
		_, exists, err := listDir(w.fs, dir)
		if err != nil {
			return err
		}
		if exists || dir == parentDir(dir) {
			break
		}
		w.made = append(w.made, dir)
	}
	return w.fs.MkdirAll(w.dir)
}

// removeMade removes the folders that makeDir made, as far as they are empty.
func (w *Writer) removeMade() error {
	for _, dir := range w.made {
		if err := w.fs.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// checkOurs refuses a folder that holds anything but what a writer of ours may
// have left there.
func (w *Writer) checkOurs() error {
	names, exists, err := listDir(w.fs, w.dir)
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return &NotSnapshotError{Path: w.dir, Reason: "not a directory"}
	case err != nil:
		return err
	case !exists:
		return nil
	}
	if err := w.readCurrent(); err != nil {
		return err
	}
	for _, name := range names {
		if err := w.checkName(name); err != nil {
			return err
		}
	}
	return nil
}

// checkName refuses a name that is none of: the manifest, lock, the current
// version, one before it, or the one after it that was not finished. A version's
// folder holds only files of ours.
func (w *Writer) checkName(name string) error {
	if name == manifestName || name == newManifestName || name == lockName {
		return nil
	}
	if v, ok := parseVersionName(name); !ok || v > w.currentVersion()+1 {
		return w.foreign(name)
	}
	files, err := w.fs.ReadDir(filepath.Join(w.dir, name))
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return w.foreign(name)
	case errors.Is(err, fs.ErrNotExist):
		return nil // another writer has just cleared it away
	}
	for _, file := range files {
		if !isOurFile(file) {
			return w.foreign(filepath.Join(name, file))
		}
	}
	return err
}

// foreign makes the error about a name that is not ours.
func (w *Writer) foreign(name string) error {
	return &NotSnapshotError{Path: w.dir, Reason: fmt.Sprintf("it holds %q; give a new or empty folder, or a snapshot to replace", name)}
}

// readCurrent sets the current version, if there is one.
func (w *Writer) readCurrent() error {
	path := filepath.Join(w.dir, manifestName)
	data, err := w.fs.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	w.old, err = decodeManifest(path, data)
	if err != nil {
		return fmt.Errorf("%w; if it was a snapshot of yours, remove the folder to build it anew", err)
	}
	return nil
}

// start finds the current version, now that nobody else can change it, and
// clears away what a crash left behind.
func (w *Writer) start() error {
	if err := w.readCurrent(); err != nil {
		return err
	}
	// The writer before may have ended between its rename and the sync of it. What
	// is found to be current must stay so before anything else goes.
	if err := w.fs.SyncDir(w.dir); err != nil {
		return err
	}
	w.version = w.currentVersion() + 1
	if err := w.removeNew(); err != nil {
		return err
	}
	if w.old != nil {
		// What cannot be removed is in nobody's way. Commit tries again, and tells of
		// what is left then.
		_ = w.removeOld(w.old)
	}
	return w.fs.MkdirAll(versionDir(w.dir, w.version))
}

// Abort gives the new version up and removes its files; a snapshot folder that
// this writer made goes too. After Commit or Abort it does nothing.
func (w *Writer) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	w.writeback.end()
	err := errors.Join(w.unmap(), w.dropUnsynced(""))
	if w.version != 0 { // else the current version is not known: all of it stays
		err = errors.Join(err, w.removeNew())
	}
	if len(w.made) == 0 || w.old != nil {
		return errors.Join(err, w.lock.Close())
	}
	return errors.Join(err, w.fs.Remove(filepath.Join(w.dir, lockName)), w.lock.Close(), w.removeMade())
}

// currentVersion returns the number of the current version, or 0.
func (w *Writer) currentVersion() uint64 {
	if w.old == nil {
		return 0
	}
	return w.old.Version
}
