package main

import (
	"context"
	"slices"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// declared is how much a source says that a column is a key.
type declared int

// A warehouse need not have checked what was declared: keys are counted all the same.
const (
	notDeclared declared = iota
	declaredUnique
	declaredPrimary
)

// String names the constraint for comments.
func (d declared) String() string {
	switch d {
	case declaredPrimary:
		return "the declared primary key"
	case declaredUnique:
		return "a declared unique key"
	}
	return ""
}

// constraintsOf returns the constraints of a table, none where the source does not
// know or say any.
func constraintsOf(ctx context.Context, t source.Table) source.Constraints {
	declarer, ok := t.(source.Declarer)
	if !ok {
		return source.Constraints{}
	}
	c, err := declarer.Declared(ctx)
	if err != nil {
		return source.Constraints{} // guesses do without; an end of ctx shows at the next look at data
	}
	return c
}

// declaredKey says whether a column alone was declared a key of its table.
func (g *guesser) declaredKey(table int, column string) declared {
	c := g.constraints[table]
	if slices.Equal(c.Primary, []string{column}) {
		return declaredPrimary
	}
	if slices.ContainsFunc(c.Unique, func(key []string) bool { return slices.Equal(key, []string{column}) }) {
		return declaredUnique
	}
	return notDeclared
}

// declaredLink returns the column of another table that was declared to refer to the
// key of a guess, "" for none.
func (g *guesser) declaredLink(m *masterGuess, other int) string {
	for _, key := range g.constraints[other].Foreign {
		if len(key.Columns) != 1 || !slices.Equal(key.Refers, []string{m.column}) || !sameTable(key.Table, g.tables[m.table].Ref()) {
			continue
		}
		if slices.Contains(g.keyColumns[other], key.Columns[0]) && g.refs[other].Connection == g.refs[m.table].Connection {
			return key.Columns[0]
		}
	}
	return ""
}

// sameTable compares tables of one source.
func sameTable(x, y model.TableRef) bool {
	x.Connection, y.Connection = "", ""
	return x == y
}

// linkText names the column of another table that holds the key, and what the source
// says about it.
func (g *guesser) linkText(m *masterGuess, other int, link string) string {
	if g.declaredLink(m, other) == link {
		return link + ", a declared foreign key,"
	}
	return link
}
