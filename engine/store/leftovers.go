package store

import (
	"errors"
	"path/filepath"
	"slices"
	"syscall"
)

// leftovers lists what is in the folder of a snapshot and no kept version names.
// See [VerifyReport]. A version that is committed meanwhile is looked at again.
func leftovers(fsys FS, dir string) ([]string, error) {
	for attempt := 1; ; attempt++ {
		current, err := readRoot(fsys, dir)
		if err != nil {
			return nil, err
		}
		left, err := current.leftovers(fsys, dir)
		if attempt == openAttempts || !current.replaced(fsys, dir) {
			return left, err
		}
	}
}

// leftovers lists what no version names that is kept where r is the current
// manifest.
func (r *root) leftovers(fsys FS, dir string) ([]string, error) {
	names, err := fsys.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	folders, err := versionFolders(fsys, dir, r.manifest.Version)
	if err != nil {
		return nil, err
	}
	wanted, err := wantedFiles(fsys, dir, r.manifest, folders)
	known := !isUnreadable(err)
	if known && err != nil {
		return nil, err
	}
	var left []string
	for _, name := range names {
		if name == manifestName || name == lockName {
			continue
		}
		v, _ := parseVersionName(name)
		if i := slices.IndexFunc(folders, func(f versionFolder) bool { return f.version == v }); i >= 0 {
			if known {
				left = append(left, folders[i].unwanted(wanted)...)
			}
			continue
		}
		_, exists, err := listDir(fsys, filepath.Join(dir, name))
		switch {
		case exists:
			left = append(left, name+"/")
		case errors.Is(err, syscall.ENOTDIR):
			left = append(left, name)
		case err != nil:
			return nil, err
		}
	}
	slices.Sort(left)
	return left, nil
}

// unwanted lists the files of a version's folder that are not wanted, or the
// folder where none is.
func (f versionFolder) unwanted(wanted map[string]bool) []string {
	var left []string
	for _, name := range f.files {
		if at := filePath(f.version, name); !wanted[at] {
			left = append(left, at)
		}
	}
	if len(left) == len(f.files) {
		return []string{versionName(f.version) + "/"}
	}
	return left
}
