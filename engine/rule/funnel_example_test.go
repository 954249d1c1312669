package rule_test

import (
	"fmt"

	"github.com/rollcall-db/rollcall/engine/rule"
)

func ExampleFunnel() {
	r, err := rule.Parse("country = 'JP' and page_view in last 30 days then cart_event then not purchase within 2 hours")
	if err != nil {
		fmt.Println(err)
		return
	}
	steps, err := rule.Funnel(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range steps {
		fmt.Printf("%s\n  %s\n", s.Text, s.Rule)
	}
	// Output:
	// page_view in last 30 days
	//   country = 'JP' and page_view in last 30 days
	// cart_event
	//   country = 'JP' and page_view in last 30 days then cart_event
	// not purchase within 2 hours
	//   country = 'JP' and page_view in last 30 days then cart_event then not purchase within 2 hours
}
