package model

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rollcall-db/rollcall/engine/window"
)

// checkRoundTrip writes a parent segment in the book form and reads it again.
func checkRoundTrip(t *testing.T, s *ParentSegment) {
	t.Helper()
	text := AppendBook(nil, s)
	again, form, err := ParseForm("", text)
	if err != nil || form != FormBook {
		t.Errorf("%+v is written as\n%s\nwhich is in the %s form, %v", s, text, form, err)
		return
	}
	if diff := cmp.Diff(s, again, cmpopts.EquateComparable(window.Spec{})); diff != "" {
		t.Errorf("reading\n%s\ngives another parent segment (-want +got):\n%s", text, diff)
	}
}

func TestAppendBook(t *testing.T) {
	days := func(n int64) window.Spec { return window.Spec{Form: window.InLast, N: n, Unit: window.Day} }
	eight := 8
	got := string(AppendBook([]byte("# start\n"), &ParentSegment{
		Name: "All: Customers", Timezone: "Asia/Tokyo",
		Master: Master{
			Table: TableRef{Connection: "lake", Catalog: "prod", Schema: "crm", Table: "customers"}, KeyColumn: "id",
			Columns: []string{"email", "no"}, Filters: []ColumnFilter{{Column: "country", Values: []string{"US", "007", ""}}},
		},
		Attributes: []AttributeSource{
			{Name: "Lifetime value", Table: TableRef{Connection: "lake", Table: "ltv"}, KeyColumn: "id", ValueColumn: "v", Kind: Number},
			{Name: "größe", Table: TableRef{Connection: "other", Table: "sizes"}, KeyColumn: "id", ValueColumn: "a\nb"},
		},
		Behaviors: []BehaviorSource{
			{Name: "purchase", Table: TableRef{Connection: "lake", Table: "p"}, KeyColumn: "id", TimeColumn: "at", AllFields: true, Keep: days(730)},
			{Name: "visit", Table: TableRef{Connection: "lake", Table: "v"}, KeyColumn: "id", TimeColumn: "at", Keep: days(1), Ranks: &eight},
			{
				Name: "view", Table: TableRef{Connection: "lake", Table: "w"}, KeyColumn: "id", TimeColumn: "at",
				Fields: []FieldSource{{Name: "page", Column: "url"}, {Name: "x", Column: "x", Kind: Date}},
			},
		},
		Computed: []ComputedSource{{Name: "spend", Behavior: "purchase", Rule: "sum(amount) in last 365 days"}},
		Schedule: Schedule{Type: "weekly", Time: "03:30", Timezone: "UTC", Days: []string{"1", "3"}},
	}))
	want := `# start
name: "All: Customers"
timezone: Asia/Tokyo
master_table:
  connection: lake
  catalog: prod
  database: crm
  table: customers
  key_column: id
  attributes: [email, "no"]
  filters:
    - column: country
      values: [US, "007", ""]
attributes:
  - name: Lifetime value
    table: ltv
    key_column: id
    value_column: v
    type: number
  - name: "größe"
    connection: other
    table: sizes
    key_column: id
    value_column: "a\nb"
behaviors:
  - name: purchase
    table: p
    key_column: id
    timestamp_column: at
    keep: 730 days
  - name: visit
    table: v
    key_column: id
    timestamp_column: at
    fields: []
    keep: 1 day
    ranks: 8
  - name: view
    table: w
    key_column: id
    timestamp_column: at
    fields:
      - {name: page, column: url}
      - {column: x, type: date}
computed:
  - name: spend
    behavior: purchase
    rule: sum(amount) in last 365 days
schedule:
  type: weekly
  time: "03:30"
  timezone: UTC
  repeat_sub_frequency: ["1", "3"]
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestAppendBookRandom writes random parent segments and reads them again.
func TestAppendBookRandom(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	g := &segmentMaker{Rand: rand.New(rand.NewPCG(seed, 0)), taken: map[string]bool{}}
	for range 500 {
		checkRoundTrip(t, g.segment())
		if t.Failed() {
			return
		}
	}
}

// segmentMaker makes parent segments that Parse could return.
type segmentMaker struct {
	*rand.Rand
	taken map[string]bool // the names given in this parent segment
}

var oddRunes = []rune("abzAZ09 _-.:,[]{}#&*!|>'\"%@`\\/~?=<\t\n\r\x00\x7f\u0085\u00a0\u2028\u2029é日\ufeff\U0001F600")

// name makes a name of odd characters, or a word that YAML has plans for.
func (g *segmentMaker) name() string {
	words := []string{"null", "~", "true", "no", "<<", "007", "1e3", "2023-01-01", "- a", "a: b", "plain", "two words", "---"}
	if g.IntN(4) == 0 {
		return words[g.IntN(len(words))]
	}
	text := []rune{'x'}
	for range g.IntN(6) {
		text = append(text, oddRunes[g.IntN(len(oddRunes))])
	}
	i := g.IntN(len(text))
	text[0], text[i] = text[i], text[0]
	return string(text)
}

// newName makes a name that the parent segment has not.
func (g *segmentMaker) newName() string {
	for {
		if name := g.name(); !g.taken[name] {
			g.taken[name] = true
			return name
		}
	}
}

// maybe returns a name or nothing.
func (g *segmentMaker) maybe() string {
	if g.IntN(2) == 0 {
		return ""
	}
	return g.name()
}

func (g *segmentMaker) table(connection string) TableRef {
	t := TableRef{Connection: connection, Schema: g.maybe(), Table: g.name()}
	if t.Connection != "" && g.IntN(2) == 0 {
		t.Connection = g.name()
	}
	if t.Schema != "" {
		t.Catalog = g.maybe()
	}
	return t
}

func (g *segmentMaker) segment() *ParentSegment {
	g.taken = map[string]bool{}
	s := &ParentSegment{Name: g.name(), Timezone: "Asia/Tokyo"}
	connection := g.maybe()
	s.Master = Master{Table: g.table(""), KeyColumn: g.name(), AllColumns: g.IntN(2) == 0}
	s.Master.Table.Connection = connection
	if !s.Master.AllColumns {
		for range g.IntN(3) {
			s.Master.Columns = append(s.Master.Columns, g.newName())
		}
	}
	for range g.IntN(MaxFilters + 1) {
		s.Master.Filters = append(s.Master.Filters, ColumnFilter{Column: g.name(), Values: []string{g.name(), ""}})
	}
	for range g.IntN(3) {
		s.Attributes = append(s.Attributes, AttributeSource{
			Name: g.newName(), Table: g.table(connection), KeyColumn: g.name(), ValueColumn: g.name(), Kind: Kind(g.IntN(int(NumberArray) + 1)),
		})
	}
	for range g.IntN(3) {
		s.Behaviors = append(s.Behaviors, g.behavior(connection))
		s.Computed = append(s.Computed, ComputedSource{Name: g.newName(), Behavior: s.Behaviors[0].Name, Rule: g.name()})
	}
	if g.IntN(2) == 0 {
		s.Schedule = Schedule{Type: "cron", Cron: g.name(), Timezone: "UTC", Time: "23:59:59", Days: []string{g.name()}}
	}
	return s
}

func (g *segmentMaker) behavior(connection string) BehaviorSource {
	b := BehaviorSource{
		Name: g.newName(), Table: g.table(connection), KeyColumn: "the key", TimeColumn: "the time", AllFields: g.IntN(2) == 0,
	}
	if g.IntN(2) == 0 {
		b.Keep = window.Spec{Form: window.InLast, N: 1 + g.Int64N(1000), Unit: window.Unit(1 + g.IntN(int(window.Year)))}
	}
	if g.IntN(2) == 0 {
		b.Ranks = new(int)
		*b.Ranks = g.IntN(MaxRanks + 1)
	}
	if !b.AllFields {
		for range g.IntN(4) {
			b.Fields = append(b.Fields, FieldSource{Name: g.newName(), Column: g.name(), Kind: Kind(g.IntN(int(NumberArray) + 1))})
		}
	}
	return b
}
