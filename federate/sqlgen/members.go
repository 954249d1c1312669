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
	key := g.key()
	if g.held {
		key = g.heldKey()
	}
	columns := []string{key + " AS " + g.name(schema.KeyColumn)}
	for _, i := range g.columns {
		column, ok := g.heldAttribute(s, i)
		if !ok {
			continue
		}
		if !g.held {
			column = g.asRead(column, schema.Attributes[i].Type)
		}
		columns = append(columns, column+" AS "+g.name(schema.Attributes[i].Name))
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
