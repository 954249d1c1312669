package store

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"syscall"
)

// ReadManifest returns the manifest of a version of the snapshot in dir, 0 for
// the current one. Errors are *NotSnapshotError, *VersionNotFoundError,
// *VersionError, *CorruptError, or the file system's.
func ReadManifest(fsys FS, dir string, version uint64) (*Manifest, error) {
	current, err := readRoot(fsys, dir)
	if err != nil {
		return nil, err
	}
	return current.version(fsys, dir, version)
}

// Versions returns the versions of the snapshot in dir that can be opened,
// ascending; the last one is current. Errors are those of [ReadManifest].
func Versions(fsys FS, dir string) ([]uint64, error) {
	current, err := readRoot(fsys, dir)
	if err != nil {
		return nil, err
	}
	return keptVersions(fsys, dir, current.manifest)
}

// root is the manifest of the current version, read once.
type root struct {
	data     []byte
	manifest *Manifest
}

// readRoot returns the manifest of the current version.
func readRoot(fsys FS, dir string) (*root, error) {
	path := filepath.Join(dir, manifestName)
	data, err := fsys.ReadFile(path)
	switch {
	case err == nil:
		m, err := decodeManifest(path, data)
		if err != nil {
			return nil, err
		}
		return &root{data: data, manifest: m}, nil
	case errors.Is(err, syscall.ENOTDIR):
		return nil, &NotSnapshotError{Path: dir, Reason: "not a directory"}
	case errors.Is(err, fs.ErrNotExist):
		reason := "it has no " + manifestName
		if _, exists, err := listDir(fsys, dir); err == nil && !exists {
			reason = "no such directory"
		}
		return nil, &NotSnapshotError{Path: dir, Reason: reason}
	}
	return nil, err
}

// version returns the manifest of a version that is kept where r is the current
// manifest; 0: r itself.
func (r *root) version(fsys FS, dir string, version uint64) (*Manifest, error) {
	if version == 0 || version == r.manifest.Version {
		return r.manifest, nil
	}
	m, err := readKept(fsys, dir, r.manifest, version)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	have, err := keptVersions(fsys, dir, r.manifest)
	if err != nil {
		return nil, err
	}
	return nil, &VersionNotFoundError{Dir: dir, Version: version, Have: have}
}

// replaced reports whether the current manifest is another one now, or cannot be
// read.
func (r *root) replaced(fsys FS, dir string) bool {
	data, err := fsys.ReadFile(filepath.Join(dir, manifestName))
	return err != nil || !bytes.Equal(data, r.data)
}

// readKept returns the manifest of a version before the current one, from its
// folder. The error is an [fs.ErrNotExist] where it was not kept.
func readKept(fsys FS, dir string, current *Manifest, version uint64) (*Manifest, error) {
	path := versionManifest(dir, version)
	if version < current.Oldest || version > current.Version {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	data, err := fsys.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m, err := decodeManifest(path, data)
	if err == nil && m.Version != version {
		return nil, corrupt(path, "it is of version %d, expected %d", m.Version, version)
	}
	return m, err
}

// keptVersions returns the current version and those before it whose folders
// have a manifest, ascending.
func keptVersions(fsys FS, dir string, current *Manifest) ([]uint64, error) {
	names, err := fsys.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	kept := []uint64{current.Version}
	for _, name := range names {
		v, ok := parseVersionName(name)
		if !ok || v < current.Oldest || v >= current.Version {
			continue
		}
		files, exists, err := listDir(fsys, filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if exists && slices.Contains(files, manifestName) {
			kept = append(kept, v)
		}
	}
	slices.Sort(kept)
	return kept, nil
}

// checkOwn checks that the folder of the current version holds the manifest that
// is current, so that it stays readable when it is current no more.
func (r *root) checkOwn(fsys FS, dir string) error {
	path := versionManifest(dir, r.manifest.Version)
	own, err := fsys.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return corrupt(path, "it is missing")
	case err != nil:
		return err
	case !bytes.Equal(r.data, own):
		return corrupt(path, "it differs from %s of the folder above", manifestName)
	}
	return nil
}
