package model

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Code names a kind of problem in a configuration. Codes do not change between
// versions; messages may.
type Code string

// The codes of problems in a configuration.
const (
	CodeSyntax          Code = "SYNTAX"           // not the YAML or JSON that configurations are written in
	CodeUnknownKey      Code = "UNKNOWN_KEY"      // a key that has no meaning here
	CodeDuplicateKey    Code = "DUPLICATE_KEY"    // a key that its mapping has already
	CodeMissingKey      Code = "MISSING_KEY"      // a required key, other than one for a name
	CodeMissingName     Code = "MISSING_NAME"     // a required key for a name
	CodeEmptyName       Code = "EMPTY_NAME"       // a name of no characters, or nothing but spaces
	CodeInvalidValue    Code = "INVALID_VALUE"    // a value of the wrong kind, or not one of those allowed
	CodeInvalidType     Code = "INVALID_TYPE"     // no such type
	CodeInvalidTimezone Code = "INVALID_TIMEZONE" // no such time zone
	CodeConflictingKeys Code = "CONFLICTING_KEYS" // two keys for one thing that differ
	CodeDuplicateName   Code = "DUPLICATE_NAME"   // two attributes, behaviors or columns of one name
	CodeUnknownBehavior Code = "UNKNOWN_BEHAVIOR" // a computed attribute of a behavior that is not there
	CodeAmbiguousName   Code = "AMBIGUOUS_NAME"   // an attribute and a behavior of one name
)

// Problem is one thing wrong in a configuration, with its place.
type Problem struct {
	Code    Code     `json:"code"`
	KeyPath string   `json:"path"`              // "attributes[2].value_column", counted from 0; "" is the file
	Line    int      `json:"line"`              // 1-based
	Column  int      `json:"column"`            // 1-based, in characters
	Message string   `json:"message"`           // what was found and what was expected
	Hint    string   `json:"hint,omitempty"`    // how to write it right; may be empty
	Found   string   `json:"found,omitempty"`   // the text at the place, maybe shortened, or "a list", "nothing"; may be empty
	Allowed []string `json:"allowed,omitempty"` // the words that may stand here, where they can be listed
	Nearest string   `json:"nearest,omitempty"` // the allowed word closest to the one found; may be empty
}

// String returns the problem in one line, such as
//
//	12:5: attributes[2].valu_column: unknown key; did you mean "value_column"? [UNKNOWN_KEY]
//
// without line breaks, whatever the file holds.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column) + ": ")
	if p.KeyPath != "" {
		b.WriteString(p.KeyPath + ": ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString("; " + p.Hint)
	}
	b.WriteString(" [" + string(p.Code) + "]")
	return b.String()
}

// ConfigError is what [Parse] returns for a file with problems. It is not
// changed after it is made and is safe for concurrent use.
type ConfigError struct {
	Path     string    `json:"file"`     // of the file, as the caller gave it
	Problems []Problem `json:"problems"` // in the order of their places; 1 to MaxProblems
	// Truncated says that reading stopped at MaxProblems: there may be more.
	Truncated bool `json:"truncated,omitempty"`
}

// Error returns the problems, one a line, each with the path of the file in
// front, as in
//
//	parent.yml:12:5: attributes[2].valu_column: unknown key; did you mean "value_column"? [UNKNOWN_KEY]
//
// and a last line that says so where there may be more.
func (e *ConfigError) Error() string {
	prefix := ""
	if e.Path != "" {
		prefix = e.Path + ":"
	}
	lines := make([]string, 0, len(e.Problems)+1)
	for _, p := range e.Problems {
		lines = append(lines, prefix+p.String())
	}
	if e.Truncated {
		lines = append(lines, truncatedLine(e.Path))
	}
	return strings.Join(lines, "\n")
}

// problemList collects the problems of one file, MaxProblems at most.
type problemList struct {
	list      []Problem
	truncated bool
}

// add keeps a problem, or notes that there was one too many.
func (l *problemList) add(p Problem) {
	if len(l.list) == MaxProblems {
		l.truncated = true
		return
	}
	l.list = append(l.list, p)
}

// full reports whether another problem would be one too many. Loops over what a
// file holds end there, so that a file of problems costs no more than another.
func (l *problemList) full() bool { return l.truncated }

// err returns the problems of the file at path as a *ConfigError, nil where
// there are none.
func (l *problemList) err(path string) error {
	if len(l.list) == 0 {
		return nil
	}
	slices.SortStableFunc(l.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &ConfigError{Path: path, Problems: l.list, Truncated: l.truncated}
}
