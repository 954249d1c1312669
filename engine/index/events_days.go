package index

import (
	"fmt"
	"math"
	"sort"

	"github.com/rollcall-db/rollcall/engine/window"
)

// eachDay calls use for the dated events of p by day, the latest day first: those
// of days[day] are at positions lo to hi-1. The days ascend and are disjoint. An
// event on none of them is an error, as is what use returns.
func (p *EventPart) eachDay(days []window.Interval, use func(day, lo, hi int) error) error {
	x, err := p.times.At(0)
	if err != nil {
		return err
	}
	day := len(days)
	for hi := p.dated; hi > 0; {
		at := x.At(hi - 1)
		day = sort.Search(day, func(i int) bool { return days[i].Lo > at }) - 1
		if day < 0 || at >= days[day].Hi && days[day].Hi != math.MaxInt64 {
			return p.part.corrupt(tagTime, p.block, fmt.Errorf("an event at %d, which is on none of the days", at))
		}
		lo := x.Search(days[day].Lo)
		if err := use(day, lo, hi); err != nil {
			return err
		}
		hi = lo
	}
	return nil
}

// TimeAt returns the time of the dated event at a position.
func (p *EventPart) TimeAt(i int) (int64, error) {
	x, err := p.times.At(0)
	if err != nil {
		return 0, err
	}
	return x.At(i), nil
}
