package store

import (
	"fmt"
	"path/filepath"
	"slices"
)

// Same reports whether a file of the new version has the bytes of another one,
// going by size and checksums.
func (w *Writer) Same(name string, other FileInfo) bool {
	info, ok := w.file(name)
	return ok && info.Size == other.Size && info.Sums == other.Sums
}

// Discard removes a file that was written to the new version, so that another can
// take its name. It must not have been opened.
func (w *Writer) Discard(name string) error {
	i := slices.IndexFunc(w.files, func(f FileInfo) bool { return f.Name == name })
	if i < 0 || w.mapped[name] != nil || w.files[i].Path != filePath(w.version, name) {
		return fmt.Errorf("discarding %s: it is not a file that this version wrote, or it is open", name)
	}
	w.files = slices.Delete(w.files, i, i+1)
	if err := w.dropUnsynced(name); err != nil {
		return err
	}
	return w.fs.Remove(filepath.Join(versionDir(w.dir, w.version), name))
}
