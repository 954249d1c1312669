package assistant_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// into reads the object of an answer.
func into[T any](t *testing.T, o object) (out T) {
	t.Helper()
	data, err := json.Marshal(o)
	must(t, err)
	must(t, json.Unmarshal(data, &out))
	return out
}

// TestNumbersOnly compares what is shown with and without the flag, through a backend that
// shows everything: without it, just the values that few have are with the others.
func TestNumbersOnly(t *testing.T) {
	all := connect(t, snapshotBackend(t, ""), assistant.Options{Personal: true})
	plain := connect(t, snapshotBackend(t, ""), assistant.Options{})
	hidden := 0
	for _, field := range []string{"lifetime_value", "cohort", "orders", "loyalty_tier", "first_purchase_date", "purchase.amount", "purchase.quantity"} {
		for _, rule := range []string{"", "orders > 5", "orders = 1"} {
			arguments := object{"field": field, "limit": 100}
			if rule != "" {
				arguments["rule"] = rule
			}
			whole, _ := all.call("list_values", arguments)
			few, text := plain.call("list_values", arguments)
			want, got := into[service.ValuesJSON](t, whole), into[service.ValuesJSON](t, few)
			for _, v := range want.Values {
				if v.Count < service.MinGroup {
					want.Rest += v.Count
					hidden++
				}
			}
			want.Values = slices.DeleteFunc(want.Values, func(v service.ValueJSON) bool { return v.Count < service.MinGroup })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s of %q: %s\n%s", field, rule, diff, text)
			}
		}
	}
	if hidden == 0 {
		t.Error("nothing was to be hidden")
	}
	for _, arguments := range []object{
		{"by": []string{"lifetime_value", "orders", "loyalty_tier"}, "limit": 50},
		{"by": []string{"lifetime_value"}, "bins": 50},
		{"by": []string{"last_purchase_date"}, "every": "week"},
	} {
		arguments["rule"] = "cohort = '1997-01' and orders > 2"
		whole, _ := all.call("breakdown", arguments)
		few, text := plain.call("breakdown", arguments)
		want, got := into[ask.BreakdownsJSON](t, whole), into[ask.BreakdownsJSON](t, few)
		for i := range want.Breakdowns {
			if n, m := withoutFew(t, &want.Breakdowns[i]), members(&got.Breakdowns[i]); n != m {
				t.Errorf("%d of %s, expected %d", m, want.Breakdowns[i].Attribute, n)
			}
			if diff := cmp.Diff(named(&want.Breakdowns[i]), named(&got.Breakdowns[i])); diff != "" {
				t.Error(diff)
			}
		}
		if !strings.Contains(text, "\nCut: values that fewer than 10 customers have are not named") {
			t.Error(text)
		}
	}
	_, text := plain.call("list_attributes", object{"stats": true})
	if strings.Contains(text, "Silver") || !strings.Contains(text, "lifetime_value       number (decimal(10,2))  0.00") {
		t.Error(text)
	}
	if _, text := all.call("list_attributes", object{"stats": true}); !strings.Contains(text, "Silver") {
		t.Error(text)
	}
}

// withoutFew takes bins of few out, and returns how many customers there are then.
func withoutFew(t *testing.T, b *ask.BreakdownJSON) uint64 {
	t.Helper()
	if b.Bins != nil {
		*b.Bins = slices.DeleteFunc(*b.Bins, func(p ask.BinJSON) bool { return p.Count > 0 && p.Count < service.MinGroup })
	}
	return members(b)
}

// members returns how many customers a breakdown counts.
func members(b *ask.BreakdownJSON) uint64 {
	n := b.Null.Count
	if b.Values != nil {
		for _, v := range *b.Values {
			n += v.Count
		}
	}
	if b.Bins != nil {
		for _, v := range *b.Bins {
			n += v.Count
		}
	}
	if b.Rest != nil {
		n += b.Rest.Count
	}
	return n
}

// named returns the values of a breakdown that ten have.
func named(b *ask.BreakdownJSON) []any {
	var out []any
	if b.Values != nil {
		for _, v := range *b.Values {
			if v.Count >= service.MinGroup {
				out = append(out, v)
			}
		}
	}
	return out
}
