package ask

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// Rule is a rule as somebody gave it. It is not changed by asking it.
type Rule struct {
	Parsed  *rule.Rule
	Segment *rule.SegmentFile // of a YAML or JSON file, else nil
	File    string            // the name of its file; empty: it was given as text
	Text    string            // of the rule or its file

	// SegmentsDir is put before the names of a library's files in errors. Empty leaves
	// them as the library has them.
	SegmentsDir string
}

// ParseRule parses a rule in text. The error is [rule.Errors].
func ParseRule(text string) (*Rule, error) {
	parsed, err := rule.Parse(text)
	if err != nil {
		return nil, err
	}
	return &Rule{Parsed: parsed, Text: text}, nil
}

// ParseRuleFile parses the content of a file of a rule: YAML or JSON by the ending of
// its name, else text. No file is read. The error is [rule.Errors], with the name in
// each problem.
func ParseRuleFile(name string, data []byte) (*Rule, error) {
	given := &Rule{File: name, Text: string(data)}
	var err error
	if IsDocument(name) {
		if given.Segment, err = rule.ParseFile(name, data); err != nil {
			return nil, err
		}
		given.Parsed = given.Segment.Rule
		return given, nil
	}
	given.Text = strings.TrimPrefix(given.Text, "\ufeff") // a mark of the byte order
	if given.Parsed, err = rule.Parse(given.Text); err != nil {
		return nil, inFile(err, name)
	}
	return given, nil
}

// IsDocument reports whether a file's name says that it is YAML or JSON.
func IsDocument(name string) bool {
	return slices.Contains([]string{".yml", ".yaml", ".json"}, strings.ToLower(filepath.Ext(name)))
}

// inFile returns an error with the name of the file in each problem of a rule
// that has none.
func inFile(err error, path string) error {
	return MapProblems(err, func(e *rule.Error) {
		if e.File == "" {
			e.File = path
		}
	})
}

// Locate returns the error of a check of the rule with a file in each problem: that of
// the rule, or that of a library's segment below SegmentsDir. [Ask], [AskInPlace] and the
// others have done so.
func (r *Rule) Locate(err error) error {
	return MapProblems(err, func(e *rule.Error) {
		switch {
		case e.File == r.File && e.Source == r.Text || e.File == "" && r.File == "":
		case e.File == "" && r.File != "":
			e.File = r.File // a file of text, whose name the checker does not know
		default:
			e.File = filepath.Join(r.SegmentsDir, e.File)
		}
	})
}
