package report

import (
	"cmp"
	"fmt"
	"image/color"
	"maps"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/rollcall-db/rollcall/bench/measure"
)

// bar is a bar with its name before and its value behind it.
type bar struct {
	name  string
	value float64
	text  string
	color color.Color
}

// loadRates returns the picture of how fast each engine loads, nil where none
// was timed.
func (p *page) loadRates(r *measure.Report) *picture {
	var bars []bar
	for _, e := range r.Engines {
		if perSec := loadRate(e.Load, events(r)); perSec > 0 {
			bars = append(bars, bar{e.Name, perSec, rate(perSec) + "/s", p.style[e.Name].color})
		}
	}
	title := fmt.Sprintf("Load: events per second, of %s events", Groups(events(r)))
	return barPicture(kindLoad, title, "events per second", bars, func(v float64) string { return rate(v) })
}

// maxBars is how many parts have bars of their own; the smaller ones share the
// last.
const maxBars = 24

// indexSizes returns the picture of what the parts of our engine take, nil where
// it does not tell.
func (p *page) indexSizes(r *measure.Report) *picture {
	at := slices.IndexFunc(r.Engines, func(e measure.EngineReport) bool { return e.Name == p.opts.Ours })
	if at < 0 {
		return nil
	}
	sizes := r.Engines[at].Load.Indexes
	parts := slices.SortedFunc(maps.Keys(sizes), func(a, b string) int {
		return cmp.Or(cmp.Compare(sizes[b], sizes[a]), cmp.Compare(a, b))
	})
	var bars []bar
	var total, rest int64
	for i, name := range parts {
		total += sizes[name]
		if i >= maxBars && len(parts) > maxBars+1 {
			rest += sizes[name]
			continue
		}
		bars = append(bars, bar{name, float64(sizes[name]), Size(sizes[name]), p.style[p.opts.Ours].color})
	}
	if rest > 0 {
		bars = append(bars, bar{plural(len(parts)-maxBars, "smaller part"), float64(rest), Size(rest), grey})
	}
	title := fmt.Sprintf("Size of the parts of %s, %s together", p.opts.Ours, Size(total))
	return barPicture(kindIndexes, title, "size", bars, func(v float64) string { return Size(int64(v)) })
}

// barPicture returns a picture of bars from the left, the first on top, nil where
// there are none.
func barPicture(name, title, axis string, bars []bar, label func(float64) string) *picture {
	highest := 0.0
	for _, b := range bars {
		highest = max(highest, b.value)
	}
	if highest <= 0 {
		return nil
	}
	const perBar = 18
	return &picture{
		name: name, title: title, alt: title,
		height: 82 + perBar*vg.Length(len(bars)),
		draw: func(c draw.Canvas) {
			plt := newPlot()
			plt.X.Label.Text = axis
			plt.X.Min, plt.X.Max = 0, highest*1.12 // room for the value behind the longest
			plt.X.Tick.Marker = roundTicks(label)
			plt.Y.Tick.Length = 0
			var labels []string
			for _, b := range slices.Backward(bars) {
				labels = append(labels, b.name)
			}
			nameAxis(&plt.Y, labels, false)
			plt.Add(drawing(func(c *draw.Canvas, x, y func(float64) vg.Length) {
				for i, b := range bars {
					drawBar(c, b, x, y(float64(len(bars)-1-i)))
				}
			}))
			plt.Draw(c)
		},
	}
}

// drawBar draws one bar at the height y.
func drawBar(c *draw.Canvas, b bar, x func(float64) vg.Length, y vg.Length) {
	const half = 6
	c.SetColor(b.color)
	polygon(c, vg.Point{X: x(0), Y: y - half}, vg.Point{X: x(b.value), Y: y - half}, vg.Point{X: x(b.value), Y: y + half}, vg.Point{X: x(0), Y: y + half})
	fillText(c, textStyle(9.5), vg.Point{X: x(b.value) + 4, Y: y}, b.text)
}

// trimZeros takes the zeros at the end of a number's fraction away: 1.50 M
// becomes 1.5 M.
func trimZeros(figure string) string {
	number, unit, spaced := strings.Cut(figure, " ")
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	if !spaced {
		return number
	}
	return number + " " + unit
}

// roundTicks labels two to six numbers above 0, in steps of 1, 2 or 5 times a
// power of ten.
type roundTicks func(float64) string

// Ticks returns the ticks from lo, which is 0, to hi.
func (label roundTicks) Ticks(_, hi float64) []plot.Tick {
	const most = 6
	power := math.Pow10(int(math.Floor(math.Log10(hi / most))))
	step := 10 * power
	for _, part := range []float64{5, 2, 1} {
		if hi/(part*power) <= most {
			step = part * power
		}
	}
	ticks := []plot.Tick{{Value: 0, Label: "0"}}
	for i := 1.0; i*step <= hi; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: trimZeros(label(i * step))})
	}
	return ticks
}
