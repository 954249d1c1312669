package rule

import (
	"math"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// fullInts holds all int64 numbers.
var fullInts = intDomain(math.MinInt64, math.MaxInt64)

// times returns the days or microseconds that pass a comparison with dates and
// times: signup_date >= '2023-01-01'.
func (c *checker) times(name nameNode, typ model.Type, o *opNode) Values {
	cuts, ok := cutsOf(c, o.values, func(l literal) (cut[int64], bool) {
		if !c.hasKind(name, typ, l, literalString) {
			return cut[int64]{}, false
		}
		p, ok := c.point(l)
		switch {
		case !ok:
			return cut[int64]{}, false
		case typ.Kind == model.Timestamp:
			return c.cutTimestamp(p), true
		}
		return c.cutDate(p), true
	})
	if !ok {
		return Values{}
	}
	if o.kind == opBetween {
		from, _ := window.ParsePoint(o.values[0].str)
		to, _ := window.ParsePoint(o.values[1].str)
		if (window.Spec{Form: window.Between, From: from, To: to}).Empty(c.loc) {
			c.warnEmpty(o.values[0], o.values[1], "later")
		}
	}
	return Values{Ints: fullInts.ranges(o.kind, cuts)}
}

// cutTimestamp places a time among the timestamps. A date is equal to all
// timestamps of its local day.
func (c *checker) cutTimestamp(p window.Point) cut[int64] {
	return cut[int64]{lo: p.Instant(c.loc), hi: p.End(c.loc) - 1}
}

// cutDate places a time among the days. A day counts as its first instant, so
// most times lie between two days.
func (c *checker) cutDate(p window.Point) cut[int64] {
	if p.IsDate() {
		day := int64(p.DayNumber())
		return cut[int64]{lo: day, hi: day}
	}
	at := p.Instant(c.loc)
	hi := window.DayOf(at, c.loc)
	lo := hi + 1
	// A day that the zone skipped starts where the next one does.
	for window.DayStart(lo-1, c.loc) == at {
		lo--
	}
	return cut[int64]{lo: int64(lo), hi: int64(hi)}
}
