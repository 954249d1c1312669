package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/model"
)

// columnsHelp says what --columns takes.
const columnsHelp = `A column is an attribute, or a value of each member's events: a behavior with an
aggregate, and a where, a window and a name as one likes. "in rule" in place of a
window is the window that the rule has for the behavior:

  --columns "email, purchase count, purchase sum(amount) in last 90 days as spent"
  --columns "last purchase where category = 'Books' as last_book"
  --columns "purchase count in rule"

The aggregates are count, count distinct FIELD, count distinct days, sum, avg, min,
max and most_frequent (FIELD), and first and last: the time.`

// columnsFlag is the value of --columns: columns separated by commas. Given again, it
// adds more.
type columnsFlag []string

var _ pflag.Value = (*columnsFlag)(nil)

// columnsVar adds --columns to flags.
func columnsVar(flags *pflag.FlagSet, to *[]string, usage string) {
	flags.Var((*columnsFlag)(to), "columns", usage)
}

// String returns the columns as they would be given.
func (c *columnsFlag) String() string { return strings.Join(*c, ",") }

// Type says what --help calls a value.
func (c *columnsFlag) Type() string { return "columns" }

// Set adds columns. Empty ones are left out.
func (c *columnsFlag) Set(text string) error {
	columns, err := splitColumns(text)
	if err == nil {
		*c = append(*c, columns...)
	}
	return err
}

// splitColumns splits text at the commas that stand neither within quotes nor within
// brackets, and takes the spaces around each piece away. A quote that is not closed is
// an error; brackets are left for the language to judge.
func splitColumns(text string) ([]string, error) {
	var columns []string
	start, depth, quote := 0, 0, byte(0)
	add := func(end int) {
		if c := strings.TrimSpace(text[start:end]); c != "" {
			columns = append(columns, c)
		}
		start = end + 1
	}
	for i := range len(text) { // bytes: what it looks for is ASCII
		switch b := text[i]; {
		case quote != 0:
			if b == quote { // of a doubled one the second opens again
				quote = 0
			}
		case b == '\'' || b == '"':
			quote = b
		case b == '(':
			depth++
		case b == ')':
			depth = max(depth-1, 0)
		case b == ',' && depth == 0:
			add(i)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote %c is not closed in %q", quote, text)
	}
	add(len(text))
	return columns, nil
}

// columnsOr returns the columns asked for, or all attributes.
func columnsOr(schema *model.Schema, columns []string, asked bool) []string {
	if asked {
		return slices.Clone(columns)
	}
	return ask.AllColumns(schema)
}
