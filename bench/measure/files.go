package measure

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ReadFiles reads every file of a folder, and of those below it, to its end: they
// are in the page cache afterwards, as far as memory allows.
func ReadFiles(ctx context.Context, dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, &reader{ctx, f})
		return errors.Join(err, f.Close())
	})
}

// folderSize returns the bytes of all files of a folder, and of those below it.
func folderSize(dir string) (bytes int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}

// copyFolder copies the files of a folder, and those below it, and waits until
// they are on disk. The folder dst must not exist.
func copyFolder(ctx context.Context, dst, src string) error {
	return filepath.WalkDir(src, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(src, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.Mkdir(filepath.Join(dst, name), 0o700)
		}
		return copyFile(ctx, filepath.Join(dst, name), path)
	})
}

// copyFile copies one file to disk.
func copyFile(ctx context.Context, dst, src string) (err error) {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(dst, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, &reader{ctx, in}); err != nil {
		return err
	}
	return out.Sync()
}

// reader is an io.Reader that ends with a context.
type reader struct {
	ctx context.Context
	in  io.Reader
}

// Read reads, unless the context has ended.
func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.in.Read(p)
}

// dropCache asks the kernel to forget the pages of every file below dir, and
// returns how many bytes it kept all the same. It is errors.ErrUnsupported where
// the kernel cannot be asked.
func dropCache(dir string) (kept int64, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		n, err := dropPages(f)
		kept += n
		return errors.Join(err, f.Close())
	})
	return kept, err
}
