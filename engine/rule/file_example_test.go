package rule

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/rollcall-db/rollcall/engine/model"
)

// TestFileExamples reads the examples in both shapes: they give the same rule,
// that of the golden file.
func TestFileExamples(t *testing.T) {
	datadriven.RunTest(t, "testdata/examples/examples", func(t *testing.T, d *datadriven.TestData) string {
		base := filepath.Join("testdata", "examples", d.Cmd)
		segment := readExample(t, base+".segment.yml")
		wire := readExample(t, base+".wire.json")
		if segment.Name == "" || segment.Name != wire.Name {
			t.Errorf("example %s is called %q and %q", d.Cmd, segment.Name, wire.Name)
		}
		if segment.Rule.String() != wire.Rule.String() {
			return fmt.Sprintf("segment: %s\nwire: %s\n", segment.Rule, wire.Rule)
		}
		return segment.Rule.String() + "\n"
	})
}

func readExample(t *testing.T, name string) *SegmentFile {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := ParseFile(name, data)
	if err != nil {
		t.Fatalf("%s:\n%s", name, showFileErrors(t, err))
	}
	checkFile(t, f)
	return f
}

// exampleSchema returns the model of the examples.
func exampleSchema() *model.Schema {
	text, number := model.Type{Kind: model.String}, model.Type{Kind: model.Number, Repr: model.Float64}
	whole, at := model.Type{Kind: model.Number, Repr: model.Int64}, model.Type{Kind: model.Timestamp}
	date := model.Type{Kind: model.Date}
	return &model.Schema{
		Name: "All Customers", Timezone: "Asia/Tokyo", KeyColumn: "customer_id", KeyType: text,
		Attributes: []model.Attribute{
			{Name: "email", Type: text}, {Name: "country", Type: text}, {Name: "birth_date", Type: date},
			{Name: "signup_date", Type: date}, {Name: "last_purchase_date", Type: date}, {Name: "next_renewal_at", Type: at},
			{Name: "loyalty_tier", Type: text}, {Name: "lifetime_value", Type: number}, {Name: "email_opt_in", Type: model.Type{Kind: model.Boolean}},
			{Name: "interests", Type: model.Type{Kind: model.StringArray}}, {Name: "churn_score", Type: number},
		},
		Behaviors: []model.Behavior{
			{Name: "purchase", TimeColumn: "purchased_at", Fields: []model.Field{
				{Name: "amount", Type: number}, {Name: "quantity", Type: whole}, {Name: "product_id", Type: text},
				{Name: "category", Type: text}, {Name: "channel", Type: text},
			}},
			{Name: "page_view", TimeColumn: "time", Fields: []model.Field{{Name: "url", Type: text}, {Name: "duration", Type: whole}}},
			{Name: "email_open", TimeColumn: "time", Fields: []model.Field{{Name: "campaign_id", Type: text}}},
			{Name: "cart_event", TimeColumn: "time", Fields: []model.Field{{Name: "type", Type: text}, {Name: "value", Type: number}}},
		},
	}
}

// TestFileExamplesCheck: all examples pass the checker, those they refer to
// included.
func TestFileExamplesCheck(t *testing.T) {
	segments, err := LoadLibrary(os.DirFS("testdata/examples/segments"))
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("testdata/examples/*.*")
	if err != nil || len(names) < 50 {
		t.Fatalf("%d examples: %v", len(names), err)
	}
	for _, name := range names {
		f := readExample(t, name)
		c, err := Check(f.Rule, exampleSchema(), segments)
		if err != nil {
			t.Errorf("%s:\n%s", name, showFileErrors(t, err))
			continue
		}
		again, err := Parse(c.String())
		if err != nil {
			t.Errorf("%s: checked text %q: %v", name, c, err)
			continue
		}
		if _, err := Check(again, exampleSchema(), segments); err != nil && !strings.Contains(c.String(), "segment '1234'") {
			t.Errorf("%s: checked text %q: %v", name, c, err)
		}
	}
}

// TestFileCheckPlaces: problems that the checker finds point into the file.
func TestFileCheckPlaces(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`{type: Value, attribute: contry, operator: {type: Equal, value: JP}}`,
			`1:26: UNKNOWN_ATTRIBUTE attribute: unknown attribute or behavior "contry"; did you mean "country"?`},
		{`{type: And, conditions: [{type: Value, attribute: lifetime_value, operator: {type: In, value: [1, "2", x]}}]}`,
			`1:104: TYPE_MISMATCH conditions[0].operator.value[2]: expected a number for "lifetime_value" (number), found the string 'x'`},
		{`{type: Value, source: behavior_purchase, aggregation: {type: Sum, column: amont}, operator: {type: Equal, value: 1}}`,
			`1:75: UNKNOWN_FIELD aggregation.column: `},
		{`{type: Value, source: behavior_purchase, filter: [{type: Column, column: chanel, operator: {type: IsNull}}]}`,
			`1:74: UNKNOWN_FIELD filter[0].column: `},
		{`{type: Value, attribute: country, arrayMatching: any, operator: {type: In, value: [x]}}`,
			`1:50: INVALID_ARRAY_MATCHING arrayMatching: `},
		{`{type: Value, attribute: signup_date, operator: {type: Greater, value: soon}}`,
			`1:72: INVALID_TIME operator.value: `},
		{`{type: Value, attribute: country, operator: {type: TimeWithinPast, value: 3, unit: day}}`,
			`1:52: TYPE_MISMATCH operator.type: `},
		{`{type: Value, attribute: email, operator: {type: Regexp, value: "(["}}`,
			`1:65: INVALID_REGEXP operator.value: `},
		{`{type: include, segment: Nobody}`, `1:26: UNKNOWN_SEGMENT segment: `},
		{`{type: Value, source: behavior_purchase, aggregation: {type: Min, column: category}, operator: {type: TimeToday}}`,
			`1:75: `},
		{`{type: Value, attribute: country}`, `1:26: `},
		{`{type: Sequence, steps: [{source: behavior_purchse}, {source: country, exclude: true}]}`,
			`1:35: UNKNOWN_BEHAVIOR steps[0].source: unknown behavior "purchse"; did you mean "purchase"?
1:63: INVALID_OPERATOR_TYPE steps[1].source: "country" is an attribute`},
		{`{type: Sequence, steps: [{source: purchase}, {leftValue: {source: {name: purchase}, filter: [{type: Column, column: chanel, operator: {type: IsNull}}]}}]}`,
			`1:117: UNKNOWN_FIELD steps[1].leftValue.filter[0].column: `},
	} {
		f, err := ParseFile("f.yml", []byte(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		_, err = Check(f.Rule, exampleSchema(), nil)
		if err == nil || !strings.HasPrefix(showFileErrors(t, err), tt.want) {
			t.Errorf("%s gives\n%v, want\n%s", tt.text, err, tt.want)
			continue
		}
		checkFileErrors(t, tt.text, err)
	}
}
