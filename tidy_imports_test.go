package rollcall_test

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers is the import order of docs/architecture.md, top to bottom. A package
// imports what lies below it, and one way only what lies beside it. A folder
// stands for everything in it that has no entry of its own, but for engine, whose
// children all have one.
var layers = [][]string{
	{"cmd", "testdata/cdnow/warehouse"},
	{"cmd/rollcall/api", "cmd/rollcall/assistant", "cmd/rollcall/page"},
	{"cmd/rollcall/service"},
	{"cmd/rollcall/jobs", "cmd/rollcall/load", "cmd/rollcall/chart"},
	{"cmd/rollcall/ask", "cmd/rollcall/access", "cmd/rollcall/audit", "cmd/rollcall/registry", "cmd/rollcall/schedule", "cmd/rollcall/picture", "cmd/rollcall/wording"},
	{"bench"},
	{"ingest", "federate"},
	{"engine"},
	{"engine/exec"},
	{"engine/plan", "engine/index", "engine/keys", "engine/store", "engine/oracle"},
	{"engine/column", "engine/rule", "engine/model", "engine/window"},
	{"bitmap", "engine/document", "engine/encoding", "engine/toc", "testdata/cdnow", "docs"},
}

// importRule narrows who may import a folder beyond what layers says. Tests
// are free.
type importRule struct {
	from   []string // importers that the rule is about; empty: all
	folder string   // what they may import only as said below
	except []string // importers that may all the same
	only   []string // folders within folder that everyone may
	why    string
}

var importRules = []importRule{
	{folder: "engine/oracle", except: []string{"bench"}, why: "the oracle is for tests and bench"},
	{from: []string{"cmd/rollcall"}, folder: "bench", why: "rollcall builds without cgo"},
	{folder: "testdata/cdnow", except: []string{"cmd"}, why: "the data is for tests and cmd"},
	{from: []string{"federate"}, folder: "ingest", why: "federate never imports ingest"},
	{from: []string{"ingest"}, folder: "federate", only: []string{"federate/source"}, why: "ingest knows the contract of a source, no source"},
}

// layerOf gives the place of a folder in layers, 0 at the top. The longest
// entry that holds the folder places it.
func layerOf(dir string) (layer int, ok bool) {
	longest := ""
	for i, folders := range layers {
		for _, f := range folders {
			holds := dir == f || f != "engine" && under(dir, f)
			if holds && len(f) > len(longest) {
				layer, longest = i, f
			}
		}
	}
	return layer, longest != ""
}

