package measure

import (
	"fmt"
	"strings"

	"github.com/rollcall-db/rollcall/bench/suite"
)

// shownKeys is how many keys of a difference are kept.
const shownKeys = 10

// Difference is a query that two engines answer differently. Where A and B are
// the same engine it contradicts itself: CountA is what it counts, CountB the
// number of keys it lists.
type Difference struct {
	Query, Rule    string
	A, B           string // engines
	CountA, CountB int64
	OnlyA, OnlyB   int64   // customers that only one selects
	FirstA, FirstB []int64 // the lowest of their keys, at most ten
}

// String describes the difference in a few lines.
func (d *Difference) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", d.Query, d.Rule)
	if d.A == d.B {
		fmt.Fprintf(&b, "  %s counts %d and lists %d customers\n", d.A, d.CountA, d.CountB)
		return b.String()
	}
	side := func(name string, count, only int64, first []int64) {
		fmt.Fprintf(&b, "  %s selects %d customers", name, count)
		if only > 0 {
			fmt.Fprintf(&b, ", %d of them alone, the first: %s", only, strings.Trim(fmt.Sprint(first), "[]"))
		}
		b.WriteByte('\n')
	}
	side(d.A, d.CountA, d.OnlyA, d.FirstA)
	side(d.B, d.CountB, d.OnlyB, d.FirstB)
	return b.String()
}

// miscount is the difference between an engine's count and its keys.
func miscount(q *suite.Query, m *members) Difference {
	return Difference{
		Query: q.ID, Rule: q.Rule, A: m.engine, B: m.engine, CountA: m.count, CountB: int64(len(m.keys)),
	}
}

// differ compares the sets of two engines; same is true where they are equal.
func differ(q *suite.Query, a, b *members) (d Difference, same bool) {
	d = Difference{
		Query: q.ID, Rule: q.Rule, A: a.engine, B: b.engine,
		CountA: int64(len(a.keys)), CountB: int64(len(b.keys)),
	}
	i, j := 0, 0
	for i < len(a.keys) || j < len(b.keys) {
		switch {
		case j == len(b.keys) || i < len(a.keys) && a.keys[i] < b.keys[j]:
			d.OnlyA++
			d.FirstA = keep(d.FirstA, a.keys[i])
			i++
		case i == len(a.keys) || b.keys[j] < a.keys[i]:
			d.OnlyB++
			d.FirstB = keep(d.FirstB, b.keys[j])
			j++
		default:
			i++
			j++
		}
	}
	return d, d.OnlyA == 0 && d.OnlyB == 0
}

// keep appends a key while there are few.
func keep(keys []int64, key int64) []int64 {
	if len(keys) < shownKeys {
		keys = append(keys, key)
	}
	return keys
}
