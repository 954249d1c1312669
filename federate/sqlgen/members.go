package sqlgen

import (
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// members returns the columns of customers: the key and the attributes asked for,
// each under its name in the schema.
func (g *generator) members(s *scope) string {
	schema := g.checked.Schema
	columns := []string{g.key() + " AS " + g.name(schema.KeyColumn)}
	for _, i := range g.columns {
		if x, ok := g.attributeOperand(s, i); ok {
			columns = append(columns, x.sql+" AS "+g.name(schema.Attributes[i].Name))
		}
	}
	return strings.Join(columns, ",\n  ")
}

// order returns the clauses that put customers in order of their keys and leave
// out those beyond the limit, with a line break before each.
func (g *generator) order() string {
	if !g.ordered || g.count {
		return ""
	}
	by := g.key()
	if g.checked.Schema.KeyType.Kind == model.String {
		by = g.bytewise(by)
	}
	clauses := "\nORDER BY " + by
	if g.limit > 0 {
		clauses += "\nLIMIT " + strconv.Itoa(g.limit)
	}
	return clauses
}
