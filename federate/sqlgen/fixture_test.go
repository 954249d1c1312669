package sqlgen

import (
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// The types of the tables of the tests.
var (
	text     = model.Type{Kind: model.String}
	whole    = model.Type{Kind: model.Number, Repr: model.Int64}
	float    = model.Type{Kind: model.Number, Repr: model.Float64}
	boolean  = model.Type{Kind: model.Boolean}
	date     = model.Type{Kind: model.Date}
	instant  = model.Type{Kind: model.Timestamp}
	texts    = model.Type{Kind: model.StringArray}
	wholes   = model.Type{Kind: model.NumberArray, Repr: model.Int64}
	floats   = model.Type{Kind: model.NumberArray, Repr: model.Float64}
	decimals = decimalType(model.NumberArray, 10, 2)
)

func decimalType(kind model.Kind, precision, scale uint8) model.Type {
	return model.Type{Kind: kind, Repr: model.Decimal, Precision: precision, Scale: scale}
}

// column is an attribute or a field, with the column of its own name.
type column struct {
	name     string
	typ      model.Type
	encoding model.TimeEncoding
}

var customerColumns = []column{
	{name: "country", typ: text},
	{name: "visits", typ: whole},
	{name: "score", typ: float},
	{name: "balance", typ: decimalType(model.Number, 12, 2)},
	{name: "wide", typ: decimalType(model.Number, 38, 0)},
	{name: "fine", typ: decimalType(model.Number, 38, 38)},
	{name: "active", typ: boolean},
	{name: "birthday", typ: date},
	{name: "signup", typ: instant},
	{name: "seen_utc", typ: instant, encoding: model.EncodedUTC},
	{name: "seen_local", typ: instant, encoding: model.EncodedLocal},
	{name: "seen_seconds", typ: instant, encoding: model.EncodedSeconds},
	{name: "seen_date", typ: instant, encoding: model.EncodedDate},
	{name: "tags", typ: texts},
	{name: "numbers", typ: wholes},
	{name: "floats", typ: floats},
	{name: "prices", typ: decimals},
}

var purchaseFields = []column{
	{name: "category", typ: text},
	{name: "amount", typ: decimalType(model.Number, 10, 2)},
	{name: "huge", typ: decimalType(model.Number, 38, 2)},
	{name: "price", typ: float},
	{name: "quantity", typ: whole},
	{name: "gift", typ: boolean},
	{name: "due", typ: date},
	{name: "shipped", typ: instant, encoding: model.EncodedLocal},
	{name: "paid", typ: instant},
}

// schema returns the schema of the tests and its layout. The behaviors but the
// first differ in how they hold their time.
func schema(zone string) (*model.Schema, *model.Layout) {
	master := model.TableRef{Schema: "marketing", Table: "customers"}
	s := &model.Schema{Name: "All", Timezone: zone, KeyColumn: "customer_id", KeyType: text}
	l := &model.Layout{Master: master, KeyColumn: "customer_id"}
	attribute := func(c column, table model.TableRef, key string) {
		s.Attributes = append(s.Attributes, model.Attribute{Name: c.name, Type: c.typ})
		l.Attributes = append(l.Attributes, model.ColumnLayout{Table: table, KeyColumn: key, Column: c.name, Encoding: c.encoding})
	}
	for _, c := range customerColumns {
		attribute(c, master, "customer_id")
	}
	attribute(column{name: "tier", typ: text}, model.TableRef{Schema: "crm", Table: "loyalty"}, "member")
	attribute(column{name: "points", typ: whole}, model.TableRef{Schema: "crm", Table: "loyalty"}, "member")
	attribute(column{name: "favourite", typ: text}, model.TableRef{}, "")
	behavior := func(name string, encoding model.TimeEncoding, fields []column) {
		b := model.Behavior{Name: name, TimeColumn: "at"}
		e := model.EventLayout{
			Table: model.TableRef{Schema: "events", Table: name + "s"}, KeyColumn: "customer",
			Time: model.FieldLayout{Column: "at", Encoding: encoding},
		}
		for _, c := range fields {
			b.Fields = append(b.Fields, model.Field{Name: c.name, Type: c.typ})
			e.Fields = append(e.Fields, model.FieldLayout{Column: c.name, Encoding: c.encoding})
		}
		s.Behaviors, l.Behaviors = append(s.Behaviors, b), append(l.Behaviors, e)
	}
	behavior("purchase", model.EncodedInstant, purchaseFields)
	behavior("visit_utc", model.EncodedUTC, nil)
	behavior("visit_local", model.EncodedLocal, nil)
	behavior("visit_seconds", model.EncodedSeconds, nil)
	behavior("visit_date", model.EncodedDate, nil)
	return s, l
}

// asOf is the as_of of the tests that name no other.
const asOf = "2023-07-01T12:00:00Z"

// segments are the segments that rules of the tests may refer to.
var segments = map[string]string{
	"Loyalty/VIP":       "tier = 'Gold' and purchase count >= 2 in last 30 days",
	"Big":               "segment 'VIP' or purchase sum(amount) > 500",
	"evil\n'; drop $\\": "country = 'US'",
}

func library(t testing.TB) *rule.Library {
	t.Helper()
	var files []*rule.SegmentFile
	for _, path := range []string{"Loyalty/VIP", "Big", "evil\n'; drop $\\"} {
		r, err := rule.Parse(segments[path])
		if err != nil {
			t.Fatal(err)
		}
		name := path
		if path == "Loyalty/VIP" {
			name = "VIP"
		}
		files = append(files, &rule.SegmentFile{Path: path, Name: name, Rule: r})
	}
	return rule.NewLibrary(files)
}

// checked returns a rule checked against the schema of the tests.
func checked(t testing.TB, text, zone string) (*rule.Checked, *model.Layout) {
	t.Helper()
	r, err := rule.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	s, l := schema(zone)
	c, err := rule.Check(r, s, library(t))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c, l
}

func parseTime(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
