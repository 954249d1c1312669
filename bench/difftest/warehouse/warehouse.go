package warehouse

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Warehouse is a parent segment with the tables that hold its data.
type Warehouse struct {
	Data   *oracle.Table        // what is to be read from the tables
	Parent *model.ParentSegment // the configuration over them
	Layout *model.Layout        // what a build must find
	Tables []*Table             // the master table first
}

// Plain lays a table out without surprises: every attribute in the master table,
// columns called as in the schema, times as instants, rows in their order.
func Plain(t *oracle.Table) (*Warehouse, error) { return (&layout{}).layOut(t) }

// Random lays a table out at random, which the seed decides: how a table, an
// attribute or a behavior is laid out depends on its name and not on what else
// there is, so that a table can lose rows and columns and keep its layout. t itself
// is not changed.
func Random(seed uint64, t *oracle.Table) (*Warehouse, error) {
	return (&layout{random: true, seed: seed}).layOut(t)
}

// layout is a warehouse on its way.
type layout struct {
	random bool // else it is the plain one
	seed   uint64
	r      *rand.Rand // of the random layout
	loc    *time.Location
	out    *Warehouse

	outsiders []any // keys of no customer
	hidden    []any // keys of master rows that a filter leaves out
}

func (l *layout) layOut(t *oracle.Table) (*Warehouse, error) {
	loc, err := window.LoadLocation(t.Schema.Timezone)
	if err != nil {
		return nil, err
	}
	l.loc, l.out = loc, &Warehouse{Data: clone(t)}
	schema := l.out.Data.Schema
	l.out.Parent = &model.ParentSegment{Name: schema.Name, Timezone: schema.Timezone}
	l.out.Layout = &model.Layout{KeyColumn: schema.KeyColumn}
	l.inventKeys()
	l.attributes()
	for i := range schema.Behaviors {
		l.behavior(i)
	}
	return l.out, nil
}

// clone returns a copy whose rows can be changed.
func clone(t *oracle.Table) *oracle.Table {
	c := &oracle.Table{Schema: t.Schema, Keys: append([]any(nil), t.Keys...)}
	for _, values := range t.Attributes {
		c.Attributes = append(c.Attributes, append([]any(nil), values...))
	}
	for _, rows := range t.Behaviors {
		var copied [][]oracle.Event
		for _, events := range rows {
			var row []oracle.Event
			for _, e := range events {
				row = append(row, oracle.Event{Time: e.Time, Fields: append([]any(nil), e.Fields...)})
			}
			copied = append(copied, row)
		}
		c.Behaviors = append(c.Behaviors, copied)
	}
	return c
}

// about starts the random numbers for the part called name.
func (l *layout) about(name string) {
	if !l.random {
		return
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // it returns no error
	l.r = rand.New(rand.NewPCG(l.seed, h.Sum64()))
}

// chance is true once in n times, and never in the plain layout.
func (l *layout) chance(n int) bool { return l.random && l.r.IntN(n) == 0 }

// upTo is a random number from 0 to n, in the plain layout 0.
func (l *layout) upTo(n int) int {
	if !l.random {
		return 0
	}
	return l.r.IntN(n + 1)
}

// inventKeys makes up keys that no customer has.
func (l *layout) inventKeys() {
	l.about("keys")
	taken := map[any]bool{}
	for _, key := range l.out.Data.Keys {
		taken[key] = true
	}
	invent := func(n int) (keys []any) {
		for try := 0; len(keys) < n; try++ {
			var key any
			switch known := l.someKey().(type) {
			case int64:
				key = known + int64(l.r.IntN(2000)) - 1000
			case string:
				key = known + []string{" ", "x", "0", "'"}[l.r.IntN(4)] + strings.Repeat("x", try)
			}
			if !taken[key] {
				taken[key] = true
				keys = append(keys, key)
			}
		}
		return keys
	}
	l.outsiders = invent(l.upTo(4))
	if l.chance(3) {
		l.hidden = invent(1 + l.upTo(4))
	}
}

// someKey returns the key of a customer, or one of the right type if there is
// none.
func (l *layout) someKey() any {
	switch keys := l.out.Data.Keys; {
	case len(keys) > 0:
		return keys[l.r.IntN(len(keys))]
	case l.out.Data.Schema.KeyType.Kind == model.String:
		return "k"
	}
	return int64(0)
}

// strangers returns keys for rows that no customer may get: of outsiders, hidden
// ones and NULL.
func (l *layout) strangers(n int) []any {
	pool := append(append([]any{nil}, l.outsiders...), l.hidden...)
	var keys []any
	for range l.upTo(n) {
		keys = append(keys, pool[l.r.IntN(len(pool))])
	}
	return keys
}
