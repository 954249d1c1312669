package report

import (
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// family is queries that differ in one number, in the order of the suite.
type family struct {
	name    string
	queries []query
	labels  []string // what differs
}

// familiesOf tells families by the names of queries: the first part between
// dashes that begins with a digit is what varies, as 7 in purchase-7-30d. Queries
// with fewer than two others of their kind are a family together, the last.
func familiesOf(queries []query) []family {
	var all []family
	for _, q := range queries {
		name, label := splitID(q.id)
		at := slices.IndexFunc(all, func(f family) bool { return f.name == name })
		if at < 0 {
			at = len(all)
			all = append(all, family{name: name})
		}
		all[at].queries = append(all[at].queries, q)
		all[at].labels = append(all[at].labels, label)
	}
	const smallest = 3
	var large []family
	others := family{name: "others"}
	for _, f := range all {
		if len(f.queries) >= smallest {
			large = append(large, f)
			continue
		}
		for _, q := range f.queries {
			others.queries = append(others.queries, q)
			others.labels = append(others.labels, q.id)
		}
	}
	if len(others.queries) == 0 {
		return large
	}
	return append(large, others)
}

// splitID returns the name of a query's family, and what the query is in it.
func splitID(id string) (name, label string) {
	parts := strings.Split(id, "-")
	for i, part := range parts {
		if part != "" && part[0] >= '0' && part[0] <= '9' {
			parts[i] = "…"
			return strings.Join(parts, "-"), part
		}
	}
	return id, id
}

// sweep makes the picture of a suite that varies numbers: a panel per family,
// with the same vertical axis, and a line per engine in it.
func (p *page) sweep(pic *picture, s *suite, engines []string, values span) {
	families := familiesOf(s.queries)
	longest, letters := 0, 0
	for _, f := range families {
		longest = max(longest, len(f.queries))
		for _, label := range f.labels {
			letters = max(letters, len([]rune(label)))
		}
	}
	columns := 1
	switch { // an upright label takes about 12 points of the 600 there are
	case longest <= 12:
		columns = 3
	case longest <= 22:
		columns = 2
	}
	columns = min(columns, len(families))
	pic.title = "Suite " + s.name + ": median latency, logarithmic; below each panel what varies"
	pic.height = panelsHeight(len(families), columns, 140+5*vg.Length(min(letters, longestLabel)))
	pic.draw = func(c draw.Canvas) {
		var panels []*plot.Plot
		for _, f := range families {
			panels = append(panels, p.sweepPanel(s, f, engines, values))
		}
		drawPanels(c, panels, columns)
	}
}

// sweepPanel returns the plot of one family.
func (p *page) sweepPanel(s *suite, f family, engines []string, values span) *plot.Plot {
	plt := newPanel(shorten(f.name, 30))
	logAxis(&plt.Y, values, timeLabel)
	nameAxis(&plt.X, f.labels, true)
	plt.Add(gridLines(plt), drawing(func(c *draw.Canvas, x, y func(float64) vg.Length) {
		for _, e := range engines {
			var line []vg.Point
			for i, q := range f.queries {
				us, ok := s.median(q.id, e)
				if !ok { // a gap
					c.StrokeLines(p.style.line(e, 1.2), line)
					line = nil
					continue
				}
				at := vg.Point{X: x(float64(i)), Y: y(us)}
				line = append(line, at)
				c.DrawGlyphNoClip(p.style.glyph(e, 2.6), at)
			}
			c.StrokeLines(p.style.line(e, 1.2), line)
		}
	}))
	return plt
}

// longestLabel is how many letters of a query's name an axis has room for.
const longestLabel = 32

// nameAxis labels an axis with names, 0 the first. Upright ones need less room.
func nameAxis(a *plot.Axis, all []string, upright bool) {
	a.Min, a.Max = -0.5, float64(len(all))-0.5
	// Beyond about 50 not every name has room.
	step := (len(all) + 49) / 50
	var ticks plot.ConstantTicks
	for i, name := range all {
		if i%step == 0 {
			label := shorten(name, longestLabel)
			if upright {
				label += "  " // keeps it off the mark of the tick
			}
			ticks = append(ticks, plot.Tick{Value: float64(i), Label: label})
		}
	}
	a.Tick.Marker = ticks
	if upright {
		a.Tick.Label.Rotation = math.Pi / 2
		a.Tick.Label.XAlign = draw.XRight
		a.Tick.Label.YAlign = draw.YCenter
		a.Tick.Label.Font.Size = 8.5
	}
}
