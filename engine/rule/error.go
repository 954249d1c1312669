package rule

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Code names a kind of problem in a rule. Codes do not change between versions;
// messages may.
type Code string

// The codes of problems in rules.
const (
	Syntax               Code = "SYNTAX"                 // the text is not of the language
	MissingConditions    Code = "MISSING_CONDITIONS"     // a rule without a condition
	EmptyAttribute       Code = "EMPTY_ATTRIBUTE"        // a name of no characters
	UnknownAttribute     Code = "UNKNOWN_ATTRIBUTE"      // no such attribute
	UnknownBehavior      Code = "UNKNOWN_BEHAVIOR"       // no such behavior
	UnknownField         Code = "UNKNOWN_FIELD"          // no such field of the behavior
	AmbiguousName        Code = "AMBIGUOUS_NAME"         // a name in a where without brackets that is not only a field's
	InvalidOperatorType  Code = "INVALID_OPERATOR_TYPE"  // an operator that the name cannot have
	MissingOperatorValue Code = "MISSING_OPERATOR_VALUE" // an operator without its value
	MissingBetweenBounds Code = "MISSING_BETWEEN_BOUNDS" // between without both its bounds
	MissingTimeUnit      Code = "MISSING_TIME_UNIT"      // a window without its unit
	InvalidTimeUnit      Code = "INVALID_TIME_UNIT"      // no such unit
	InvalidTime          Code = "INVALID_TIME"           // not a date, a time or a possible window
	TypeMismatch         Code = "TYPE_MISMATCH"          // the attribute's type has no such test or value
	InvalidArrayMatching Code = "INVALID_ARRAY_MATCHING" // a quantifier where none belongs
	InvalidRegexp        Code = "INVALID_REGEXP"         // a pattern that RE2 refuses

	MissingName             Code = "MISSING_NAME"              // a segment file without a name
	InvalidRuleType         Code = "INVALID_RULE_TYPE"         // no such type of condition
	MissingSegmentReference Code = "MISSING_SEGMENT_REFERENCE" // a reference that names no segment
	UnknownSegment          Code = "UNKNOWN_SEGMENT"           // no such segment in the library
	AmbiguousSegment        Code = "AMBIGUOUS_SEGMENT"         // a bare name that several segments have
	SegmentCycle            Code = "SEGMENT_CYCLE"             // a segment that refers to itself through others

	EmptyRange Code = "EMPTY_RANGE" // of a warning: a between that nothing passes
)

// Error is one problem in a rule, with its place. [Error.Detail] shows it like
// this:
//
//	1:14: unknown attribute or behavior "contry"
//
//	  1 | age > 30 and contry = 'JP'
//	    |              ^^^^^^
//	  help: did you mean "country"?
//
// An Error is not changed after it is made and is safe for concurrent use.
type Error struct {
	Code   Code   `json:"code"`
	File   string `json:"file,omitempty"` // of the rule, where it was read from one
	Path   string `json:"path,omitempty"` // of the place in a file: "rule.conditions[2].operator.unit"
	Source string `json:"-"`              // the whole rule or file; left out of JSON
	Offset int    `json:"offset"`         // of the problem in Source, in bytes, 0-based
	Length int    `json:"length"`         // in bytes; 0 where something is missing
	Line   int    `json:"line"`           // 1-based
	Column int    `json:"column"`         // 1-based, in characters
	Msg    string `json:"message"`        // what was found and what was expected
	Hint   string `json:"hint,omitempty"` // how to write it right; may be empty
}

// Error returns the message in one line, with the file, if there is one, line and
// column in front.
func (e *Error) Error() string {
	file := e.File
	if file != "" {
		file += ":"
	}
	return file + strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Column) + ": " + e.Msg
}

// Errors holds the problems of one rule, in the order of their places, MaxErrors
// at most. [Parse] and [Check] return their problems as Errors, so that both
// errors.As for *Error and for Errors find them.
type Errors []*Error

// Error returns the messages, one a line.
func (es Errors) Error() string { return strings.Join(append(es.Lines(), es.cut()...), "\n") }

// Lines returns the message of each problem.
func (es Errors) Lines() []string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return lines
}

// cut returns the line that says that there may be more problems, if there may.
func (es Errors) cut() []string {
	if len(es) < MaxErrors {
		return nil
	}
	return []string{fmt.Sprintf("these are the first %d problems; there may be more", MaxErrors)}
}

// Detail returns the details of all problems, an empty line between them. It
// ends without a line break.
func (es Errors) Detail() string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = e.Detail()
	}
	return strings.Join(append(parts, es.cut()...), "\n\n")
}

// Unwrap returns the problems one by one.
func (es Errors) Unwrap() []error {
	list := make([]error, len(es))
	for i, e := range es {
		list[i] = e
	}
	return list
}

// sorted returns es in the order of places, cut to MaxErrors.
func (es Errors) sorted() Errors {
	slices.SortStableFunc(es, func(a, b *Error) int { return cmp.Compare(a.Offset, b.Offset) })
	return es[:min(len(es), MaxErrors)]
}

// source is the text of a rule. The messages about it, in errors.go, are its
// methods.
type source string

// problem returns an Error about the stretch at of the rule.
func (s source) problem(code Code, at span, msg, hint string) *Error {
	line, column := s.place(at.offset)
	return &Error{
		Code: code, Source: string(s), Offset: at.offset, Length: at.length,
		Line: line, Column: column, Msg: msg, Hint: hint,
	}
}

// place returns the line and column of an offset, as Error has them.
func (s source) place(offset int) (line, column int) {
	before := strings.TrimPrefix(string(s[:offset]), "\ufeff") // a mark of the byte order is no character
	start := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[start:])
}

// slice returns the text at.
func (s source) slice(at span) string { return string(s[at.offset:at.end()]) }
