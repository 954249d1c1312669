package picture

import (
	"strings"
	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Line is a chart of a number over time.
type Line struct {
	Title, Subtitle string
	Axis            string  // what the numbers are, such as "members"
	Points          []Point // ascending in time
}

// Point is a number at a time.
type Point struct {
	Time  time.Time // shown in its own zone
	Value float64
}

// timeHeight is the room of the times below a line.
const timeHeight = vg.Length(22)

// maxMarks is up to how many points each is marked by a dot.
const maxMarks = 60

func (l Line) heading() (title, subtitle string) { return l.Title, l.Subtitle }

func (l Line) height() vg.Length { return plotHeight + timeHeight }

// highest returns the greatest number.
func (l Line) highest() float64 {
	highest := 0.0
	for _, point := range l.Points {
		highest = max(highest, drawable(point.Value))
	}
	return highest
}

// names returns the times in words: dates where all of them start a day.
func (l Line) names() []string {
	layout := "2006-01-02"
	for _, point := range l.Points {
		if h, m, s := point.Time.Clock(); h != 0 || m != 0 || s != 0 {
			layout = "2006-01-02 15:04"
		}
	}
	var out []string
	for _, point := range l.Points {
		out = append(out, point.Time.Format(layout))
	}
	return out
}

func (l Line) draw(p *pen, area vg.Rectangle) {
	if len(l.Points) == 0 {
		p.empty(area)
		return
	}
	highest := l.highest()
	field := box(area.Min.X, area.Min.Y+timeHeight, area.Max.X-3*gap, area.Max.Y-3*gap)
	field.Min.X = drawLevels(p, field, highest)
	p.line(quiet, 0.8, field.Min, vg.Point{X: field.Max.X, Y: field.Min.Y})
	points := l.place(field, highest)
	if len(points) > 1 {
		p.line(blue, 1.8, points...)
	}
	if len(points) <= maxMarks {
		for _, at := range points {
			p.dot(at.X, at.Y, 2.6, blue)
		}
	}
	l.drawTimes(p, field, points)
	last := len(points) - 1
	s := labelText
	s.align = draw.XRight
	p.text(area.Max.X, points[last].Y+11, numberText(l.Points[last].Value), s)
	// What the numbers are stands above them: below are the times.
	p.text(area.Min.X, area.Max.Y-gap/2, p.fit(l.Axis, quietText, area.Size().X), quietText)
}

// place returns where the points lie; a single one lies in the middle.
func (l Line) place(field vg.Rectangle, highest float64) []vg.Point {
	// In seconds: a time.Duration ends after 292 years.
	first, last := l.Points[0].Time.Unix(), l.Points[len(l.Points)-1].Time.Unix()
	var out []vg.Point
	for _, point := range l.Points {
		at := 0.5
		if last > first {
			at = float64(point.Time.Unix()-first) / float64(last-first)
		}
		x := field.Min.X + gap + (field.Size().X-2*gap)*length(at)
		out = append(out, vg.Point{X: x, Y: level(field, drawable(point.Value), highest)})
	}
	return out
}

// drawTimes writes the times of as many points as there is room for, the first one
// among them.
func (l Line) drawTimes(p *pen, field vg.Rectangle, points []vg.Point) {
	free := vg.Length(0)
	for i, name := range l.names() {
		half := p.width(name, tickText) / 2
		if x := max(points[i].X, field.Min.X+half-gap); x-half >= free && x+half <= width-margin+1 {
			p.line(quiet, 0.8, vg.Point{X: points[i].X, Y: field.Min.Y}, vg.Point{X: points[i].X, Y: field.Min.Y - 4})
			p.text(x, field.Min.Y-11, name, tickText)
			free = x + half + 12
		}
	}
}

func (l Line) lines(width int) []string {
	if len(l.Points) == 0 {
		return []string{nothing}
	}
	var items []Bar
	for i, name := range l.names() {
		items = append(items, Bar{Label: name, Value: l.Points[i].Value})
	}
	out := Bars{Items: items}.lines(width)
	return append(out, l.spark(width))
}

// levels are blocks of a column, by how many eighths of its height they fill; the
// lowest is shown for 0, so that every column is.
var levels = []rune("▁▁▂▃▄▅▆▇█")

// spark returns the line in one line of text: where there are more points than
// columns, each column is that of its last point.
func (l Line) spark(width int) string {
	var out strings.Builder
	columns, highest := min(width, len(l.Points)), l.highest()
	for i := range columns {
		eighth := 0
		if value := drawable(l.Points[(i+1)*len(l.Points)/columns-1].Value); highest > 0 {
			eighth = int(value/highest*8 + 0.5)
		}
		out.WriteRune(levels[eighth])
	}
	return out.String()
}
