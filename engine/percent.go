package engine

import (
	"fmt"
	"math/bits"
	"strings"
)

// Percent is an exact share: a whole number of billionths of a percent.
type Percent uint64

// Hundred is 100 percent: all of it.
const Hundred Percent = 100_000_000_000

// percentDigits is how many digits after the point a Percent can have.
const percentDigits = 9

// ParsePercent reads a decimal number of up to nine digits after the point, with or
// without a percent sign behind it, from 0 to 100.
func ParsePercent(text string) (Percent, error) {
	digits := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	whole, rest, hasPoint := strings.Cut(digits, ".")
	if !isDigits(whole) || hasPoint && !isDigits(rest) {
		return 0, fmt.Errorf("%q is no percentage; expected a number such as 10 or 12.5", text)
	}
	rest = strings.TrimRight(rest, "0")
	if len(rest) > percentDigits {
		return 0, fmt.Errorf("the percentage %q has %d digits after the point, at most %d count", text, len(rest), percentDigits)
	}
	whole = strings.TrimLeft(whole, "0")
	p := Percent(0)
	if len(whole) <= len("100") {
		for _, digit := range whole + rest + strings.Repeat("0", percentDigits-len(rest)) {
			p = 10*p + Percent(digit-'0')
		}
	}
	if len(whole) > len("100") || p > Hundred {
		return 0, fmt.Errorf("the percentage %q is over 100", text)
	}
	return p, nil
}

// isDigits reports whether text is one or more decimal digits.
func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// String returns the number of percent in plain digits, without trailing zeros:
// "12.5".
func (p Percent) String() string {
	const one = Hundred / 100
	text := fmt.Sprintf("%d.%0*d", p/one, percentDigits, p%one)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// ceilOf returns how many of n the share is, a part of one counting as one. It is at
// most Hundred.
func (p Percent) ceilOf(n uint64) uint64 {
	hi, lo := bits.Mul64(n, uint64(p))
	whole, rest := bits.Div64(hi, lo, uint64(Hundred))
	if rest > 0 {
		whole++
	}
	return whole
}
