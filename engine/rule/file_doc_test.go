package rule_test

import (
	"fmt"

	"github.com/rollcall-db/rollcall/engine/rule"
)

func ExampleParseFile() {
	f, err := rule.ParseFile("gold.yml", []byte(`
name: Gold or new
rule:
  type: Or
  conditions:
    - {type: Value, attribute: loyalty_tier, operator: {type: Equal, value: Gold}}
    - {type: Value, attribute: "", source: behavior_purchase, aggregation: {type: First}, operator: {type: TimeThis, unit: month}}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Name+":", f.Rule)
	// Output: Gold or new: loyalty_tier = 'Gold' or first purchase this month
}

func ExampleSegmentFile_AppendSegment() {
	r, err := rule.Parse("loyalty_tier = 'Gold' and purchase count >= 2 in last 30 full days")
	if err != nil {
		fmt.Println(err)
		return
	}
	f := rule.SegmentFile{Name: "Active gold", Rule: r}
	text, err := f.AppendSegment(nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(text))
	// Output:
	// name: Active gold
	// rule:
	//   type: And
	//   conditions:
	//     - {type: Value, attribute: loyalty_tier, operator: {type: Equal, value: Gold}}
	//     - type: Value
	//       attribute: ""
	//       source: behavior_purchase
	//       aggregation: {type: Count}
	//       timeWindow: {duration: 30, unit: day}
	//       operator: {type: GreaterEqual, value: 2}
}
