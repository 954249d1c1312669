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

// Columns of what [AttributeStats] returns of an attribute.
const (
	StatsKnown    = iota // customers who have a value
	StatsDistinct        // values that are not equal
	StatsLeast           // the least value, NULL where nobody has one; of a truth 0 or 1
	StatsGreatest        // the greatest value, likewise
	statsColumns
)

// StatsColumns returns how many columns [AttributeStats] returns of an attribute of a
// type: of a list only who has one.
func StatsColumns(t model.Type) int {
	if t.IsArray() {
		return StatsKnown + 1
	}
	return statsColumns
}

// MaxStats is how many attributes one statement of [AttributeStats] may be about.
const MaxStats = (maxColumns - 1) / statsColumns

// AttributeStats returns one statement about the values of some attributes, given by
// their positions in the schema. It gives one row: how many customers there are, and
// then the columns of each attribute. Local times count as their columns hold them.
// Of the options it heeds [Pinned].
func AttributeStats(d Dialect, schema *model.Schema, layout *model.Layout, attributes []int, options ...Option) (string, error) {
	g, err := newSurvey(d, schema, layout, options)
	switch {
	case err != nil:
		return "", err
	case len(attributes) > MaxStats:
		return "", fmt.Errorf("statistics of %d attributes, expected at most %d", len(attributes), MaxStats)
	}
	var main scope
	columns := []string{"count(*) AS customers"}
	for _, i := range attributes {
		x, ok := g.attributeOperand(&main, i)
		if !ok {
			return "", g.err
		}
		for _, expression := range g.statsOf(x, schema.Attributes[i].Type) {
			columns = append(columns, fmt.Sprintf("%s AS c%d", expression, len(columns)))
		}
	}
	text := g.customers(&main, strings.Join(columns, ",\n  "), nil, "")
	return text, g.err
}

// newSurvey returns a generator of statements about everybody.
func newSurvey(d Dialect, schema *model.Schema, layout *model.Layout, options []Option) (*generator, error) {
	loc, err := window.LoadLocation(schema.Timezone)
	if err != nil {
		return nil, err
	}
	return newGenerator(d, &rule.Checked{Root: &rule.And{}, Schema: schema, Location: loc}, layout, time.Time{}, options)
}

// statsOf returns the columns about the values of an attribute.
func (g *generator) statsOf(x operand, t model.Type) []string {
	value := g.cleaned(x, t).sql
	known := "count(" + value + ")"
	if t.IsArray() {
		return []string{known}
	}
	ordered := value
	switch t.Kind {
	case model.String:
		ordered = g.bytewise(value)
	case model.Boolean: // not every engine has an order of truths
		ordered = "CASE WHEN " + value + " THEN 1 WHEN NOT " + value + " THEN 0 END"
	}
	return []string{known, "count(DISTINCT " + value + ")", typed("min("+ordered+")", t), typed("max("+ordered+")", t)}
}

// Columns of what [BehaviorStats] returns.
const (
	BehaviorEvents    = iota // of customers that there are, and not too old
	BehaviorDated            // of these, with a time
	BehaviorCustomers        // who have events
	BehaviorFirst            // the earliest time, as its column holds it; NULL where there is none
	BehaviorLast             // the latest time, likewise
	BehaviorColumns          // how many there are
)

// BehaviorStats returns one statement about the events of a behavior, given by its
// position in the schema. It gives one row. Of the options it heeds [Pinned].
func BehaviorStats(d Dialect, schema *model.Schema, layout *model.Layout, behavior int, options ...Option) (string, error) {
	g, err := newSurvey(d, schema, layout, options)
	switch {
	case err != nil:
		return "", err
	case behavior < 0 || behavior >= len(layout.Behaviors):
		return "", fmt.Errorf("statistics of behavior %d of %d", behavior, len(layout.Behaviors))
	}
	events := &layout.Behaviors[behavior]
	key, at := g.keyColumn("e."+g.name(events.KeyColumn)), g.fieldOperand(behavior, rule.TimeField)
	tests := []*predicate{
		isNotNull(key),
		leaf(key+" IN (\n    "+g.customers(&scope{}, g.key(), nil, "    ")+"\n  )", false),
	}
	if events.KeptFrom != nil {
		kept := g.timestamps(at, []rule.Range[int64]{{Lo: *events.KeptFrom, Hi: math.MaxInt64}})
		tests = append(tests, or(isNull(at.sql), kept))
	}
	text := strings.Join([]string{
		fmt.Sprintf("SELECT count(*) AS events, count(%s) AS dated, count(DISTINCT %s) AS customers,", at.sql, key),
		fmt.Sprintf("  min(%[1]s) AS first_time, max(%[1]s) AS last_time", at.sql),
		"FROM " + g.table(events.Table) + " AS e",
		g.where(and(tests...), ""),
	}, "\n")
	return text, g.err
}
