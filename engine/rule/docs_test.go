package rule

import (
	"os"
	"regexp"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
)

// docsSchema has the names that docs/rules.md uses.
var docsSchema = &model.Schema{
	Name: "Docs", Timezone: "Asia/Tokyo", KeyColumn: "customer_id", KeyType: model.Type{Kind: model.String},
	Attributes: []model.Attribute{
		{Name: "loyalty_tier", Type: model.Type{Kind: model.String}},
		{Name: "Loyalty Tier", Type: model.Type{Kind: model.String}},
		{Name: "country", Type: model.Type{Kind: model.String}},
		{Name: "email", Type: model.Type{Kind: model.String}},
		{Name: "email_opt_in", Type: model.Type{Kind: model.Boolean}},
		{Name: "birth_date", Type: model.Type{Kind: model.Date}},
		{Name: "signup_date", Type: model.Type{Kind: model.Date}},
		{Name: "next_renewal_at", Type: model.Type{Kind: model.Timestamp}},
		{Name: "lifetime_value", Type: model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 10, Scale: 2}},
		{Name: "interests", Type: model.Type{Kind: model.StringArray}},
	},
	Behaviors: []model.Behavior{
		{Name: "purchase", TimeColumn: "purchased_at", Fields: []model.Field{
			{Name: "amount", Type: model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 10, Scale: 2}},
			{Name: "category", Type: model.Type{Kind: model.String}},
			{Name: "channel", Type: model.Type{Kind: model.String}},
		}},
		{Name: "email_open", TimeColumn: "opened_at"},
		{Name: "page_view", TimeColumn: "viewed_at"},
		{Name: "cart_event", TimeColumn: "added_at"},
		{Name: "return", TimeColumn: "returned_at"},
	},
}

// docsLibrary has the segments that docs/rules.md uses.
var docsLibrary = func() *Library {
	r, err := Parse("email_opt_in")
	if err != nil {
		panic(err)
	}
	return NewLibrary([]*SegmentFile{{Path: "Loyalty/VIP", Name: "VIP", Rule: r}, {Path: "Suppression list", Name: "Suppression list", Rule: r}})
}()

// TestDocsExamples parses and checks every example of docs/rules.md.
func TestDocsExamples(t *testing.T) {
	page, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```rule\n(.*?)```").FindAllSubmatch(page, -1)
	if len(examples) < 10 {
		t.Fatalf("%d examples found", len(examples))
	}
	for _, example := range examples {
		text := string(example[1])
		r, err := Parse(text)
		if err != nil {
			t.Errorf("%s%v", text, err)
			continue
		}
		if _, err := Check(r, docsSchema, docsLibrary); err != nil {
			t.Errorf("%s%v", text, err)
		}
	}
}

// TestDocsFiles reads, checks and writes every file in docs/rules.md.
func TestDocsFiles(t *testing.T) {
	page, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```(yaml|json)\n(.*?)```").FindAllSubmatch(page, -1)
	if len(examples) != 3 {
		t.Fatalf("%d files found, want 3", len(examples))
	}
	for _, example := range examples {
		f, err := ParseFile("docs."+string(example[1]), example[2])
		if err != nil {
			t.Errorf("%s%v", example[2], err)
			continue
		}
		c, err := Check(f.Rule, docsSchema, docsLibrary)
		if err != nil {
			t.Errorf("%s%v", example[2], err)
			continue
		}
		again, err := Parse(c.String())
		if err != nil || again.String() != c.String() {
			t.Errorf("%s: text %s: %v", example[2], c, err)
		}
	}
}
