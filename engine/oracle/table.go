package oracle

import (
	"fmt"
	"math"
	"math/big"
	"unicode/utf8"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Table is the data of a parent segment. Rows are customers, in no order. A NULL
// is nil; other values are
//
//	String     string
//	Number     int64, float64 (no NaN) or Decimal, by the type's Repr
//	Boolean    bool
//	Date       Day
//	Timestamp  int64: microseconds since 1970-01-01 UTC
//	lists      []any of the element's values, nil for a NULL element
type Table struct {
	Schema     *model.Schema
	Keys       []any       // by row; string or int64 as Schema.KeyType says; unique
	Attributes [][]any     // by position in Schema.Attributes, then by row
	Behaviors  [][][]Event // by position in Schema.Behaviors, then by row; a row's events are in no order
}

// Event is one event of a customer.
type Event struct {
	Time   *int64 // microseconds since 1970-01-01 UTC; nil: undated
	Fields []any  // by position in the behavior's Fields
}

// Decimal is the number Unscaled / 10^Scale. Scale is that of the column's type.
type Decimal struct {
	Unscaled *big.Int
	Scale    int
}

// Day is a date, in days since 1970-01-01.
type Day int32

// Selected returns the keys of the rows that are set, in the order of the rows.
func (t *Table) Selected(rows []bool) []any {
	keys := []any{}
	for row, selected := range rows {
		if selected {
			keys = append(keys, t.Keys[row])
		}
	}
	return keys
}

// Validate returns an error unless the table has a value of the right type, or
// NULL, wherever its schema asks for one, and its keys are unique and not NULL.
func (t *Table) Validate() error {
	s := t.Schema
	if len(t.Attributes) != len(s.Attributes) || len(t.Behaviors) != len(s.Behaviors) {
		return fmt.Errorf("%d attributes and %d behaviors, expected %d and %d",
			len(t.Attributes), len(t.Behaviors), len(s.Attributes), len(s.Behaviors))
	}
	if err := t.validateKeys(); err != nil {
		return err
	}
	for i, column := range t.Attributes {
		name := fmt.Sprintf("attribute %q", s.Attributes[i].Name)
		if err := validateColumn(name, s.Attributes[i].Type, column, len(t.Keys)); err != nil {
			return err
		}
	}
	for i, rows := range t.Behaviors {
		if err := validateEvents(s.Behaviors[i], rows, len(t.Keys)); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) validateKeys() error {
	seen := map[any]bool{}
	for row, key := range t.Keys {
		if key == nil {
			return fmt.Errorf("row %d: the key is NULL", row)
		}
		if err := validateValue(t.Schema.KeyType, key); err != nil {
			return fmt.Errorf("row %d: key: %w", row, err)
		}
		if seen[key] {
			return fmt.Errorf("row %d: key %v is there twice", row, key)
		}
		seen[key] = true
	}
	return nil
}

func validateColumn(name string, typ model.Type, values []any, rows int) error {
	if len(values) != rows {
		return fmt.Errorf("%s: %d values, expected %d", name, len(values), rows)
	}
	for row, v := range values {
		if err := validateValue(typ, v); err != nil {
			return fmt.Errorf("%s, row %d: %w", name, row, err)
		}
	}
	return nil
}

func validateEvents(b model.Behavior, rows [][]Event, n int) error {
	if len(rows) != n {
		return fmt.Errorf("behavior %q: %d rows, expected %d", b.Name, len(rows), n)
	}
	for row, events := range rows {
		for _, e := range events {
			if len(e.Fields) != len(b.Fields) {
				return fmt.Errorf("behavior %q, row %d: %d fields, expected %d", b.Name, row, len(e.Fields), len(b.Fields))
			}
			for i, v := range e.Fields {
				if err := validateValue(b.Fields[i].Type, v); err != nil {
					return fmt.Errorf("behavior %q, field %q, row %d: %w", b.Name, b.Fields[i].Name, row, err)
				}
			}
		}
	}
	return nil
}

// validateValue returns an error unless v is NULL or a value of the type.
func validateValue(typ model.Type, v any) error {
	ok := v == nil
	switch v := v.(type) {
	case string:
		ok = typ.Kind == model.String && utf8.ValidString(v)
	case bool:
		ok = typ.Kind == model.Boolean
	case Day:
		ok = typ.Kind == model.Date
	case int64:
		ok = typ.Kind == model.Timestamp || typ.Kind == model.Number && typ.Repr == model.Int64
	case float64:
		ok = typ.Kind == model.Number && typ.Repr == model.Float64 && !math.IsNaN(v)
	case Decimal:
		ok = typ.Kind == model.Number && typ.Repr == model.Decimal &&
			v.Scale == int(typ.Scale) && digits(v.Unscaled) <= int(typ.Precision)
	case []any:
		ok = typ.IsArray()
		for _, element := range v {
			if err := validateValue(typ.Elem(), element); err != nil {
				return err
			}
		}
	}
	if !ok {
		return fmt.Errorf("%T %v is no value of type %s", v, v, typ)
	}
	return nil
}

// digits returns the number of decimal digits of n, 1 for 0.
func digits(n *big.Int) int { return len(new(big.Int).Abs(n).String()) }
