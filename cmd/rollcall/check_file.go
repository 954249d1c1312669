package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/ingest"
)

// What a file is.
const (
	kindConfiguration = "configuration"
	kindSegment       = "segment" // a file with a "rule"
	kindRule          = "rule"    // a condition alone, or a list of them
	kindText          = "text"    // a rule in text
)

// What a file was checked against.
const (
	checkedSyntax = "syntax" // itself
	checkedSchema = "schema" // the names and types of a parent segment
	checkedSource = "source" // the tables of a source
)

// checkedFile is what check found out about a file.
type checkedFile struct {
	File     string          `json:"file"`
	Kind     string          `json:"kind"`              // configuration, segment, rule or text
	Form     string          `json:"form,omitempty"`    // of a configuration
	Shape    string          `json:"shape,omitempty"`   // of a segment or a rule: segment, wire or mixed
	Segment  string          `json:"segment,omitempty"` // folder and name, as references have it
	Checked  string          `json:"checked"`           // syntax, schema or source
	Problems []checkProblem  `json:"problems"`
	Changes  []ingest.Change `json:"changes"` // that a build would make in the snapshot
	Warnings []string        `json:"warnings"`

	data []byte
}

// checkProblem is one thing wrong in a file. Line and column are 0 of what is
// wrong in the source rather than in the text.
type checkProblem struct {
	Code    string `json:"code"`
	File    string `json:"file"`
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Offset  int    `json:"offset"` // of a rule, in bytes
	Length  int    `json:"length"` // of a rule, in bytes
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`

	text string // for people
}

// readChecked reads a file and finds out what it is.
func readChecked(path string) (*checkedFile, error) {
	data, err := readFile(path, max(rule.MaxBytes, model.MaxConfigBytes))
	if err != nil {
		return nil, err
	}
	f := &checkedFile{
		File: path, Kind: kindText, Checked: checkedSyntax,
		Problems: []checkProblem{}, Changes: []ingest.Change{}, Warnings: []string{}, data: data,
	}
	if ask.IsDocument(path) {
		root, _ := document.ParseFile(path, data)
		f.Kind, f.Shape = kindOf(root), shapeOf(root)
		if f.Kind == kindConfiguration {
			f.Shape = ""
		}
	}
	return f, nil
}

// configurationKeys are keys at the top of configurations that segments do not
// have.
var configurationKeys = []string{"master_table", "master", "attributes", "behaviors", "computed"}

// kindOf tells what a YAML or JSON file is by its keys, misspelt ones included.
func kindOf(root *document.Node) string {
	switch {
	case root.Find("rule") != nil:
		return kindSegment
	case root == nil || root.Find("conditions") != nil:
		return kindRule
	}
	for _, p := range root.Pairs {
		if slices.Contains(configurationKeys, p.Key.Text) || model.Nearest(p.Key.Text, configurationKeys) != "" {
			return kindConfiguration
		}
	}
	return kindRule
}

// shapeOf tells the shape of the conditions in a file: "segment", "wire", "mixed",
// or "" where there is nothing that differs.
func shapeOf(root *document.Node) string {
	if inner := root.Find("rule"); inner != nil {
		root = inner
	}
	switch m := marksOf(root); {
	case m.segment && m.wire:
		return "mixed"
	case m.segment:
		return "segment"
	case m.wire || m.reference:
		return "wire"
	}
	return ""
}

// marks says what there is of each shape.
type marks struct {
	segment, wire bool // keys of one shape only
	reference     bool // a Reference, which segments of the other shape may hold, too
}

// marksOf looks for marks below a node.
func marksOf(n *document.Node) marks {
	var m marks
	if n == nil {
		return m
	}
	below := slices.Clone(n.Items)
	for _, p := range n.Pairs {
		switch p.Key.Text {
		case "attribute", "segment", "source":
			m.segment = m.segment || n.Find("type") != nil
		case "steps":
			m.segment = m.segment || slices.ContainsFunc(p.Value.Items, func(step *document.Node) bool { return step.Find("source") != nil })
		case "leftValue", "rightValue", "rightValues", "expr", "minValue", "maxValue":
			m.wire = true
		case "type":
			m.reference = m.reference || p.Value.Text == "Reference"
		}
		below = append(below, p.Value)
	}
	for _, child := range below {
		c := marksOf(child)
		m = marks{m.segment || c.segment, m.wire || c.wire, m.reference || c.reference}
	}
	return m
}

// file checks a file against what there is to check it against; library is that
// of the folder segments. Its problems are noted in f; the error is of a source
// that failed.
func (c *checker) file(ctx context.Context, f *checkedFile, library *rule.Library, segments string) error {
	if f.Kind == kindConfiguration {
		return c.configuration(ctx, f)
	}
	given, err := c.parse(f, library)
	if err == nil {
		given.SegmentsDir = segments
		if given.Segment != nil {
			f.Segment = given.Segment.Path
		}
		err = c.rule(f, given, library)
	}
	return f.addError(err)
}

// parse reads the file of a rule. Where there is a target, what the checker says of
// a file with problems comes with them.
func (c *checker) parse(f *checkedFile, library *rule.Library) (*ask.Rule, error) {
	given, err := ask.ParseRuleFile(f.File, f.data)
	if err != nil && c.target != nil && ask.IsDocument(f.File) {
		_, _, err = rule.CheckFile(f.File, f.data, c.target.schema, library)
	}
	return given, err
}

// rule checks a rule against the target.
func (c *checker) rule(f *checkedFile, given *ask.Rule, library *rule.Library) error {
	if c.target == nil {
		if library == nil {
			return nil
		}
		return given.Locate(rule.CheckReferences(given.Parsed, library))
	}
	f.Checked = checkedSchema
	checked, err := rule.Check(given.Parsed, c.target.schema, library)
	if err != nil {
		return given.Locate(err)
	}
	for _, w := range checked.Warnings() {
		f.Warnings = append(f.Warnings, fmt.Sprintf("%s [%s]", w.Error(), w.Code))
	}
	return nil
}

// configuration checks a configuration against the source, and compares it with
// the snapshot.
func (c *checker) configuration(ctx context.Context, f *checkedFile) error {
	parent, form, err := model.ParseForm(f.File, f.data)
	f.Form = form.String()
	if err != nil || c.src == nil {
		if c.drift && err == nil {
			f.Warnings = append(f.Warnings, "it is not compared with the snapshot: that needs -s SOURCE, which has its columns and types")
		}
		return f.addError(err)
	}
	f.Checked = checkedSource
	asOf, err := c.app.asOfOf(parent)
	if err != nil {
		return err
	}
	schema, layout, err := ingest.Resolve(ctx, parent, c.src, asOf)
	if err != nil {
		return f.addError(err)
	}
	if c.drift {
		f.Changes = ingest.CompareSchemas(c.target.schema, c.target.layout, schema, layout).Changes
	}
	return nil
}

// addError notes the problems that an error tells. It returns an error of
// another kind.
func (f *checkedFile) addError(err error) error {
	var config *model.ConfigError
	var inSource *ingest.ConfigError
	switch problems := ask.RuleProblems(err); {
	case err == nil:
	case problems != nil:
		for _, e := range uniqueProblems(problems) {
			f.Problems = append(f.Problems, checkProblem{
				Code: string(e.Code), File: e.File, Path: e.Path, Line: e.Line, Column: e.Column,
				Offset: e.Offset, Length: e.Length, Message: e.Msg, Hint: e.Hint, text: problemText(e),
			})
		}
	case errors.As(err, &config):
		for _, p := range config.Problems {
			f.Problems = append(f.Problems, checkProblem{
				Code: string(p.Code), File: f.File, Path: p.KeyPath, Line: p.Line, Column: p.Column,
				Message: p.Message, Hint: p.Hint, text: f.File + ":" + p.String(),
			})
		}
		if config.Truncated {
			f.Warnings = append(f.Warnings, "there may be more problems")
		}
	case errors.As(err, &inSource):
		for _, p := range inSource.Problems {
			f.Problems = append(f.Problems, checkProblem{
				Code: p.Code, File: f.File, Path: p.Path, Message: p.Err.Error(),
				text: f.File + ": " + p.Path + ": " + p.Err.Error() + " [" + p.Code + "]",
			})
		}
	default:
		return err
	}
	return nil
}

// uniqueProblems returns the problems without those that are told twice: a
// segment that refers to itself is checked as a rule and as a segment.
func uniqueProblems(problems rule.Errors) rule.Errors {
	var unique rule.Errors
	for _, e := range problems {
		if !slices.ContainsFunc(unique, func(u *rule.Error) bool {
			return u.Code == e.Code && u.File == e.File && u.Offset == e.Offset && u.Msg == e.Msg
		}) {
			unique = append(unique, e)
		}
	}
	return unique
}
