package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// lister collects the tables of a source.
type lister struct {
	ctx    context.Context
	source *Source
	read   func(dir string) ([]os.DirEntry, error) // os.ReadDir, save in tests
	found  []model.TableRef
}

// folder lists the tables in the folder called by names: none for the root,
// one for a schema, two for a schema of a catalog. It skips folders below the
// root that may not be read.
func (l *lister) folder(names []string) error {
	if err := l.source.check(l.ctx); err != nil {
		return err
	}
	dir := filepath.Join(l.source.root, filepath.Join(names...))
	entries, err := l.read(dir)
	if len(names) > 0 && errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return readError(dir, err)
	}
	for _, e := range entries {
		if isHidden(e.Name()) {
			continue
		}
		below := append(slices.Clone(names), e.Name())
		switch {
		case !isFolder(dir, e):
			if name := tableName(dir, e); name != "" {
				l.found = append(l.found, refOf(append(slices.Clone(names), name)))
			}
		case looksLikeTable(filepath.Join(dir, e.Name()), len(below)):
			l.found = append(l.found, refOf(below))
		case len(below) < 3:
			if err := l.folder(below); err != nil {
				return err
			}
		}
	}
	return nil
}

// looksLikeTable guesses whether a folder at a depth below the root is a table
// or holds tables. The package documentation has the rules.
func looksLikeTable(dir string, depth int) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	if tableFormat(dir) != "" {
		return true
	}
	files := 0
	for _, e := range entries {
		name := e.Name()
		switch {
		case isHidden(name):
		case isFolder(dir, e):
			if isHive(name) {
				return true
			}
		case kindOf(name) != "":
			if files++; depth < 3 && !looksLikePart(e, depth) {
				return false
			}
		}
	}
	return files > 0
}

// looksLikePart guesses by a file's name whether it is part of a table.
func looksLikePart(e fs.DirEntry, depth int) bool {
	name := e.Name()
	if strings.HasPrefix(name, "part") || '0' <= name[0] && name[0] <= '9' {
		return true
	}
	return depth > 1 && (strings.HasPrefix(name, "data") || strings.ContainsAny(name, "0123456789"))
}
