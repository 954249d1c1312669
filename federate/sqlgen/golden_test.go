package sqlgen

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// TestGolden runs the files of testdata. The command is
//
//	sql [dialect=D] [zone=Z] [as_of=T] [count] [columns=(A,…)] [ordered] [first=N] [pinned=V]
//	    [top=N] [share=BILLIONTHS] [order_by=A] [asc] [per=A/N] [placed=N]
//	breakdown by=A limit=N …
//	why key=K …
//	total …
//
// whose input is a rule over the tables of fixture_test.go; without a dialect,
// the statements of all follow each other. An error is printed as it is. What why
// says of its columns follows the statement.
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			zone, at, dialects := "UTC", asOf, Dialects()
			if d.HasArg("zone") {
				d.ScanArgs(t, "zone", &zone)
			}
			if d.HasArg("as_of") {
				d.ScanArgs(t, "as_of", &at)
			}
			if d.HasArg("dialect") {
				var name string
				d.ScanArgs(t, "dialect", &name)
				dialects = []Dialect{Dialect(name)}
			}
			options := optionsOf(t, d)
			var out []string
			input := d.Input
			if d.Cmd == "total" {
				input = "active"
			}
			c, layout := checked(t, input, zone)
			for _, dialect := range dialects {
				text, err := statementOf(t, d, dialect, c, layout, parseTime(t, at), options)
				if err != nil {
					text = err.Error()
				}
				if len(dialects) > 1 {
					text = "[" + string(dialect) + "]\n" + text
				}
				out = append(out, text)
			}
			return strings.Join(out, "\n") + "\n"
		})
	})
}

// optionsOf returns the options of a command.
func optionsOf(t *testing.T, d *datadriven.TestData) []Option {
	t.Helper()
	var options []Option
	s, l := schema("UTC")
	if p := pickOf(t, d, s); p != nil {
		options = append(options, Picked(*p))
	}
	for _, arg := range d.CmdArgs {
		switch arg.Key {
		case "count":
			options = append(options, Count())
		case "ordered":
			options = append(options, Ordered())
		case "first":
			var n int
			arg.Scan(t, 0, &n)
			options = append(options, First(n))
		case "placed":
			var n int
			arg.Scan(t, 0, &n)
			options = append(options, Placed(n))
		case "columns":
			var attributes []int
			for _, name := range slices.DeleteFunc(arg.Vals, func(name string) bool { return name == "" }) {
				attributes = append(attributes, s.Attribute(name))
			}
			options = append(options, Columns(attributes...))
		case "held":
			options = append(options, Held())
		case "pinned":
			versions := map[model.TableRef]string{l.Master: arg.Vals[0]}
			for i := range l.Behaviors {
				versions[l.Behaviors[i].Table] = arg.Vals[0]
			}
			options = append(options, Pinned(versions))
		}
	}
	return options
}

// pickOf returns the pick of a command, nil for none.
func pickOf(t *testing.T, d *datadriven.TestData, s *model.Schema) *Pick {
	t.Helper()
	p := &Pick{OrderBy: NoAttribute, Per: NoAttribute}
	asked := false
	for _, arg := range d.CmdArgs {
		switch arg.Key {
		case "top":
			arg.Scan(t, 0, &p.Top)
		case "share":
			arg.Scan(t, 0, &p.Share)
			p.Whole = 100_000_000_000
		case "order_by":
			p.OrderBy = s.Attribute(arg.Vals[0])
		case "asc":
			p.Ascending = true
		case "per":
			name, n, _ := strings.Cut(arg.Vals[0], "/")
			p.Per = s.Attribute(name)
			if _, err := fmt.Sscan(n, &p.PerTop); err != nil {
				t.Fatal(err)
			}
		default:
			continue
		}
		asked = true
	}
	if !asked {
		return nil
	}
	return p
}

// statementOf returns the statement that a command asks for.
func statementOf(
	t *testing.T, d *datadriven.TestData, dialect Dialect, c *rule.Checked, layout *model.Layout, at time.Time, options []Option,
) (string, error) {
	t.Helper()
	switch d.Cmd {
	case "total":
		return Total(dialect, c.Schema, layout, options...)
	case "breakdown":
		var by string
		var limit int
		d.ScanArgs(t, "by", &by)
		d.ScanArgs(t, "limit", &limit)
		return Breakdown(dialect, c, layout, at, c.Schema.Attribute(by), limit, options...)
	case "why":
		var key string
		d.ScanArgs(t, "key", &key)
		q, err := Why(dialect, c, layout, at, key, options...)
		if err != nil {
			return "", err
		}
		return q.SQL + "\n" + strings.TrimSuffix(describe(q.Root, ""), "\n"), nil
	}
	return Generate(dialect, c, layout, at, options...)
}

// describe returns a node of an inquiry and those below it, a line each.
func describe(n *Node, indent string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s# %s:", indent, n.Cond.Text())
	if n.Truth >= 0 {
		fmt.Fprintf(&b, " c%d, value c%d %s %s", n.Truth, n.Value, n.Type, n.Encoding)
	}
	if n.Same != nil {
		b.WriteString(" as above")
	}
	text := strings.TrimRight(b.String(), " ") + "\n"
	for _, step := range n.Steps {
		text += fmt.Sprintf("%s  # %s: c%d, values %v\n", indent, step.Step.Text(), step.Truth, step.Values)
	}
	for _, below := range n.Nodes {
		text += describe(below, indent+"  ")
	}
	return text
}
