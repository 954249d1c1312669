package databricks

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// zoneSlack is more than any time zone is away from UTC.
const zoneSlack = 24 * time.Hour

// Years that a literal of a time may have.
const (
	minYear = 1
	maxYear = 9999
)

// OneOf implements [source.Filterer] for columns of strings, whole numbers and
// booleans.
func (t *table) OneOf(column string, values []string) (source.Table, bool) {
	f, name, ok := t.column(column)
	if !ok {
		return nil, false
	}
	literal := literalOf(f.Type)
	if literal == nil {
		return nil, false
	}
	texts := make([]string, len(values))
	for i, v := range values {
		if texts[i], ok = literal(v); !ok {
			return nil, false
		}
	}
	if len(texts) == 0 {
		return t.narrowed("1 = 0"), true
	}
	return t.narrowed(name + " IN (" + strings.Join(texts, ", ") + ")"), true
}

// literalOf returns what writes a value of a type, nil for types that OneOf does
// not filter.
func literalOf(t arrow.DataType) func(string) (sql string, ok bool) {
	switch t.ID() {
	case arrow.STRING:
		return func(v string) (string, bool) {
			sql, err := sqlgen.Literal(sqlgen.Databricks, v)
			return sql, err == nil && utf8.ValidString(v)
		}
	case arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64:
		return func(v string) (string, bool) {
			n, err := strconv.ParseInt(v, 10, 64)
			return "CAST('" + strconv.FormatInt(n, 10) + "' AS BIGINT)", err == nil // the least has no literal
		}
	case arrow.BOOL:
		return func(v string) (string, bool) { return v, v == "true" || v == "false" }
	}
	return nil
}

// NotBefore implements [source.Filterer] for columns of times, dates and whole
// numbers.
func (t *table) NotBefore(column string, bound time.Time) (source.Table, bool) {
	f, name, ok := t.column(column)
	if !ok {
		return nil, false
	}
	least, ok := boundOf(f.Type, bound.UTC())
	if !ok {
		return nil, false
	}
	return t.narrowed("(" + name + " >= " + least + " OR " + name + " IS NULL)"), true
}

// boundOf writes the least value of a type that is not before bound, whatever the
// zone of times without one.
func boundOf(t arrow.DataType, bound time.Time) (sql string, ok bool) {
	const dayForm, form = "2006-01-02", "2006-01-02 15:04:05.000000"
	local := bound.Add(-zoneSlack)
	if local.Year() < minYear || bound.Year() > maxYear {
		return "", false
	}
	switch t := t.(type) {
	case *arrow.TimestampType:
		if t.TimeZone == "" {
			return "TIMESTAMP_NTZ'" + local.Format(form) + "'", true
		}
		return "TIMESTAMP'" + bound.Format(form) + "Z'", true
	case *arrow.Date32Type:
		return "DATE'" + local.Format(dayForm) + "'", true
	case *arrow.Int32Type, *arrow.Int64Type:
		return "CAST('" + strconv.FormatInt(bound.Unix(), 10) + "' AS BIGINT)", true
	}
	return "", false
}
