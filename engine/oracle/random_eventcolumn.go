package oracle

import (
	"math/rand/v2"

	"github.com/rollcall-db/rollcall/engine/model"
)

// RandomColumn returns a column of events over the table of a case, whose as_of its
// windows are near: an aggregate of a random behavior, or "" where there is none. It
// passes the checker. The column is the same for the same state of rng.
func RandomColumn(rng *rand.Rand, c *Case) string {
	if len(c.Table.Schema.Behaviors) == 0 {
		return ""
	}
	r := random{rng}
	m := &ruleMaker{random: r, table: c.Table, loc: r.location(c.Table), asOf: c.AsOf.UnixMicro()}
	i := m.IntN(len(c.Table.Schema.Behaviors))
	t := m.behavior(i)
	t.op, t.values = "", nil
	if t.edge != "" {
		return t.String()
	}
	t.aggregate = m.columnAggregate(i)
	return t.String()
}

// columnAggregate returns an aggregate of the behavior at position i.
func (m *ruleMaker) columnAggregate(i int) string {
	name, typ := m.aggregateField(i)
	written := quoteName(name)
	switch number := typ.Kind == model.Number; {
	case m.chance(5) || typ.IsArray():
		return m.pick("count", "count distinct days", "first", "last")
	case m.chance(5):
		return "count distinct " + written
	case m.chance(5):
		return "most_frequent(" + written + ")"
	case number && m.chance(2):
		return m.pick("sum", "avg") + "(" + written + ")"
	case number || isTime(typ):
		return m.pick("min", "max") + "(" + written + ")"
	}
	return "most_frequent(" + written + ")"
}