// moduleImports gives the folders of this module that a file imports.
func moduleImports(f goFile) []string {
	var dirs []string
	for _, imported := range importPaths(f) {
		if dir, ok := strings.CutPrefix(imported, modulePath+"/"); ok {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// importPaths gives the paths that a file imports.
func importPaths(f goFile) []string {
	var paths []string
	for _, spec := range f.ast.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			imported = spec.Path.Value // the parser has checked it
		}
		paths = append(paths, imported)
	}
	return paths
}

// checkImports finds imports between packages of this module that point up,
// from child to parent, in a circle of two folders, or against importRules.
// Tests may import anything: what they import ships nowhere.
func checkImports(packages []goPackage) []string {
	var violations []string
	edges := map[[2]string]bool{} // between folders as folderOf names them
	for _, p := range packages {
		if _, ok := layerOf(p.dir); !ok && len(p.code()) > 0 {
			violations = append(violations, fmt.Sprintf(
				"%s: the folder has no place in the import order: add it to layers and to docs/architecture.md", p.dir))
			continue
		}
		for _, f := range p.code() {
			for _, dir := range moduleImports(f) {
				edges[[2]string{folderOf(p.dir), folderOf(dir)}] = true
				if why := checkImport(p.dir, dir, f.ast.Name.Name == "main"); why != "" {
					violations = append(violations, fmt.Sprintf("%s: imports %s: %s", f.path, dir, why))
				}
			}
		}
	}
	return append(violations, mutual(edges)...)
}

// checkImport says what is wrong with one import, "" for nothing. Nothing can
// import a program, so a program may import the folder that it stands in.
func checkImport(from, to string, program bool) string {
	fromLayer, _ := layerOf(from)
	toLayer, ok := layerOf(to)
	switch {
	case !ok:
		return "that folder has no place in the import order"
	case under(from, to) && !program && !supportsTests(from):
		return "a child never imports its parent"
	case supportsTests(to):
		return "that package is for tests"
	case toLayer < fromLayer:
		return "imports point down, from cmd to bitmap"
	}
	for _, rule := range importRules {
		about := len(rule.from) == 0 || underAny(from, rule.from)
		inside := under(from, rule.folder) // a folder's own packages are its own affair
		if about && !inside && under(to, rule.folder) && !underAny(from, rule.except) && !underAny(to, rule.only) {
			return rule.why
		}
	}
	return ""
}

// supportsTests reports whether a folder holds helpers for the tests of its
// parent's users, by name: sourcetest in source, like httptest in net/http. It
// knows its parent, and only tests import it.
func supportsTests(dir string) bool {
	return path.Base(dir) == path.Base(path.Dir(dir))+"test"
}

// folderOf names the folder that a package counts under where two folders must
// not import each other: the first two elements of its path.
func folderOf(dir string) string {
	elements := strings.SplitN(dir, "/", 3)
	return path.Join(elements[:min(2, len(elements))]...)
}

// mutual finds pairs of folders that import each other. A parent and its child
// are no pair: the child must not import its parent at all.
func mutual(edges map[[2]string]bool) []string {
	var violations []string
	for edge := range edges {
		a, b := edge[0], edge[1]
		if a < b && edges[[2]string{b, a}] && !under(b, a) {
			violations = append(violations, fmt.Sprintf("%s and %s import each other: let one of them not know the other", a, b))
		}
	}
	slices.Sort(violations)
	return violations
}

// engineModules are the modules that embedding the engine pulls in.
var engineModules = []string{
	"github.com/RoaringBitmap/roaring/v2",
	"github.com/apache/arrow-go/v18",
	"github.com/cespare/xxhash/v2",
	"go.yaml.in/yaml/v4",
	"golang.org/x/sys",
}

// leafModules are the heavy modules, each with the folders that may import it.
// "C" is cgo, which the command line must build without.
var leafModules = []struct {
	module  string
	folders []string
}{
	{"C", []string{"bench", "cmd/rollcall-bench"}},
	{"github.com/duckdb", []string{"bench", "cmd/rollcall-bench"}},
	{"github.com/parquet-go", []string{"federate/files", "federate/export", "testdata/cdnow", "bench"}},
	{"net/http", []string{"federate/databricks", "bench/warehouse", "cmd/rollcall/api", "cmd/rollcall/assistant", "cmd/rollcall/page"}},
	{"github.com/danielgtaylor/huma", []string{"cmd/rollcall/api"}},
	{"github.com/prometheus", []string{"cmd/rollcall/api"}},
	{"github.com/modelcontextprotocol", []string{"cmd/rollcall/assistant"}},
	{"go.etcd.io/bbolt", []string{"cmd/rollcall/registry"}},
}

// checkDependencies finds imports of other modules in packages that must do
// without. Tests may import anything.
func checkDependencies(packages []goPackage) []string {
	var violations []string
	for _, p := range packages {
		for _, f := range p.code() {
			for _, imported := range importPaths(f) {
				if why := checkDependency(p.dir, imported); why != "" {
					violations = append(violations, fmt.Sprintf("%s: imports %s: %s", f.path, imported, why))
				}
			}
		}
	}
	return violations
}

// checkDependency says what is wrong with importing a package of another
// module, "" for nothing.
func checkDependency(from, imported string) string {
	for _, leaf := range leafModules {
		if under(imported, leaf.module) && !underAny(from, leaf.folders) {
			return "only " + strings.Join(leaf.folders, ", ") + " and tests may"
		}
	}
	first, _, _ := strings.Cut(imported, "/")
	ours := under(imported, modulePath)
	if !strings.Contains(first, ".") || ours || !underAny(from, []string{"engine", "bitmap"}) {
		return ""
	}
	if !underAny(imported, engineModules) {
		return "the engine may pull in " + strings.Join(engineModules, ", ") + " only"
	}
	return ""
}

func TestCheckImports(t *testing.T) {
	check := func(text string, want ...string) {
		t.Helper()
		text = strings.ReplaceAll(text, `"~`, `"`+modulePath)
		checkViolations(t, checkImports(parsePackages(t, fixture(text))), want...)
	}
	const order = "imports point down, from cmd to bitmap"
	// Every layer above the next.
	check("-- bitmap/a.go --\npackage bitmap\nimport _ \"~/engine/model\"\n",
		"bitmap/a.go: imports engine/model: "+order)
	check("-- engine/rule/a.go --\npackage rule\nimport _ \"~/engine/store\"\n",
		"engine/rule/a.go: imports engine/store: "+order)
	check("-- engine/plan/a.go --\npackage plan\nimport _ \"~/engine/exec\"\n",
		"engine/plan/a.go: imports engine/exec: "+order)
	check("-- engine/exec/a.go --\npackage exec\nimport _ \"~/ingest\"\n",
		"engine/exec/a.go: imports ingest: "+order)
	check("-- engine/a.go --\npackage engine\nimport _ \"~/federate/files\"\n",
		"engine/a.go: imports federate/files: "+order)
	check("-- ingest/a.go --\npackage ingest\nimport _ \"~/bench\"\n",
		"ingest/a.go: imports bench: "+order)
	check("-- bench/difftest/a.go --\npackage difftest\nimport _ \"~/cmd/rollcall\"\n",
		"bench/difftest/a.go: imports cmd/rollcall: "+order)
	// Children and parents.
	check("-- engine/exec/a.go --\npackage exec\nimport _ \"~/engine\"\n",
		"engine/exec/a.go: imports engine: a child never imports its parent")
	check("-- federate/files/csv/a.go --\npackage csv\nimport _ \"~/federate/files\"\n",
		"federate/files/csv/a.go: imports federate/files: a child never imports its parent")
	check("-- bench/warehouse/a.go --\npackage warehouse\nimport _ \"~/bench\"\n",
		"bench/warehouse/a.go: imports bench: a child never imports its parent")
	check("-- federate/source/difftest/a.go --\npackage difftest\nimport _ \"~/federate/source\"\n",
		"federate/source/difftest/a.go: imports federate/source: a child never imports its parent")
	check("-- federate/files/a.go --\npackage files\nimport _ \"~/federate/source/sourcetest\"\n",
		"federate/files/a.go: imports federate/source/sourcetest: that package is for tests")
	// Circles of folders, which the compiler sees only between packages.
	check(`
-- engine/index/a.go --
package index
import _ "~/engine/store/section"
-- engine/store/a.go --
package store
import _ "~/engine/index"
`, "engine/index and engine/store import each other: let one of them not know the other")
	check(`
-- federate/export/a.go --
package export
import _ "~/federate/files/parquet"
-- federate/files/csv/a.go --
package csv
import _ "~/federate/export"
`, "federate/export and federate/files import each other: let one of them not know the other")
	// Who may import what within the order.
	check("-- federate/sqlgen/a.go --\npackage sqlgen\nimport _ \"~/ingest\"\n",
		"federate/sqlgen/a.go: imports ingest: federate never imports ingest")
	check("-- ingest/a.go --\npackage ingest\nimport _ \"~/federate/files\"\n",
		"ingest/a.go: imports federate/files: ingest knows the contract of a source, no source")
	check("-- engine/a.go --\npackage engine\nimport _ \"~/engine/oracle\"\n",
		"engine/a.go: imports engine/oracle: the oracle is for tests and bench")
	check("-- bench/a.go --\npackage bench\nimport _ \"~/testdata/cdnow\"\n",
		"bench/a.go: imports testdata/cdnow: the data is for tests and cmd")
	check("-- cmd/rollcall/a.go --\npackage main\nimport _ \"~/bench\"\n",
		"cmd/rollcall/a.go: imports bench: rollcall builds without cgo")
	check("-- cmd/rollcall/service/a.go --\npackage service\nimport _ \"~/cmd/rollcall/api\"\n",
		"cmd/rollcall/service/a.go: imports cmd/rollcall/api: "+order)
	check("-- cmd/rollcall/ask/a.go --\npackage ask\nimport _ \"~/cmd/rollcall/service\"\n",
		"cmd/rollcall/ask/a.go: imports cmd/rollcall/service: "+order)
	check("-- cmd/rollcall/jobs/a.go --\npackage jobs\nimport _ \"~/cmd/rollcall/service\"\n",
		"cmd/rollcall/jobs/a.go: imports cmd/rollcall/service: "+order)
	// Folders without a place.
	check("-- util/a.go --\npackage util\n",
		"util: the folder has no place in the import order: add it to layers and to docs/architecture.md")
	check("-- engine/helper/a.go --\npackage helper\n",
		"engine/helper: the folder has no place in the import order: add it to layers and to docs/architecture.md")
	check("-- engine/a.go --\npackage engine\nimport _ \"~/engine/helper\"\n",
		"engine/a.go: imports engine/helper: that folder has no place in the import order")
	// What is right.
	check(`
-- cmd/rollcall/a.go --
package main
import (
	_ "~/cmd/rollcall/service"
	_ "~/engine"
	_ "~/testdata/cdnow"
)
-- cmd/rollcall/service/a.go --
package service
import _ "~/ingest"
-- bench/difftest/a.go --
package difftest
import _ "~/engine/oracle"
-- ingest/a.go --
package ingest
import (
	_ "~/bitmap"
	_ "~/federate/source"
)
-- federate/a.go --
package federate
import _ "~/federate/files"
-- federate/source/sourcetest/a.go --
package sourcetest
import _ "~/federate/source"
-- federate/files/a_test.go --
package files
import _ "~/federate/source/sourcetest"
-- engine/a.go --
package engine
import _ "~/engine/exec"
-- engine/index/a.go --
package index
import _ "~/engine/store"
-- engine/exec/exec_test.go --
package exec_test
import (
	_ "~/engine"
	_ "~/engine/oracle"
	_ "~/testdata/cdnow"
)
-- testdata/cdnow/warehouse/a.go --
package main
import _ "~/testdata/cdnow"
-- tools/a.go --
package tools
-- a_test.go --
package rollcall_test
`)
}

func TestCheckDependencies(t *testing.T) {
	check := func(file, imported, want string) {
		t.Helper()
		text := fmt.Sprintf("-- %s --\npackage p\nimport _ %q\n", file, imported)
		got := checkDependencies(parsePackages(t, fixture(text)))
		if want == "" {
			checkViolations(t, got)
			return
		}
		checkViolations(t, got, fmt.Sprintf("%s: imports %s: %s", file, imported, want))
	}
	const engine = "the engine may pull in github.com/RoaringBitmap/roaring/v2, github.com/apache/arrow-go/v18, " +
		"github.com/cespare/xxhash/v2, go.yaml.in/yaml/v4, golang.org/x/sys only"
	check("engine/a.go", "github.com/spf13/cobra", engine)
	check("engine/store/a.go", "github.com/klauspost/compress/zstd", engine)
	check("bitmap/a.go", "golang.org/x/sync/errgroup", engine)
	check("engine/a.go", "go.yaml.in/yaml/v3", engine)
	check("engine/store/a.go", "golang.org/x/sys/unix", "")
	check("bitmap/a.go", "github.com/RoaringBitmap/roaring/v2", "")
	check("engine/column/a.go", "github.com/apache/arrow-go/v18/arrow", "")
	check("engine/column/a.go", "encoding/binary", "")
	check("engine/plan/a.go", modulePath+"/engine/index", "")
	check("engine/a_test.go", "github.com/google/go-cmp/cmp", "")
	check("cmd/rollcall/a.go", "github.com/spf13/cobra", "")

	const duckdb = "only bench, cmd/rollcall-bench and tests may"
	check("cmd/rollcall/a.go", "github.com/duckdb/duckdb-go/v2", duckdb)
	check("federate/files/a.go", "github.com/duckdb/duckdb-go-bindings", duckdb)
	check("federate/a.go", "C", duckdb)
	check("bench/warehouse/a.go", "github.com/duckdb/duckdb-go/v2", "")
	check("cmd/rollcall-bench/a.go", "github.com/duckdb/duckdb-go/v2", "")
	check("federate/sqlgen/a_test.go", "github.com/duckdb/duckdb-go/v2", "")

	const parquet = "only federate/files, federate/export, testdata/cdnow, bench and tests may"
	check("ingest/a.go", "github.com/parquet-go/parquet-go", parquet)
	check("cmd/rollcall/a.go", "github.com/parquet-go/parquet-go/format", parquet)
	check("federate/filesystem/a.go", "github.com/parquet-go/parquet-go", parquet)
	check("federate/files/a.go", "github.com/parquet-go/parquet-go", "")
	check("federate/export/a.go", "github.com/parquet-go/parquet-go", "")
	check("testdata/cdnow/a.go", "github.com/parquet-go/parquet-go", "")
	check("bench/a.go", "github.com/parquet-go/parquet-go", "")
	check("ingest/a_test.go", "github.com/parquet-go/parquet-go", "")
}
