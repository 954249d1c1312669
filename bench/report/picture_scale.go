package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/rollcall-db/rollcall/bench/measure"
)

// scalePoint is a median at a number of customers.
type scalePoint struct{ customers, us float64 }

// scaleSeries is the medians by query and engine, ascending in customers.
type scaleSeries struct {
	queries, engines []string
	points           map[cellID][]scalePoint
	customers, us    span
}

// newScaleSeries collects what is in the results.
func newScaleSeries(all []measure.ScaleResult) *scaleSeries {
	ss := &scaleSeries{points: map[cellID][]scalePoint{}}
	for _, sr := range all {
		for _, s := range mergedSuites(sr) {
			for _, q := range s.queries {
				for _, e := range s.columns() {
					if us, ok := s.median(q.id, e); ok {
						ss.add(q.id, e, scalePoint{float64(sr.Customers), us})
					}
				}
			}
		}
	}
	for _, points := range ss.points {
		slices.SortStableFunc(points, func(a, b scalePoint) int { return cmp.Compare(a.customers, b.customers) })
	}
	return ss
}

func (ss *scaleSeries) add(query, engine string, at scalePoint) {
	if !slices.Contains(ss.queries, query) {
		ss.queries = append(ss.queries, query)
	}
	if !slices.Contains(ss.engines, engine) {
		ss.engines = append(ss.engines, engine)
	}
	ss.points[cellID{query, engine}] = append(ss.points[cellID{query, engine}], at)
	ss.customers.add(at.customers)
	ss.us.add(at.us)
}

// scaleLines returns the picture of latency against customers: a panel per query,
// with the same axes, and a line per engine in it. It is nil where there are
// fewer than two numbers of customers.
func (p *page) scaleLines(r *measure.Report) *picture {
	ss := newScaleSeries(r.Scale)
	if len(ss.queries) == 0 || len(ss.queries) > maxFullTable || ss.customers.lo == ss.customers.hi {
		return nil
	}
	slices.SortStableFunc(ss.engines, func(a, b string) int {
		return place(engineNames(r.Engines), a) - place(engineNames(r.Engines), b)
	})
	title := "Median latency against customers, both axes logarithmic"
	return &picture{
		name: kindScale, title: title,
		alt:    fmt.Sprintf("%s; a panel per query; engines %s", title, strings.Join(ss.engines, ", ")),
		yLabel: "median latency",
		legend: p.style.legendOf(ss.engines),
		height: panelsHeight(len(ss.queries), panelColumns, 138),
		draw: func(c draw.Canvas) {
			var panels []*plot.Plot
			for _, q := range ss.queries {
				panels = append(panels, p.scalePanel(ss, q))
			}
			drawPanels(c, panels, panelColumns)
		},
	}
}

// panelColumns is how many panels stand side by side.
const panelColumns = 4

// scalePanel returns the plot of one query.
func (p *page) scalePanel(ss *scaleSeries, query string) *plot.Plot {
	plt := newPanel(query)
	logAxis(&plt.Y, ss.us, timeLabel)
	logAxis(&plt.X, ss.customers, func(n float64) string { return short(int(n)) })
	plt.X.Min, plt.X.Max = ss.customers.lo/1.25, ss.customers.hi*1.25
	plt.X.Tick.Marker = sizesOf(ss)
	plt.Add(gridLines(plt), drawing(func(c *draw.Canvas, x, y func(float64) vg.Length) {
		for _, e := range ss.engines {
			var line []vg.Point
			for _, at := range ss.points[cellID{query, e}] {
				line = append(line, vg.Point{X: x(at.customers), Y: y(at.us)})
				c.DrawGlyphNoClip(p.style.glyph(e, 3), line[len(line)-1])
			}
			c.StrokeLines(p.style.line(e, 1.2), line)
		}
	}))
	return plt
}

// sizesOf labels the numbers of customers that there are.
func sizesOf(ss *scaleSeries) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for _, points := range ss.points {
		for _, at := range points {
			if !slices.ContainsFunc(ticks, func(t plot.Tick) bool { return t.Value == at.customers }) {
				ticks = append(ticks, plot.Tick{Value: at.customers, Label: short(int(at.customers))})
			}
		}
	}
	slices.SortFunc(ticks, func(a, b plot.Tick) int { return cmp.Compare(a.Value, b.Value) })
	return ticks
}
