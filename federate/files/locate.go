package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// kinds are the endings of data files.
var kinds = []string{".parquet", ".csv", ".ndjson"}

// place is where a table was found.
type place struct {
	ref    model.TableRef // spelled as on disk
	path   string
	folder bool // a folder of part files
}

// locate finds the table called ref.
func (s *Source) locate(ctx context.Context, ref model.TableRef) (place, error) {
	if err := checkNames(ref); err != nil {
		return place{}, err
	}
	var looked []string
	for _, names := range foldersOf(ref) {
		looked = append(looked, strings.Join(append(names, ref.Table), "/"))
		folder, err := s.resolve(names)
		if err != nil {
			return place{}, err
		}
		if folder == nil && len(names) > 0 {
			continue
		}
		found, err := s.findTable(folder, ref.Table)
		if err != nil {
			return place{}, err
		}
		if found.path != "" {
			return found, s.checkFormats(found.path)
		}
	}
	for i, l := range looked {
		looked[i] = l + ".parquet|csv|ndjson or " + l + "/"
	}
	return place{}, s.notFound(ctx, ref, looked)
}

// foldersOf returns the folders to look in, each as a list of names.
func foldersOf(ref model.TableRef) [][]string {
	switch {
	case ref.Catalog != "":
		return [][]string{{ref.Catalog, ref.Schema}, {ref.Schema}}
	case ref.Schema != "":
		return [][]string{{ref.Schema}}
	}
	return [][]string{{}}
}

// checkNames refuses names that could lead out of the folder.
func checkNames(ref model.TableRef) error {
	if ref.Table == "" {
		return errors.New("a table without a name")
	}
	if ref.Catalog != "" && ref.Schema == "" {
		return fmt.Errorf("table %q of catalog %q has no schema", ref.Table, ref.Catalog)
	}
	for _, name := range []string{ref.Catalog, ref.Schema, ref.Table} {
		if name == "." || name == ".." || strings.ContainsAny(name, "/\\\x00") {
			return fmt.Errorf("%q cannot be part of a table's name: it must be the name of a file or folder without separators", name)
		}
	}
	return nil
}

// resolve finds the folder called by names and returns them as spelled on
// disk, or nil where there is no such folder.
func (s *Source) resolve(names []string) ([]string, error) {
	var spelled []string
	for _, name := range names {
		dir := filepath.Join(s.root, filepath.Join(spelled...))
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, readError(dir, err)
		}
		matches := pick(entries, func(e fs.DirEntry) string {
			if isFolder(dir, e) {
				return e.Name()
			}
			return ""
		}, name)
		switch len(matches) {
		case 0:
			return nil, nil
		case 1:
			spelled = append(spelled, matches[0].Name())
		default:
			return nil, fmt.Errorf("%q is ambiguous in %s: %s", name, s.root, quoted(matches))
		}
	}
	return spelled, nil
}

// findTable finds a table in a folder. Where there is none, the place has no
// path.
func (s *Source) findTable(folder []string, name string) (place, error) {
	dir := filepath.Join(s.root, filepath.Join(folder...))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return place{}, readError(dir, err)
	}
	matches := pick(entries, func(e fs.DirEntry) string { return tableName(dir, e) }, name)
	switch len(matches) {
	case 0:
		return place{}, nil
	case 1:
		e := matches[0]
		ref := refOf(append(slices.Clone(folder), tableName(dir, e)))
		return place{ref: ref, path: filepath.Join(dir, e.Name()), folder: isFolder(dir, e)}, nil
	}
	return place{}, fmt.Errorf("table %q is ambiguous in %s: %s", name, dir, quoted(matches))
}

// pick returns the entries that nameOf calls name, else those that it calls
// name ignoring case.
func pick(entries []fs.DirEntry, nameOf func(fs.DirEntry) string, name string) []fs.DirEntry {
	var exact, folded []fs.DirEntry
	for _, e := range entries {
		switch n := nameOf(e); {
		case n == "":
		case n == name:
			exact = append(exact, e)
		case strings.EqualFold(n, name):
			folded = append(folded, e)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return folded
}

// quoted lists the names of entries, folders with a slash.
func quoted(entries []fs.DirEntry) string {
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = fmt.Sprintf("%q", e.Name())
	}
	return strings.Join(names, " and ")
}

// tableName returns the name of the table that an entry of dir can be, or "".
func tableName(dir string, e fs.DirEntry) string {
	name := e.Name()
	if isHidden(name) {
		return ""
	}
	if isFolder(dir, e) {
		if holdsTable(filepath.Join(dir, name)) {
			return name
		}
		return ""
	}
	if kindOf(name) == "" {
		return ""
	}
	return name[:len(name)-len(filepath.Ext(name))]
}

// isFolder follows symbolic links.
func isFolder(dir string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := os.Stat(filepath.Join(dir, e.Name()))
	return err == nil && info.IsDir()
}

// holdsTable reports whether a folder can be a table: it holds data files,
// Hive folders, or the marks of a table format.
func holdsTable(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return true // opening it says why
	}
	return tableFormat(dir) != "" || slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		if isHidden(e.Name()) {
			return false
		}
		return kindOf(e.Name()) != "" || isHive(e.Name()) && isFolder(dir, e)
	})
}

// kindOf returns the ending of a data file in lower case, or "".
func kindOf(name string) string {
	ext := strings.ToLower(filepath.Ext(name))
	if slices.Contains(kinds, ext) {
		return ext
	}
	return ""
}

func isHidden(name string) bool { return name[0] == '.' || name[0] == '_' }

func isHive(name string) bool { return strings.IndexByte(name, '=') > 0 }

// refOf makes a reference of one to three names, table last.
func refOf(names []string) model.TableRef {
	n := len(names)
	ref := model.TableRef{Table: names[n-1]}
	if n > 1 {
		ref.Schema = names[n-2]
	}
	if n > 2 {
		ref.Catalog = names[n-3]
	}
	return ref
}

// checkFormats refuses a table in the folder of a table format, on any level
// from the root down.
func (s *Source) checkFormats(path string) error {
	for path != s.root {
		path = filepath.Dir(path)
		if err := checkFormat(path); err != nil {
			return err
		}
	}
	return nil
}

// notFound says what was looked for and, where the tables can be listed, what
// is there instead.
func (s *Source) notFound(ctx context.Context, ref model.TableRef, looked []string) error {
	e := &source.NotFoundError{Source: s.uri, Ref: ref, Looked: looked}
	tables, err := s.Tables(ctx)
	if err != nil {
		if err := s.check(ctx); err != nil {
			return err
		}
		return e
	}
	names := make([]string, len(tables))
	for i := range tables {
		names[i] = tables[i].String()
	}
	if near := model.Nearest(ref.String(), names); near != "" {
		e.Nearest = []string{near}
	} else {
		e.Nearest = names[:min(8, len(names))]
	}
	return e
}
