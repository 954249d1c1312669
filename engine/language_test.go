package engine_test

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// shop is six customers: a to d have bought, e has only undated purchases, and f
// none. As of 2024-06-15 12:00, a's purchase of the 20th is to come.
func shop(t *testing.T) memorySource {
	s := memorySource{}
	s.add(t, "people", []arrow.Field{field("id", arrow.BinaryTypes.String), field("tier", arrow.BinaryTypes.String)}, `
{"id": "a", "tier": "Gold"}
{"id": "b", "tier": "Gold"}
{"id": "c", "tier": null}
{"id": "d", "tier": "Silver"}
{"id": "e", "tier": "Silver"}
{"id": "f", "tier": null}`)
	s.add(t, "buy", []arrow.Field{
		field("id", arrow.BinaryTypes.String), field("ts", instants),
		field("category", arrow.BinaryTypes.String),
		field("amount", &arrow.Decimal128Type{Precision: 10, Scale: 2}),
		field("qty", arrow.PrimitiveTypes.Int64),
		field("price", arrow.PrimitiveTypes.Float64),
		field("gift", arrow.FixedWidthTypes.Boolean),
		field("due", arrow.FixedWidthTypes.Date32),
		field("paid", instants),
		field("tags", arrow.ListOf(arrow.BinaryTypes.String)),
		field("huge", &arrow.Decimal128Type{Precision: 38, Scale: 0}),
	}, `
{"id": "a", "ts": "2024-06-01T10:00:00Z", "category": "Books", "amount": "10.00", "qty": 1, "price": 0.5, "gift": true, "due": "2024-06-03", "paid": "2024-06-02T00:00:00Z", "tags": ["x", "y"], "huge": "1"}
{"id": "a", "ts": "2024-06-01T23:59:59Z", "category": "Books", "amount": "20.50", "qty": 2, "price": 1.5, "gift": false, "due": "2024-06-04", "paid": null, "tags": [], "huge": "2"}
{"id": "a", "ts": "2024-06-10T10:00:00Z", "category": "Toys", "amount": null, "qty": null, "price": null, "gift": null, "due": null, "paid": null, "tags": null, "huge": null}
{"id": "a", "ts": "2024-06-20T10:00:00Z", "category": "Cars", "amount": "1000.00", "qty": 100, "price": 64, "gift": true, "due": "2024-07-01", "paid": null, "tags": ["z"], "huge": "3"}
{"id": "b", "ts": "2023-01-01T00:00:00Z", "category": "Books", "amount": "5.25", "qty": -3, "price": -0.0, "gift": false, "due": "2023-01-01", "paid": "2023-01-01T00:00:00Z", "tags": ["x"], "huge": "-1"}
{"id": "b", "ts": "2024-06-14T12:00:00Z", "category": null, "amount": "5.25", "qty": 9007199254740993, "price": 0.0, "gift": false, "due": "2024-06-14", "paid": "2024-06-14T12:00:00Z", "tags": [null, "x", "x"], "huge": "-1"}
{"id": "c", "ts": "2024-05-31T23:59:59.999999Z", "category": "Toys", "amount": "0.01", "qty": 9223372036854775807, "price": 1e308, "gift": true, "due": "2024-06-15", "paid": null, "tags": ["y"], "huge": "1"}
{"id": "c", "ts": "2024-06-15T11:59:59.999999Z", "category": "Books", "amount": "-0.01", "qty": 9223372036854775807, "price": 1e308, "gift": true, "due": "2024-06-15", "paid": null, "tags": ["y"], "huge": "1"}
{"id": "c", "ts": "2024-06-15T12:00:00Z", "category": "Late", "amount": "0.02", "qty": 1, "price": -1e308, "gift": true, "due": "2024-06-15", "paid": null, "tags": ["y"], "huge": "1"}
{"id": "d", "ts": "2024-06-05T00:00:00Z", "category": "", "amount": "80.00", "qty": 4, "price": 80.25, "gift": true, "due": "2024-06-05", "paid": "2024-06-15T12:00:00Z", "tags": ["x", "y", "z"], "huge": "7"}
{"id": "d", "ts": null, "category": "Old", "amount": "80.01", "qty": 5, "price": 0.25, "gift": false, "due": "2000-01-01", "paid": null, "tags": ["old"], "huge": "7"}
{"id": "e", "ts": null, "category": "Old", "amount": "1.00", "qty": 1, "price": 1, "gift": false, "due": "2000-01-01", "paid": null, "tags": ["old"], "huge": "7"}`)
	return s
}

