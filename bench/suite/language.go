package suite

import (
	"strings"
	"time"
)

// language is how a dialect writes literals.
type language struct {
	dialect Dialect
	instant func(t time.Time) string
	decimal func(digits string) string
	// enum writes a value of a column that DuckDB holds as an ENUM. A literal of the
	// ENUM's type spares DuckDB the conversion of every row.
	enum func(typ, value string) string
}

// languages are the dialects in which SQL is written by hand.
var languages = []*language{
	{
		dialect: DuckDB,
		instant: func(t time.Time) string { return "TIMESTAMP '" + t.Format(time.DateTime) + "'" },
		decimal: plain,
		enum:    func(typ, value string) string { return text(value) + "::" + typ },
	},
	{
		dialect: Postgres,
		instant: func(t time.Time) string { return "TIMESTAMPTZ '" + t.Format(time.DateTime) + "+00'" },
		decimal: plain,
		enum:    untyped,
	},
	{
		dialect: ClickHouse,
		instant: func(t time.Time) string { return "toDateTime64('" + t.Format(time.DateTime) + "', 6, 'UTC')" },
		// A literal with a point is a Float64 there, and would be compared as one.
		decimal: func(digits string) string { return "toDecimal64('" + digits + "', 2)" },
		enum:    untyped,
	},
	{
		dialect: Databricks,
		instant: func(t time.Time) string { return "TIMESTAMP'" + t.Format(time.DateTime) + "Z'" },
		decimal: plain,
		enum:    untyped,
	},
}

func plain(digits string) string { return digits }

func untyped(_, value string) string { return text(value) }

// text writes a string, which holds no backslash.
func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// column is an attribute of text, and the name of its ENUM in DuckDB; "": it is
// VARCHAR there.
type column struct{ name, enum string }

var (
	tierColumn    = column{"loyalty_tier", "e_tier"}
	countryColumn = column{"country", "e_country"}
)

// value writes a value of a column.
func (l *language) value(c column, v string) string {
	if c.enum == "" {
		return text(v)
	}
	return l.enum(c.enum, v)
}

// values writes a list of values of a column, without brackets around the list.
func (l *language) values(c column, list []string, before, after string) string {
	var b strings.Builder
	for i, v := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(before + l.value(c, v) + after)
	}
	return b.String()
}

// span is the half-open time from from to to.
type span struct{ from, to time.Time }

// lastDays is the time of so many days before an instant, which is UTC.
func lastDays(days int, to time.Time) span { return span{to.AddDate(0, 0, -days), to} }

// during writes that an event lies in a span.
func (l *language) during(s span) string {
	return "time >= " + l.instant(s.from) + " AND time < " + l.instant(s.to)
}
