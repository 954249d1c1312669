package model

import "testing"

func TestSchemaFind(t *testing.T) {
	s := &Schema{
		Attributes: []Attribute{{Name: "email"}, {Name: "Email"}},
		Behaviors:  []Behavior{{Name: "purchase"}, {Name: "page_view"}},
	}
	for _, tt := range []struct {
		name                string
		attribute, behavior int
	}{
		{"email", 0, -1}, {"Email", 1, -1}, {"EMAIL", -1, -1}, {"page_view", -1, 1}, {"", -1, -1},
	} {
		if got := s.Attribute(tt.name); got != tt.attribute {
			t.Errorf("Attribute(%q) = %d, want %d", tt.name, got, tt.attribute)
		}
		if got := s.Behavior(tt.name); got != tt.behavior {
			t.Errorf("Behavior(%q) = %d, want %d", tt.name, got, tt.behavior)
		}
	}
}

func TestTableRefText(t *testing.T) {
	for _, tt := range []struct {
		ref  TableRef
		want string
	}{
		{TableRef{Table: "t"}, "t"},
		{TableRef{Schema: "s", Table: "t"}, "s.t"},
		{TableRef{Catalog: "c", Schema: "s", Table: "t"}, "c.s.t"},
	} {
		if got := tt.ref.String(); got != tt.want {
			t.Errorf("%#v is written %q, want %q", tt.ref, got, tt.want)
		}
	}
}
