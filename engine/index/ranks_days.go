package index

import (
	"cmp"
	"slices"

	"github.com/rollcall-db/rollcall/engine/window"
)

// RankDays returns the days that ranks of a behavior number, given those of its
// parts. ok is false where days of two parts overlap that are not the same, as
// they may after a change of time-zone data: then there are no such numbers.
func RankDays(parts [][]window.Interval) (days []window.Interval, ok bool) {
	days = slices.Concat(parts...)
	slices.SortFunc(days, func(x, y window.Interval) int {
		return cmp.Or(cmp.Compare(x.Lo, y.Lo), cmp.Compare(x.Hi, y.Hi))
	})
	days = slices.Compact(days)
	for i := 1; i < len(days); i++ {
		if days[i].Lo < days[i-1].Hi {
			return nil, false
		}
	}
	if over := len(days) - MaxRankDays; over > 0 {
		oldest := window.Interval{Lo: days[0].Lo, Hi: days[over].Hi}
		days = days[over:]
		days[0] = oldest
	}
	return days, true
}

// rankBases returns the bases of so many digits, or of fewer where they do, for a
// number for each of n days and 0.
func rankBases(n, places int) []int {
	limit := n + 1
	var bases []int
	for ; places > 0 && limit > 1; places-- {
		base := 2
		for power(base, places) < limit {
			base++
		}
		bases = append(bases, base)
		limit = (limit + base - 1) / base
	}
	return bases
}

func power(x, n int) int {
	p := 1
	for range n {
		p *= x
	}
	return p
}
