package rollcall_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// checkPackageDocs finds packages without a package comment in doc.go. A
// library's comment starts with Package and its name, a program's with
// Command. A folder of nothing but tests needs none.
func checkPackageDocs(packages []goPackage) []string {
	var violations []string
	for _, p := range packages {
		code := p.code()
		if len(code) == 0 {
			continue
		}
		want := "Package " + code[0].ast.Name.Name
		if code[0].ast.Name.Name == "main" {
			want = "Command " + path.Base(p.dir)
		}
		comment, found := "", false
		for _, f := range code {
			if path.Base(f.path) == "doc.go" {
				comment, found = f.ast.Doc.Text(), true
			}
		}
		switch {
		case !found:
			violations = append(violations, fmt.Sprintf("%s: no doc.go, expected one with a comment that starts with %q", p.dir, want))
		case !startsWithWord(comment, want):
			violations = append(violations, fmt.Sprintf("%s/doc.go: the package comment starts with %q, expected %q", p.dir, opening(comment), want))
		}
	}
	return violations
}

// checkExportedDocs finds exported functions, methods of exported types, types,
// constants and variables without a comment, or with one that does not start
// with the name. The comment of a group counts for its members, and so does a
// comment behind a constant or variable; both may start as they like.
func checkExportedDocs(packages []goPackage) []string {
	var violations []string
	for _, p := range packages {
		for _, f := range p.code() {
			for _, decl := range f.ast.Decls {
				violations = append(violations, checkDecl(f, decl)...)
			}
		}
	}
	return violations
}

// checkDecl finds what checkExportedDocs does in one declaration.
func checkDecl(f goFile, decl ast.Decl) []string {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Name.IsExported() && receiverIsExported(decl) {
			return checkComment(f, decl.Name, decl.Doc)
		}
	case *ast.GenDecl:
		var violations []string
		for _, spec := range decl.Specs {
			violations = append(violations, checkSpec(f, decl, spec)...)
		}
		return violations
	}
	return nil
}

// checkSpec finds what checkExportedDocs does in one type, or one line of
// constants or variables.
func checkSpec(f goFile, decl *ast.GenDecl, spec ast.Spec) []string {
	grouped := decl.Lparen != token.NoPos
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		doc := spec.Doc
		if !grouped {
			doc = decl.Doc
		}
		if spec.Name.IsExported() {
			return checkComment(f, spec.Name, doc)
		}
	case *ast.ValueSpec:
		if grouped && decl.Doc != nil || spec.Comment != nil {
			return nil
		}
		doc := spec.Doc
		if !grouped {
			doc = decl.Doc
		}
		// One comment serves a line of several names; it starts with the first.
		if name := firstExported(spec.Names); name != nil {
			return checkComment(f, name, doc)
		}
	}
	return nil
}

// checkComment says what is wrong with the comment of a name.
func checkComment(f goFile, name *ast.Ident, doc *ast.CommentGroup) []string {
	switch text := doc.Text(); {
	case text == "":
		return []string{fmt.Sprintf("%s: %s has no comment", f.at(name), name.Name)}
	case !startsWithWord(text, name.Name):
		return []string{fmt.Sprintf("%s: the comment of %s starts with %q, expected the name", f.at(name), name.Name, opening(text))}
	}
	return nil
}

// firstExported gives the first exported name, nil where there is none.
func firstExported(names []*ast.Ident) *ast.Ident {
	for _, name := range names {
		if name.IsExported() {
			return name
		}
	}
	return nil
}

// receiverIsExported reports whether a function is no method, or one of an
// exported type.
func receiverIsExported(decl *ast.FuncDecl) bool {
	if decl.Recv == nil || len(decl.Recv.List) == 0 {
		return true
	}
	receiver := decl.Recv.List[0].Type
	for {
		switch t := receiver.(type) {
		case *ast.StarExpr:
			receiver = t.X
		case *ast.ParenExpr:
			receiver = t.X
		case *ast.IndexExpr:
			receiver = t.X
		case *ast.IndexListExpr:
			receiver = t.X
		case *ast.Ident:
			return t.IsExported()
		default:
			return true
		}
	}
}

