package sqlgen

import (
	"fmt"
	"math"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// listBreakdown is the breakdown by a list, whose elements are counted: each once for a
// customer, however often it is in the list.
func (g *generator) listBreakdown(attribute, limit int) string {
	of := g.checked.Schema.Attributes[attribute]
	var main scope
	selected := g.selected(&main)
	x, ok := g.attributeOperand(&main, attribute)
	if !ok {
		return ""
	}
	if of.Type.Kind == model.StringArray {
		x.sql = g.textualList(x.sql)
	}
	elem := of.Type.Elem()
	value := g.identity(operand{sql: "element"}, elem, window.Interval{Lo: math.MinInt64, Hi: math.MaxInt64})
	lists, elements, holders, groups := g.names.next("l", 1), g.names.next("l", 2), g.names.next("l", 3), g.names.next("g", 1)
	by := groups + ".value"
	if elem.Kind == model.String {
		by = g.bytewise(by)
	}
	return g.complete(
		strings.Join([]string{
			fmt.Sprintf("SELECT %[1]s.value, COALESCE(%[1]s.customers, 0) AS customers,", groups),
			fmt.Sprintf("  (SELECT count(*) FROM %s) AS total,", lists),
			fmt.Sprintf("  (SELECT count(*) FROM %s) AS distinct_values,", groups),
			fmt.Sprintf("  (SELECT count(t.list) FROM %s AS t) AS with_list,", lists),
			fmt.Sprintf("  (SELECT count(DISTINCT t.customer) FROM %s AS t) AS with_element,", holders),
			fmt.Sprintf("  (SELECT count(*) FROM %s) AS of_all_values", holders),
			"FROM (SELECT 1 AS one) AS o",
			fmt.Sprintf("LEFT JOIN %s ON TRUE", groups), // one row if there is no element
			fmt.Sprintf("ORDER BY %s.customers DESC, %s", groups, by),
			fmt.Sprintf("LIMIT %d", limit),
		}, "\n"),
		fmt.Sprintf("  %s AS (\n    %s\n  )", lists, g.customers(&main, g.key()+" AS "+customer+", "+x.sql+" AS list", selected, "    ")),
		fmt.Sprintf("  %s AS (\n    SELECT customer, %s AS element\n    FROM %s\n  )", elements, g.elements("list"), lists),
		fmt.Sprintf("  %s AS (\n    SELECT DISTINCT customer, %s AS value\n    FROM %s\n    WHERE %s IS NOT NULL\n  )",
			holders, typed(value, elem), elements, value),
		fmt.Sprintf("  %s AS (\n    SELECT value, count(*) AS customers\n    FROM %s\n    GROUP BY value\n  )", groups, holders),
	)
}
