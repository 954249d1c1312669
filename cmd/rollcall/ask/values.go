package ask

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/window"
)

// TimeText writes an instant, in the zone it carries, in RFC 3339.
func TimeText(t time.Time) string { return window.FormatInstant(t.UnixMicro(), t.Location()) }

// TimeOrNil writes an instant for JSON, null where there is none.
func TimeOrNil(t *time.Time) *string {
	if t == nil {
		return nil
	}
	text := TimeText(*t)
	return &text
}

// TimeIn returns a time in a zone; nil where there is none.
func TimeIn(t *time.Time, loc *time.Location) *time.Time {
	if t == nil {
		return nil
	}
	moved := t.In(loc)
	return &moved
}

// MicrosIn returns the instant so many microseconds after the start of 1970, in a zone;
// nil where there is none.
func MicrosIn(micros *int64, loc *time.Location) *time.Time {
	if micros == nil {
		return nil
	}
	t := time.UnixMicro(*micros).In(loc)
	return &t
}

// RowsJSON returns what customers look like in JSON, the key first.
func RowsJSON(rows []engine.Row) [][]any {
	out := [][]any{}
	for _, row := range rows {
		cells := []any{row.Key}
		for _, v := range row.Values {
			cells = append(cells, ValueJSON(v))
		}
		out = append(out, cells)
	}
	return out
}

// ValueJSON returns what a value looks like in JSON: numbers exact, days and
// instants as text, an infinity as text since JSON has none, NULL
// as null.
func ValueJSON(v any) any {
	switch v := v.(type) {
	case column.Decimal:
		return json.RawMessage(v.String())
	case column.Day:
		return v.String()
	case time.Time:
		return TimeText(v)
	case float64:
		if math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = ValueJSON(v[i])
		}
		return list
	}
	return v
}
