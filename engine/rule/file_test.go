package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestFileGolden runs the files of testdata/files. The commands are:
//
//	yaml, json       the canonical text of a file, or the problems
//	lines            the same, each line being a file in YAML
//	segment, wire    the file that is made of a rule in text, or of a file;
//	                 behaviors=(a,b) names the behaviors
//
// What a file holds is also written in both shapes and read again.
func TestFileGolden(t *testing.T) {
	datadriven.Walk(t, "testdata/files", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "yaml", "json":
				return readGolden(t, "f."+d.Cmd, d.Input) + "\n"
			case "lines":
				var out []string
				for _, line := range strings.Split(d.Input, "\n") {
					out = append(out, readGolden(t, "f.yaml", line))
				}
				return strings.Join(out, "\n") + "\n"
			case "segment", "wire":
				return writeGolden(t, d)
			}
			t.Fatalf("unknown command %q", d.Cmd)
			return ""
		})
	})
}

func readGolden(t *testing.T, name, text string) string {
	f, err := ParseFile(name, []byte(text))
	if err != nil {
		return showFileErrors(t, err)
	}
	checkFile(t, f)
	return strings.ReplaceAll(f.Rule.String(), "\x00", "␀")
}

func writeGolden(t *testing.T, d *datadriven.TestData) string {
	var names []string
	if d.HasArg("behaviors") {
		for _, arg := range d.CmdArgs {
			names = append(names, arg.Vals...)
		}
	}
	f := &SegmentFile{}
	r, err := Parse(d.Input)
	f.Rule = r
	if err != nil {
		if f, err = ParseFile("f.yaml", []byte(d.Input)); err != nil {
			t.Fatalf("%s: neither a rule nor a file: %v", d.Pos, err)
		}
	}
	write := f.AppendSegment
	if d.Cmd == "wire" {
		write = f.AppendWire
	}
	out, err := write(nil, func(name string) bool { return slices.Contains(names, name) })
	if err != nil {
		return err.Error() + "\n"
	}
	return string(out)
}

// showFileErrors returns all problems with their codes, paths and hints.
func showFileErrors(t *testing.T, err error) string {
	t.Helper()
	var errs Errors
	if !errors.As(err, &errs) {
		t.Fatalf("error is %T, want Errors: %v", err, err)
	}
	var lines []string
	for _, e := range errs {
		line := fmt.Sprintf("%d:%d: %s %s: %s", e.Line, e.Column, e.Code, e.Path, e.Msg)
		if e.Hint != "" {
			line += "; " + e.Hint
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// checkFile fails unless the canonical text of a file parses, and the file gives
// the same text when it is written in both shapes and read again.
func checkFile(t *testing.T, f *SegmentFile) {
	t.Helper()
	want := f.Rule.String()
	again, err := Parse(want)
	if err != nil || again.String() != want {
		t.Fatalf("canonical text %q does not parse to itself: %v", want, err)
	}
	checkWrite(t, f)
}

// checkWrite fails unless the rule survives both writers, as an attribute's and as
// a behavior's.
func checkWrite(t *testing.T, f *SegmentFile) {
	t.Helper()
	want := f.Rule.String()
	for _, isBehavior := range []func(string) bool{nil, func(string) bool { return true }} {
		for name, write := range map[string]func([]byte, func(string) bool) ([]byte, error){"f.yml": f.AppendSegment, "f.json": f.AppendWire} {
			text, err := write([]byte("x"), isBehavior)
			if err != nil {
				t.Fatalf("rule %q in %s: %v", want, name, err)
			}
			again, err := ParseFile(name, text[1:])
			if err != nil {
				t.Fatalf("rule %q gives\n%s\nwhich does not parse: %v", want, text[1:], err)
			}
			if again.Rule.String() != want || again.Name != f.Name || again.ID != f.ID || len(again.Extra) != len(f.Extra) {
				t.Fatalf("rule %q gives\n%s\nwhich is %q, %+v", want, text[1:], again.Rule, again)
			}
			if !sameLiterals(again.Rule.root, f.Rule.root) {
				t.Fatalf("rule %q gives\n%s\nwith values of other kinds", want, text[1:])
			}
		}
	}
}

// sameLiterals reports whether two trees have the same values in the same order,
// in kind and content.
func sameLiterals(a, b node) bool {
	return fmt.Sprint(literalsOf(nil, a)) == fmt.Sprint(literalsOf(nil, b))
}

func literalsOf(dst []string, n node) []string {
	add := func(values ...literal) {
		for _, v := range values {
			dst = append(dst, fmt.Sprintf("%d %q %s %v", v.kind, v.str, v.num, v.b))
		}
	}
	switch n := n.(type) {
	case *logicNode:
		for _, operand := range n.nodes {
			dst = literalsOf(dst, operand)
		}
	case *notNode:
		dst = literalsOf(dst, n.node)
	case *testNode:
		if n.where != nil {
			dst = literalsOf(dst, n.where)
		}
		if n.aggregate != nil {
			add(n.aggregate.test.values...)
		}
		if n.op != nil {
			add(n.op.values...)
		}
		if n.window != nil {
			add(n.window.from, n.window.to)
		}
	}
	return dst
}
