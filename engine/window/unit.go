package window

import "fmt"

// unitNames holds the singular of every unit, by Unit.
var unitNames = [...]string{
	Second:  "second",
	Minute:  "minute",
	Hour:    "hour",
	Day:     "day",
	Week:    "week",
	Month:   "month",
	Quarter: "quarter",
	Year:    "year",
}

// String returns the singular in lower case, such as "day".
func (u Unit) String() string {
	if !u.valid() {
		return fmt.Sprintf("Unit(%d)", uint8(u))
	}
	return unitNames[u]
}

// UnitNames returns the singular of every unit, shortest first. The caller owns
// the slice.
func UnitNames() []string {
	return append([]string(nil), unitNames[Second:]...)
}

// ParseUnit returns the unit that word names, in the singular or the plural,
// ignoring ASCII case. It reports false if there is none.
func ParseUnit(word string) (Unit, bool) {
	lower := lowerASCII(word)
	for u := Second; u <= Year; u++ {
		if lower == unitNames[u] || lower == unitNames[u]+"s" {
			return u, true
		}
	}
	return 0, false
}

// lowerASCII leaves everything but A to Z alone, unlike strings.ToLower, which
// would take the Kelvin sign for a k.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func (u Unit) valid() bool { return Second <= u && u <= Year }

// onDate reports whether the unit moves on the local date; the others move on
// the instant.
func (u Unit) onDate() bool { return u >= Day }

// micros returns the length of a second, minute or hour, and 0 for the units
// whose length varies.
func (u Unit) micros() int64 {
	switch u {
	case Second:
		return microsPerSecond
	case Minute:
		return 60 * microsPerSecond
	case Hour:
		return 3600 * microsPerSecond
	}
	return 0
}

// maxCount returns how many units make MaxYears, and 0 for no unit.
func (u Unit) maxCount() int64 {
	switch u {
	case Second:
		return maxDays * 86_400
	case Minute:
		return maxDays * 1_440
	case Hour:
		return maxDays * 24
	case Day:
		return maxDays
	case Week:
		return maxDays / 7
	case Month:
		return MaxYears * 12
	case Quarter:
		return MaxYears * 4
	case Year:
		return MaxYears
	}
	return 0
}
