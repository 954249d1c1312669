package sqlgen

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Pick says which of the customers that a rule selects are taken. They are put in
// order of an attribute, those without a value last, those of equal values by
// ascending key: numbers and times exactly, -0.0 as 0.0, strings byte by byte. Then
// they are taken one after the other; whose group is full is passed over.
type Pick struct {
	OrderBy   int // the attribute, by its position in the schema; NoAttribute: ascending keys
	Ascending bool
	Top       uint64 // the most customers to take; 0: all
	// Share, not above Whole, is how many of Whole parts of those selected are taken, a
	// part of one counting as one; both are below 10^12. Whole 0: all.
	Share, Whole uint64
	Per          int    // the attribute of whose values each has PerTop customers at most, NULL too; or NoAttribute
	PerTop       uint64 // with Per, 1 or more
}

// NoAttribute stands in a [Pick] for no attribute.
const NoAttribute = -1

// Picked makes the statement be about the customers that p takes, and nobody else.
func Picked(p Pick) Option {
	return func(g *generator) {
		g.pick = &p
		switch {
		case p.Share > p.Whole || p.Whole > maxWhole:
			g.invalid("a pick of %d of %d parts, expected a share of at most %d", p.Share, p.Whole, uint64(maxWhole))
		case p.Per != NoAttribute && p.PerTop == 0:
			g.invalid("a pick of 0 customers of each value, expected 1 or more")
		}
	}
}

// Placed makes the statement return the first n of those [Picked], in the order in
// which they were put. n must be positive.
func Placed(n int) Option {
	return func(g *generator) {
		g.placed, g.limit = true, n
		if n <= 0 {
			g.invalid("the first %d customers, expected a positive number", n)
		}
	}
}

// maxWhole bounds the numbers of a share, so that their product with a number of
// customers is exact in 38 digits.
const maxWhole = 999_999_999_999

// Columns of the tables of a pick, beside the customer.
const (
	pickValue   = "value"          // of the attribute that orders them
	pickOfGroup = "place_in_group" // from 1, among those of the same value
	pickPlace   = "place"          // from 1, among those who are in no full group
	pickMembers = "members"        // whom the rule selects, in every row
	shareDigits = "DECIMAL(12,0)"  // of Share and Whole
	placeDigits = "DECIMAL(18,0)"  // of a number of customers
)

// selected returns the predicate of the customers that the statement is about: whom
// the rule selects and the pick takes.
func (g *generator) selected(s *scope) *predicate {
	if g.pick == nil {
		return g.selection(s, g.checked.Root)
	}
	table := s.join(g, g.pickTables(), "", customer)
	g.place = table + "." + pickPlace
	var tests []*predicate
	if g.pick.Top > 0 {
		tests = append(tests, leaf(g.place+" <= "+g.whole(g.pick.Top), true))
	}
	if g.pick.Whole > 0 {
		// The place is at most the share, rounded up, just where the one before it is
		// below the share.
		before := "CAST(" + g.place + " - 1 AS " + placeDigits + ") * " + g.part(g.pick.Whole)
		share := "CAST(" + table + "." + pickMembers + " AS " + placeDigits + ") * " + g.part(g.pick.Share)
		tests = append(tests, leaf(before+" < "+share, true))
	}
	if len(tests) == 0 {
		tests = append(tests, isNotNull(table+"."+customer))
	}
	return and(tests...)
}

// whole returns a number as a literal of 64 bits; nobody counts further.
func (g *generator) whole(n uint64) string {
	return strconv.FormatUint(min(n, math.MaxInt64), 10)
}

// part returns one of the numbers of a share.
func (g *generator) part(n uint64) string {
	return "CAST(" + g.decimal(new(big.Int).SetUint64(n), 0) + " AS " + shareDigits + ")"
}

// pickTables adds the tables that say where customers stand, and returns the name of
// the last one, which has a row for each who is in no full group.
func (g *generator) pickTables() string {
	var inner scope
	selected := g.selection(&inner, g.checked.Root)
	value, typ := g.pickAttribute(&inner, g.pick.OrderBy)
	group, _ := g.pickAttribute(&inner, g.pick.Per)
	if g.err != nil {
		return ""
	}
	columns := []string{g.key() + " AS " + customer}
	members := ""
	if g.pick.Whole > 0 {
		members = ", " + pickMembers
		columns = append(columns, "count(*) OVER () AS "+pickMembers)
	}
	name := g.names.next("p", 1)
	if group == "" {
		columns = append(columns, g.numbered("", value, typ, g.key())+" AS "+pickPlace)
		g.pickTable(name, g.customers(&inner, strings.Join(columns, ",\n      "), selected, "    "))
		return name
	}
	if value != "" {
		columns = append(columns, value+" AS "+pickValue)
	}
	columns = append(columns, g.numbered(group, value, typ, g.key())+" AS "+pickOfGroup)
	g.pickTable(name, g.customers(&inner, strings.Join(columns, ",\n      "), selected, "    "))

	grouped := name
	name = g.names.next("p", 2)
	if value != "" {
		value = pickValue
	}
	place := g.numbered("", value, typ, customer)
	g.pickTable(name, strings.Join([]string{
		"SELECT " + customer + members + ",",
		"  " + place + " AS " + pickPlace,
		"FROM " + grouped,
		fmt.Sprintf("WHERE %s <= %s", pickOfGroup, g.whole(g.pick.PerTop)),
	}, "\n    "))
	return name
}

func (g *generator) pickTable(name, query string) {
	g.picks = append(g.picks, fmt.Sprintf("  %s AS (\n    %s\n  )", name, query))
}

// pickAttribute returns the value by which an attribute puts customers in order and in
// groups, "" for none, and its type.
func (g *generator) pickAttribute(s *scope, attribute int) (value string, typ model.Type) {
	if attribute == NoAttribute {
		return "", typ
	}
	x, ok := g.attributeOperand(s, attribute)
	if !ok {
		return "", typ
	}
	of := &g.checked.Schema.Attributes[attribute]
	if of.Type.IsArray() {
		g.fail("attribute %q is a list: customers are not put in order by lists", of.Name)
		return "", typ
	}
	return g.identity(x, of.Type, window.Interval{Lo: math.MinInt64, Hi: math.MaxInt64}), of.Type
}

// numbered returns the place of each customer among those of the same group, all of
// them for "".
func (g *generator) numbered(group, value string, typ model.Type, key string) string {
	var by []string
	if value != "" {
		direction := " DESC"
		if g.pick.Ascending {
			direction = " ASC"
		}
		if typ.Kind == model.String {
			value = g.bytewise(value)
		}
		by = append(by, value+direction+" NULLS LAST")
	}
	if g.checked.Schema.KeyType.Kind == model.String {
		key = g.bytewise(key)
	}
	order := "ORDER BY " + strings.Join(append(by, key), ", ")
	if group != "" {
		order = "PARTITION BY " + group + " " + order
	}
	return "ROW_NUMBER() OVER (" + order + ")"
}
