// Package rollcall_test holds the house rules as tests: which way imports
// point, what may depend on what, that everything exported says what it does.
// Every rule is a function from parsed sources to violations, and has a test
// of its own on sources that break it.
package rollcall_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

const modulePath = "github.com/rollcall-db/rollcall"

// maxGoLines is the longest Go file allowed, in lines. A longer one holds more
// than one idea.
const maxGoLines = 800

// source is one file of the tree.
type source struct {
	path string // relative to the root, with slashes
	data []byte
}

// goPackage is the Go files of one folder. The external test package of a
// folder belongs to it.
type goPackage struct {
	dir   string // relative to the root, with slashes; "." is the root
	files []goFile
}

// goFile is one parsed Go file.
type goFile struct {
	path  string
	test  bool // the name ends in _test.go
	lines int
	fset  *token.FileSet
	ast   *ast.File
}

// at names a position of the file, as path:line.
func (f goFile) at(node ast.Node) string {
	return fmt.Sprintf("%s:%d", f.path, f.fset.Position(node.Pos()).Line)
}

// code gives the files of the package that are not tests.
func (p goPackage) code() []goFile {
	return slices.DeleteFunc(slices.Clone(p.files), func(f goFile) bool { return f.test })
}

// under reports whether dir is folder or lies in it.
func under(dir, folder string) bool {
	return dir == folder || strings.HasPrefix(dir, folder+"/")
}

// underAny reports whether dir is one of the folders or lies in one.
func underAny(dir string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return under(dir, folder) })
}

// TestTidy applies every rule to this tree.
func TestTidy(t *testing.T) {
	sources := readTree(t)
	packages := parsePackages(t, sources)
	rules := []struct {
		name       string
		violations []string
	}{
		{"imports point down", checkImports(packages)},
		{"dependencies stay at the leaves", checkDependencies(packages)},
		{"every package has a doc.go", checkPackageDocs(packages)},
		{"every exported name has a comment", checkExportedDocs(packages)},
		{"no path of a machine", checkMachinePaths(sources)},
		{"no long Go file", checkLength(packages)},
	}
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			for _, v := range rule.violations {
				t.Error(v)
			}
		})
	}
}

