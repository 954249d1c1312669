package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// latencies returns the picture of a suite: marks for few queries, lines along
// the queries for suites that vary one thing, and the spread for many. It is nil
// where no engine has figures.
func (p *page) latencies(s *suite) *picture {
	var engines []string
	var values span
	for _, e := range s.engines {
		medians := s.medians(e)
		if len(medians) == 0 {
			continue
		}
		engines = append(engines, e)
		for _, us := range medians {
			values.add(us)
		}
	}
	if values.empty() {
		return nil
	}
	pic := &picture{
		name:   kindLatency + "." + slug(s.name),
		yLabel: "latency",
		legend: p.style.legendOf(engines),
		height: 330,
	}
	varies := slices.Contains([]string{"attributes", "recency", "frequency"}, s.name)
	switch {
	case varies || len(s.queries) > maxFullTable && len(s.queries) <= maxFoldedTable:
		p.sweep(pic, s, engines, values)
	case len(s.queries) > maxFullTable:
		pic.title = fmt.Sprintf("Suite %s: medians of %s, in order", s.name, queriesText(len(s.queries)))
		pic.draw = p.spread(s, engines, values)
	default:
		pic.title = fmt.Sprintf("Suite %s: latency per query, median (mark) to 95th percentile (line)", s.name)
		pic.draw = p.perQuery(s, engines, values)
	}
	pic.alt = fmt.Sprintf("%s; engines %s; logarithmic axis", pic.title, strings.Join(engines, ", "))
	return pic
}

// perQuery draws a group of marks per query, a lane in it per engine.
func (p *page) perQuery(s *suite, engines []string, values span) func(draw.Canvas) {
	for _, q := range s.queries {
		for _, e := range engines {
			if _, ok := s.median(q.id, e); ok {
				values.add(s.at(q.id, e).P95US)
			}
		}
	}
	return func(c draw.Canvas) {
		plt := newPlot()
		logAxis(&plt.Y, values, timeLabel)
		queryAxis(&plt.X, s)
		plt.Add(bands(len(s.queries)), gridLines(plt), drawing(func(c *draw.Canvas, x, y func(float64) vg.Length) {
			lane := 0.8 / float64(len(engines))
			radius := min(max((x(lane)-x(0))*0.4, 2), 4)
			for i, q := range s.queries {
				for j, e := range engines {
					us, ok := s.median(q.id, e)
					if !ok {
						continue
					}
					at := x(float64(i) - 0.4 + lane*(float64(j)+0.5))
					if p95 := s.at(q.id, e).P95US; p95 > us {
						c.StrokeLine2(p.style.line(e, 1.2), at, y(us), at, y(p95))
					}
					c.DrawGlyphNoClip(p.style.glyph(e, radius), vg.Point{X: at, Y: y(us)})
				}
			}
		}))
		plt.Draw(c)
	}
}

// bands shades every second group.
func bands(groups int) drawing {
	return func(c *draw.Canvas, x, _ func(float64) vg.Length) {
		c.SetColor(paleGrey)
		for i := 0; i < groups; i += 2 {
			lo, hi := x(float64(i)-0.5), x(float64(i)+0.5)
			polygon(c, vg.Point{X: lo, Y: c.Min.Y}, vg.Point{X: hi, Y: c.Min.Y}, vg.Point{X: hi, Y: c.Max.Y}, vg.Point{X: lo, Y: c.Max.Y})
		}
	}
}

// spread draws a line per engine: its medians in ascending order, along the share
// of the queries that it answered.
func (p *page) spread(s *suite, engines []string, values span) func(draw.Canvas) {
	return func(c draw.Canvas) {
		plt := newPlot()
		logAxis(&plt.Y, values, timeLabel)
		plt.X.Min, plt.X.Max = 0, 100
		plt.X.Label.Text = "share of the queries that take at most this long"
		var ticks plot.ConstantTicks
		for percent := 0; percent <= 100; percent += 10 {
			ticks = append(ticks, plot.Tick{Value: float64(percent), Label: fmt.Sprintf("%d %%", percent)})
		}
		plt.X.Tick.Marker = ticks
		plt.Add(gridLines(plt), drawing(func(c *draw.Canvas, x, y func(float64) vg.Length) {
			for _, e := range engines {
				sorted := slices.Sorted(slices.Values(s.medians(e)))
				var line []vg.Point
				for i, us := range sorted {
					line = append(line, vg.Point{X: x(100 * float64(i+1) / float64(len(sorted))), Y: y(us)})
				}
				c.StrokeLines(p.style.line(e, 1.5), line)
				for tenth := 1; tenth <= 10; tenth++ { // marks, for those who do not see the colours
					i := int(math.Ceil(float64(tenth*len(sorted))/10)) - 1
					c.DrawGlyphNoClip(p.style.glyph(e, 3), line[max(i, 0)])
				}
			}
		}))
		plt.Draw(c)
	}
}
