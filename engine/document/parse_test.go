package document

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestParse runs the golden files of testdata/parse. A case is
//
//	yaml | json | parse [quoted] [depth=N]
//	the file
//	----
//	the tree and the problems
//
// where quoted says that the file is written as a Go string.
func TestParse(t *testing.T) {
	datadriven.Walk(t, "testdata/parse", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			input := d.Input
			if d.HasArg("quoted") {
				var err error
				if input, err = strconv.Unquote(d.Input); err != nil {
					t.Fatalf("%s: the input is no Go string: %v", d.Pos, err)
				}
			}
			limits := DefaultLimits
			if d.HasArg("depth") {
				d.ScanArgs(t, "depth", &limits.Depth)
			}
			read, ok := map[string]func([]byte) (*Node, []Problem){
				"yaml": limits.ParseYAML, "json": limits.ParseJSON, "parse": limits.Parse,
			}[d.Cmd]
			if !ok {
				t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)
			}
			root, problems := read([]byte(input))
			checkResult(t, []byte(input), root, problems)
			return dump(root, problems)
		})
	})
}

// dump shows a tree, a line for each node, and the problems after it.
func dump(root *Node, problems []Problem) string {
	var b strings.Builder
	if root != nil {
		dumpNode(&b, root, "")
	}
	for _, p := range problems {
		fmt.Fprintf(&b, "problem %d at %d:%d [%d+%d] %q: %s", p.Code, p.Line, p.Column, p.Offset, p.Length, p.Path, p.Message)
		if p.Hint != "" {
			b.WriteString("; " + p.Hint)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func dumpNode(b *strings.Builder, n *Node, indent string) {
	place := fmt.Sprintf("%d:%d [%d+%d]", n.Line, n.Column, n.Offset, n.Length)
	switch n.Kind {
	case Scalar:
		style := "plain"
		if n.Style == Quoted {
			style = "quoted"
		}
		if n.IsNull() {
			style = "null"
		}
		fmt.Fprintf(b, "%s%s %q %s\n", indent, style, n.Text, place)
	case List:
		fmt.Fprintf(b, "%slist %s\n", indent, place)
		for _, item := range n.Items {
			dumpNode(b, item, indent+"  ")
		}
	case Map:
		fmt.Fprintf(b, "%smap %s\n", indent, place)
		for _, p := range n.Pairs {
			dumpNode(b, p.Key, indent+"  ")
			dumpNode(b, p.Value, indent+"    ")
		}
	default:
		fmt.Fprintf(b, "%srefused %s\n", indent, place)
	}
}

// TestSame reads texts that mean the same in both syntaxes.
func TestSame(t *testing.T) {
	for _, text := range []string{
		`{"a": [1, -2.50, true, false, null, "x", ""], "b": {}, "c": []}`,
		"{\n\t\"é\": \"\\u00e9\\n\\\"\\\\\",\r\n \"日本\": [\n1]}",
		`[[["a"]], 0.10, 1E400]`,
		"\ufeff {\"a\": 1}\n\n",
		`"text"`, `0`,
	} {
		asJSON, problems := ParseJSON([]byte(text))
		if len(problems) > 0 {
			t.Errorf("%q as JSON: %v", text, problems)
		}
		asYAML, problems := ParseYAML([]byte(text))
		if len(problems) > 0 {
			t.Errorf("%q as YAML: %v", text, problems)
		}
		if j, y := dump(asJSON, nil), dump(asYAML, nil); j != y {
			t.Errorf("%q is\n%sas JSON and\n%sas YAML", text, j, y)
		}
	}
}

func TestParseFile(t *testing.T) {
	const flow = "{type: Value}"
	for name, refused := range map[string]bool{"a.json": true, "A.JSON": true, "a.yml": false, "": false} {
		if _, problems := ParseFile(name, []byte(flow)); (len(problems) > 0) != refused {
			t.Errorf("%q with the content %q gives the problems %v", name, flow, problems)
		}
	}
}

func TestFind(t *testing.T) {
	root, _ := ParseYAML([]byte("a: 1\nb: 2\na: 3\n"))
	for key, want := range map[string]string{"a": "1", "b": "2"} {
		if n := root.Find(key); n == nil || n.Text != want {
			t.Errorf("Find(%q) = %+v, want %q", key, n, want)
		}
	}
	if n := root.Find("c"); n != nil {
		t.Errorf("Find of a key that is not there gives %+v", n)
	}
	if n := root.Find("a").Find("a"); n != nil {
		t.Errorf("Find in a scalar gives %+v", n)
	}
	if n := (*Node)(nil).Find("a"); n != nil {
		t.Errorf("Find in nothing gives %+v", n)
	}
}

func TestPath(t *testing.T) {
	var top *Path
	for _, tt := range []struct {
		path *Path
		want string
	}{
		{top, ""},
		{top.Key("rule").Key("conditions").Item(2).Key("operator"), "rule.conditions[2].operator"},
		{top.Item(0).Item(1), "[0][1]"},
		{top.Key("a b").Key("a.b").Key(""), `"a b"."a.b".""`},
		{top.Key(strings.Repeat("k", 41)), `"` + strings.Repeat("k", 40) + `"…`},
	} {
		if got := tt.path.String(); got != tt.want {
			t.Errorf("got the path %q, want %q", got, tt.want)
		}
	}
	if key, index := top.Key("a").Item(3).Last(); key != "" || index != 3 {
		t.Errorf("Last of a[3] = %q, %d", key, index)
	}
	if key, index := top.Key("a").Parent().Key("b").Last(); key != "b" || index != -1 {
		t.Errorf("Last of b = %q, %d", key, index)
	}
}

func TestLimits(t *testing.T) {
	nested := func(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }
	blank := func(size int) string { return "[" + strings.Repeat(" ", size-2) + "]" }
	l := DefaultLimits
	for _, tt := range []struct {
		name string
		read func([]byte) (*Node, []Problem)
		text string
		want string // "" for no problem
	}{
		{"bytes", l.ParseYAML, blank(l.Bytes), ""},
		{"bytes", l.ParseYAML, blank(l.Bytes + 1), "the file has 1048577 bytes, expected at most 1048576"},
		{"bytes", l.ParseJSON, blank(l.Bytes), ""},
		{"bytes", l.ParseJSON, blank(l.Bytes + 1), "the file has 1048577 bytes, expected at most 1048576"},
		{"depth", l.ParseYAML, nested(l.Depth), ""},
		{"depth", l.ParseYAML, nested(l.Depth + 1), "lists and mappings are nested more than 1200 deep"},
		{"depth", l.ParseYAML, strings.Repeat("- ", l.Depth) + "x", ""},
		{"depth", l.ParseYAML, strings.Repeat("- ", l.Depth+1) + "x", "lists and mappings are nested more than 1200 deep"},
		{"depth", l.ParseJSON, nested(l.Depth), ""},
		{"depth", l.ParseJSON, nested(l.Depth + 1), "lists and mappings are nested more than 1200 deep"},
		{"marks", l.ParseYAML, strings.Repeat("#", l.Marks) + "\na", ""},
		{"marks", l.ParseYAML, strings.Repeat("#", l.Marks+1) + "\na", `the file has 131073 characters such as ":", "," and "-", expected at most 131072`},
		{"marks", l.ParseJSON, "[" + strings.Repeat("1,", l.Marks) + "1]", ""},
	} {
		_, problems := tt.read([]byte(tt.text))
		got := ""
		if len(problems) > 0 {
			got = problems[0].Message
		}
		if got != tt.want || len(problems) > 1 {
			t.Errorf("%s: %.20q gives %d problems, %q, want %q", tt.name, tt.text, len(problems), got, tt.want)
		}
	}
	if _, problems := ParseYAML([]byte(strings.Repeat("a: 1\n", 200))); len(problems) != l.Problems {
		t.Errorf("a key given 200 times gives %d problems, want %d", len(problems), l.Problems)
	}
}

// TestHostile feeds what breaks parsers. Nothing takes more memory than the
// limits allow.
func TestHostile(t *testing.T) {
	fill := func(unit string, size int) string { return strings.Repeat(unit, size/len(unit)) }
	laughs := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10))
	}
	for name, text := range map[string]string{
		"laughs":       laughs,
		"open lists":   fill("[", DefaultLimits.Bytes),
		"open maps":    fill(`{"a":`, DefaultLimits.Bytes),
		"short items":  "[" + fill("0,", DefaultLimits.Bytes-2) + "0]",
		"one line":     "[" + fill("a, ", 3*DefaultLimits.Marks-6) + "]",
		"long lines":   fill("- xxxxxxxx xxxxxxxx\n  yyyyy\n", DefaultLimits.Bytes),
		"quotes":       fill("- 'x'\n", 6*30000),
		"open quote":   `["` + fill(`\n`, DefaultLimits.Bytes-2),
		"empty lines":  "a: [" + fill("\n", DefaultLimits.Bytes-4),
		"duplicates":   fill("a:\n", 3*DefaultLimits.Marks),
		"pairs":        "{" + fill("\"a\":0,", DefaultLimits.Bytes-8) + "\"a\":0}",
		"complex keys": fill("? ", DefaultLimits.Marks),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			root, problems := Parse([]byte(text))
			runtime.ReadMemStats(&after)
			checkResult(t, []byte(text), root, problems)
			const most = 400 << 20
			if used := after.TotalAlloc - before.TotalAlloc; used > most {
				t.Errorf("allocated %d MiB, want at most %d", used>>20, most>>20)
			}
		})
	}
}
