package interoptest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate/source"
)

// Data is a parent segment of customers with attributes and events of every type,
// and of values that are hard to store. It changes by its methods, each time by the
// same chance. It is not safe for concurrent use.
type Data struct {
	// Now is the time of the next build.
	Now time.Time

	values  values
	ints    bool
	next    int
	people  []int // who is a customer
	traits  map[int][]any
	changes int // of traits
	acts    [][][]any
}

// New returns data of nobody, with keys that are strings or whole numbers.
func New(ints bool) *Data {
	return &Data{
		Now: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), ints: ints, traits: map[int][]any{},
		values: values{rand.New(rand.NewPCG(1, 2))},
	}
}

// Join adds n customers with traits.
func (d *Data) Join(n int) {
	d.JoinBare(n)
	for _, id := range d.people[len(d.people)-n:] {
		d.traits[id] = d.values.row(traitColumns)
	}
	d.changes++
}

// JoinBare adds n customers of whom nothing is known.
func (d *Data) JoinBare(n int) {
	for range n {
		d.people = append(d.people, d.next)
		d.next++
	}
}

// Name gives all customers a trait of their own in turns of so many.
func (d *Data) Name(turns int) {
	at := slices.IndexFunc(traitColumns, func(c tableColumn) bool { return c.name == "few_text" })
	for _, id := range d.people {
		if d.traits[id] == nil {
			d.traits[id] = make([]any, len(traitColumns))
		}
		d.traits[id][at] = fmt.Sprintf("%060d", id%turns)
	}
	d.changes++
}

// Leave takes every nth customer away.
func (d *Data) Leave(nth int) {
	d.people = slices.DeleteFunc(d.people, func(id int) bool { return id%nth == 0 })
}

// Return brings a customer back who left.
func (d *Data) Return(id int) { d.people = append(d.people, id) }

// Act adds a part of n events of the last so much time. Some are of nobody, some
// come twice, and their customers are among the first so many.
func (d *Data) Act(n, first int, back time.Duration) {
	var rows [][]any
	for range n {
		at := d.Now.Add(-time.Duration(d.values.Int64N(int64(back))))
		row := append([]any{d.key(d.values.IntN(first + 2)), d.values.maybe(at.UnixMicro())}, d.values.row(actColumns)...)
		if row[1] != nil {
			row[2] = at.Unix() // of column clock
		}
		rows = append(rows, row)
		if d.values.IntN(20) == 0 {
			rows = append(rows, row)
		}
	}
	d.acts = append(d.acts, rows)
}

// key returns the key of a customer.
func (d *Data) key(id int) any {
	if d.ints {
		if strange := []int64{0, -1, math.MinInt64, math.MaxInt64}; id < len(strange) {
			return strange[id]
		}
		return int64(id)*7919 - 50_000
	}
	strange := []string{"", `"quoted"\`, "línea\nnueva", "日本", strings.Repeat("long ", 20), "\x00", "Z", "z"}
	if id < len(strange) {
		return strange[id]
	}
	return fmt.Sprintf("c%06d", id*7919%1_000_000)
}

// Source returns the data as it is now.
func (d *Data) Source() source.Source {
	keyType := arrow.DataType(arrow.BinaryTypes.String)
	if d.ints {
		keyType = arrow.PrimitiveTypes.Int64
	}
	id, at := arrow.Field{Name: "id", Type: keyType}, arrow.Field{Name: "at", Type: arrow.FixedWidthTypes.Timestamp_us}
	people, traits := newTable(id), newTable(fieldsOf(traitColumns, id)...)
	acts, plans := newTable(fieldsOf(actColumns, id, at)...), newTable(id, at)
	var keys, rows, undated [][]any
	for _, person := range d.people {
		keys = append(keys, []any{d.key(person)})
		if row := d.traits[person]; row != nil {
			rows = append(rows, append([]any{d.key(person)}, row...))
		}
		if person%10 == 1 {
			undated = append(undated, []any{d.key(person), nil})
		}
	}
	people.add(d.people, keys)
	traits.add(d.changes, rows)
	plans.add(d.people, undated)
	for i, rows := range d.acts {
		acts.add(i, rows)
	}
	return tables{"people": people, "traits": traits, "acts": acts, "plans": plans, "quiet": newTable(id, at)}
}

// Parent returns the parent segment: the attributes have the names of the columns
// of traits and are computed for "acts"; the behaviors are "act", whose events are
// kept for 400 days, "plan", whose events have no time, and "quiet", which has none.
func Parent() *model.ParentSegment {
	ref := func(name string) model.TableRef { return model.TableRef{Schema: "town", Table: name} }
	behavior := func(name, table string) model.BehaviorSource {
		return model.BehaviorSource{Name: name, Table: ref(table), KeyColumn: "id", TimeColumn: "at", AllFields: true}
	}
	act := behavior("act", "acts")
	act.Keep = window.Spec{Form: window.InLast, N: 400, Unit: window.Day}
	p := &model.ParentSegment{
		Name: `Town of "all"`, Timezone: "America/Sao_Paulo", // where days have begun at 01:00
		Master:    model.Master{Table: ref("people"), KeyColumn: "id"},
		Behaviors: []model.BehaviorSource{act, behavior("plan", "plans"), behavior("quiet", "quiet")},
		Computed:  []model.ComputedSource{{Name: "acts", Behavior: "act", Rule: "count in last 100 days"}},
	}
	for _, c := range traitColumns {
		p.Attributes = append(p.Attributes, model.AttributeSource{Name: c.name, Table: ref("traits"), KeyColumn: "id", ValueColumn: c.name})
	}
	return p
}
