package report

import (
	"math"
	"strconv"
)

// none is what a cell without a figure holds where the reason is plain.
const none = "–"

// duration writes microseconds with three significant digits in the unit that
// suits them, none for what is not above 0.
func duration(us float64) string {
	if us <= 0 {
		return none
	}
	return scaled(us, 1000, []string{" µs", " ms", " s"})
}

// durationBoth writes a median and, in brackets, the 95th percentile.
func durationBoth(medianUS, p95US float64) string {
	if p95US <= 0 {
		return duration(medianUS)
	}
	return duration(medianUS) + " (" + duration(p95US) + ")"
}

// seconds writes seconds as duration does.
func seconds(s float64) string { return duration(s * 1e6) }

// Size writes bytes in decimal units with three significant digits, "–" for none:
// 3.07 GB.
func Size(bytes int64) string {
	if bytes <= 0 {
		return none
	}
	if bytes < 1000 {
		return strconv.FormatInt(bytes, 10) + " B"
	}
	return scaled(float64(bytes)/1000, 1000, []string{" kB", " MB", " GB", " TB"})
}

// rate writes how many there are per second, without the unit.
func rate(perSecond float64) string {
	if perSecond <= 0 {
		return none
	}
	return scaled(perSecond, 1000, []string{"", " k", " M", " G"})
}

// ratioText writes how many times faster something is, none where it is unknown.
func ratioText(r float64) string {
	if r <= 0 {
		return none
	}
	return "×" + scaled(r, math.Inf(1), []string{""})
}

// scaled writes v with three significant digits, divided by step for as long as
// units are left. Whole numbers of more digits stand as they are.
func scaled(v, step float64, units []string) string {
	unit := 0
	// What would be rounded up to the next unit is written in it: 1.00 ms, not 1000 µs.
	for unit < len(units)-1 && v >= step*(1-0.0005) {
		v, unit = v/step, unit+1
	}
	return digits(v) + units[unit]
}

// digits writes v with three significant digits, without an exponent.
func digits(v float64) string {
	if v >= 999.5 {
		return Groups(int64(math.Round(v)))
	}
	decimals := 2
	switch {
	case v >= 99.95:
		decimals = 0
	case v >= 9.995:
		decimals = 1
	case v < 0.9995:
		decimals = min(3+int(-math.Floor(math.Log10(v))-1), 6)
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// Groups writes a whole number with a comma between thousands.
func Groups(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// short writes a number of customers for headings and axes: 10 M, 250 k, 1.00 M
// where the zeros are rounded.
func short(n int) string {
	for _, unit := range []struct {
		size int
		name string
	}{{1_000_000_000, "G"}, {1_000_000, "M"}, {1_000, "k"}} {
		if float64(n) < float64(unit.size)*(1-0.0005) {
			continue
		}
		figure := digits(float64(n) / float64(unit.size))
		if n%(unit.size/100) == 0 { // two decimals are all there are
			figure = trimZeros(figure)
		}
		return figure + " " + unit.name
	}
	return strconv.Itoa(n)
}

// plural writes a number and its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Groups(int64(n)) + " " + noun + "s"
}
