package window

import (
	"math"
	"math/big"
	"testing"
	"time"
)

func TestFormatInstant(t *testing.T) {
	for _, c := range []struct{ zone, instant, want string }{
		{"UTC", "2023-07-12T10:00:00Z", "2023-07-12T10:00:00Z"},
		{"UTC", "2023-07-12T10:00:00.5Z", "2023-07-12T10:00:00.5Z"},
		{"UTC", "2023-07-12T10:00:00.000001Z", "2023-07-12T10:00:00.000001Z"},
		{"UTC", "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
		{"Asia/Kolkata", "2023-07-12T10:00:00Z", "2023-07-12T15:30:00+05:30"},
		{"America/Los_Angeles", "2023-11-05T08:30:00Z", "2023-11-05T01:30:00-07:00"},
		{"America/Los_Angeles", "2023-11-05T09:30:00Z", "2023-11-05T01:30:00-08:00"},
		{"America/Los_Angeles", "1880-01-01T00:00:00Z", "1880-01-01T00:00:00Z"}, // -07:52:58
	} {
		got := FormatInstant(mustMicros(t, c.instant), mustLoad(t, c.zone))
		if got != c.want {
			t.Errorf("%s in %s is %s, want %s", c.instant, c.zone, got, c.want)
		}
		if mustMicros(t, got) != mustMicros(t, c.instant) {
			t.Errorf("%s does not read back to %s", got, c.instant)
		}
	}
}

func TestParseAsOf(t *testing.T) {
	loc := mustLoad(t, "America/Sao_Paulo")
	for _, c := range []struct{ in, want string }{
		{"2023-07-12", "2023-07-12T00:00:00-03:00"},
		{"2018-11-04", "2018-11-04T01:00:00-02:00"},
		{"2018-11-04 00:30", "2018-11-04T01:30:00-02:00"},
		{"2023-07-12T10:20:30", "2023-07-12T10:20:30-03:00"},
		{"2023-07-12T10:20:30Z", "2023-07-12T07:20:30-03:00"},
		{"2023-07-12T10:20:30.123456789+09:00", "2023-07-11T22:20:30.123456-03:00"},
		{"1969-12-31T23:59:59.9999999Z", "1969-12-31T20:59:59.999999-03:00"},
	} {
		got, err := ParseAsOf(c.in, loc)
		if err != nil {
			t.Error(err)
		} else if text := got.Format(time.RFC3339Nano); text != c.want {
			t.Errorf("%q is %s, want %s", c.in, text, c.want)
		}
	}
	for _, c := range []struct{ in, want string }{
		{"now", `"now" is not a time: expected YYYY-MM-DD, or YYYY-MM-DD HH:MM[:SS[.ffffff]][Z|±HH:MM]`},
		{"2023-02-30", `"2023-02-30" is not a time: 2023-02 has no day 30, its days are 01 to 28`},
		{"2023-01-01T00:00:00.1234567890Z", `"2023-01-01T00:00:00.1234567890Z" is not a time: 10 fraction digits, expected at most 9`},
	} {
		if _, err := ParseAsOf(c.in, loc); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func TestIntervalTimes(t *testing.T) {
	in := Interval{1, 2_000_000}
	if lo, bounded := in.LoTime(); !bounded || !lo.Equal(time.UnixMicro(1)) || lo.Location() != time.UTC {
		t.Errorf("lo is %v, %v", lo, bounded)
	}
	if hi, bounded := in.HiTime(); !bounded || !hi.Equal(time.Unix(2, 0)) || hi.Location() != time.UTC {
		t.Errorf("hi is %v, %v", hi, bounded)
	}
	ever := Spec{}.Resolve(time.Unix(0, 0), nil)
	if lo, bounded := ever.LoTime(); bounded || !lo.IsZero() {
		t.Errorf("lo of ever is %v, %v", lo, bounded)
	}
	if hi, bounded := ever.HiTime(); bounded || !hi.IsZero() {
		t.Errorf("hi of ever is %v, %v", hi, bounded)
	}
	if in.Empty() || !(Interval{5, 5}).Empty() || !(Interval{6, 5}).Empty() {
		t.Error("Empty is wrong")
	}
}

// TestSaturation compares the arithmetic with big integers.
func TestSaturation(t *testing.T) {
	rnd := newRand(t)
	edges := []int64{math.MinInt64, math.MinInt64 + 1, -1 << 32, -1, 0, 1, 7, 1 << 32, math.MaxInt64 - 1, math.MaxInt64}
	for range 200 {
		edges = append(edges, rnd.Int64()>>rnd.IntN(63), -(rnd.Int64() >> rnd.IntN(63)))
	}
	clamp := func(v *big.Int) int64 {
		switch {
		case v.IsInt64():
			return v.Int64()
		case v.Sign() < 0:
			return math.MinInt64
		}
		return math.MaxInt64
	}
	for _, a := range edges {
		for _, b := range edges {
			x, y := big.NewInt(a), big.NewInt(b)
			if got, want := addSat(a, b), clamp(new(big.Int).Add(x, y)); got != want {
				t.Fatalf("%d + %d = %d, want %d", a, b, got, want)
			}
			if b <= 0 {
				continue
			}
			if got, want := mulSat(a, b), clamp(new(big.Int).Mul(x, y)); got != want {
				t.Fatalf("%d * %d = %d, want %d", a, b, got, want)
			}
			// big.Int's Div rounds towards minus infinity for positive divisors.
			if got, want := floorDiv(a, b), new(big.Int).Div(x, y).Int64(); got != want {
				t.Fatalf("floor(%d / %d) = %d, want %d", a, b, got, want)
			}
		}
	}
}
