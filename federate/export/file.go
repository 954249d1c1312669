package export

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow"
)

// WriteFile writes the batches to the file at path, as Write does, and returns
// the number of rows. The file appears whole, with its data on disk, or not at
// all: where WriteFile returns an error, a file that was at path is as it was
// and no other is left behind. The one exception is an error of the last step,
// making the new name durable, which the message tells.
//
// The folder of path must exist. A symbolic link at path stays and the file it
// leads to is replaced; anything else that is not a file is refused. The mode
// is 0644 less the umask.
func WriteFile(ctx context.Context, path string, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error], opts Options) (rows int64, err error) {
	if opts.Format == 0 {
		if opts.Format, err = FormatOf(path); err != nil {
			return 0, err
		}
	}
	target, err := targetOf(path)
	if err != nil {
		return 0, err
	}
	err = replaceFile(target, publicMode, func(w io.Writer) (err error) {
		rows, err = Write(ctx, w, schema, batches, opts)
		return err
	})
	if err != nil {
		return 0, err
	}
	return rows, nil
}

// targetOf returns the file that path names, links resolved, if one can be
// written there.
func targetOf(path string) (string, error) {
	link, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		dir := filepath.Dir(path)
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("cannot write %q: the folder %q does not exist", path, dir)
		}
		return path, nil
	case err != nil:
		return "", err
	}
	target := path
	if link.Mode()&fs.ModeSymlink != 0 {
		if target, err = filepath.EvalSymlinks(path); err != nil {
			return "", err
		}
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		return "", err
	case info.IsDir():
		return "", fmt.Errorf("cannot write %q: it is a folder", path)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("cannot write %q: it is not a regular file", path)
	}
	return target, nil
}

// replaceFile puts what write writes at path in one step: a temporary file of
// the same folder, synced, renamed, and the folder synced. Whatever happens
// before the rename, the temporary file is removed.
func replaceFile(path string, mode fs.FileMode, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	temp := filepath.Join(dir, ".rollcall-"+rand.Text()+".tmp")
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	renamed := false
	defer func() { // also when write panics
		if !renamed {
			err = errors.Join(err, os.Remove(temp))
		}
	}()
	if err := errors.Join(writeSynced(f, write), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	renamed = true
	if err := syncFolder(dir); err != nil {
		return fmt.Errorf("%q is written, but may not survive a crash of the machine: %w", path, err)
	}
	return nil
}

// writeSynced lets write fill f and waits until the data is on disk.
func writeSynced(f *os.File, write func(io.Writer) error) error {
	if err := write(f); err != nil {
		return err
	}
	return f.Sync()
}

// syncFolder waits until the names in a folder are on disk.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
