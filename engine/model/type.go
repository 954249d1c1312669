package model

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
)

// Kind is the type of an attribute or event field as users speak of it.
type Kind uint8

// The kinds. Zero is no kind.
const (
	String      Kind = iota + 1 // UTF-8 text, compared byte-wise
	Number                      // int64, float64 or decimal, see Repr
	Boolean                     // true or false
	Date                        // a calendar day, no zone
	Timestamp                   // an instant, microseconds since 1970-01-01 UTC
	StringArray                 // a list of String
	NumberArray                 // a list of Number
)

var kindNames = [...]string{
	String: "string", Number: "number", Boolean: "boolean", Date: "date",
	Timestamp: "timestamp", StringArray: "string_array", NumberArray: "number_array",
}

// String returns the name used in configuration files: "number",
// "string_array".
func (k Kind) String() string {
	if int(k) < len(kindNames) && k != 0 {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// KindNames lists the names that [ParseKind] accepts, in declaration order.
func KindNames() []string { return append([]string(nil), kindNames[String:]...) }

// ParseKind is the inverse of [Kind.String]; names are case-sensitive.
func ParseKind(name string) (Kind, bool) {
	for k, n := range kindNames {
		if n == name && n != "" {
			return Kind(k), true
		}
	}
	return 0, false
}

// Repr is how a number is held, exactly as its source holds it.
type Repr uint8

// The representations of a number. Zero stands for every kind that is not a
// number.
const (
	Int64   Repr = iota + 1 // 64-bit two's complement
	Float64                 // IEEE 754 binary64; NaN does not occur
	Decimal                 // 128-bit unscaled integer, see Type.Precision and Scale
)

// Type is the exact type of an attribute or event field.
// Types are comparable with ==.
type Type struct {
	Kind      Kind
	Repr      Repr  // of a Number, or of the elements of a NumberArray; else 0
	Precision uint8 // digits, 1 to 38; only with Decimal
	Scale     uint8 // digits after the point, at most Precision; only with Decimal
}

// Elem returns the type of a list's elements, and t itself for other kinds.
func (t Type) Elem() Type {
	switch t.Kind {
	case StringArray:
		return Type{Kind: String}
	case NumberArray:
		t.Kind = Number
	}
	return t
}

// IsArray reports whether values of t are lists.
func (t Type) IsArray() bool { return t.Kind == StringArray || t.Kind == NumberArray }

// String returns the kind, followed by the representation where it is not
// plain from the kind: "string", "number (int64)", "number (decimal(10,2))".
func (t Type) String() string {
	switch t.Repr {
	case Int64:
		return t.Kind.String() + " (int64)"
	case Float64:
		return t.Kind.String() + " (float64)"
	case Decimal:
		return fmt.Sprintf("%s (decimal(%d,%d))", t.Kind, t.Precision, t.Scale)
	}
	return t.Kind.String()
}

// ParseType is the inverse of [Type.String].
func ParseType(s string) (Type, error) {
	name, repr, hasRepr := strings.Cut(s, " (")
	kind, ok := ParseKind(name)
	if !ok {
		return Type{}, fmt.Errorf("unknown type %q", s)
	}
	t := Type{Kind: kind}
	if numeric := kind == Number || kind == NumberArray; numeric != hasRepr {
		return Type{}, fmt.Errorf("unknown type %q", s)
	}
	switch {
	case !hasRepr:
	case repr == "int64)":
		t.Repr = Int64
	case repr == "float64)":
		t.Repr = Float64
	default:
		t.Repr = Decimal
		if _, err := fmt.Sscanf(repr, "decimal(%d,%d))", &t.Precision, &t.Scale); err != nil {
			return Type{}, fmt.Errorf("unknown type %q", s)
		}
	}
	if t.String() != s || t.Repr == Decimal && (t.Precision < 1 || t.Precision > 38 || t.Scale > t.Precision) {
		return Type{}, fmt.Errorf("unknown type %q", s)
	}
	return t, nil
}

// MarshalJSON writes the form of [Type.String].
func (t Type) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// UnmarshalJSON reads the form of [Type.String].
func (t *Type) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := ParseType(s)
	if err != nil {
		return err
	}
	*t = v
	return nil
}

// Arrow returns the Arrow type in which a snapshot holds values of t:
// utf8, int64, float64, decimal128, bool, date32, timestamp[us, UTC], or a list
// of these.
func (t Type) Arrow() arrow.DataType {
	switch t.Kind {
	case String:
		return arrow.BinaryTypes.String
	case Boolean:
		return arrow.FixedWidthTypes.Boolean
	case Date:
		return arrow.FixedWidthTypes.Date32
	case Timestamp:
		return arrow.FixedWidthTypes.Timestamp_us
	case StringArray, NumberArray:
		return arrow.ListOf(t.Elem().Arrow())
	}
	switch t.Repr {
	case Float64:
		return arrow.PrimitiveTypes.Float64
	case Decimal:
		return &arrow.Decimal128Type{Precision: int32(t.Precision), Scale: int32(t.Scale)}
	}
	return arrow.PrimitiveTypes.Int64
}
