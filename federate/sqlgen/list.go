package sqlgen

import (
	"strconv"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// list returns the test of a list: how many of its elements are in a set. A NULL
// element is in none, whether or not the set is a complement, and a NULL list
// passes nothing.
func (g *generator) list(x operand, c *rule.ColumnTest) *predicate {
	// A clean operand's test is NULL where the element is: so is its NOT.
	element := g.cleaned(operand{sql: elem}, c.Type.Elem())
	if c.Type.Kind == model.StringArray {
		x.sql = g.textualList(x.sql)
	}
	p := g.values(element, c.Type.Elem(), &c.Values)
	test := p.inline()
	switch {
	case p == never && c.Values.Except:
		test = element.sql + " IS NOT NULL"
	case !p.nullable && c.Values.Except:
		test = element.sql + " IS NOT NULL AND NOT (" + test + ")"
	case c.Values.Except:
		test = "NOT (" + test + ")"
	}
	var sql string
	switch c.Quant.Op {
	case rule.QuantAll:
		sql = g.allElements(x.sql, test)
	case rule.QuantAtLeast:
		sql = g.countElements(x.sql, test) + " >= " + strconv.FormatInt(c.Quant.N, 10)
	case rule.QuantAtMost:
		sql = g.countElements(x.sql, test) + " <= " + strconv.FormatInt(c.Quant.N, 10)
	case rule.QuantExactly:
		sql = g.countElements(x.sql, test) + " = " + strconv.FormatInt(c.Quant.N, 10)
	default:
		return leaf(g.anyElement(x.sql, test), true) // none of no list
	}
	if g.nullIsEmpty() {
		return and(isNotNull(x.sql), leaf(sql, false))
	}
	return leaf(sql, true)
}
