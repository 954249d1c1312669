package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
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
	made    bool // dir did not exist before
	lock    io.Closer
	old     *Manifest // current version; nil: none
	version uint64    // of the new version; 0: the current one is not known yet
	files   []FileInfo
	done    bool
}

// Create starts a new version of the snapshot in dir, which is made where it
// does not exist. It takes the snapshot's lock, and returns a
// *NotSnapshotError where dir holds anything that is not ours, before changing
// anything in it.
func Create(fsys FS, dir string) (*Writer, error) {
	w := &Writer{fs: fsys, dir: filepath.Clean(dir)}
	names, exists, err := listDir(fsys, w.dir)
	if err != nil {
		return nil, notSnapshot(w.dir, err)
	}
	if err := checkOurs(w.dir, names); err != nil {
		return nil, err
	}
	w.made = !exists
	if err := fsys.MkdirAll(w.dir); err != nil {
		return nil, err
	}
	if w.lock, err = fsys.Lock(filepath.Join(w.dir, lockName)); err != nil {
		return nil, err
	}
	if err := w.start(); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	return w, nil
}

// notSnapshot explains a path that could not be listed.
func notSnapshot(dir string, err error) error {
	var perr *fs.PathError
	if errors.As(err, &perr) {
		err = perr.Err
	}
	return &NotSnapshotError{Path: dir, Reason: err.Error()}
}

// checkOurs refuses a folder with a name that no version of ours writes, and
// one whose versions lack both manifest and lock.
func checkOurs(dir string, names []string) error {
	known := len(names) == 0
	for _, name := range names {
		_, isVersion := parseVersionDir(name)
		isOurs := name == manifestName || name == newManifestName || name == lockName
		if !isVersion && !isOurs {
			return &NotSnapshotError{Path: dir, Reason: fmt.Sprintf("it holds %q; give a new or empty folder, or a snapshot to replace", name)}
		}
		known = known || isOurs
	}
	if !known {
		return &NotSnapshotError{Path: dir, Reason: fmt.Sprintf("it holds %q but no %s", names[0], manifestName)}
	}
	return nil
}

// start finds the current version and clears away what a crash left behind.
func (w *Writer) start() error {
	path := filepath.Join(w.dir, manifestName)
	data, err := w.fs.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		if w.old, err = decodeManifest(path, data); err != nil {
			return err
		}
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

// Version returns the number that the new version will have.
func (w *Writer) Version() uint64 { return w.version }

// WriteArrow writes a table as an Arrow IPC file, uncompressed so that it can
// be used in place, and releases its batches.
func (w *Writer) WriteArrow(name string, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) error {
	return w.write(name, func(out io.Writer) error {
		aw, err := ipc.NewFileWriter(out, ipc.WithSchema(schema))
		if err != nil {
			return err
		}
		for batch, err := range batches {
			if err != nil {
				return errors.Join(err, aw.Close())
			}
			err = aw.Write(batch)
			batch.Release()
			if err != nil {
				return errors.Join(err, aw.Close())
			}
		}
		return aw.Close()
	})
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
	if w.version == 0 {
		// Whatever is there, it is not this writer's.
		return w.lock.Close()
	}
	err := w.removeOthers(w.currentVersion())
	if w.made && w.old == nil {
		err = errors.Join(err, w.fs.Remove(filepath.Join(w.dir, lockName)), w.lock.Close(), w.fs.Remove(w.dir))
		return err
	}
	return errors.Join(err, w.lock.Close())
}

// currentVersion returns the number of the current version, or 0.
func (w *Writer) currentVersion() uint64 {
	if w.old == nil {
		return 0
	}
	return w.old.Version
}
