package rule

import (
	"math/big"
	"strconv"
	"strings"
)

// decimal is an exact decimal number, of any length. It is normalised, so equal
// numbers are equal values.
type decimal struct {
	neg   bool   // false for zero
	whole string // digits before the point, without leading zeros
	frac  string // digits after the point, without trailing zeros
}

// parseDecimal reads [-]digits[.digits].
func parseDecimal(s string) decimal {
	s, neg := strings.CutPrefix(s, "-")
	whole, frac, _ := strings.Cut(s, ".")
	d := decimal{whole: strings.TrimLeft(whole, "0"), frac: strings.TrimRight(frac, "0")}
	d.neg = neg && d != decimal{}
	return d
}

// String returns the shortest plain form: "-1.5", "0.25", "0".
func (d decimal) String() string {
	s := d.whole
	if s == "" {
		s = "0"
	}
	if d.frac != "" {
		s += "." + d.frac
	}
	if d.neg {
		s = "-" + s
	}
	return s
}

// maxExponent is the greatest exponent that shifted takes, more than any column's
// numbers need.
const maxExponent = 400

// shifted returns d·10^exponent, exponent being digits with an optional sign. It
// reports false for what is no exponent or one beyond maxExponent.
func (d decimal) shifted(exponent string) (decimal, bool) {
	n, err := strconv.Atoi(exponent)
	if err != nil || n > maxExponent || n < -maxExponent {
		return decimal{}, false
	}
	if n >= 0 {
		frac := d.frac + strings.Repeat("0", max(0, n-len(d.frac)))
		d.whole, d.frac = d.whole+frac[:n], frac[n:]
	} else {
		whole := strings.Repeat("0", max(0, -n-len(d.whole))) + d.whole
		d.whole, d.frac = whole[:len(whole)+n], whole[len(whole)+n:]+d.frac
	}
	text := "0" + d.whole + "." + d.frac
	if d.neg {
		text = "-" + text
	}
	return parseDecimal(text), true
}

// compare returns -1, 0 or 1 as d is less than, equal to or greater than e.
func (d decimal) compare(e decimal) int {
	switch {
	case d == e:
		return 0
	case d.neg != e.neg:
		if d.neg {
			return -1
		}
		return 1
	}
	c := len(d.whole) - len(e.whole)
	if c == 0 {
		c = strings.Compare(d.whole, e.whole)
	}
	if c == 0 {
		c = strings.Compare(d.frac, e.frac) // without trailing zeros this is the numeric order
	}
	if (c < 0) != d.neg {
		return -1
	}
	return 1
}

// maxFoldDigits is more digits than any column's numbers have, with any scale.
const maxFoldDigits = 80

// floor returns the greatest whole number not above d·10^scale, and whether it
// is equal to it. Of a number with more than maxFoldDigits digits before the
// point it returns one of that many digits, which lies beyond every column's
// range on the same side; so a long literal costs no more than a short one.
func (d decimal) floor(scale int) (n *big.Int, exact bool) {
	digits, exact := d.whole, len(d.frac) <= scale
	switch {
	case len(d.whole) > maxFoldDigits:
		digits, exact = "1"+strings.Repeat("0", maxFoldDigits), true
	case exact:
		digits += d.frac + strings.Repeat("0", scale-len(d.frac))
	default:
		digits += d.frac[:scale]
	}
	n, ok := new(big.Int).SetString("0"+digits, 10)
	if !ok {
		n = new(big.Int) // not reached: digits holds digits only
	}
	if d.neg {
		n.Neg(n)
		if !exact {
			n.Sub(n, big.NewInt(1))
		}
	}
	return n, exact
}