var shopTime = time.Date(2024, 6, 15, 12, 0, 0, 0, time.UTC)

// TestLanguage evaluates rules over the shop, the customers written out.
func TestLanguage(t *testing.T) {
	db := open(t, shop(t).build(t, "UTC"))
	for _, c := range []struct{ rule, want string }{
		// All conditions of a where hold for one event.
		{"buy where category = 'Books'", "a b c"},
		{"buy where category = 'Books' and amount > 15", "a"},
		{"buy where category = 'Toys' and amount > 15", ""},
		{"buy where category = 'Books' and gift = true", "a c"},
		{"buy where (category = 'Toys' or amount = 80) in last 30 days", "a c d"},
		{"buy where (not category = 'Books') in last 30 days", "a b c d"},
		{"buy where (category is null)", "b"},
		{"buy where (category is not null) count = 0", "f"},
		{"buy where (category = '') ", "d"},
		{"buy where category in ('Old', 'Toys')", "a c d e"},
		{"buy where category contains 'oo'", "a b c"},
		{"buy where category starts with ('T', 'O')", "a c d e"},
		{"buy where category matches '^(Toys|Old)$'", "a c d e"},
		{"buy where (not category matches 'o') in last 1 day", "b"},
		{"buy where tags = 'x'", "a b d"},
		{"buy where tags at least 2 = 'x'", "b"},
		{"buy where tags all in ('x', 'y')", "a b c"},
		{"buy where tags all = 'nothing'", "a"},
		{"buy where (not tags all = 'nothing') in last 5 days", "b c"},
		{"buy where due in last 1 day", "c"},
		{"buy where due between '2024-06-03' and '2024-06-04'", "a"},
		{"buy where paid before '2024-01-01'", "b"},
		{"buy where paid today", "d"},
		// Counts, of what is seen by as_of.
		{"buy where category = 'Cars'", ""},
		{"buy where category = 'Cars' in next 30 days", "a"},
		{"buy where category = 'Late'", ""},
		{"buy count = 2", "b c d"},
		{"buy where (category = 'Books') count = 2", "a"},
		{"buy where (category = 'Books') count < 2", "b c d e f"},
		{"buy where (category = 'Old') count = 1", "d e"},
		{"buy where (category = 'Old') count = 1 in last 100 years", ""},
		{"not buy where category = 'Books'", "d e f"},
		// A where on the time narrows the window.
		{"buy where (ts >= '2024-06-01' and ts < '2024-06-02')", "a"},
		{"buy where (ts >= '2024-06-01' and category = 'Books') count = 2", "a"},
		{"buy where (ts is null)", "d e"},
		{"buy where (ts is not null) count = 0", "e f"},
		{"buy where (not ts >= '2000-01-01') count >= 1", "d e"},
		{"buy where (ts = '2024-06-01' or ts = '2023-01-01')", "a b"},
		// Distinct values.
		{"buy count distinct category = 1", "b e"},
		{"buy count distinct category = 2", "a c d"},
		{"buy count distinct category = 0", "f"},
		{"buy count distinct category = 0 in last 1 day", "a b d e f"},
		{"buy count distinct price = 1", "b c e"},
		{"buy count distinct price >= 2", "a d"},
		{"buy count distinct amount = 1", "b e"},
		{"buy count distinct qty = 1", "c e"},
		{"buy count distinct gift = 2", "a d"},
		{"buy count distinct due >= 2", "a b d"},
		{"buy count distinct huge = 1", "b c d e"},
		{"buy count distinct huge = 2", "a"},
		{"buy count distinct ts = 2", "b c"},
		{"buy count distinct days = 2", "a b c"},
		{"buy count distinct days = 1", "d"},
		{"buy count distinct days = 0", "e f"},
		{"buy count distinct days >= 1", "a b c d"},
		{"buy where (category = 'Books') count distinct days = 1", "a b c"},
		// Sums: of nothing 0.
		{"buy sum(amount) = 30.5", "a"},
		{"buy sum(amount) = 0", "c f"},
		{"buy sum(amount) >= 160.01", "d"},
		{"buy sum(amount) != 0", "a b d e"},
		{"buy where (category = 'Toys') sum(amount) between 0 and 0.01", "a b c d e f"},
		{"buy sum(qty) = 18446744073709551614", "c"},
		{"buy sum(qty) = 9007199254740990", "b"},
		{"buy sum(price) = 2", "a"},
		{"buy sum(price) = 0", "b f"},
		{"buy sum(price) > 1" + strings.Repeat("0", 308), "c"},
		{"buy sum(huge) <= -2", "b"},
		{"buy sum(huge) = 14", "d"},
		// Averages: of nothing NULL.
		{"buy avg(amount) = 15.25", "a"},
		{"buy avg(amount) = 80.005", "d"},
		{"buy avg(amount) > 80.004 and buy avg(amount) < 80.006", "d"},
		{"buy avg(amount) > 80.005", ""},
		{"buy avg(amount) != 80.005", "a b c e f"},
		{"buy avg(qty) = 1.5", "a"},
		{"buy avg(qty) between 9223372036854775806.5 and 9223372036854775807", "c"},
		{"buy avg(price) = 1", "a e"},
		{"buy avg(price) <= 0", "b"},
		{"buy avg(huge) > 6.99", "d e"},
		// Least and greatest: of nothing NULL.
		{"buy min(amount) < 5", "c e"},
		{"buy max(amount) >= 20.5", "a d"},
		{"buy min(qty) = -3", "b"},
		{"buy max(qty) = 9223372036854775807", "c"},
		{"buy min(price) = 0", "b"},
		{"buy max(price) > 1" + strings.Repeat("0", 307), "c"},
		{"buy max(due) = '2024-06-04'", "a"},
		{"buy min(due) < '2001-01-01'", "d e"},
		{"buy max(paid) >= '2024-06-14'", "b d"},
		{"buy max(huge) < 0", "b"},
		{"buy min(huge) = 7", "d e"},
		{"buy max(ts) < '2024-06-06'", "d"},
		{"not buy min(amount) < 5", "a b d f"},
		// First and last.
		{"first buy in last 30 days", "a c d"},
		{"first buy before '2024-01-01'", "b"},
		{"last buy in last 7 days", "a b c"},
		{"last buy more than 7 days ago", "d"},
		{"not last buy more than 7 days ago", "a b c e f"},
		{"first buy where category = 'Toys' in last 7 days", "a"},
		{"first buy where category = 'Books' in last 7 days", "c"},
		{"last buy where category = 'Books' in last 7 days", "c"},
		{"last buy where category = 'Books' before '2024-06-02'", "a b"},
		{"last buy in next 30 days", "a c"},
		{"first buy where category = 'Cars' in next 30 days", "a"},
		{"last buy ever", "a b c d"},
		// Attributes beside.
		{"tier = 'Gold' and buy sum(amount) > 20", "a"},
		{"tier is null or buy where category = 'Old'", "c d e f"},
	} {
		q, err := db.Query(c.rule)
		if err != nil {
			t.Errorf("%s: %v", c.rule, err)
			continue
		}
		q = q.At(shopTime)
		if got := keysOf(t, q); got != c.want {
			t.Errorf("%s: %q, want %q", c.rule, got, c.want)
		}
		if e, err := q.Explain(t.Context()); err != nil || int(e.Count) != len(strings.Fields(c.want)) {
			t.Errorf("%s: explain %+v, %v, want %q", c.rule, e, err, c.want)
		}
	}
}

