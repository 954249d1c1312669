package main

import (
	"cmp"
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// folder checks all YAML and JSON files below a folder. Its segments are a
// library, to which they may refer unless --segments names another.
func (c *checker) folder(ctx context.Context, dir string) ([]checkedFile, error) {
	files, err := readFolder(ctx, dir)
	if err != nil {
		return nil, err
	}
	library, broken, err := c.folderLibrary(dir, files)
	if err != nil {
		return nil, err
	}
	for i := range files {
		f := &files[i]
		switch {
		case broken[f.File] != nil:
			err = f.addError(broken[f.File])
		case c.segments != "":
			err = c.file(ctx, f, c.library, c.segments)
		default:
			err = c.file(ctx, f, library, dir)
			f.keepOwn(len(broken) > 0)
		}
		if err != nil {
			return nil, err
		}
	}
	namePaths(dir, files, library)
	return files, nil
}

// namePaths gives the files of a folder the paths that its library knows them by.
func namePaths(dir string, files []checkedFile, library *rule.Library) {
	paths := map[string]string{}
	for _, segment := range library.Segments() {
		paths[filepath.Join(dir, segment.File)] = segment.Path
	}
	for i := range files {
		files[i].Segment = cmp.Or(paths[files[i].File], files[i].Segment)
	}
}

// readFolder reads the YAML and JSON files below a folder, in the order of their
// names. Names that start with a point are left out.
func readFolder(ctx context.Context, dir string) ([]checkedFile, error) {
	var files []checkedFile
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != dir && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir() || !ask.IsDocument(path):
			return ctx.Err()
		}
		f, err := readChecked(path)
		if err == nil {
			files = append(files, *f)
		}
		return err
	})
	return files, err
}

// folderLibrary returns the library of a folder without the files that have
// problems, and these problems, by file.
func (c *checker) folderLibrary(dir string, files []checkedFile) (*rule.Library, map[string]rule.Errors, error) {
	if c.segments != "" {
		return nil, nil, nil
	}
	within := segmentsOnly{FS: os.DirFS(dir), hidden: map[string]bool{}}
	for i := range files {
		if name, err := filepath.Rel(dir, files[i].File); err == nil && files[i].Kind != kindSegment {
			within.hidden[filepath.ToSlash(name)] = true
		}
	}
	broken := map[string]rule.Errors{}
	library, err := rule.LoadLibrary(within)
	problems := ask.RuleProblems(err)
	if len(problems) == 0 {
		return library, broken, err
	}
	for _, e := range problems {
		within.hidden[e.File] = true
		changed := *e
		changed.File = filepath.Join(dir, e.File)
		broken[changed.File] = append(broken[changed.File], &changed)
	}
	library, err = rule.LoadLibrary(within)
	return library, broken, err
}

// keepOwn drops the problems of other files of the folder, which are told there.
// Where the library lacks files that have problems, it drops what may be due to
// that, and says so.
func (f *checkedFile) keepOwn(incomplete bool) {
	f.Problems = slices.DeleteFunc(f.Problems, func(p checkProblem) bool { return p.File != f.File })
	kept := slices.DeleteFunc(slices.Clone(f.Problems), func(p checkProblem) bool {
		return incomplete && p.Code == string(rule.UnknownSegment)
	})
	if len(kept) < len(f.Problems) {
		f.Problems = kept
		f.Warnings = append(f.Warnings, "it refers to segments that are not there, or are in files with problems")
	}
}

// segmentsOnly is a folder without some of its files.
type segmentsOnly struct {
	fs.FS
	hidden map[string]bool // paths within it
}

// ReadDir lists a folder without what is hidden.
func (s segmentsOnly) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(s.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return s.hidden[path.Join(name, e.Name())] }), err
}
