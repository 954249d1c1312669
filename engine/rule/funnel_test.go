package rule

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
)

// funnelTexts returns the steps of a funnel with the rule of each.
func funnelTexts(t *testing.T, r *Rule) []string {
	t.Helper()
	steps, err := Funnel(r)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, s := range steps {
		texts = append(texts, s.Text+": "+s.Rule.String())
	}
	return texts
}

func TestFunnel(t *testing.T) {
	for _, c := range []struct {
		rule string
		want []string
	}{
		{"purchase then email_open", []string{
			"purchase: purchase where (timestamp is not null)",
			"email_open: purchase then email_open",
		}},
		{"purchase in last 30 days then not email_open within 2 hours", []string{
			"purchase in last 30 days: purchase in last 30 days",
			"not email_open within 2 hours: purchase in last 30 days then not email_open within 2 hours",
		}},
		{"purchase where (is_gift or amount > 5) ever then not email_open then not purchase then email_open within 1 day then email_open then not purchase then not email_open", []string{
			"purchase where (is_gift or amount > 5) ever: purchase where ((is_gift or amount > 5) and timestamp is not null) ever",
			"not email_open then not purchase then email_open within 1 day: purchase where (is_gift or amount > 5) ever then not email_open then not purchase then email_open within 1 day",
			"email_open: purchase where (is_gift or amount > 5) ever then not email_open then not purchase then email_open within 1 day then email_open",
			"not purchase then not email_open: purchase where (is_gift or amount > 5) ever then not email_open then not purchase then email_open within 1 day then email_open then not purchase then not email_open",
		}},
		{"visits > 3 and purchase where amount > 5 and is_gift = true then email_open and (country = 'JP' or email_open then purchase)", []string{
			"purchase where (amount > 5 and is_gift = true): visits > 3 and purchase where (amount > 5 and is_gift = true and timestamp is not null) and (country = 'JP' or email_open then purchase)",
			"email_open: visits > 3 and purchase where (amount > 5 and is_gift = true) then email_open and (country = 'JP' or email_open then purchase)",
		}},
	} {
		r, err := Parse(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		before := r.String()
		if diff := cmp.Diff(c.want, funnelTexts(t, r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.rule, diff)
		}
		if r.String() != before {
			t.Errorf("the rule changed from %s to %s", before, r)
		}
		steps, err := Funnel(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range steps {
			checkInvariants(t, s.Rule)
			checked, err := Check(s.Rule, testSchema("UTC"), testLibrary)
			if err != nil || checked.String() != s.Rule.String() {
				t.Errorf("%s: checked %v, error %v", s.Rule, checked, err)
			}
		}
	}
}

// TestFunnelErrors: what is no funnel.
func TestFunnelErrors(t *testing.T) {
	none := `1:1: a funnel wants a sequence, alone or joined to other conditions with "and", found none`
	for _, c := range []struct{ rule, want string }{
		{"purchase", none},
		{"not (purchase then email_open)", none},
		{"purchase then email_open or visits > 1", none},
		{"visits > 3 and not (purchase then email_open)", none},
		{"purchase then email_open and visits > 3 and (email_open then purchase)", "1:46: a funnel wants one sequence, found another"},
	} {
		r, err := Parse(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Funnel(r)
		var errs Errors
		if !errors.As(err, &errs) || err.Error() != c.want || errs[0].Code != InvalidRuleType {
			t.Errorf("%s: error %v, want %s", c.rule, err, c.want)
			continue
		}
		checkErrors(t, c.rule, err)
	}
	if _, err := Funnel(&Rule{}); err == nil || err.Error() != "1:1: the rule is empty, expected a condition" {
		t.Errorf("no rule: error %v", err)
	}
	f, err := ParseFile("f.yml", []byte("type: And\nconditions:\n  - {type: Sequence, steps: [{source: a}, {source: b}]}\n  - {type: Sequence, steps: [{source: a}, {source: b}]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Funnel(f.Rule)
	var errs Errors
	if !errors.As(err, &errs) || err.Error() != "f.yml:4:5: a funnel wants one sequence, found another" || errs[0].Path != "conditions[1]" {
		t.Errorf("in a file: error %v", err)
	}
	deep, err := Parse("a where (b or " + strings.Repeat("not ", MaxDepth-1) + "c) then d")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Funnel(deep); err == nil || !strings.Contains(err.Error(), "more than 500 deep") {
		t.Errorf("a deep rule: error %v", err)
	}
}

// TestFunnelTime: the time of a first step's event is meant though a field, or an
// attribute, is called timestamp, and whatever the file's values look like.
func TestFunnelTime(t *testing.T) {
	schema := testSchema("UTC")
	at := model.Type{Kind: model.Timestamp}
	schema.Behaviors[0].Fields = append(slices.Clone(schema.Behaviors[0].Fields), model.Field{Name: "timestamp", Type: at})
	schema.Attributes = append(slices.Clone(schema.Attributes), model.Attribute{Name: "timestamp", Type: at})
	text, err := Parse("purchase where amount > 5 then email_open")
	if err != nil {
		t.Fatal(err)
	}
	file, err := ParseFile("f.yml", []byte(`{type: Sequence, steps: [{source: purchase, filter: [{type: Column, column: amount, operator: {type: Greater, value: "5"}}]}, {source: email_open}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*Rule{text, file.Rule} {
		steps, err := Funnel(r)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Check(steps[0].Rule, schema, nil)
		if err != nil {
			t.Fatal(err)
		}
		where := c.Root.(*BehaviorTest).Where.(*And)
		if f, ok := where.Conds[1].(*Not).Cond.(*FieldTest); !ok || f.Field != TimeField || !f.IsNull {
			t.Errorf("%s: the test is %s of %+v", steps[0].Rule, where, where.Conds[1])
		}
	}
}
