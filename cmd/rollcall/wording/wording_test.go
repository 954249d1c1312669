package wording_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", -999: "-999", -1000: "-1,000", 123456: "123,456", -123456: "-123,456",
		math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := wording.Number(n); got != want {
			t.Errorf("Number(%d) is %q, want %q", n, got, want)
		}
	}
	if got, want := wording.Number(uint64(math.MaxUint64)), "18,446,744,073,709,551,615"; got != want {
		t.Errorf("the greatest number is %q, want %q", got, want)
	}
}

func Example() {
	fmt.Println(wording.Number(2357), "of", wording.Plural(23570, "customer", "customers"))
	fmt.Println(wording.Plural(1, "member", "members"))
	fmt.Println(wording.Percent(315, 2357), wording.Percent(0, 0))
	// Output:
	// 2,357 of 23,570 customers
	// 1 member
	// 13.4 % -
}
