package window_test

import (
	"fmt"
	"time"

	"github.com/rollcall-db/rollcall/engine/window"
)

// The clocks of Los Angeles go forward on 12 March 2023, so the last day has 23
// hours.
func ExampleSpec_Resolve() {
	loc, err := window.LoadLocation("America/Los_Angeles")
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := window.Spec{Form: window.InLast, N: 1, Unit: window.Day}
	asOf := time.Date(2023, 3, 12, 19, 0, 0, 0, time.UTC)
	in := spec.Resolve(asOf, loc)
	fmt.Println(spec)
	fmt.Println("from", window.FormatInstant(in.Lo, loc))
	fmt.Println("to  ", window.FormatInstant(in.Hi, loc))
	// Output:
	// in last 1 day
	// from 2023-03-11T12:00:00-08:00
	// to   2023-03-12T12:00:00-07:00
}
