package service

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestValues(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	tiers, err := s.Values(ctx, counts, "CDNOW", ValuesRequest{Field: "loyalty_tier", Search: "GOLD"})
	must(t, err)
	if got := toJSON(t, tiers.Values); got != `[{"value":"Gold","count":734}]` || tiers.Distinct != 3 || tiers.Of != "customers" {
		t.Error(toJSON(t, tiers))
	}
	within, err := s.Values(ctx, counts, "CDNOW", ValuesRequest{Field: "loyalty_tier", Ask: Ask{Rule: "purchase in last 30 days"}})
	must(t, err)
	if within.Values[len(within.Values)-1].Count == 0 || !strings.Contains(toJSON(t, within.Values), `{"value":"Gold","count":315}`) {
		t.Error(toJSON(t, within))
	}
	limited, err := s.Values(ctx, counts, "CDNOW", ValuesRequest{Field: "loyalty_tier", Limit: 1})
	must(t, err)
	if len(limited.Values) != 1 || !limited.More || limited.Rest == 0 {
		t.Error(toJSON(t, limited))
	}
}

// TestValuesAreCounts asks about every value that is proposed by a rule of its own.
func TestValuesAreCounts(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	for _, test := range []struct{ field, condition string }{
		{"lifetime_value", "lifetime_value = %s"},
		{"orders", "orders = %s"},
		{"first_purchase_date", "first_purchase_date = %s"},
		{"last_purchase_date", "last_purchase_date = %s"},
		{"purchase.quantity", "purchase where (quantity = %s)"},
		{"purchase.amount", "purchase where (amount = %s)"},
	} {
		for _, who := range []Caller{counts, members} {
			for _, rule := range []string{"", "cohort = '1997-01'"} {
				out, err := s.Values(ctx, who, "CDNOW", ValuesRequest{Field: test.field, Limit: 7, Ask: Ask{Rule: rule}})
				must(t, err)
				if len(out.Values) == 0 {
					t.Errorf("%s has no values", test.field)
				}
				last := ^uint64(0)
				for _, v := range out.Values {
					text := strings.ReplaceAll(string(v.Value), `"`, "'")
					asked := fmt.Sprintf(test.condition, text)
					if rule != "" {
						asked = rule + " and " + asked
					}
					n, err := s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Rule: asked}})
					must(t, err)
					if n.Count != v.Count || v.Count > last || who.onlyCounts() && v.Count < MinGroup {
						t.Errorf("%s %s: %d, expected %d", test.field, v.Value, v.Count, n.Count)
					}
					last = v.Count
				}
				if strings.Contains(test.field, ".") && len(out.Notes) == 0 {
					t.Errorf("%s does not say how its values were found", test.field)
				}
			}
		}
	}
}

func TestValuesRefusals(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	for want, in := range map[string]ValuesRequest{
		`422 INVALID field: there is no attribute and no field of events "loyalty_tear"; did you mean "loyalty_tier"?`:       {Field: "loyalty_tear"},
		`422 INVALID field: there is no attribute and no field of events "purchase.amuont"; did you mean "purchase.amount"?`: {Field: "purchase.amuont"},
		"422 INVALID limit: 1001, expected 1 to 1000": {Field: "cohort", Limit: 1001},
		"422 UNKNOWN_ATTRIBUTE":                       {Field: "cohort", Ask: Ask{Rule: "x = 1"}},
	} {
		if err := second(s.Values(ctx, counts, "CDNOW", in)); err == nil || !strings.HasPrefix(short(err), want) {
			t.Errorf("%v, expected %s", err, want)
		}
	}
}

func TestLiteral(t *testing.T) {
	out := ValuesJSON{Values: []ValueJSON{{json.RawMessage(`"x"`), 1}}}
	if got := toJSON(t, out.Values); got != `[{"value":"x","count":1}]` {
		t.Error(got)
	}
	for _, test := range []struct {
		v    any
		want string
	}{{"it's", "'it''s'"}, {int64(-7), "-7"}, {true, "true"}, {1.5, ""}, {nil, ""}} {
		if got := literal(test.v); got != test.want {
			t.Errorf("%v is %s, expected %s", test.v, got, test.want)
		}
	}
	if got := quoteName(`a"b`); got != `"a""b"` {
		t.Error(got)
	}
}