// TestDaysAreLocal counts days where a day of the zone is not one of UTC.
func TestDaysAreLocal(t *testing.T) {
	s := memorySource{}
	s.add(t, "people", []arrow.Field{field("id", arrow.PrimitiveTypes.Int64)}, `{"id": 1}`)
	s.add(t, "visit", []arrow.Field{field("id", arrow.PrimitiveTypes.Int64), field("ts", instants)}, `
{"id": 1, "ts": "2024-01-01T23:30:00Z"}
{"id": 1, "ts": "2024-01-02T00:30:00Z"}
{"id": 1, "ts": "2024-01-02T23:30:00Z"}`)
	for _, c := range []struct {
		zone string
		days int
	}{{"UTC", 2}, {"America/Los_Angeles", 2}, {"Asia/Tokyo", 2}, {"Asia/Kathmandu", 2}, {"Etc/GMT-1", 2}, {"Etc/GMT+1", 2}, {"Etc/GMT-12", 2}} {
		db := open(t, s.build(t, c.zone))
		q := fmt.Sprintf("visit count distinct days = %d", c.days)
		if n := count(t, mustQuery(t, db, q).At(shopTime)); n != 1 {
			t.Errorf("%s: not %d days", c.zone, c.days)
		}
	}
}

func mustQuery(t *testing.T, db *engine.DB, text string) *engine.Query {
	t.Helper()
	q, err := db.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestOverflow sums more than 38 digits.
func TestOverflow(t *testing.T) {
	nines := strings.Repeat("9", 38)
	s := memorySource{}
	s.add(t, "people", []arrow.Field{field("id", arrow.BinaryTypes.String)}, `
{"id": "a"}
{"id": "b"}`)
	s.add(t, "buy", []arrow.Field{
		field("id", arrow.BinaryTypes.String), field("ts", instants), field("n", &arrow.Decimal128Type{Precision: 38, Scale: 0}),
	}, fmt.Sprintf(`
{"id": "a", "ts": "2024-01-01T00:00:00Z", "n": "%[1]s"}
{"id": "a", "ts": "2024-01-02T00:00:00Z", "n": "%[1]s"}
{"id": "a", "ts": "2024-01-03T00:00:00Z", "n": "-%[1]s"}
{"id": "b", "ts": "2024-01-01T00:00:00Z", "n": "%[1]s"}
{"id": "b", "ts": "2024-01-05T00:00:00Z", "n": "1"}`, nines))
	db := open(t, s.build(t, "UTC"))
	// Only the sum counts, not the sums on the way.
	q := mustQuery(t, db, "buy sum(n) = "+nines+" between '2024-01-01' and '2024-01-04'").At(shopTime)
	if got := keysOf(t, q); got != "a b" {
		t.Errorf("%q, want both", got)
	}
	for _, text := range []string{"buy sum(n) > 0", "buy avg(n) > 0", "buy sum(n) < 0 before '2024-01-06'"} {
		_, err := mustQuery(t, db, text).At(shopTime).Count(t.Context())
		var overflow *engine.OverflowError
		if !errors.As(err, &overflow) || overflow.Row != 1 || overflow.Behavior != "buy" || overflow.Field != "n" || overflow.Code() != "OVERFLOW" {
			t.Errorf("%s: %v, want an OverflowError of row 1", text, err)
		}
	}
}

// library makes a library of segments written as path and rule.
func library(t *testing.T, segments ...[2]string) *rule.Library {
	t.Helper()
	var files []*rule.SegmentFile
	for _, s := range segments {
		r, err := rule.Parse(s[1])
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, &rule.SegmentFile{Path: s[0], Name: path.Base(s[0]), Rule: r})
	}
	return rule.NewLibrary(files)
}

