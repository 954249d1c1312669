package main

import (
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/engine/store"
)

// diskUse is what the versions of a snapshot take. It is there to be printed and
// fails no command, least of all the one that erases: a version that cannot be read
// is left out, and named.
type diskUse struct {
	versions   []uint64 // that are kept, ascending
	unreadable []uint64 // of these, those whose manifest cannot be read
	sizeBytes  int64    // of the files of the others, each counted once
	notes      []string // what could not be found out
}

// diskUseOf looks at all versions of a snapshot. m is one that has been read.
func diskUseOf(fsys store.FS, dir string, m *store.Manifest) *diskUse {
	use := &diskUse{versions: []uint64{}, unreadable: []uint64{}}
	listed, err := store.Versions(fsys, dir)
	if err != nil {
		use.notes = append(use.notes, fmt.Sprintf("the versions of %s cannot be listed, only version %d is counted: %v", dir, m.Version, err))
		listed = []uint64{m.Version}
	}
	seen := map[string]bool{}
	for _, version := range listed {
		kept, err := m, error(nil)
		if version != m.Version {
			kept, err = store.ReadManifest(fsys, dir, version)
		}
		var gone *store.VersionNotFoundError
		switch {
		case errors.As(err, &gone): // a build has removed it since it was listed
			continue
		case err != nil:
			use.unreadable = append(use.unreadable, version)
			use.notes = append(use.notes, fmt.Sprintf("version %d cannot be read, its files are not counted: %v", version, err))
		default:
			use.add(kept, seen)
		}
		use.versions = append(use.versions, version)
	}
	return use
}

// add counts the files of a version that are not in seen.
func (u *diskUse) add(m *store.Manifest, seen map[string]bool) {
	for _, f := range m.Files {
		if !seen[f.Path] {
			seen[f.Path] = true
			u.sizeBytes += f.Size
		}
	}
}

// note prints what the command does not know, for the reader of its result.
func (a *app) note(notes []string) {
	for _, n := range notes {
		a.logf("note: %s\n", n)
	}
}
