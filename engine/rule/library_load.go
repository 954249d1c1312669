package rule

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/document"
)

// LoadLibrary reads the segment files of a folder and of the folders in it: those
// whose names end in .yml, .yaml or .json. Files and folders whose names start
// with a point, what is neither a file nor a link to one, and configurations of
// parent segments are left out; links to folders are not followed.
//
// A segment's Path is its folder, with slashes, and its name. The folder is the
// one that the file says with the key "folder", else the one that the file lies
// in, seen from the top. Segments are in the order of their files' names.
//
// The problems of all files are returned together, as *[LibraryError]. A folder or
// file that cannot be read is any other error.
func LoadLibrary(fsys fs.FS) (*Library, error) {
	l := &libraryLoader{fsys: fsys, byPath: map[string]string{}}
	if err := fs.WalkDir(fsys, ".", l.visit); err != nil {
		return nil, fmt.Errorf("read the library of segments: %w", err)
	}
	if len(l.errs) > 0 {
		return nil, &LibraryError{Files: l.errs}
	}
	return NewLibrary(l.files), nil
}

// LibraryError is what [LoadLibrary] returns for files with problems. It is not
// changed after it is made and is safe for concurrent use.
type LibraryError struct {
	Files []Errors `json:"files"` // the problems of each file that has some; every Error tells its File
}

// Error returns the messages, one a line, each with the file in front.
func (e *LibraryError) Error() string {
	var lines []string
	for _, errs := range e.Files {
		lines = append(lines, errs.Error())
	}
	return strings.Join(lines, "\n")
}

// Detail returns the details of all problems, those of each file below its name.
// It ends without a line break.
func (e *LibraryError) Detail() string {
	parts := make([]string, len(e.Files))
	for i, errs := range e.Files {
		parts[i] = errs.Detail()
	}
	return strings.Join(parts, "\n\n")
}

// Unwrap returns the problems, those of one file as Errors.
func (e *LibraryError) Unwrap() []error {
	list := make([]error, len(e.Files))
	for i, errs := range e.Files {
		list[i] = errs
	}
	return list
}

// libraryLoader collects the segments of a folder.
type libraryLoader struct {
	fsys   fs.FS
	files  []*SegmentFile
	byPath map[string]string // the files of the segments, by Path
	errs   []Errors
}

// visit takes one entry of a folder, as fs.WalkDir finds them: in the order of
// names.
func (l *libraryLoader) visit(name string, entry fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case name != "." && strings.HasPrefix(entry.Name(), "."):
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	case entry.IsDir() || !isSegmentFile(name):
		return nil
	}
	info, err := fs.Stat(l.fsys, name)
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	return l.read(name)
}

// isSegmentFile reports whether a file's name says that it holds a segment.
func isSegmentFile(name string) bool {
	return slices.Contains([]string{".yml", ".yaml", ".json"}, strings.ToLower(path.Ext(name)))
}

// read reads the file of one segment.
func (l *libraryLoader) read(name string) (err error) {
	file, err := l.fsys.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	data, err := io.ReadAll(io.LimitReader(file, MaxBytes+1)) // one byte more is too many
	if err != nil {
		return err
	}
	l.add(name, data)
	return nil
}

// isConfiguration reports whether a file is a parent segment's configuration, which
// may lie beside the segments.
func isConfiguration(name string, data []byte) bool {
	root, _ := document.ParseFile(name, data)
	return root.Find("rule") == nil && (root.Find("master_table") != nil || root.Find("master") != nil)
}

// add parses a file and adds its segment, or notes its problems.
func (l *libraryLoader) add(name string, data []byte) {
	if isConfiguration(name, data) {
		return
	}
	f, errs := parseFile(name, data)
	if len(errs) > 0 {
		l.errs = append(l.errs, errs)
		return
	}
	dir := path.Dir(name)
	if f.folder == nil && dir != "." {
		f.Path = joinFolder(dir, f.Name)
	}
	r := &fileReader{source: f.Rule.source, file: name, root: f.Rule.paths.root}
	if f.Name == "" {
		r.missingName()
	} else if other, taken := l.byPath[f.Path]; taken {
		r.duplicateSegment(r.root.Find("name"), f.Path, other)
	}
	if len(r.errs) > 0 {
		l.errs = append(l.errs, r.errs)
		return
	}
	l.byPath[f.Path] = name
	l.files = append(l.files, &f.SegmentFile)
}