// TestSegments refers to segments of segments; each is shown once.
func TestSegments(t *testing.T) {
	db, err := engine.Open(shop(t).build(t, "UTC"), &engine.Options{Segments: library(t,
		[2]string{"Loyal/VIP", "tier = 'Gold' and segment 'Readers'"},
		[2]string{"Readers", "buy where category = 'Books'"},
	)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, c := range []struct{ rule, want string }{
		{"segment 'Loyal/VIP'", "a b"},
		{"segment 'VIP'", "a b"},
		{"not segment 'VIP'", "c d e f"},
		{"segment 'Readers' and not segment 'VIP'", "c"},
		{"segment 'VIP' or (segment 'Readers' and tier is null)", "a b c"},
	} {
		q := mustQuery(t, db, c.rule).At(shopTime)
		if got := keysOf(t, q); got != c.want {
			t.Errorf("%s: %q, want %q", c.rule, got, c.want)
		}
	}
	e, err := mustQuery(t, db, "segment 'Readers' or segment 'VIP'").At(shopTime).Explain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	writeStep(&b, &e.Plan, "")
	want := `segment 'Readers' or segment 'VIP': or, 3
  segment 'Readers': segment, computed once, 3
    buy where (category = 'Books'): count of all events, reading category, 3
  segment 'VIP': segment, computed once, 2
    tier = 'Gold' and segment 'Readers': and, cheapest first, 2
      tier = 'Gold': value index, 1 of 3 bitmaps, 2
      segment 'Readers': segment, as above, 3
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func writeStep(b *strings.Builder, s *engine.Step, indent string) {
	fmt.Fprintf(b, "%s%s: %s, %d\n", indent, s.Condition, s.Access, s.Alone)
	for i := range s.Steps {
		writeStep(b, &s.Steps[i], indent+"  ")
	}
}