// startsWithWord reports whether text starts with word as a word of its own.
func startsWithWord(text, word string) bool {
	rest, ok := strings.CutPrefix(text, word)
	next, _ := utf8.DecodeRuneInString(rest)
	return ok && next != '_' && !unicode.IsLetter(next) && !unicode.IsDigit(next)
}

// opening gives the first two words of a comment.
func opening(text string) string {
	words := strings.Fields(text)
	return strings.Join(words[:min(2, len(words))], " ")
}

func TestCheckPackageDocs(t *testing.T) {
	check := func(text string, want ...string) {
		t.Helper()
		checkViolations(t, checkPackageDocs(parsePackages(t, fixture(text))), want...)
	}
	check("-- a/a.go --\n// Package a is documented in the wrong place.\npackage a\n",
		`a: no doc.go, expected one with a comment that starts with "Package a"`)
	check("-- a/doc.go --\npackage a\n",
		`a/doc.go: the package comment starts with "", expected "Package a"`)
	check("-- a/doc.go --\n// Package a stands apart.\n\npackage a\n",
		`a/doc.go: the package comment starts with "", expected "Package a"`)
	check("-- a/doc.go --\n// Package ab is another.\npackage a\n",
		`a/doc.go: the package comment starts with "Package ab", expected "Package a"`)
	check("-- cmd/tool/doc.go --\n// Package main is a tool.\npackage main\n",
		`cmd/tool/doc.go: the package comment starts with "Package main", expected "Command tool"`)
	check(`
-- a/doc.go --
// Package a is right.
package a
-- a/a.go --
package a
-- cmd/tool/doc.go --
// Command tool is right.
package main
-- tests/a_test.go --
package tests
-- a/testdata/b.go --
package b
`)
}

func TestCheckExportedDocs(t *testing.T) {
	check := func(code string, want ...string) {
		t.Helper()
		checkViolations(t, checkExportedDocs(parsePackages(t, fixture("-- a/a.go --\npackage a\n"+code))), want...)
	}
	check("func F() {}\n", "a/a.go:2: F has no comment")
	check("// Runs.\nfunc F() {}\n", `a/a.go:3: the comment of F starts with "Runs.", expected the name`)
	check("// Fold is another.\nfunc F() {}\n", `a/a.go:3: the comment of F starts with "Fold is", expected the name`)
	check("// F is apart.\n\nfunc F() {}\n", "a/a.go:4: F has no comment")
	check("//go:noinline\nfunc F() {}\n", "a/a.go:3: F has no comment")
	check("// T is here.\ntype T struct{}\nfunc (T) M() {}\n", "a/a.go:4: M has no comment")
	check("// T is here.\ntype T[K any] struct{}\nfunc (t *T[K]) M() {}\n", "a/a.go:4: M has no comment")
	check("// T is here.\ntype T[K, V any] struct{}\nfunc (t *T[K, V]) M() {}\n", "a/a.go:4: M has no comment")
	check("type T int\n", "a/a.go:2: T has no comment")
	check("// Types of all kinds.\ntype (\n\tT int\n)\n", "a/a.go:4: T has no comment")
	check("// The type T.\ntype T int\n", `a/a.go:3: the comment of T starts with "The type", expected the name`)
	check("var V = 1\n", "a/a.go:2: V has no comment")
	check("const (\n\t// A is here.\n\tA = iota\n\tB\n)\n", "a/a.go:5: B has no comment")
	check("const (\n\t// First.\n\tA = iota\n)\n", `a/a.go:4: the comment of A starts with "First.", expected the name`)
	check("var a, V = 1, 2\n", "a/a.go:2: V has no comment")
	check(`
// F is right.
func F() {}

// T is right: its fields need no comment.
type T struct{ Field int }

// M is right.
func (*T) M() {}

type hidden int

func (hidden) Method() {}

func (h *hidden) Pointer() {}

type (
	// U is right.
	U int
)

// V is right.
var V = 1

// Kinds of things.
const (
	A = iota
	B
)

const (
	C = 1 // right behind the name
	// D, too.
	D = 2
	e = 3
)
`)
	checkViolations(t, checkExportedDocs(parsePackages(t, fixture("-- a/a_test.go --\npackage a\nfunc F() {}\n"))))
}
