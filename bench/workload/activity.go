package workload

import "math/rand/v2"

const (
	// activitySteps is the number of equally likely steps between which the activity
	// of the ranks is even. A power of two.
	activitySteps     = 1 << activityStepsBits
	activityStepsBits = 10

	// greatestRatio is how many times the mean the busiest customers may have before
	// others lapse: with 20.02 events per customer, it ends at about 10,000.
	greatestRatio = 360

	// location moves the distribution of activity off zero; 1 would be Lomax's, 0 Pareto's
	// own. At the default skew and rate, with half of the customers lapsed by the end,
	// 12.6 % of them have no event.
	location = 0.948
)

// activity says who causes an event. Customers are ranked by how active they are;
// a rank is drawn by its activity, then a seeded permutation tells whose it is.
//
// Half of the customers lapse at an instant of their own within the window of the
// workload. Where one is drawn who has lapsed, another is drawn.
type activity struct {
	customers uint64
	// steps has the shares of ranks, of 2^63, below which k/activitySteps of all
	// activity lies.
	steps  [activitySteps + 1]uint64
	who    *permutation
	lapses uint64 // the key of what tells whether and when a customer lapses
	loyal  uint64 // a customer who never lapses, so that there is one
	start  int64  // of the window, in microseconds
	window uint64 // its length in microseconds
}

func newActivity(s Shape) *activity {
	n := uint64(s.Customers)
	a := &activity{
		customers: n,
		who:       newPermutation(keyOf(s.Seed, "customers by activity"), n),
		lapses:    keyOf(s.Seed, "lapses"),
		start:     startOf(s).UnixMicro(),
		window:    uint64(s.Days) * uint64(dayMicros),
	}
	a.loyal = a.who.at(n - 1) // the busiest: whoever else lapsed, drawing ends soon
	curve := newCurve(s.Skew)
	for k := range a.steps {
		quantile := 1 - curve.top(float64(activitySteps-k)/activitySteps)
		a.steps[k] = uint64(float64(quantile * (1 << 63)))
	}
	return a
}

// draw returns the customer, counted from 0, who causes an event at an instant, in
// microseconds.
func (a *activity) draw(random *rand.PCG, at int64) uint64 {
	for {
		u := random.Uint64()
		step := u >> (64 - activityStepsBits)
		lo := a.steps[step]
		share := lo + below(u<<activityStepsBits, a.steps[step+1]-lo)
		c := a.who.at(below(share<<1, a.customers))
		if !a.lapsed(c, at) {
			return c
		}
	}
}

// lapsed reports whether customer c has lapsed at an instant.
func (a *activity) lapsed(c uint64, at int64) bool {
	h := mix(c ^ a.lapses)
	return h&1 == 1 && a.start+int64(below(h, a.window)) <= at && c != a.loyal
}

// curve is the distribution of activity over the customers, with a mean of 1: the
// share x of customers who are the busiest have at least
//
//	min(greatestRatio, scale · (x^(-1/skew) − location))
type curve struct {
	scale  float64
	power  float64 // of the integral
	capped float64 // the share of customers at greatestRatio
	atCap  float64 // capped to the power
}

// newCurve finds the scale that makes the mean 1.
func newCurve(skew float64) curve {
	lo, hi := 0.0, float64(greatestRatio)
	for range 100 {
		scale := (lo + hi) / 2
		if newCurveOf(skew, scale).above(1) < 1 {
			lo = scale
		} else {
			hi = scale
		}
	}
	return newCurveOf(skew, hi)
}

func newCurveOf(skew, scale float64) curve {
	c := curve{scale: scale, power: 1 - 1/skew, capped: min(1, powOf(greatestRatio/scale+location, -skew))}
	c.atCap = powOf(c.capped, c.power)
	return c
}

// above returns how much of all activity is that of the busiest share x.
func (c curve) above(x float64) float64 {
	if x <= c.capped {
		return float64(x * greatestRatio)
	}
	tail := (powOf(x, c.power)-c.atCap)/c.power - float64(location*(x-c.capped))
	return float64(c.capped*greatestRatio) + float64(c.scale*tail)
}

// top returns the share of the busiest customers who have a share of all activity.
func (c curve) top(activity float64) float64 {
	if activity <= float64(c.capped*greatestRatio) {
		return activity / greatestRatio
	}
	lo, hi := c.capped, 1.0
	for range 52 {
		x := (lo + hi) / 2
		if c.above(x) < activity {
			lo = x
		} else {
			hi = x
		}
	}
	return hi
}
