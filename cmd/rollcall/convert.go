package main

import (
	"context"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

func (a *app) convertCommand() *cobra.Command {
	var where targetFlags
	var to, name string
	cmd := &cobra.Command{
		Use:   "convert RULE --to text|segment|wire",
		Short: "A rule from text to the shapes of segment files, and back",
		Long: `Prints a rule as text, as a segment file in YAML (segment), or as JSON in the wire
shape (wire). Nothing is lost between the three; text has the rule only, without
the name and the other keys of a segment file. --name gives a file its name, which
it needs in a folder of segments.

Values of a file may be strings for any type. With --snapshot, or -c and -s, they
take the type of their column first, so that the text means the same; without,
they stay strings.

` + aboutRules + `

` + sourceHelp,
		Args: exactArgs("RULE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains([]string{"text", "segment", "wire"}, to) {
				return usagef("--to is %q, expected text, segment or wire", to)
			}
			if err := where.check(); err != nil {
				return err
			}
			if where.config == "" && len(where.sources) > 0 {
				return usagef("-s SOURCE needs -c parent.yml")
			}
			return a.convert(cmd.Context(), &where, args[0], to, name)
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "what to print: text, segment or wire")
	cmd.Flags().StringVar(&name, "name", "", "name of the segment that is written")
	where.add(cmd, true)
	return cmd
}

// convertJSON is the object that convert prints.
type convertJSON struct {
	Rule     string   `json:"rule"` // canonical text
	To       string   `json:"to"`
	Output   string   `json:"output"`
	Warnings []string `json:"warnings"`
}

func (a *app) convert(ctx context.Context, where *targetFlags, arg, to, name string) error {
	given, err := a.readRule(arg)
	if err != nil {
		return err
	}
	t, err := a.target(ctx, where)
	if err != nil {
		return err
	}
	segment := &rule.SegmentFile{Rule: given.Parsed}
	if given.Segment != nil {
		segment = given.Segment
	}
	if name != "" {
		renamed := *segment
		renamed.Name = name
		segment = &renamed
	}
	warnings := []string{}
	if t != nil {
		typed := *segment
		if typed.Rule, err = segment.Rule.Typed(t.schema); err != nil {
			return err
		}
		segment = &typed
		if err := checkNames(segment.Rule, t.schema); err != nil {
			return given.Locate(err)
		}
	} else if to == "text" {
		warnings = untypedWarnings(given)
	}
	out, err := written(segment, to, t)
	if err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(convertJSON{segment.Rule.String(), to, out, warnings})
	}
	a.warn(warnings)
	return a.printf("%s", out)
}

// checkNames checks a rule against a schema, whatever segments it refers to.
func checkNames(r *rule.Rule, schema *model.Schema) error {
	_, err := rule.Check(r, schema, nil)
	problems := slices.DeleteFunc(slices.Clone(ask.RuleProblems(err)), func(e *rule.Error) bool { return e.Code == rule.UnknownSegment })
	switch {
	case len(problems) > 0:
		return problems
	case ask.RuleProblems(err) != nil:
		return nil
	}
	return err
}

// untypedWarnings says what the text of a file's rule may mean otherwise than the
// file, as long as the types of the columns are unknown.
func untypedWarnings(g *ask.Rule) []string {
	warnings := []string{}
	if n := quotedValues(g); n > 0 {
		warnings = append(warnings, wording.Plural(n, "value in quotes looks like a number or a boolean and stays a string",
			"values in quotes look like numbers or booleans and stay strings")+"; with --snapshot SNAP values take the types of their columns")
	}
	if n := g.Parsed.ElementNegations(); n > 0 {
		warnings = append(warnings, wording.Plural(n, "negated operator is read as one of a single value", "negated operators are read as ones of single values")+
			"; of a list it would negate for each element: with --snapshot SNAP the types of the columns decide")
	}
	return warnings
}

// written returns a segment in the form asked for. With a target, a bare name
// that is a behavior's is written as one.
func written(segment *rule.SegmentFile, to string, t *target) (string, error) {
	var isBehavior func(name string) bool
	if t != nil {
		isBehavior = func(name string) bool { return t.schema.Behavior(name) >= 0 }
	}
	var out []byte
	var err error
	switch to {
	case "segment":
		out, err = segment.AppendSegment(nil, isBehavior)
	case "wire":
		out, err = segment.AppendWire(nil, isBehavior)
	default:
		out = []byte(segment.Rule.String() + "\n")
	}
	return string(out), err
}

// looksTyped matches text that is a number or a boolean where a column is one.
var looksTyped = regexp.MustCompile(`^(-?[0-9]+(\.[0-9]+)?|true|false)$`)

// valueKeys are the keys under which operators of segment files have values.
var valueKeys = []string{"value", "values", "min", "max", "rightValue", "rightValues", "minValue", "maxValue"}

// textOperators take strings only.
var textOperators = []string{"Contain", "StartWith", "EndWith", "Regexp", "Window"}

// quotedValues counts the values of a file that are strings and look like
// something else.
func quotedValues(g *ask.Rule) int {
	if g.Segment == nil {
		return 0
	}
	root, _ := document.ParseFile(g.File, []byte(g.Text))
	if ruleNode := root.Find("rule"); ruleNode != nil {
		root = ruleNode
	}
	return countQuoted(root, false)
}

func countQuoted(n *document.Node, value bool) int {
	switch {
	case n == nil:
		return 0
	case n.Kind == document.Scalar && value && n.Style == document.Quoted && looksTyped.MatchString(n.Text):
		return 1
	}
	count := 0
	for _, item := range n.Items {
		count += countQuoted(item, value)
	}
	typ := n.Find("type")
	isText := typ != nil && slices.Contains(textOperators, typ.Text)
	for _, p := range n.Pairs {
		count += countQuoted(p.Value, !isText && slices.Contains(valueKeys, p.Key.Text))
	}
	return count
}
