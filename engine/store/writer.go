package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
	"syscall"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/cespare/xxhash/v2"
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
	done    bool

	scratches int // made so far
}

// Create starts a new version of the snapshot in dir, which is made where it
// does not exist. It takes the snapshot's lock, and returns a
// *NotSnapshotError where dir holds anything that is not ours, before changing
// anything in it. A *CorruptError or *VersionError tells of a manifest that
// cannot be read: whose folder that is, is for people to say.
func Create(fsys FS, dir string) (*Writer, error) {
	w := &Writer{fs: fsys, dir: filepath.Clean(dir)}
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
// where there is none.
func (w *Writer) Current() *Manifest { return w.old }

// Dir returns the snapshot's folder.
func (w *Writer) Dir() string { return w.dir }

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
// version, one before it that was not cleared away, or the one after it that was
// not finished. A version's folder holds only files of ours.
func (w *Writer) checkName(name string) error {
	if name == manifestName || name == newManifestName || name == lockName {
		return nil
	}
	foreign := &NotSnapshotError{Path: w.dir, Reason: fmt.Sprintf("it holds %q; give a new or empty folder, or a snapshot to replace", name)}
	if v, ok := parseVersionDir(name); !ok || v == 0 || v > w.currentVersion()+1 {
		return foreign
	}
	files, err := w.fs.ReadDir(filepath.Join(w.dir, name))
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return foreign
	case errors.Is(err, fs.ErrNotExist):
		return nil // another writer has just cleared it away
	}
	for _, file := range files {
		if !isOurFile(file) {
			foreign.Reason = fmt.Sprintf("it holds %q; give a new or empty folder, or a snapshot to replace", filepath.Join(name, file))
			return foreign
		}
	}
	return err
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
	w.version = w.currentVersion() + 1
	if err := w.removeOthers(w.currentVersion()); err != nil {
		return err
	}
	return w.fs.MkdirAll(versionDir(w.dir, w.version))
}

// removeOthers deletes every version but one, and unfinished manifests.
func (w *Writer) removeOthers(keep uint64) error {
	names, err := w.fs.ReadDir(w.dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		if v, ok := parseVersionDir(name); ok && v != keep || name == newManifestName {
			errs = append(errs, w.fs.RemoveAll(filepath.Join(w.dir, name)))
		}
	}
	return errors.Join(errs...)
}

// WriteArrow writes a table as an Arrow IPC file, uncompressed so that it can
// be used in place, and releases its batches.
func (w *Writer) WriteArrow(name string, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) error {
	return w.write(name, func(out io.Writer) error { return writeArrow(out, schema, batches) })
}

// writeArrow writes batches as an Arrow IPC file, and releases them.
func writeArrow(out io.Writer, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) error {
	aw, err := ipc.NewFileWriter(out, ipc.WithSchema(schema))
	if err != nil {
		return err
	}
	for batch, err := range batches {
		// After an error the file is worth nothing, and aw holds nothing.
		if err != nil {
			return err
		}
		err = aw.Write(batch)
		batch.Release()
		if err != nil {
			return err
		}
	}
	return aw.Close()
}

// WriteBytes writes a file.
func (w *Writer) WriteBytes(name string, data []byte) error {
	return w.write(name, func(out io.Writer) error {
		_, err := out.Write(data)
		return err
	})
}

// write makes one file of the version, complete and synced (I1).
func (w *Writer) write(name string, fill func(io.Writer) error) error {
	f, err := w.fs.Create(filepath.Join(versionDir(w.dir, w.version), name))
	if err != nil {
		return err
	}
	hash, size := xxhash.New(), &counter{}
	buf := bufio.NewWriterSize(io.MultiWriter(f, hash, size), 1<<18)
	err = fill(buf)
	if err == nil {
		err = buf.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	w.files = append(w.files, FileInfo{Name: name, Size: size.n, Sum: fmt.Sprintf("%016x", hash.Sum64())})
	return nil
}

// counter counts the bytes written to it.
type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// Commit makes the new version the current one. It fills in m's format,
// version, creation time and files. The writer is finished either way. After an
// error the snapshot is as before, save for a *NotDurableError: then the new
// version is the current one, but may not survive a loss of power.
func (w *Writer) Commit(m *Manifest) error {
	if err := w.writeManifest(m); err != nil {
		return errors.Join(err, w.Abort())
	}
	if err := w.fs.Rename(filepath.Join(w.dir, newManifestName), filepath.Join(w.dir, manifestName)); err != nil {
		return errors.Join(err, w.Abort())
	}
	w.done = true
	if err := w.fs.SyncDir(w.dir); err != nil {
		// Either version may be found after a crash: both must stay.
		return errors.Join(&NotDurableError{Path: w.dir, Err: err}, w.lock.Close())
	}
	// The new version stands: what is left of the old one is only room on disk,
	// and the next writer clears it away if this does not.
	_ = w.removeOthers(w.version)
	return w.lock.Close()
}

// writeManifest writes the new manifest beside the current one, everything
// synced before what refers to it (I1).
func (w *Writer) writeManifest(m *Manifest) error {
	m.Format, m.Version, m.Files = FormatVersion, w.version, w.files
	m.CreatedAt = time.Now().UTC().Truncate(time.Microsecond)
	if err := m.validate(); err != nil {
		return err
	}
	data, err := encodeManifest(m)
	if err != nil {
		return err
	}
	if err := w.fs.SyncDir(versionDir(w.dir, w.version)); err != nil {
		return err
	}
	from := filepath.Join(w.dir, newManifestName)
	f, err := w.fs.Create(from)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := w.fs.SyncDir(w.dir); err != nil {
		return err
	}
	return w.fs.SyncDir(parentDir(w.dir))
}

// Abort gives the new version up and removes its files; a snapshot folder that
// this writer made goes too. After Commit or Abort it does nothing.
func (w *Writer) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	var err error
	if w.version != 0 { // else the current version is not known: all of it stays
		err = w.removeOthers(w.currentVersion())
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
