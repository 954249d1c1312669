package postgres

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// OneOf implements [source.Filterer] for columns of text, whole numbers and
// booleans. Texts are compared as they are read: a citext minds case, and blanks at
// the end of char(n) are none of its.
func (t *table) OneOf(column string, values []string) (source.Table, bool) {
	c, name, ok := t.column(column)
	if !ok || c.how.isList {
		return nil, false
	}
	var literals []string
	for _, v := range values {
		literal, isThere, ok := literalOf(c.how.kind, v)
		if !ok {
			return nil, false
		}
		if isThere {
			literals = append(literals, literal)
		}
	}
	switch {
	case len(literals) == 0:
		return t.filtered("false"), true
	case isText(c.how.kind):
		name = "CAST(" + name + ` AS text) COLLATE "C"`
	}
	return t.filtered(name + " IN (" + strings.Join(literals, ", ") + ")"), true
}

// literalOf returns a value of a filter as SQL. isThere is false for a text that no
// row has; ok is false where the column cannot be filtered, or not by the value.
func literalOf(k kind, value string) (literal string, isThere, ok bool) {
	switch {
	case isText(k):
		literal, err := sqlgen.Literal(sqlgen.Postgres, value)
		return literal, err == nil, true // no text has the character NUL
	case k == kindInt16, k == kindInt32, k == kindInt64:
		x, err := strconv.ParseInt(value, 10, 64)
		return strconv.FormatInt(x, 10), true, err == nil
	case k == kindBoolean:
		return value, true, value == "true" || value == "false"
	}
	return "", false, false
}

func isText(k kind) bool { return k == kindText || k == kindPadded || k == kindUUID }

// Years that a bound may have: text has four digits for them.
const (
	firstYear = 1
	lastYear  = 9999
)

// zoneSlack is more than the time of any zone is from UTC.
const zoneSlack = 36 * time.Hour

// NotBefore implements [source.Filterer] for timestamps, dates and whole numbers.
func (t *table) NotBefore(column string, bound time.Time) (source.Table, bool) {
	c, name, ok := t.column(column)
	if !ok || c.how.isList {
		return nil, false
	}
	test, infinite := "", ""
	switch bound = bound.UTC(); c.how.kind {
	case kindInt16, kindInt32, kindInt64:
		test = strconv.FormatInt(bound.Unix(), 10)
	case kindInstant:
		test, infinite = timeLiteral("TIMESTAMPTZ", bound, "+00"), "TIMESTAMPTZ '-infinity'"
	case kindTimestamp, kindDate:
		test, infinite = timeLiteral("TIMESTAMP", bound.Add(-zoneSlack), ""), "TIMESTAMP '-infinity'"
	default:
		return nil, false
	}
	if bound.Add(-zoneSlack).Year() < firstYear || bound.Year() > lastYear {
		return nil, false
	}
	test = name + " >= " + test + " OR " + name + " IS NULL"
	if infinite != "" { // is no time before the bound, but one that cannot be read: an error of the scan
		test += " OR " + name + " = " + infinite
	}
	return t.filtered("(" + test + ")"), true
}

// timeLiteral writes a time, cut to microseconds.
func timeLiteral(typ string, at time.Time, zone string) string {
	return typ + " '" + at.Format("2006-01-02 15:04:05.000000") + zone + "'"
}

// column finds a column and its name in SQL.
func (t *table) column(name string) (c *described, quoted string, ok bool) {
	at, err := source.Column(t, name)
	if err != nil {
		return nil, "", false
	}
	quoted, err = sqlgen.Identifier(sqlgen.Postgres, t.columns[at].name)
	return &t.columns[at], quoted, err == nil
}

// filtered returns the table with the rows that fulfil one condition more.
func (t *table) filtered(condition string) *table {
	f := &table{
		source: t.source, relation: t.relation, name: t.name, schema: t.schema, columns: t.columns, storage: t.storage,
		where: append(slices.Clone(t.where), condition), nans: t.nans, counting: make(chan struct{}, 1),
	}
	f.counted.Store(-1)
	return f
}
