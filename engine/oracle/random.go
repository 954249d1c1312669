package oracle

import (
	"math/rand/v2"
	"time"

	"github.com/rollcall-db/rollcall/engine/window"
)

// Options narrow or widen what RandomTable makes. The zero Options makes what
// every execution can hold and say.
type Options struct {
	MaxCustomers int  // 0 stands for 400
	Infinities   bool // float64 values may be infinite
	ListFields   bool // events may have fields that are lists
	NUL          bool // strings may hold the character NUL, which PostgreSQL cannot
	OddNames     bool // names with spaces, quotes and other signs, and keywords
	CaseNames    bool // names that differ in case only, which many engines take for one
	HugeDecimals bool // event fields with decimals whose sums have more than 38 digits
}

// RandomCase returns a case over the table: up to three segments, a rule with
// groups nested at most so deep that may refer to them, and an as_of, all with
// values that occur in the table or nearly do. The rule passes the checker. The
// case is the same for the same state of rng.
func RandomCase(rng *rand.Rand, t *Table, depth int) *Case {
	r := random{rng}
	loc := r.location(t)
	c := &Case{Name: "random", Table: t, AsOf: r.asOf(t, loc)}
	m := &ruleMaker{random: r, table: t, loc: loc, asOf: c.AsOf.UnixMicro()}
	for i := range r.IntN(4) {
		path := []string{"Base/one", "two", "Base/Deep/it's three"}[i]
		tree := m.rule(min(depth, 2))
		c.Segments = append(c.Segments, Segment{Path: path, Rule: tree.String()})
		c.trees = append(c.trees, tree)
		m.segments = append(m.segments, path)
	}
	c.tree = m.rule(depth)
	c.Rule = c.tree.String()
	return c
}

// random makes random choices.
type random struct{ *rand.Rand }

// chance is true once in n.
func (r random) chance(n int) bool { return r.IntN(n) == 0 }

func (r random) pick(texts ...string) string { return texts[r.IntN(len(texts))] }

// pickOf returns one of the items, of which there must be one.
func pickOf[T any](r random, items []T) T { return items[r.IntN(len(items))] }

// between returns a number from lo to hi.
func (r random) between(lo, hi int64) int64 { return lo + r.Int64N(hi-lo+1) }

// location returns the table's time zone. Every table made here has a known one;
// of another's unknown zone the case will not pass the checker anyway.
func (r random) location(t *Table) *time.Location {
	loc, err := window.LoadLocation(t.Schema.Timezone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// asOf returns an instant at or near one of the table's, at or near a local
// midnight, or at a change of the local clock.
func (r random) asOf(t *Table, loc *time.Location) time.Time {
	instants := tableInstants(t, loc)
	at := r.reference(loc)
	if len(instants) > 0 && !r.chance(8) {
		at = max(pickOf(r, instants), pickOf(r, instants)) // most events are to be seen
	}
	at = r.near(at, loc)
	if r.chance(10) {
		return time.UnixMicro(at).Add(500 * time.Nanosecond).UTC()
	}
	return time.UnixMicro(at).UTC()
}

// tableInstants returns the times of all events, timestamps and dates of a table.
func tableInstants(t *Table, loc *time.Location) []int64 {
	var instants []int64
	for i, a := range t.Schema.Attributes {
		if !isTime(a.Type) {
			continue
		}
		for _, v := range t.Attributes[i] {
			if v != nil {
				instants = append(instants, instantOf(v, loc))
			}
		}
	}
	for i := range t.Behaviors {
		instants = append(instants, eventTimes(t, i)...)
	}
	return instants
}

// eventTimes returns the times of the dated events of a behavior.
func eventTimes(t *Table, behavior int) []int64 {
	var times []int64
	for _, events := range t.Behaviors[behavior] {
		times = append(times, datedTimes(events)...)
	}
	return times
}
