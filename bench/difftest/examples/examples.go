package examples

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Timezone is that of the parent segment, unless an example says otherwise.
const Timezone = "Asia/Tokyo"

// AsOf is when the examples are asked: a Sunday afternoon in Tokyo.
var AsOf = time.Date(2025, 6, 15, 4, 30, 0, 0, time.UTC)

// seed and customers make the data what it is.
const (
	seed      = 7
	customers = 2000
)

// Schema returns the model of the examples.
func Schema(timezone string) *model.Schema {
	var (
		text    = model.Type{Kind: model.String}
		whole   = model.Type{Kind: model.Number, Repr: model.Int64}
		float   = model.Type{Kind: model.Number, Repr: model.Float64}
		money   = model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 12, Scale: moneyScale}
		date    = model.Type{Kind: model.Date}
		instant = model.Type{Kind: model.Timestamp}
	)
	return &model.Schema{
		Name: "All Customers", Timezone: timezone, KeyColumn: "customer_id", KeyType: text,
		Attributes: []model.Attribute{
			{Name: "email", Type: text},
			{Name: "country", Type: text},
			{Name: "birth_date", Type: date},
			{Name: "signup_date", Type: date},
			{Name: "last_purchase_date", Type: instant},
			{Name: "next_renewal_at", Type: instant},
			{Name: "loyalty_tier", Type: text},
			{Name: "lifetime_value", Type: money},
			{Name: "email_opt_in", Type: model.Type{Kind: model.Boolean}},
			{Name: "interests", Type: model.Type{Kind: model.StringArray}},
			{Name: "churn_score", Type: float},
		},
		Behaviors: []model.Behavior{
			{Name: "purchase", TimeColumn: "purchased_at", Fields: []model.Field{
				{Name: "amount", Type: money}, {Name: "quantity", Type: whole}, {Name: "product_id", Type: text},
				{Name: "category", Type: text}, {Name: "channel", Type: text},
			}},
			{Name: "page_view", TimeColumn: "viewed_at", Fields: []model.Field{{Name: "url", Type: text}, {Name: "duration", Type: whole}}},
			{Name: "email_open", TimeColumn: "opened_at", Fields: []model.Field{{Name: "campaign_id", Type: text}}},
			{Name: "cart_event", TimeColumn: "happened_at", Fields: []model.Field{{Name: "type", Type: text}, {Name: "value", Type: money}}},
			{Name: "return", TimeColumn: "returned_at", Fields: []model.Field{{Name: "amount", Type: money}}},
		},
	}
}

// moneyScale is the number of digits after the point of amounts.
const moneyScale = 2

// Table returns the data. The time zone is that of the parent segment alone: the
// instants are the same in all.
func Table(timezone string) *oracle.Table {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0)), table: &oracle.Table{Schema: Schema(timezone)}}
	g.edges = edges()
	g.table.Attributes = make([][]any, len(g.table.Schema.Attributes))
	g.table.Behaviors = make([][][]oracle.Event, len(g.table.Schema.Behaviors))
	for i := range customers {
		g.customer(fmt.Sprintf("c%04d", i+1))
	}
	return g.table
}

// generator adds customers to a table.
type generator struct {
	*rand.Rand
	table *oracle.Table
	edges []int64 // instants that matter, in microseconds
}

// customer adds a customer. One in ten is a stranger of whom nothing is known, and
// one in ten has done nothing.
func (g *generator) customer(key string) {
	g.table.Keys = append(g.table.Keys, key)
	values := g.attributes(key)
	if g.IntN(10) == 0 {
		values = make([]any, len(values))
	}
	for i, v := range values {
		g.table.Attributes[i] = append(g.table.Attributes[i], v)
	}
	mean := 6
	if g.IntN(10) == 0 {
		mean = 0
	}
	onlyStores := g.IntN(4) == 0
	for i, next := range []func() []any{
		func() []any { return g.purchase(onlyStores) },
		func() []any {
			return []any{g.orNull(pick(g, "/", "/sale", "/sale/shoes", "/cart", "/SALE", "/p/1")), int64(g.IntN(600))}
		},
		func() []any { return []any{g.orNull(fmt.Sprintf("m%d", g.IntN(9)))} },
		func() []any { return []any{g.orNull(pick(g, "add", "remove")), g.money(400_00)} },
		func() []any { return []any{g.money(100_00)} },
	} {
		var events []oracle.Event
		for range g.IntN(2*mean + 1) {
			events = append(events, oracle.Event{Time: g.eventTime(), Fields: next()})
		}
		if mean > 0 && g.IntN(6) == 0 {
			for range g.IntN(8) { // much of the same within a few days
				events = append(events, oracle.Event{Time: g.recently(), Fields: next()})
			}
		}
		g.table.Behaviors[i] = append(g.table.Behaviors[i], events)
	}
}

