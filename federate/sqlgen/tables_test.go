package sqlgen

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
)

// tableRow is a row of a table of the tests: the key and what differs from NULL. A
// value is a string (of texts, dates and times), an int, a float64, a bool, a
// list ([]any), or a decimal as text.
type tableRow struct {
	key   any // nil: NULL
	cells map[string]any
}

type cells = map[string]any

// Rows of the tables.
var (
	customerRows = []tableRow{
		{"c1", cells{
			"country": "US", "visits": 3, "score": 0.1, "balance": "100.50", "active": true, "birthday": "1990-02-28",
			"wide": "99999999999999999999999999999999999999", "fine": "0.10000000000000000000000000000000000001",
			"signup": "2023-06-01 12:00:00", "seen_utc": "2023-06-01 12:00:00", "seen_local": "2023-03-12 02:30:00",
			"seen_seconds": 1685620800, "seen_date": "2023-06-01",
			"tags": []any{"a", "b"}, "numbers": []any{1, 6, nil}, "floats": []any{1.5, nan}, "prices": []any{"1.00", "2.50"},
		}},
		{"c2", cells{
			"country": "us'\\%_😀", "visits": -9223372036854775808, "score": nan, "balance": "-0.01", "active": false,
			"birthday": "2000-02-29", "wide": "-99999999999999999999999999999999999999", "fine": "0.00000000000000000000000000000000000001",
			"signup": "1969-12-31 23:59:59.999999", "seen_utc": "1969-12-31 23:59:59.999999", "seen_local": "2023-03-12 03:10:00",
			"seen_seconds": -1, "seen_date": "1969-12-31",
			"tags": []any{}, "numbers": []any{}, "floats": []any{}, "prices": []any{},
		}},
		{"c3", cells{
			"country": "", "visits": 9223372036854775807, "score": inf, "balance": "9999999999.99",
			"seen_local": "2023-11-05 01:30:00", "tags": []any{nil, "a"}, "numbers": []any{nil}, "floats": []any{nil}, "prices": []any{nil},
		}},
		{"c4", nil},
		{"c5", cells{"country": "a\nb", "score": -inf, "tags": []any{"x", "x", "y"}, "numbers": []any{7, 8}, "floats": []any{inf, 0.1}}},
		{nil, cells{"country": "US"}},
	}
	loyaltyRows = []tableRow{
		{"c1", cells{"tier": "Gold", "points": 10}},
		{"c3", cells{"tier": "Silver"}},
		{"gone", cells{"tier": "Gold"}},
		{nil, cells{"tier": "Gold"}},
	}
	purchaseRows = []tableRow{
		{"c1", cells{"at": "2023-06-30 12:00:00", "category": "Books", "amount": "80.00", "huge": "999999999999999999999999999999999999.99", "price": 1.5, "quantity": 9223372036854775807, "gift": true, "due": "2023-07-01", "shipped": "2023-03-12 02:30:00", "paid": "2023-06-30 12:00:00"}},
		{"c1", cells{"at": "2023-06-30 11:59:59.999999", "category": "Music", "amount": "81.00", "price": 2.0, "quantity": 9223372036854775807, "gift": false, "due": "2023-07-02", "shipped": "2023-03-12 03:30:00"}},
		{"c1", cells{"at": "2023-07-01 12:00:00", "category": "Late", "amount": "1000.00"}},
		{"c1", cells{"category": "Undated", "amount": "0.50"}},
		{"c2", cells{"at": "2023-06-01 12:00:00", "price": inf}},
		{"c2", cells{"at": "2023-06-01 12:00:01", "price": -inf, "shipped": "2023-03-12 03:10:00"}},
		{"c2", cells{"at": "2023-06-02 00:00:00", "amount": "0.01", "price": nan, "shipped": "2023-03-12 02:40:00"}},
		{"c3", cells{"at": "2022-01-01 00:00:00", "category": "Books", "price": negativeZero}},
		{"c3", cells{"at": "2022-01-01 00:00:00", "category": "Books", "price": 0.0}},
		{nil, cells{"at": "2023-06-30 12:00:00", "category": "Books"}},
		{"orphan", cells{"at": "2023-06-30 12:00:00", "category": "Books"}},
	}
	// Midnights and a second before, and both passes of an hour, in Los Angeles.
	visits = map[string][]string{
		"c1": {"2023-11-05 07:00:00", "2023-11-05 06:59:59", "2023-11-05 08:30:00", "2023-11-05 09:30:00", "2023-11-06 07:59:59"},
		"c2": {"2023-03-12 07:59:59", "2023-03-12 08:00:00", "2023-03-13 06:59:59", "2023-03-13 07:00:00"},
	}
)

