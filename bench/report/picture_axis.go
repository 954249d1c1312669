package report

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// span is a range of values above 0.
type span struct{ lo, hi float64 }

// add widens the span so that it holds v, if that is above 0.
func (s *span) add(v float64) {
	if v <= 0 {
		return
	}
	if s.lo == 0 || v < s.lo {
		s.lo = v
	}
	s.hi = max(s.hi, v)
}

// empty reports whether no value was added.
func (s span) empty() bool { return s.lo == 0 }

// decades returns the powers of ten that enclose the span, at least one decade.
func (s span) decades() (lo, hi float64) {
	from, to := math.Floor(math.Log10(s.lo)+1e-9), math.Ceil(math.Log10(s.hi)-1e-9)
	if to <= from {
		to = from + 1
	}
	return math.Pow(10, from), math.Pow(10, to)
}

// logAxis makes an axis logarithmic over whole decades that hold the span.
func logAxis(a *plot.Axis, s span, label func(float64) string) {
	a.Min, a.Max = s.decades()
	a.Scale = plot.LogScale{}
	a.Tick.Marker = decadeTicks(label)
}

// decadeTicks labels the powers of ten and marks their multiples.
type decadeTicks func(float64) string

// Ticks returns the ticks from lo to hi.
func (label decadeTicks) Ticks(lo, hi float64) []plot.Tick {
	var ticks []plot.Tick
	for e := int(math.Round(math.Log10(lo))); ; e++ {
		// Not multiplied up: 10^3 is to be 1000 and not 1000.0000000000002.
		power := math.Pow10(e)
		if power > hi*1.0001 {
			return ticks
		}
		ticks = append(ticks, plot.Tick{Value: power, Label: label(power)})
		for m := 2.0; m < 10 && m*power < hi; m++ {
			ticks = append(ticks, plot.Tick{Value: m * power})
		}
	}
}

// timeLabel writes a power of ten of microseconds.
func timeLabel(us float64) string {
	switch {
	case us < 0.9:
		return Groups(int64(math.Round(us*1e3))) + " ns"
	case us < 0.9e3:
		return Groups(int64(math.Round(us))) + " µs"
	case us < 0.9e6:
		return Groups(int64(math.Round(us/1e3))) + " ms"
	}
	return Groups(int64(math.Round(us/1e6))) + " s"
}

// drawing is what is drawn on a plot whose axes are set by hand.
type drawing func(c *draw.Canvas, x, y func(float64) vg.Length)

// Plot draws.
func (d drawing) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	d(&c, x, y)
}

// gridLines draws a line across the plot for each labelled tick of the vertical
// axis.
func gridLines(p *plot.Plot) drawing {
	return func(c *draw.Canvas, _, y func(float64) vg.Length) {
		sty := draw.LineStyle{Color: lineGrey, Width: 0.5}
		for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
			if t.Label != "" {
				c.StrokeLine2(sty, c.Min.X, y(t.Value), c.Max.X, y(t.Value))
			}
		}
	}
}

// shorten cuts a name that is too long for an axis.
func shorten(name string, longest int) string {
	letters := []rune(name)
	if len(letters) <= longest {
		return name
	}
	return string(letters[:longest-1]) + "…"
}

// queryAxis labels an axis with the queries of a suite, 0 the first.
func queryAxis(a *plot.Axis, s *suite) {
	longest := 0
	var labels []string
	for _, q := range s.queries {
		labels = append(labels, q.id)
		longest = max(longest, len(q.id))
	}
	// The axis is about 600 points long, and a letter takes 6.
	nameAxis(a, labels, (longest+1)*6*len(labels) > 600)
}
