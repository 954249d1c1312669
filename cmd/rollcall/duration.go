package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// day is what a "d" of a duration stands for, whatever the calendar says.
const day = 24 * time.Hour

// parseOverlap reads a time as --overlap takes it: 3d, 12h, 1d12h. It is longer
// than none.
func parseOverlap(text string) (time.Duration, error) {
	d, err := parseDays(text)
	if err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("%q is not a time longer than none, such as 3d, 12h or 1d12h", text)
}

// parseDays reads a whole number of days, a duration as Go writes them, or the one
// before the other.
func parseDays(text string) (time.Duration, error) {
	count, rest, ok := strings.Cut(text, "d")
	if !ok {
		return time.ParseDuration(text)
	}
	days, err := strconv.ParseUint(count, 10, 32)
	if err != nil {
		return 0, err
	}
	const most = math.MaxInt64 / int64(day)
	if days > uint64(most) {
		return 0, fmt.Errorf("%d days, expected at most %d", days, most)
	}
	total := time.Duration(days) * day
	if rest == "" {
		return total, nil
	}
	more, err := time.ParseDuration(rest)
	switch {
	case err != nil:
		return 0, err
	case more < 0 || more > math.MaxInt64-total:
		return 0, fmt.Errorf("%s after the days, expected 0 or more", more)
	}
	return total + more, nil
}
