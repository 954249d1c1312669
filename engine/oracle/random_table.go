package oracle

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
)

// RandomTable returns a valid table of random types and values: one to eight
// attributes, up to three behaviors, up to 400 customers. It is the same for the
// same state of rng.
func RandomTable(rng *rand.Rand, o Options) *Table {
	m := &tableMaker{random: random{rng}, options: o, names: map[string]bool{}}
	zone := m.pick(zones...)
	t := &Table{Schema: &model.Schema{
		Name: "Random", Timezone: zone, KeyColumn: "customer_id", KeyType: model.Type{Kind: model.String},
	}}
	m.loc = m.location(t)
	m.base = m.reference(m.loc)
	if m.chance(2) {
		t.Schema.KeyType = wholeType
	}
	for range 1 + m.IntN(8) {
		typ := m.typ(true)
		t.Schema.Attributes = append(t.Schema.Attributes, model.Attribute{Name: m.name(wordOf(typ)), Type: typ})
	}
	for range m.IntN(4) {
		t.Schema.Behaviors = append(t.Schema.Behaviors, m.behavior())
	}
	m.fill(t)
	return t
}

var wholeType = model.Type{Kind: model.Number, Repr: model.Int64}

// tableMaker makes a random table. Its times lie around base.
type tableMaker struct {
	random
	options Options
	loc     *time.Location
	base    int64
	names   map[string]bool // those given to attributes and behaviors
	met     [][]int64       // by row: the times of the customer's events so far
}

// typ returns a type; lists only where they may be.
func (m *tableMaker) typ(lists bool) model.Type {
	number := m.numberType()
	switch kind := m.IntN(12); {
	case kind < 2:
		return model.Type{Kind: model.String}
	case kind < 6:
		return number
	case kind < 7:
		return model.Type{Kind: model.Boolean}
	case kind < 8:
		return model.Type{Kind: model.Date}
	case kind < 9:
		return model.Type{Kind: model.Timestamp}
	case !lists:
		return model.Type{Kind: model.String}
	case kind < 11:
		return model.Type{Kind: model.StringArray}
	}
	number.Kind = model.NumberArray
	return number
}

func (m *tableMaker) numberType() model.Type {
	switch m.IntN(3) {
	case 0:
		return model.Type{Kind: model.Number, Repr: model.Float64}
	case 1:
		size := pickOf(m.random, [][2]uint8{
			{1, 0}, {1, 1}, {5, 2}, {9, 9}, {10, 2}, {18, 4}, {19, 0}, {20, 5}, {38, 0}, {38, 10}, {38, 38},
		})
		return model.Type{Kind: model.Number, Repr: model.Decimal, Precision: size[0], Scale: size[1]}
	}
	return wholeType
}

// wordOf returns what names of the type start with.
func wordOf(typ model.Type) string {
	switch typ.Kind {
	case model.String:
		return "text"
	case model.Boolean:
		return "flag"
	case model.Date:
		return "day"
	case model.Timestamp:
		return "moment"
	case model.StringArray:
		return "tags"
	case model.NumberArray:
		return "ratings"
	}
	return map[model.Repr]string{model.Int64: "whole", model.Float64: "ratio", model.Decimal: "money"}[typ.Repr]
}

var oddNames = []string{
	"Total Spend", `it's "so"`, "first", "in", "days", "segment", "not", "order", "select", "a.b", "x-y", "100%",
	"back`tick", "名前", "naïve", " lead", "trail ", "[x]", "count", "null", "timestamp", "9", "$1", "?", "semi;colon", "--",
}

// name returns a name that nothing has yet.
func (m *tableMaker) name(word string) string { return m.newName(m.names, word) }

// newName returns a name that is not among those taken, and adds it to them.
func (m *tableMaker) newName(taken map[string]bool, word string) string {
	for i := 1; ; i++ {
		name := fmt.Sprint(word, i)
		if m.options.CaseNames && m.chance(4) {
			name = fmt.Sprint("Case", m.pick("a", "A"), m.pick("b", "B"))
		}
		if m.options.OddNames && m.chance(2) {
			name = m.pick(oddNames...)
		}
		if !taken[name] {
			taken[name] = true
			return name
		}
	}
}

