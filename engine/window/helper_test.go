package window

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// seed repeats a random test: go test ./engine/window -seed=N.
var seed = flag.Uint64("seed", 0, "seed of the random tests; 0 draws one")

// newRand returns a source for random tests and logs its seed, which go test
// prints if the test fails.
func newRand(t *testing.T) *rand.Rand {
	t.Helper()
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("seed %d", s)
	return rand.New(rand.NewPCG(s, 0))
}

// oddZones are zones whose history has one of everything: gaps and overlaps at
// midnight, days skipped and repeated, half hours, seconds, negative DST.
var oddZones = []string{
	"UTC", "America/Los_Angeles", "America/Sao_Paulo", "America/St_Johns", "America/Havana", "America/Juneau",
	"America/Godthab", "Africa/Cairo", "Africa/Casablanca", "Africa/Monrovia", "Asia/Gaza", "Asia/Kathmandu", "Asia/Kolkata",
	"Asia/Manila", "Asia/Tokyo", "Australia/Lord_Howe", "Europe/Dublin", "Europe/Amsterdam", "Pacific/Apia",
	"Pacific/Kwajalein", "Antarctica/Troll",
}

func mustLoad(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// mustMicros reads an RFC 3339 time; "" is the lower and "∞" the upper end of
// time.
func mustMicros(t testing.TB, s string) int64 {
	t.Helper()
	switch s {
	case "":
		return math.MinInt64
	case "∞":
		return math.MaxInt64
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMicro()
}

func mustPoint(t testing.TB, s string) Point {
	t.Helper()
	p, err := ParsePoint(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// civilMicros reads YYYY-MM-DDTHH:MM:SS[.ffffff] as microseconds as if UTC.
func civilMicros(t testing.TB, s string) int64 {
	t.Helper()
	return mustMicros(t, s+"Z")
}

// dayText writes a day number as a date.
func dayText(day int32) string {
	return time.Unix(int64(day)*secondsPerDay, 0).UTC().Format(time.DateOnly)
}

// randomInstants returns instants from 1850 to 2150, half of them within two
// days of a transition of the zone.
func randomInstants(rnd *rand.Rand, loc *time.Location, n int) []int64 {
	const from, to = -3_786_912_000, 5_680_281_600 // 1850 and 2150
	micros := make([]int64, 0, n)
	for len(micros) < n {
		second := from + rnd.Int64N(to-from)
		if rnd.IntN(2) == 0 {
			if _, end := offsetAt(second, loc); end < to {
				second = end - 2*secondsPerDay + rnd.Int64N(4*secondsPerDay)
			}
		}
		micros = append(micros, second*microsPerSecond+rnd.Int64N(microsPerSecond))
	}
	return micros
}
