package wording

import (
	"fmt"
	"strconv"
)

// Number writes a whole number with a comma between thousands, as in -1,234,567.
func Number[N int | int64 | uint64](n N) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Percent writes n as a share of a whole, as in 12.5 %; "-" of a whole of nothing.
func Percent(n, of uint64) string {
	if of == 0 {
		return "-"
	}
	return strconv.FormatFloat(100*float64(n)/float64(of), 'f', 1, 64) + " %"
}

// Plural writes a number with the name of what is counted, as in 1 customer and 2,000
// customers.
func Plural[N int | int64 | uint64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}