// attributes returns the values of a customer, in the order of the schema.
func (g *generator) attributes(key string) []any {
	domain := pick(g, "@gmail.com", "@yahoo.co.jp", "@example.org", "@GMAIL.com", "@gmail.com.example.org")
	email := pick(g, key, key+"+test", "First.Last", "first.last", "o'hara") + domain
	return []any{
		g.orNull(email),
		g.orNull(pick(g, "JP", "US", "CA", "jp", "DE", "")),
		g.orNull(oracle.Day(g.IntN(18_000) - 4_000)),
		g.orNull(g.day()),
		g.orNull(*g.time()),
		g.orNull(AsOf.UnixMicro() + g.Int64N(60*microsPerDay) - 10*microsPerDay),
		g.orNull(pick(g, "Gold", "Silver", "Bronze", "gold", "Gold ")),
		g.orNull(g.money(3000_00)),
		g.orNull(g.IntN(2) == 0),
		g.interests(),
		g.orNull(float64(g.IntN(65)) / 64),
	}
}

// interests returns NULL, an empty list or a few interests, some of them twice and
// some NULL.
func (g *generator) interests() any {
	if g.IntN(8) == 0 {
		return nil
	}
	list := []any{}
	for range g.IntN(4) {
		list = append(list, g.orNull(pick(g, "golf", "tennis", "ski", "hiking", "Golf", "cooking")))
	}
	return list
}

// purchase returns the fields of a purchase. Stores alone are the channel of who
// buys nowhere else, and some channels are not known.
func (g *generator) purchase(onlyStores bool) []any {
	channel := pick(g, any("store"), any("online"), any("app"), nil)
	if onlyStores && g.IntN(40) > 0 {
		channel = "store"
	}
	return []any{
		g.orNull(g.money(350_00)), g.orNull(int64(1 + g.IntN(5))), g.orNull(fmt.Sprintf("p%d", g.IntN(30))),
		g.orNull(pick(g, "Electronics", "Books", "Garden", "electronics", "Toys")), channel,
	}
}

// money returns an amount of at most so many cents: often a round one.
func (g *generator) money(cents int64) any {
	amount := g.Int64N(cents + 1)
	if g.IntN(3) == 0 {
		amount -= amount % 20_00
	}
	return oracle.Decimal{Unscaled: big.NewInt(amount), Scale: moneyScale}
}

// orNull returns v or, one time in twelve, NULL.
func (g *generator) orNull(v any) any {
	if g.IntN(12) == 0 {
		return nil
	}
	return v
}

// pick returns one of some values.
func pick[T any](g *generator, values ...T) T { return values[g.IntN(len(values))] }

const (
	microsPerDay = 24 * 3600 * 1_000_000
	historyDays  = 4 * 365
)

// eventTime returns the time of an event; a few have none.
func (g *generator) eventTime() *int64 {
	if g.IntN(50) == 0 {
		return nil
	}
	return g.time()
}

// recently returns an instant of the last ten days.
func (g *generator) recently() *int64 {
	at := AsOf.UnixMicro() - g.Int64N(10*microsPerDay)
	return &at
}

// time returns an instant: one that matters or one beside it, or one of four
// years, more often of the last months than of others.
func (g *generator) time() *int64 {
	var at int64
	switch g.IntN(4) {
	case 0:
		at = pick(g, g.edges...) + int64(g.IntN(3)) - 1
	case 1:
		at = AsOf.UnixMicro() - g.Int64N(120*microsPerDay)
	default:
		at = AsOf.UnixMicro() - g.Int64N(historyDays*microsPerDay)
	}
	return &at
}

// day returns the Tokyo date of a time, or a day around one that matters.
func (g *generator) day() oracle.Day {
	today := AsOf.UnixMicro() / microsPerDay // the date in Tokyo is that in UTC, by then
	switch g.IntN(4) {
	case 0:
		return oracle.Day(today)
	case 1:
		return oracle.Day(today - 35 + g.Int64N(12))
	}
	return oracle.Day(*g.time() / microsPerDay)
}

// edges returns instants at which windows of the examples begin or end.
func edges() []int64 {
	at := []int64{AsOf.UnixMicro()}
	day := func(timezone string, year int, month time.Month, day int) {
		loc, err := window.LoadLocation(timezone)
		if err != nil {
			loc = time.UTC // both zones are known
		}
		at = append(at, time.Date(year, month, day, 0, 0, 0, 0, loc).UnixMicro())
	}
	for _, days := range []int{0, 1, -7, -30, -90, -365} { // start of today, of tomorrow, and back
		day(Timezone, 2025, 6, 15+days)
	}
	day(Timezone, 2025, 6, 1)  // this month, and 12 full months back to
	day(Timezone, 2024, 6, 1)  // this one
	day(Timezone, 2022, 6, 15) // three years ago
	day(Timezone, 2023, 6, 15)
	for _, days := range []int{0, 1, -1, -30, -31} { // the clocks go forward at 2
		day("America/Los_Angeles", 2025, 3, 9+days)
	}
	return append(at, time.Date(2025, 3, 9, 10, 0, 0, 0, time.UTC).UnixMicro())
}
