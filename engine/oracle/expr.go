package oracle

import (
	"regexp"
	"strings"
)

// expr is a random rule as a tree: a group of others, or a test. It is not
// changed after it is made.
type expr struct {
	word string  // "and", "or" or "not"; "" of a test
	args []*expr // of a group
	test test
}

// test is a test taken apart. Parts that are "" or nil are not there.
type test struct {
	edge      string   // "first" or "last"
	name      string   // as a rule writes it; of a segment with the word
	where     *expr    // over fields
	bareWhere bool     // where is written without brackets
	aggregate string   // "count", "count distinct days", "sum(amount)"
	quant     string   // "any", "at least 2"
	op        string   // "=", "not between", "in", "contains", "is null"
	values    []string // of op, as a rule writes them
	window    string
	lastFirst bool // the window is written before the aggregate

	then   []test // the later steps of a sequence, of which the test is the first
	absent bool   // of a later step: there is no such event
	within string // of a later step: "within 2 hours"
}

func (e *expr) String() string {
	switch e.word {
	case "":
		return e.test.String()
	case "not":
		return "not (" + e.args[0].String() + ")"
	}
	parts := make([]string, len(e.args))
	for i, arg := range e.args {
		parts[i] = arg.String()
		if arg.word == "and" || arg.word == "or" {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, " "+e.word+" ")
}

func (t test) String() string {
	tail := []string{t.comparison(), t.window}
	if t.lastFirst {
		tail[0], tail[1] = tail[1], tail[0]
	}
	parts := append([]string{t.edge, t.name, t.whereText()}, tail...)
	if t.absent {
		parts = append([]string{"not"}, parts...)
	}
	parts = append(parts, t.within)
	for _, later := range t.then {
		parts = append(parts, "then", later.String())
	}
	var written []string
	for _, p := range parts {
		if p != "" {
			written = append(written, p)
		}
	}
	return strings.Join(written, " ")
}

func (t test) whereText() string {
	switch {
	case t.where == nil:
		return ""
	case t.bareWhere:
		return "where " + t.where.String()
	}
	return "where (" + t.where.String() + ")"
}

// comparison returns the aggregate or quantifier, the operator and its values.
func (t test) comparison() string {
	words := strings.TrimSpace(t.aggregate + t.quant + " " + t.op)
	switch {
	case len(t.values) == 0:
		return words
	case strings.HasSuffix(t.op, "between"):
		return words + " " + t.values[0] + " and " + t.values[1]
	case len(t.values) > 1 || strings.HasSuffix(t.op, "in"):
		return words + " (" + strings.Join(t.values, ", ") + ")"
	}
	return words + " " + t.values[0]
}

// plainName holds the names that are surely no keywords.
var plainName = regexp.MustCompile(`^(f_)?[a-z]+[0-9]+$`)

// quoteName returns a name as a rule writes it.
func quoteName(name string) string {
	if plainName.MatchString(name) || name == "happened_at" {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// quote returns a string as a rule writes it.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
