package rule

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/window"
)

// comparisons says, operator by operator, which results of compare(value,
// literal) pass.
var comparisons = map[string]func(c int) bool{
	"=": func(c int) bool { return c == 0 }, "<": func(c int) bool { return c < 0 },
	"<=": func(c int) bool { return c <= 0 }, ">": func(c int) bool { return c > 0 },
	">=": func(c int) bool { return c >= 0 },
}

func inRanges[T any](d domain[T], rs []Range[T], v T) bool {
	for _, r := range rs {
		if d.cmp(r.Lo, v) <= 0 && d.cmp(v, r.Hi) <= 0 {
			return true
		}
	}
	return false
}

// testOf returns the attribute test of a rule of one positive test.
func testOf(t *testing.T, text, zone string) *AttributeTest {
	t.Helper()
	c, err := parseCheck(text, zone)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c.Root.(*AttributeTest)
}

func rat(t *testing.T, s string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is not a number", s)
	}
	return r
}

// TestRandomNumbers compares the ranges of random literals with exact rational
// arithmetic, at and around the literals and the ends of the types.
func TestRandomNumbers(t *testing.T) {
	g := generator{Rand: newRand(t)}
	digits := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(byte('0' + g.IntN(10)))
		}
		return b.String()
	}
	literal := func() string {
		s := g.pick("", "-") + g.pick(digits(1), digits(3), digits(8), "9223372036854775807", "9223372036854775808",
			"99999999", "100000000", "99999999999999999999999999999999999999", digits(30))
		return s + g.pick("", "", ".5", ".99", ".995", ".005", "."+digits(1+g.IntN(4)))
	}
	for range 3000 {
		lit := literal()
		exact := rat(t, lit)
		for op, passes := range comparisons {
			rule := func(attribute string) *AttributeTest { return testOf(t, attribute+" "+op+" "+lit, "UTC") }

			ints := rule("visits").Values.Ints
			for _, v := range aroundInt(exact) {
				want := passes(new(big.Rat).SetInt64(v).Cmp(exact))
				if got := inRanges(fullInts, ints, v); got != want {
					t.Fatalf("visits %s %s: %d passes: %v, want %v", op, lit, v, got, want)
				}
			}

			d := decimalDomain(38)
			decimals := rule("lifetime_value").Values.Decimals
			for _, v := range aroundDecimal(exact, 10, 2) {
				want := passes(new(big.Rat).SetFrac(v, big.NewInt(100)).Cmp(exact))
				if got := inRanges(d, decimals, decimal128.FromBigInt(v)); got != want {
					t.Fatalf("lifetime_value %s %s: %v/100 passes: %v, want %v", op, lit, v, got, want)
				}
			}

			rounded, _ := exact.Float64()
			floats := rule("score").Values.Floats
			for _, v := range []float64{
				rounded, math.Nextafter(rounded, math.Inf(1)), math.Nextafter(rounded, math.Inf(-1)),
				0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64,
			} {
				want := passes(floatDomain.cmp(v, rounded))
				if got := inRanges(floatDomain, floats, v); got != want {
					t.Fatalf("score %s %s: %v passes: %v, want %v", op, lit, v, got, want)
				}
			}
		}
	}
}

// aroundInt returns int64 numbers around r and the ends of int64.
func aroundInt(r *big.Rat) []int64 {
	vs := []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}
	near := new(big.Int).Quo(r.Num(), r.Denom())
	for d := int64(-2); d <= 2; d++ {
		if n := new(big.Int).Add(near, big.NewInt(d)); n.IsInt64() {
			vs = append(vs, n.Int64())
		}
	}
	return vs
}

// aroundDecimal returns unscaled values of a decimal type around r and the
// type's ends.
func aroundDecimal(r *big.Rat, precision, scale int) []*big.Int {
	hi := maxUnscaled(precision)
	vs := []*big.Int{new(big.Int).Neg(hi), big.NewInt(0), hi}
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
	near := new(big.Int).Quo(scaled.Num(), scaled.Denom())
	for d := int64(-2); d <= 2; d++ {
		if n := new(big.Int).Add(near, big.NewInt(d)); n.CmpAbs(hi) <= 0 {
			vs = append(vs, n)
		}
	}
	return vs
}

// TestRandomStrings compares the sets of string operators with the strings
// themselves.
func TestRandomStrings(t *testing.T) {
	g := generator{Rand: newRand(t)}
	word := func() string { return g.pick("", "a", "b", "aa", "ab", "a\x00", "é", "a'b", "A", "~") }
	member := func(s Strings, v string) bool {
		switch s.Op {
		case StringBetween:
			return s.Lo <= v && (!s.HasHi || v < s.Hi)
		case StringIn:
			for _, m := range s.List {
				if m == v {
					return true
				}
			}
		}
		return false
	}
	for range 5000 {
		lit, other, v := word(), word(), word()
		for op, passes := range comparisons {
			text := "country " + op + " " + quoteString(lit)
			if got, want := member(testOf(t, text, "UTC").Values.Strings, v), passes(strings.Compare(v, lit)); got != want {
				t.Fatalf("%s: %q passes: %v, want %v", text, v, got, want)
			}
		}
		text := fmt.Sprintf("country between %s and %s", quoteString(lit), quoteString(other))
		if got, want := member(testOf(t, text, "UTC").Values.Strings, v), lit <= v && v <= other; got != want {
			t.Fatalf("%s: %q passes: %v, want %v", text, v, got, want)
		}
	}
}

// TestRandomTimes compares the ranges of dates and timestamps with the
// definition: a date is equal to every instant of its local day, and a date
// attribute compares with a time by the first instant of its day.
func TestRandomTimes(t *testing.T) {
	g := generator{Rand: newRand(t)}
	for _, zone := range []string{"UTC", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia", "Asia/Tokyo"} {
		loc, err := window.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			lit := g.pick(g.time(), g.time(), "'2018-11-04'", "'2018-11-04 00:30'", "'2011-12-30'", "'2011-12-31 00:00'", "'1990-10-28 00:00'")
			p, err := window.ParsePoint(strings.Trim(lit, "'"))
			if err != nil {
				t.Fatal(err)
			}
			for op, passes := range comparisons {
				stamps := testOf(t, "renewal_at "+op+" "+lit, zone).Values.Ints
				for _, v := range []int64{p.Instant(loc) - 1, p.Instant(loc), p.Instant(loc) + 1, p.End(loc) - 1, p.End(loc), 0} {
					c := 0
					switch {
					case v < p.Instant(loc):
						c = -1
					case v >= p.End(loc):
						c = 1
					}
					if got, want := inRanges(fullInts, stamps, v), passes(c); got != want {
						t.Fatalf("%s: renewal_at %s %s: %d passes: %v, want %v", zone, op, lit, v, got, want)
					}
				}

				days := testOf(t, "signup_date "+op+" "+lit, zone).Values.Ints
				for day := p.DayNumber() - 2; day <= p.DayNumber()+2; day++ {
					c := int(day - p.DayNumber())
					if !p.IsDate() {
						c = fullInts.cmp(window.DayStart(day, loc), p.Instant(loc))
					}
					if got, want := inRanges(fullInts, days, int64(day)), passes(c); got != want {
						t.Fatalf("%s: signup_date %s %s: day %d passes: %v, want %v", zone, op, lit, day, got, want)
					}
				}
			}
		}
	}
}
