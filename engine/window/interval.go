package window

import (
	"math"
	"time"
)

// LoTime returns the first instant of the interval in UTC. It reports false,
// with no time, if the interval has no lower bound.
func (in Interval) LoTime() (t time.Time, bounded bool) {
	if in.Lo == math.MinInt64 {
		return time.Time{}, false
	}
	return time.UnixMicro(in.Lo).UTC(), true
}

// HiTime returns the instant at which the interval ends, itself not included,
// in UTC. It reports false, with no time, if the interval has no upper bound.
func (in Interval) HiTime() (t time.Time, bounded bool) {
	if in.Hi == math.MaxInt64 {
		return time.Time{}, false
	}
	return time.UnixMicro(in.Hi).UTC(), true
}

// Empty reports whether the interval holds no instant.
func (in Interval) Empty() bool { return in.Lo >= in.Hi }