// readTree reads every file of the tree but what git ignores: hidden folders,
// binaries and snapshots.
func readTree(t *testing.T) []source {
	t.Helper()
	var sources []source
	root := os.DirFS(".")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			hidden := strings.HasPrefix(d.Name(), ".") && name != "." && name != ".ci"
			if hidden || name == "bin" || d.Name() == "node_modules" || strings.HasSuffix(name, ".rollcall") {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := fs.ReadFile(root, name)
		sources = append(sources, source{path: name, data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

// parsePackages parses the Go files among the sources. Of the testdata folders
// only testdata/cdnow holds code of ours; tools is a module of its own.
func parsePackages(t *testing.T, sources []source) []goPackage {
	t.Helper()
	byDir := map[string]*goPackage{}
	for _, s := range sources {
		dir := path.Dir(s.path)
		data := slices.Contains(strings.Split(dir, "/"), "testdata") && !under(dir, "testdata/cdnow")
		if path.Ext(s.path) != ".go" || data || under(dir, "tools") {
			continue
		}
		f := goFile{
			path:  s.path,
			test:  strings.HasSuffix(s.path, "_test.go"),
			lines: bytes.Count(s.data, []byte("\n")),
			fset:  token.NewFileSet(),
		}
		var err error
		f.ast, err = parser.ParseFile(f.fset, s.path, s.data, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if byDir[dir] == nil {
			byDir[dir] = &goPackage{dir: dir}
		}
		byDir[dir].files = append(byDir[dir].files, f)
	}
	var packages []goPackage
	for _, p := range byDir {
		packages = append(packages, *p)
	}
	slices.SortFunc(packages, func(a, b goPackage) int { return strings.Compare(a.dir, b.dir) })
	return packages
}

// machinePath finds the names of places that exist on one machine only. The
// folder name after the dot must not follow a word: x.library is Go.
var machinePath = regexp.MustCompile(`/wor` + `k/|share` + `d/design|(?:^|[^\w)\]])\.librar` + `y\b`)

// checkMachinePaths finds files whose name or text names a place that exists
// on one machine only. Of binary files it looks at the name.
func checkMachinePaths(sources []source) []string {
	var violations []string
	for _, s := range sources {
		if found := machinePath.FindString("/" + s.path); found != "" {
			violations = append(violations, fmt.Sprintf("%s: the name holds %q, a path of one machine", s.path, found))
		}
		if bytes.IndexByte(s.data, 0) >= 0 {
			continue
		}
		line := 0
		for text := range bytes.Lines(s.data) {
			line++
			if found := machinePath.Find(text); found != nil {
				violations = append(violations, fmt.Sprintf("%s:%d: the text holds %q, a path of one machine", s.path, line, found))
			}
		}
	}
	return violations
}

// checkLength finds Go files longer than maxGoLines.
func checkLength(packages []goPackage) []string {
	var violations []string
	for _, p := range packages {
		for _, f := range p.files {
			if f.lines > maxGoLines {
				violations = append(violations, fmt.Sprintf("%s: %d lines, at most %d allowed: split it by idea", f.path, f.lines, maxGoLines))
			}
		}
	}
	return violations
}

// fixture gives the sources of a txtar text, a small tree.
func fixture(text string) []source {
	var sources []source
	for _, f := range txtar.Parse([]byte(text)).Files {
		sources = append(sources, source{path: f.Name, data: f.Data})
	}
	return sources
}

// checkViolations compares the violations found in a fixture.
func checkViolations(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("violations (-want +got):\n%s", diff)
	}
}

func TestCheckMachinePaths(t *testing.T) {
	const place, design, library = "/wor" + "k/", "share" + "d/design", ".librar" + "y"
	bad := []source{
		{path: "docs/a.md", data: []byte("fine\nsee " + place + "main\n")},
		{path: "b.go", data: []byte("// " + design + "/rules.md\n")},
		{path: "c.yml", data: []byte(library + ": x\npath: /x/" + library + "/y\n")},
		{path: "docs/" + library + "/d.md", data: []byte("fine\n")},
		{path: "e.bin", data: []byte("\x00" + place)},
	}
	checkViolations(t, checkMachinePaths(bad),
		`docs/a.md:2: the text holds "`+place+`", a path of one machine`,
		`b.go:1: the text holds "`+design+`", a path of one machine`,
		`c.yml:1: the text holds "`+library+`", a path of one machine`,
		`c.yml:2: the text holds "/`+library+`", a path of one machine`,
		`docs/`+library+`/d.md: the name holds "/`+library+`", a path of one machine`,
	)
	good := []source{
		{path: "a.go", data: []byte("x := options" + library + "\ny := f()" + library + "\nz := a[0]" + library + "\n")},
		{path: "b.go", data: []byte("// teamwork and framework/patchwork, a shared design\n")},
	}
	checkViolations(t, checkMachinePaths(good))
}

func TestCheckLength(t *testing.T) {
	lines := func(n int) string { return "package a\n" + strings.Repeat("\n", n-1) }
	packages := parsePackages(t, []source{
		{path: "a/long.go", data: []byte(lines(maxGoLines + 1))},
		{path: "a/long_test.go", data: []byte(lines(maxGoLines + 2))},
		{path: "a/fits.go", data: []byte(lines(maxGoLines))},
		{path: "a/testdata/long.go", data: []byte(lines(maxGoLines + 3))},
		{path: "testdata/cdnow/long.go", data: []byte(lines(maxGoLines + 4))},
	})
	checkViolations(t, checkLength(packages),
		"a/long.go: 801 lines, at most 800 allowed: split it by idea",
		"a/long_test.go: 802 lines, at most 800 allowed: split it by idea",
		"testdata/cdnow/long.go: 804 lines, at most 800 allowed: split it by idea",
	)
}