var (
	inf          = math.Inf(1)
	nan          = math.NaN()
	negativeZero = math.Copysign(0, -1)
)

// tables returns the statements that make the tables of the tests in a dialect.
func tables(t testing.TB, zone string, l language, typeName func(model.Type, model.TimeEncoding) string) []string {
	t.Helper()
	loc := location(t, zone)
	statements := []string{"CREATE SCHEMA marketing", "CREATE SCHEMA crm", "CREATE SCHEMA events"}
	table := func(name, key string, columns []column, rows []tableRow) {
		key, _ = l.ident(key)
		defs := []string{key + " " + typeName(text, "")}
		for _, c := range columns {
			name, _ := l.ident(c.name)
			defs = append(defs, name+" "+typeName(c.typ, c.encoding))
		}
		statements = append(statements, "CREATE TABLE "+name+" ("+strings.Join(defs, ", ")+")")
		var lines []string
		for _, row := range rows {
			values := []string{literal(t, l, text, "", row.key, typeName)}
			for _, c := range columns {
				values = append(values, literal(t, l, c.typ, c.encoding, row.cells[c.name], typeName))
			}
			lines = append(lines, "("+strings.Join(values, ", ")+")")
		}
		statements = append(statements, "INSERT INTO "+name+" VALUES "+strings.Join(lines, ", "))
	}
	table("marketing.customers", "customer_id", customerColumns, customerRows)
	table("crm.loyalty", "member", []column{{name: "tier", typ: text}, {name: "points", typ: whole}}, loyaltyRows)
	table("events.purchases", "customer", append([]column{{name: "at", typ: instant}}, purchaseFields...), purchaseRows)
	for _, encoding := range []model.TimeEncoding{model.EncodedUTC, model.EncodedLocal, model.EncodedSeconds, model.EncodedDate} {
		var rows []tableRow
		for _, key := range []string{"c1", "c2"} {
			for _, at := range visits[key] {
				rows = append(rows, tableRow{key, cells{"at": encoded(t, at, encoding, loc)}})
			}
		}
		table("events.visit_"+string(encoding)+"s", "customer", []column{{name: "at", typ: instant, encoding: encoding}}, rows)
	}
	return statements
}

func location(t testing.TB, zone string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// encoded returns an instant as a column of the encoding holds it.
func encoded(t testing.TB, at string, encoding model.TimeEncoding, loc *time.Location) any {
	t.Helper()
	when, err := time.Parse(time.DateTime, at)
	if err != nil {
		t.Fatal(err)
	}
	switch encoding {
	case model.EncodedSeconds:
		return int(when.Unix())
	case model.EncodedLocal:
		return when.In(loc).Format(time.DateTime)
	case model.EncodedDate:
		return when.In(loc).Format(time.DateOnly)
	}
	return at
}

// literal returns a value of a table in SQL.
func literal(
	t testing.TB, l language, typ model.Type, encoding model.TimeEncoding, cell any, typeName func(model.Type, model.TimeEncoding) string,
) string {
	t.Helper()
	switch v := cell.(type) {
	case nil:
		return "CAST(NULL AS " + typeName(typ, encoding) + ")"
	case bool:
		return strings.ToUpper(fmt.Sprint(v))
	case int:
		return fmt.Sprint(v)
	case float64:
		if v != v {
			return l.nan()
		}
		return l.float(v)
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, literal(t, l, typ.Elem(), "", item, typeName))
		}
		return "CAST([" + strings.Join(items, ", ") + "] AS " + typeName(typ, "") + ")"
	case string:
		switch {
		case typ.Kind == model.String:
			sql, problem := l.text(v)
			if problem != "" {
				t.Fatal(problem)
			}
			return sql
		case typ.Repr == model.Decimal:
			whole, fraction, _ := strings.Cut(v, ".")
			unscaled, ok := new(big.Int).SetString(whole+fraction, 10)
			if !ok {
				t.Fatalf("no decimal: %q", v)
			}
			return l.decimal(unscaled, len(fraction))
		case typ.Kind == model.Date || encoding == model.EncodedDate:
			at, err := time.Parse(time.DateOnly, v)
			if err != nil {
				t.Fatal(err)
			}
			return l.date(at.Unix() / secondsPerDay)
		}
		at, err := time.Parse("2006-01-02 15:04:05.999999", v)
		if err != nil {
			t.Fatal(err)
		}
		if encoding == model.EncodedInstant {
			return l.instant(at.UnixMicro())
		}
		return l.civil(at.UnixMicro())
	}
	t.Fatalf("a cell of type %T", cell)
	return ""
}
