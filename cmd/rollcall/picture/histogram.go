package picture

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Histogram is a chart of how many lie in each of ranges that follow one another:
// columns from the left, without room between them.
type Histogram struct {
	Title, Subtitle string
	Axis            string   // what the ranges are of, such as "orders"
	Edges           []string // where the ranges start, and where the last one ends: one more than Items
	Items           []Bar    // by range; Label is the range in words, for a terminal
	Note            string   // below the chart, such as who lies in no range; may be empty
}

const (
	plotHeight = vg.Length(230)
	edgeHeight = vg.Length(44)
	noteHeight = vg.Length(18)
)

func (h Histogram) heading() (title, subtitle string) { return h.Title, h.Subtitle }

func (h Histogram) height() vg.Length {
	if h.Note == "" {
		return plotHeight + edgeHeight
	}
	return plotHeight + edgeHeight + noteHeight
}

func (h Histogram) lines(width int) []string {
	out := Bars{Items: h.Items}.lines(width)
	if h.Note != "" {
		out = append(out, fitText(h.Note, width))
	}
	return out
}

func (h Histogram) draw(p *pen, area vg.Rectangle) {
	if h.Note != "" {
		p.text(area.Min.X, area.Min.Y+noteHeight/2-2, p.fit(h.Note, quietText, area.Size().X), quietText)
		area.Min.Y += noteHeight
	}
	if len(h.Items) == 0 {
		p.empty(area)
		return
	}
	highest := 0.0
	for _, item := range h.Items {
		highest = max(highest, drawable(item.Value))
	}
	field := box(area.Min.X, area.Min.Y+edgeHeight, area.Max.X-2*gap, area.Max.Y-2*gap)
	field.Min.X = drawLevels(p, field, highest)
	each := field.Size().X / vg.Length(len(h.Items))
	between := vg.Length(0) // columns of a pixel or two have no room for it
	if each >= 6 {
		between = 1.2
	}
	for i, item := range h.Items {
		x, top := field.Min.X+each*vg.Length(i), level(field, drawable(item.Value), highest)
		p.rect(box(x+between/2, field.Min.Y, x+each-between/2, top), blue)
		if s := tickText; p.width(item.text(), s) < each-2 && len(h.Items) <= 24 {
			p.text(x+each/2, top+6, item.text(), s)
		}
	}
	p.line(quiet, 0.8, field.Min, vg.Point{X: field.Max.X, Y: field.Min.Y})
	h.drawEdges(p, field, each)
	axis := tickText
	axis.size = quietText.size
	p.text((field.Min.X+field.Max.X)/2, area.Min.Y+6, p.fit(h.Axis, axis, field.Size().X), axis)
}

// drawEdges writes as many edges below the columns as there is room for, the first
// one among them.
func (h Histogram) drawEdges(p *pen, field vg.Rectangle, each vg.Length) {
	widest := vg.Length(1)
	for _, edge := range h.Edges {
		widest = max(widest, p.width(clean(edge), tickText)+10)
	}
	every := 1
	for step := 0; each*vg.Length(every) < min(widest, field.Size().X); step++ {
		every = []int{2, 5, 10}[step%3] * int(math.Pow10(step/3))
	}
	for i := 0; i < len(h.Edges); i += every {
		x := field.Min.X + each*vg.Length(i)
		p.line(quiet, 0.8, vg.Point{X: x, Y: field.Min.Y}, vg.Point{X: x, Y: field.Min.Y - 4})
		s, line := tickText, clean(h.Edges[i])
		if half := p.width(line, s) / 2; x+half > width-margin { // the last one ends where the picture does
			s.align, x = draw.XRight, width-margin
		}
		p.text(x, field.Min.Y-11, line, s)
	}
}

// level returns the height of a value in a field whose top is highest.
func level(field vg.Rectangle, x, highest float64) vg.Length {
	if highest == 0 {
		return field.Min.Y
	}
	return field.Min.Y + field.Size().Y*length(x/highest)
}

// drawLevels draws a line across a field for every round number up to highest, with
// the number on its left, and returns where the lines start.
func drawLevels(p *pen, field vg.Rectangle, highest float64) vg.Length {
	levels := ticks(highest, 5, highest >= 1)
	s, widest := tickText, vg.Length(0)
	s.align = draw.XRight
	for _, tick := range levels {
		widest = max(widest, p.width(numberText(tick), s))
	}
	left := field.Min.X + widest + gap
	for _, tick := range levels {
		y := level(field, tick, highest)
		p.line(rule, 0.6, vg.Point{X: left, Y: y}, vg.Point{X: field.Max.X, Y: y})
		p.text(left-gap/2, y, numberText(tick), s)
	}
	return left
}
