package store

import (
	"errors"
	"path/filepath"
	"slices"
	"syscall"
)

// versionFolder is the folder of a version and the names in it.
type versionFolder struct {
	version uint64
	files   []string
}

// versionFolders lists the folders of the current version and those before it. A
// folder that is removed meanwhile, and a file of such a name, are none.
func versionFolders(fsys FS, dir string, current uint64) ([]versionFolder, error) {
	names, err := fsys.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var folders []versionFolder
	for _, name := range names {
		v, ok := parseVersionName(name)
		if !ok || v > current {
			continue
		}
		files, exists, err := listDir(fsys, filepath.Join(dir, name))
		switch {
		case exists:
			folders = append(folders, versionFolder{version: v, files: files})
		case err != nil && !errors.Is(err, syscall.ENOTDIR):
			return nil, err
		}
	}
	return folders, nil
}

// wantedFiles returns the files that kept versions name, their manifests too, as
// manifests write them. See isUnreadable for an error.
func wantedFiles(fsys FS, dir string, current *Manifest, folders []versionFolder) (map[string]bool, error) {
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
		m, err := readKept(fsys, dir, current, f.version)
		if err != nil {
			return nil, err
		}
		add(m)
	}
	return wanted, nil
}

// isUnreadable reports whether err says of a manifest that its bytes are not to be
// read by this program, so that nobody here can tell what it names.
func isUnreadable(err error) bool {
	var broken *CorruptError
	var later *VersionError
	return errors.As(err, &broken) || errors.As(err, &later)
}
