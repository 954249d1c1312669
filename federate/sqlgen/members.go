package sqlgen

import (
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// members returns the columns of customers: the key and those asked for, each under
// its name.
func (g *generator) members(s *scope) string {
	schema := g.checked.Schema
	key := g.key()
	if g.held {
		key = g.heldKey()
	}
	columns := []string{key + " AS " + g.name(schema.KeyColumn)}
	for _, c := range g.columns {
		if column, name, ok := g.member(s, c); ok {
			columns = append(columns, column+" AS "+g.name(name))
		}
	}
	return strings.Join(columns, ",\n  ")
}

// member returns one of the columns asked for, and its name.
func (g *generator) member(s *scope, c Column) (column, name string, ok bool) {
	if c.Events != nil {
		column, ok = g.eventColumn(s, c.Events)
		return column, c.Events.Name, ok
	}
	if column, ok = g.heldAttribute(s, c.Attribute); !ok {
		return "", "", false
	}
	attribute := &g.checked.Schema.Attributes[c.Attribute]
	if !g.held {
		column = g.asRead(column, attribute.Type)
	}
	return column, attribute.Name, true
}

// order returns the clauses that put customers in order of their keys, or of the
// pick, and leave out those beyond the limit, with a line break before each.
func (g *generator) order() string {
	if !g.ordered && !g.placed || g.count {
		return ""
	}
	by := g.key()
	if g.checked.Schema.KeyType.Kind == model.String {
		by = g.bytewise(by)
	}
	if g.placed {
		by = g.place
	}
	clauses := "\nORDER BY " + by
	if g.limit > 0 {
		clauses += "\nLIMIT " + strconv.Itoa(g.limit)
	}
	return clauses
}
