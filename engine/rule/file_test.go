package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/google/go-cmp/cmp"
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
	case *sequenceNode:
		for _, s := range n.steps {
			dst = literalsOf(dst, s.test)
		}
	}
	return dst
}

// TestCheckFile: the problems of reading and of checking a file come together.
func TestCheckFile(t *testing.T) {
	data := `type: And
conditions:
  - {type: Value, attribute: visits, operator: {type: Equal, value: many}}
  - {type: Value, attribute: visits, operator: {type: Equal}}
  - type: Or
    conditions:
      - {type: Value, attribute: contry, operator: {type: Equal, value: JP}}
      - {type: Valu, attribute: visits}
      - {type: Value, source: purchase, aggregation: {type: Sum, column: amont}, filter: {type: And, conditions: [{type: Column, column: x, operator: {type: In}}]}, operator: {type: Greater, value: 1}}
  - {type: include, segment: Broken}
`
	_, _, err := CheckFile("rule.yml", []byte(data), testSchema("UTC"), testLibrary)
	var errs Errors
	if !errors.As(err, &errs) {
		t.Fatalf("error is %v, want Errors", err)
	}
	var got []string
	for _, e := range errs {
		got = append(got, fmt.Sprintf("%s:%d %s %s", e.File, e.Line, e.Code, e.Path))
	}
	want := []string{
		"rule.yml:3 TYPE_MISMATCH conditions[0].operator.value",
		"rule.yml:4 MISSING_OPERATOR_VALUE conditions[1].operator.value",
		"rule.yml:7 UNKNOWN_ATTRIBUTE conditions[2].conditions[0].attribute",
		"rule.yml:8 INVALID_RULE_TYPE conditions[2].conditions[1].type",
		"rule.yml:9 MISSING_OPERATOR_VALUE conditions[2].conditions[2].filter.conditions[0].operator.value",
		"segment 'Broken':1 UNKNOWN_ATTRIBUTE ",
		"segment 'Broken':1 TYPE_MISMATCH ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	f, c, err := CheckFile("rule.yml", []byte("{type: Value, attribute: visits, operator: {type: Equal, value: 1}}"), testSchema("UTC"), nil)
	if err != nil || f.Rule.String() != "visits = 1" || c.String() != "visits = 1" {
		t.Errorf("a good file: %v", err)
	}
}

// TestCompositeIDs: an expression calls conditions by their ids, else by their
// positions.
func TestCompositeIDs(t *testing.T) {
	value := func(id, name string) string {
		if id != "" {
			id = `"id": "` + id + `", `
		}
		return `{"type": "Value", ` + id + `"leftValue": {"name": "` + name + `"}, "operator": {"type": "Equal", "rightValue": "x"}}`
	}
	for _, c := range []struct{ expr, first, second, want string }{
		{"1 and not 2", value("", "a"), value("", "b"), "a = 'x' and not b = 'x'"},
		{"A and not B", value("", "a"), value("", "b"), "a = 'x' and not b = 'x'"},
		{"1 and not 2", value("2", "a"), value("1", "b"), "b = 'x' and not a = 'x'"},
		{"A and not B", value("B", "a"), value("A", "b"), "b = 'x' and not a = 'x'"},
		{"1 and not 7", value("7", "a"), value("1", "b"), "b = 'x' and not a = 'x'"},
		{"1 and not 2", value("condition-9", "a"), value("12", "b"), "a = 'x' and not b = 'x'"}, // ids of another kind
		{"1 and not 2", `{"type": "Reference", "id": "2"}`, value("", "b"), "segment '2' and not b = 'x'"},
		{"1 and 2", value("1", "a"), value("1", "b"), ""},
		{"1 and 2", value("2", "a"), value("", "b"), ""}, // the second is 2 by its position
		{"1 and 2", value("7", "a"), value("8", "b"), ""},
	} {
		f, err := ParseFile("rule.json", []byte(`{"type": "Composite", "expr": "`+c.expr+`", "conditions": [`+c.first+", "+c.second+`]}`))
		got := ""
		if err == nil {
			got = f.Rule.String()
		}
		if got != c.want {
			t.Errorf("%s of %s and %s: %s (%v), want %s", c.expr, c.first, c.second, got, err, c.want)
		}
	}
}