// behavior returns a behavior's schema. Its fields may be called as attributes
// are.
func (m *tableMaker) behavior() model.Behavior {
	b := model.Behavior{Name: m.name("event"), TimeColumn: "happened_at", Fields: []model.Field{}}
	taken := map[string]bool{b.TimeColumn: true}
	prefix := m.pick("", "f_", "f_")
	for range m.IntN(6) {
		typ := m.typ(m.options.ListFields)
		b.Fields = append(b.Fields, model.Field{Name: m.newName(taken, prefix+wordOf(typ)), Type: typ})
	}
	return b
}

// fill gives the table customers with values and events.
func (m *tableMaker) fill(t *Table) {
	customers := m.customers()
	t.Keys = m.keys(t.Schema.KeyType, customers)
	t.Attributes = make([][]any, len(t.Schema.Attributes))
	for i, a := range t.Schema.Attributes {
		next := m.column(a.Type, false)
		t.Attributes[i] = make([]any, customers)
		for row := range customers {
			t.Attributes[i][row] = next()
		}
	}
	t.Behaviors = make([][][]Event, len(t.Schema.Behaviors))
	m.met = make([][]int64, customers)
	for i, b := range t.Schema.Behaviors {
		t.Behaviors[i] = m.events(b, customers)
	}
}

func (m *tableMaker) customers() int {
	limit := m.options.MaxCustomers
	if limit == 0 {
		limit = 400
	}
	switch m.IntN(10) {
	case 0:
		return m.IntN(min(3, limit+1))
	case 1, 2:
		return m.IntN(limit + 1)
	}
	return m.IntN(min(80, limit+1))
}

// keys returns so many different keys.
func (m *tableMaker) keys(typ model.Type, n int) []any {
	odd := []any{
		"1", "01", "00001", "1 ", " 1", "1.0", "", " ", "a", "A", "it's", `"q"`, "100%", "a_b", "\\", "ключ", "😀", "null",
	}
	if typ == wholeType {
		odd = []any{
			int64(0), int64(-1), int64(1<<53 + 1), int64(1 << 53), int64(math.MaxInt64), int64(math.MinInt64), int64(1 << 32),
		}
	}
	taken := map[any]bool{}
	keys := make([]any, 0, n)
	for i := 0; len(keys) < n; i++ {
		var key any = fmt.Sprintf("c%03d", i)
		if typ == wholeType {
			key = int64(100 + i)
		}
		if m.chance(6) {
			key = pickOf(m.random, odd)
		}
		if !taken[key] {
			taken[key] = true
			keys = append(keys, key)
		}
	}
	m.Shuffle(n, func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	return keys
}

// events returns the events of so many customers.
func (m *tableMaker) events(b model.Behavior, customers int) [][]Event {
	columns := make([]func() any, len(b.Fields))
	for i, f := range b.Fields {
		columns[i] = m.column(f.Type, true)
	}
	undated := m.share()
	mean := 1 + m.IntN(6)
	rows := make([][]Event, customers)
	for row := range rows {
		for n := m.eventCount(mean); len(rows[row]) < n; {
			e := Event{Fields: make([]any, len(columns))}
			for i := range columns {
				e.Fields[i] = columns[i]()
			}
			if m.Float64() >= undated {
				at := m.eventTime(row)
				e.Time = &at
				m.met[row] = append(m.met[row], at)
			}
			rows[row] = append(rows[row], e)
			if m.chance(8) {
				rows[row] = append(rows[row], e)
			}
		}
	}
	return rows
}

// eventTime returns the time of an event of a customer: often that of another one,
// or as far from it as sequences count.
func (m *tableMaker) eventTime(row int) int64 {
	if len(m.met[row]) == 0 || !m.chance(4) {
		return m.instant(m.base, m.loc)
	}
	at := pickOf(m.random, m.met[row])
	switch m.IntN(6) {
	case 0:
		return at + m.between(-1, 1)
	case 1, 2:
		return at + m.between(-3, 3)*pickOf(m.random, unitMicros[:6])
	}
	return at
}

func (m *tableMaker) eventCount(mean int) int {
	switch m.IntN(10) {
	case 0, 1, 2:
		return 0
	case 3:
		return m.IntN(8 * mean)
	}
	return m.IntN(2 * mean)
}

// share returns the share of NULLs of a column: often none, seldom all.
func (m *tableMaker) share() float64 {
	return pickOf(m.random, []float64{0, 0, 0, 0.05, 0.05, 0.2, 0.5, 0.95, 1})
}
