package oracle

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// String returns the table as text: the types, then a line for each customer and
// each event.
func (t *Table) String() string {
	var b strings.Builder
	for _, a := range t.Schema.Attributes {
		fmt.Fprintf(&b, "attribute %q %s\n", a.Name, a.Type)
	}
	for _, behavior := range t.Schema.Behaviors {
		fmt.Fprintf(&b, "behavior %q, time %q", behavior.Name, behavior.TimeColumn)
		for _, f := range behavior.Fields {
			fmt.Fprintf(&b, ", %q %s", f.Name, f.Type)
		}
		b.WriteByte('\n')
	}
	for row, key := range t.Keys {
		fmt.Fprintf(&b, "customer %s", valueText(t.Schema.KeyType, key))
		for i, a := range t.Schema.Attributes {
			fmt.Fprintf(&b, " %q=%s", a.Name, valueText(a.Type, t.Attributes[i][row]))
		}
		b.WriteByte('\n')
		for i, behavior := range t.Schema.Behaviors {
			for _, e := range t.Behaviors[i][row] {
				fmt.Fprintf(&b, "  %q %s\n", behavior.Name, eventText(behavior, e))
			}
		}
	}
	return b.String()
}

func eventText(b model.Behavior, e Event) string {
	text := "at " + valueText(model.Type{Kind: model.Timestamp}, field(e, rule.TimeField))
	for i, f := range b.Fields {
		text += fmt.Sprintf(" %q=%s", f.Name, valueText(f.Type, e.Fields[i]))
	}
	return text
}

func valueText(typ model.Type, v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return fmt.Sprintf("%q", v)
	case []any:
		parts := make([]string, len(v))
		for i, element := range v {
			parts[i] = valueText(typ.Elem(), element)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case int64:
		if typ.Kind == model.Timestamp {
			return time.UnixMicro(v).UTC().Format(time.RFC3339Nano)
		}
	}
	return fmt.Sprint(v)
}

// String returns the date as YYYY-MM-DD.
func (d Day) String() string { return time.Unix(int64(d)*86_400, 0).UTC().Format(time.DateOnly) }

// String returns the plain digits, all of the scale: "-1.50".
func (d Decimal) String() string {
	text := new(big.Int).Abs(d.Unscaled).String()
	if d.Scale > 0 {
		if len(text) <= d.Scale {
			text = strings.Repeat("0", d.Scale+1-len(text)) + text
		}
		text = text[:len(text)-d.Scale] + "." + text[len(text)-d.Scale:]
	}
	if d.Unscaled.Sign() < 0 {
		text = "-" + text
	}
	return text
}
