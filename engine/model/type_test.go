package model

import (
	"encoding/json"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"
)

// everyType returns all types that there are.
func everyType() []Type {
	types := []Type{{Kind: String}, {Kind: Boolean}, {Kind: Date}, {Kind: Timestamp}, {Kind: StringArray}}
	for _, kind := range []Kind{Number, NumberArray} {
		types = append(types, Type{Kind: kind, Repr: Int64}, Type{Kind: kind, Repr: Float64})
		for precision := uint8(1); precision <= 38; precision++ {
			for scale := uint8(0); scale <= precision; scale++ {
				types = append(types, Type{Kind: kind, Repr: Decimal, Precision: precision, Scale: scale})
			}
		}
	}
	return types
}

func TestTypeRoundTrip(t *testing.T) {
	seen := map[string]bool{}
	for _, want := range everyType() {
		text := want.String()
		if seen[text] {
			t.Errorf("two types are written %q", text)
		}
		seen[text] = true
		if got, err := ParseType(text); err != nil || got != want {
			t.Errorf("ParseType(%q) = %#v, %v, want %#v", text, got, err, want)
		}
		encoded, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var decoded Type
		if err := json.Unmarshal(encoded, &decoded); err != nil || decoded != want {
			t.Errorf("%s unmarshals to %#v, %v, want %#v", encoded, decoded, err, want)
		}
	}
}

func TestTypeText(t *testing.T) {
	for _, tt := range []struct {
		typ  Type
		want string
	}{
		{Type{Kind: String}, "string"},
		{Type{Kind: Number, Repr: Int64}, "number (int64)"},
		{Type{Kind: Number, Repr: Float64}, "number (float64)"},
		{Type{Kind: Number, Repr: Decimal, Precision: 10, Scale: 2}, "number (decimal(10,2))"},
		{Type{Kind: NumberArray, Repr: Decimal, Precision: 38, Scale: 38}, "number_array (decimal(38,38))"},
		{Type{Kind: StringArray}, "string_array"},
		{Type{}, "kind(0)"},
		{Type{Kind: 99}, "kind(99)"},
	} {
		if got := tt.typ.String(); got != tt.want {
			t.Errorf("%#v is written %q, want %q", tt.typ, got, tt.want)
		}
	}
}

func TestParseTypeErrors(t *testing.T) {
	for _, text := range []string{
		"", " ", "strin", "String", "string ", " string", "kind(1)", "number", "number_array",
		"string (int64)", "number (int64", "number (int64))", "number (int32)", "number(int64)", "number  (int64)",
		"number ()", "number (decimal)", "number (decimal())", "number (decimal(10))", "number (decimal(10,2)",
		"number (decimal(10, 2))", "number (decimal(+10,2))", "number (decimal(010,2))", "number (decimal(10,2,3))",
		"number (decimal(0,0))", "number (decimal(39,0))", "number (decimal(2,3))", "number (decimal(266,2))",
		"number (decimal(-1,0))", "number (decimal(10,2)))", "boolean (int64)", "number (int64) ",
	} {
		got, err := ParseType(text)
		if err == nil {
			t.Errorf("ParseType(%q) = %v, want an error", text, got)
			continue
		}
		encoded, marshalErr := json.Marshal(text)
		if marshalErr != nil {
			t.Fatal(marshalErr)
		}
		if want := "unknown type " + string(encoded); err.Error() != want {
			t.Errorf("ParseType(%q): %v, want %s", text, err, want)
		}
		before := Type{Kind: Date}
		if err := json.Unmarshal(encoded, &before); err == nil || before != (Type{Kind: Date}) {
			t.Errorf("unmarshalling %s gives %v, %v, want an error and no change", encoded, before, err)
		}
	}
	if err := json.Unmarshal([]byte("1"), new(Type)); err == nil {
		t.Error("unmarshalling the number 1 gives no error")
	}
}

func TestParseKind(t *testing.T) {
	want := []string{"string", "number", "boolean", "date", "timestamp", "string_array", "number_array"}
	if diff := cmp.Diff(want, KindNames()); diff != "" {
		t.Errorf("KindNames (-want +got):\n%s", diff)
	}
	for i, name := range want {
		if got, ok := ParseKind(name); !ok || got != Kind(i+1) || got.String() != name {
			t.Errorf("ParseKind(%q) = %v, %t", name, got, ok)
		}
	}
	for _, name := range []string{"", "Number", "kind(1)", "array"} {
		if got, ok := ParseKind(name); ok {
			t.Errorf("ParseKind(%q) = %v, want none", name, got)
		}
	}
}

func TestTypeElem(t *testing.T) {
	for _, typ := range everyType() {
		elem := typ.Elem()
		switch {
		case elem.IsArray():
			t.Errorf("the elements of %s are lists", typ)
		case !typ.IsArray() && elem != typ:
			t.Errorf("%s has the elements %s, want itself", typ, elem)
		case typ.IsArray() && !arrow.TypeEqual(typ.Arrow(), arrow.ListOf(elem.Arrow())):
			t.Errorf("%s is held as %s, its elements as %s", typ, typ.Arrow(), elem.Arrow())
		}
	}
}

func TestTypeArrow(t *testing.T) {
	for _, tt := range []struct{ typ, want string }{
		{"string", "utf8"},
		{"boolean", "bool"},
		{"date", "date32"},
		{"timestamp", "timestamp[us, tz=UTC]"},
		{"number (int64)", "int64"},
		{"number (float64)", "float64"},
		{"number (decimal(10,2))", "decimal(10, 2)"},
		{"string_array", "list<item: utf8, nullable>"},
		{"number_array (float64)", "list<item: float64, nullable>"},
	} {
		typ, err := ParseType(tt.typ)
		if err != nil {
			t.Fatal(err)
		}
		if got := typ.Arrow().String(); got != tt.want {
			t.Errorf("%s is held as %s, want %s", typ, got, tt.want)
		}
	}
}
