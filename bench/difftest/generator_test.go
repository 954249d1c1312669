package difftest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
)

// generator makes random rules from a snapshot's schema, with values that its
// customers have.
type generator struct {
	*rand.Rand
	schema *model.Schema
	values [][]any // of each attribute, one a customer, NULLs left out
}

func newGenerator(t *testing.T, db *engine.DB, seed uint64) *generator {
	t.Helper()
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0)), schema: db.Schema()}
	g.values = make([][]any, len(g.schema.Attributes))
	var names []string
	for _, a := range g.schema.Attributes {
		names = append(names, a.Name)
	}
	everybody, err := db.Query(g.schema.Behaviors[0].Name + " count >= 0")
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range everybody.Rows(t.Context(), names...) {
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range row.Values {
			if v != nil {
				g.values[i] = append(g.values[i], v)
			}
		}
	}
	return g
}

// pick returns one of the texts.
func (g *generator) pick(texts ...string) string { return texts[g.IntN(len(texts))] }

// rule returns a rule with groups nested at most so deep.
func (g *generator) rule(depth int) string {
	kind := g.IntN(6)
	switch {
	case depth == 0 || kind < 3:
		return g.test()
	case kind == 3:
		return "not (" + g.rule(depth-1) + ")"
	}
	n := 2 + g.IntN(2)
	parts := make([]string, n)
	for i := range parts {
		parts[i] = "(" + g.rule(depth-1) + ")"
	}
	return strings.Join(parts, g.pick(" and ", " or "))
}

func (g *generator) test() string {
	if g.IntN(2) == 0 {
		return g.behaviorTest()
	}
	i := g.IntN(len(g.schema.Attributes))
	a := g.schema.Attributes[i]
	switch kind := g.IntN(10); {
	case kind == 0:
		return a.Name + g.pick(" is null", " is not null")
	case kind < 5 && (a.Type.Kind == model.Date || a.Type.Kind == model.Timestamp):
		return a.Name + " " + g.window()
	case kind < 5 && a.Type.Kind == model.String:
		return a.Name + g.pick(" ", " not ") + g.pick("contains", "starts with", "ends with", "matches") + " " + g.fragment(i)
	}
	return a.Name + " " + g.operator(func() string { return g.value(i) })
}

// behaviorTest returns a test of how often something happened.
func (g *generator) behaviorTest() string {
	text := g.schema.Behaviors[g.IntN(len(g.schema.Behaviors))].Name
	if g.IntN(2) == 0 {
		text += " count " + g.comparison(func() string { return fmt.Sprint(g.IntN(5)) })
	}
	return text + " " + g.window()
}

// comparison returns an operator that counts have, with its values.
func (g *generator) comparison(value func() string) string {
	switch g.IntN(4) {
	case 0:
		return g.pick("", "not ") + "between " + value() + " and " + value()
	default:
		return g.pick("=", "!=", "<", "<=", ">", ">=") + " " + value()
	}
}

// operator returns an operator that attributes have, with its values.
func (g *generator) operator(value func() string) string {
	if g.IntN(4) > 0 {
		return g.comparison(value)
	}
	return g.pick("", "not ") + "in (" + value() + ", " + value() + ", " + value() + ")"
}

// value returns a literal for attribute i that some customer has.
func (g *generator) value(i int) string {
	switch v := g.values[i][g.IntN(len(g.values[i]))].(type) {
	case string:
		return "'" + v + "'"
	case time.Time:
		return "'" + v.Add(g.nudge()).Format(g.pick(time.DateOnly, time.RFC3339Nano)) + "'"
	default:
		if kind := g.schema.Attributes[i].Type.Kind; kind == model.Date {
			return fmt.Sprintf("'%s'", v)
		}
		return fmt.Sprint(v)
	}
}

// fragment returns a part of a value of attribute i, a string.
func (g *generator) fragment(i int) string {
	v := g.values[i][g.IntN(len(g.values[i]))].(string)
	lo := g.IntN(len(v))
	return "'" + v[lo:lo+1+g.IntN(len(v)-lo)] + "'"
}

// instant returns a midnight of the data's time or a microsecond beside it, or
// any other time of that day.
func (g *generator) instant() time.Time {
	day := time.Date(1996, time.December, 15+g.IntN(600), 0, 0, 0, 0, time.UTC)
	if g.IntN(4) == 0 {
		return day.Add(time.Duration(g.Int64N(86_400_000_000)) * time.Microsecond)
	}
	return day.Add(g.nudge())
}

// nudge is a microsecond back or forth, or nothing.
func (g *generator) nudge() time.Duration { return time.Duration(g.IntN(3)-1) * time.Microsecond }

func (g *generator) point() string {
	return "'" + g.instant().Format(g.pick(time.DateOnly, time.RFC3339Nano)) + "'"
}

// window returns a window of any form.
func (g *generator) window() string {
	n, m := 1+g.IntN(12), 1+g.IntN(12)
	unit, other := g.unit(), g.unit()
	switch g.IntN(11) {
	case 0:
		return fmt.Sprintf("in last %d %s", n, unit)
	case 1:
		return fmt.Sprintf("in last %d full %s", n, unit)
	case 2:
		return fmt.Sprintf("in next %d %s", n, unit)
	case 3:
		return fmt.Sprintf("in next %d full %s", n, unit)
	case 4:
		return g.pick("today", "yesterday", "ever")
	case 5:
		return "this " + unit
	case 6:
		return "between " + g.point() + " and " + g.point()
	case 7:
		return g.pick("since ", "after ", "before ") + g.point()
	case 8:
		return fmt.Sprintf("%d to %d %s ago", n-1, n-1+m, unit)
	case 9:
		return fmt.Sprintf("more than %d %s ago", n, unit)
	}
	return fmt.Sprintf("for %d %s from %d %s ago", n, unit, m, other)
}

// unit returns a unit, mostly one that fits the data's year and a half.
func (g *generator) unit() string {
	return g.pick("second", "minute", "hour", "day", "day", "week", "week", "month", "month", "quarter", "quarter", "year")
}
