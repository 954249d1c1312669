package engine_test

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
)

// TestNoEvents asks about a behavior without events: its blocks hold no values to
// tell a field's type from.
func TestNoEvents(t *testing.T) {
	s := shop(t)
	s.add(t, "visit", []arrow.Field{
		field("id", arrow.BinaryTypes.String), field("ts", instants),
		field("amount", &arrow.Decimal128Type{Precision: 10, Scale: 2}), field("wide", &arrow.Decimal128Type{Precision: 30, Scale: 2}),
		field("qty", arrow.PrimitiveTypes.Int64), field("price", arrow.PrimitiveTypes.Float64),
		field("page", arrow.BinaryTypes.String), field("due", arrow.FixedWidthTypes.Date32),
	}, "")
	db := open(t, s.build(t, "UTC"))
	const everybody = "a b c d e f"
	for _, f := range []string{"amount", "wide", "qty", "price"} {
		for _, c := range []struct{ rule, want string }{
			{"visit avg(" + f + ") = 0", ""},
			{"visit avg(" + f + ") != 0", everybody},
			{"visit sum(" + f + ") = 0", everybody},
			{"visit sum(" + f + ") > 0 since '1968-10-28'", ""},
			{"visit min(" + f + ") >= 0", ""},
			{"visit max(" + f + ") != 0", everybody},
			{"visit count distinct " + f + " <= 1", everybody},
			{"visit where (" + f + " > 0) count < 2", everybody},
		} {
			if got := keysOf(t, mustQuery(t, db, c.rule).At(shopTime)); got != c.want {
				t.Errorf("%s: %q, want %q", c.rule, got, c.want)
			}
		}
	}
	for _, rule := range []string{
		"visit count distinct page = 0", "visit count distinct days = 0", "not visit min(due) > '1900-01-01'", "not first visit ever",
	} {
		if got := keysOf(t, mustQuery(t, db, rule).At(shopTime)); got != everybody {
			t.Errorf("%s: %q, want everybody", rule, got)
		}
	}
}
