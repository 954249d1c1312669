package sqlgen

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Breakdown returns one statement that counts the customers of a checked rule by
// the value of an attribute, which is given by its position in the schema. Its rows
// are
//
//	value            as the source holds it, NULL among them
//	customers        of this value
//	total            customers in all, the same in every row
//	distinct_values  values that there are, NULL not among them, the same in every row
//
// with the one of NULL first, if there is one, and then those of most customers, by
// value where these are as many. There are at most limit+1 rows, so that limit
// values are left if NULL is one; limit must be positive. There is none where the
// rule selects nobody. Of the options it heeds [Pinned] and [Picked].
//
// Of a list the values are its elements, NULLs left out, and customers those who have
// it. The rows, those of most customers first, have besides
//
//	with_list      customers who have a list
//	with_element   customers whose list has an element
//	of_all_values  the customers of every value, added up
//
// all three the same in every row. There are at most limit rows, and one at least: where
// there are no elements, value is NULL.
func Breakdown(d Dialect, checked *rule.Checked, layout *model.Layout, asOf time.Time, attribute, limit int, options ...Option) (string, error) {
	g, err := newGenerator(d, checked, layout, asOf, options)
	switch {
	case err != nil:
		return "", err
	case attribute < 0 || attribute >= len(checked.Schema.Attributes):
		return "", fmt.Errorf("a breakdown by attribute %d of %d", attribute, len(checked.Schema.Attributes))
	case limit <= 0:
		return "", fmt.Errorf("a breakdown of %d values, expected a positive number", limit)
	}
	text := g.breakdown(attribute, limit)
	if g.err != nil {
		return "", g.err
	}
	return text, nil
}

func (g *generator) breakdown(attribute, limit int) string {
	of := g.checked.Schema.Attributes[attribute]
	if of.Type.IsArray() {
		return g.listBreakdown(attribute, limit)
	}
	var main scope
	selected := g.selected(&main)
	x, ok := g.attributeOperand(&main, attribute)
	if !ok {
		return ""
	}
	value := g.identity(x, of.Type, window.Interval{Lo: math.MinInt64, Hi: math.MaxInt64})
	groups := g.names.next("g", 1)
	body := g.customers(&main, typed(value, of.Type)+" AS value, count(*) AS customers", selected, "    ")
	by := groups + ".value"
	if of.Type.Kind == model.String {
		by = g.bytewise(by)
	}
	return g.complete(strings.Join([]string{
		fmt.Sprintf("SELECT %[1]s.value, %[1]s.customers,", groups),
		fmt.Sprintf("  (SELECT CAST(sum(t.customers) AS BIGINT) FROM %s AS t) AS total,", groups),
		fmt.Sprintf("  (SELECT count(t.value) FROM %s AS t) AS distinct_values", groups),
		"FROM " + groups,
		fmt.Sprintf("ORDER BY CASE WHEN %[1]s.value IS NULL THEN 0 ELSE 1 END, %[1]s.customers DESC, %[2]s", groups, by),
		fmt.Sprintf("LIMIT %d", limit+1),
	}, "\n"), fmt.Sprintf("  %s AS (\n    %s\n    GROUP BY %s\n  )", groups, body, value))
}

// typed returns a value with the digits of its type: what is computed of a decimal
// need not have kept them.
func typed(x string, t model.Type) string {
	if t.Repr != model.Decimal || t.IsArray() {
		return x
	}
	return fmt.Sprintf("CAST(%s AS DECIMAL(%d,%d))", x, t.Precision, t.Scale)
}
