package measure

import (
	"math"
	"slices"
	"time"
)

// durations are how long executions took.
type durations []time.Duration

// sorted returns them ascending, in a slice of its own.
func (d durations) sorted() durations { return slices.Sorted(slices.Values(d)) }

// median returns the middle of sorted durations, of an even number the mean of
// the two middle ones; 0 of none.
func (d durations) median() time.Duration {
	n := len(d)
	switch {
	case n == 0:
		return 0
	case n%2 == 1:
		return d[n/2]
	}
	return d[n/2-1] + (d[n/2]-d[n/2-1])/2
}

// percentile returns the p-th percentile of sorted durations by nearest rank:
// the least one that at least p percent do not exceed; 0 of none.
func (d durations) percentile(p float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	rank := int(math.Ceil(p / 100 * float64(len(d))))
	return d[min(max(rank, 1), len(d))-1]
}

// sum returns their sum.
func (d durations) sum() time.Duration {
	total := time.Duration(0)
	for _, one := range d {
		total += one
	}
	return total
}

// micros is a duration as reports have it.
func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// timing returns a Timing of what an engine did in these times.
func (d durations) timing(what, engine string) Timing {
	s := d.sorted()
	return Timing{What: what, Engine: engine, MedianUS: micros(s.median()), P95US: micros(s.percentile(95)), Runs: len(s)}
}
