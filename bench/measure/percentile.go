package measure

import (
	"math"
	"slices"
	"time"
)

// Quantile returns the value that a share p of the values, from 0 to 1, is not
// above: 0.5 is the median, 0.95 the 95th percentile, 0 the least; 0 of none. It
// interpolates linearly between order statistics, as definition 7 of Hyndman and
// Fan (1996) does, which is type 7 of R's quantile: the nearest rank would make
// the 95th percentile of fifteen runs their maximum. The values stay as they are.
func Quantile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	below, part := math.Modf(p * float64(len(sorted)-1))
	low := sorted[int(below)]
	if part == 0 {
		return low
	}
	return low + part*(sorted[int(below)+1]-low)
}

// durations are how long executions took, in the order in which they were made.
type durations []time.Duration

// sum returns their sum.
func (d durations) sum() time.Duration {
	total := time.Duration(0)
	for _, one := range d {
		total += one
	}
	return total
}

// micros returns them as reports have them, nil of none.
func (d durations) micros() []float64 {
	var all []float64
	for _, one := range d {
		all = append(all, micros(one))
	}
	return all
}

// micros is a duration as reports have it.
func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// timing returns a Timing of what an engine did in these times.
func (d durations) timing(what, engine string) Timing {
	us := d.micros()
	return Timing{What: what, Engine: engine, MedianUS: Quantile(us, 0.5), P95US: Quantile(us, 0.95), Runs: len(us)}
}
