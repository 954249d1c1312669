package report

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Colours of Okabe and Ito, 2008, "Color Universal Design". Yellow is last: it is
// pale on white. Grey, which is not of them, is the floor's.
var (
	blue       = color.RGBA{R: 0x00, G: 0x72, B: 0xB2, A: 0xFF}
	orange     = color.RGBA{R: 0xE6, G: 0x9F, B: 0x00, A: 0xFF}
	green      = color.RGBA{R: 0x00, G: 0x9E, B: 0x73, A: 0xFF}
	vermillion = color.RGBA{R: 0xD5, G: 0x5E, B: 0x00, A: 0xFF}
	purple     = color.RGBA{R: 0xCC, G: 0x79, B: 0xA7, A: 0xFF}
	sky        = color.RGBA{R: 0x56, G: 0xB4, B: 0xE9, A: 0xFF}
	black      = color.RGBA{R: 0x00, G: 0x00, B: 0x00, A: 0xFF}
	yellow     = color.RGBA{R: 0xF0, G: 0xE4, B: 0x42, A: 0xFF}
	grey       = color.RGBA{R: 0x80, G: 0x80, B: 0x80, A: 0xFF}
	paleGrey   = color.RGBA{R: 0xF3, G: 0xF3, B: 0xF3, A: 0xFF}
	lineGrey   = color.RGBA{R: 0xDD, G: 0xDD, B: 0xDD, A: 0xFF}
)

// look is how an engine is drawn.
type look struct {
	color color.Color
	shape draw.GlyphDrawer
}

// looks are given out in this order to engines that have none of their own.
var looks = []look{
	{blue, draw.CircleGlyph{}},
	{orange, draw.BoxGlyph{}},
	{green, draw.PyramidGlyph{}},
	{purple, diamond{}},
	{vermillion, wedge{}},
	{sky, draw.CircleGlyph{}},
	{black, draw.BoxGlyph{}},
	{yellow, draw.PyramidGlyph{}},
}

// ownLooks are those of the engines that pages usually have.
var ownLooks = map[string]int{
	"rollcall": 0, "duckdb": 1, "postgres": 2, "clickhouse": 3, "duckdb-disk": 4, "rollcall-cache": 5, "databricks": 6,
}

// palette says how each engine of a page is drawn.
type palette map[string]look

// newPalette gives every engine of the reports a look, the same whatever else is
// in them for the engines that have one of their own.
func newPalette(reports []Named) palette {
	p := palette{bareEngine: {grey, dash{}}}
	used := make([]bool, len(looks))
	var others []string
	give := func(name string) {
		if _, ok := p[name]; ok {
			return
		}
		if at, ok := ownLooks[name]; ok {
			p[name], used[at] = looks[at], true
		} else if !slices.Contains(others, name) {
			others = append(others, name)
		}
	}
	for _, n := range reports {
		for _, name := range allEngines(n.Report) {
			give(name)
		}
	}
	next := 0
	for _, name := range others {
		for range looks { // the first that is free, or the next where none is
			at := next % len(looks)
			next++
			if !used[at] || !slices.Contains(used, false) {
				p[name], used[at] = looks[at], true
				break
			}
		}
	}
	return p
}

// glyph returns the mark of an engine.
func (p palette) glyph(engine string, radius vg.Length) draw.GlyphStyle {
	l := p[engine]
	return draw.GlyphStyle{Color: l.color, Shape: l.shape, Radius: radius}
}

// line returns the line of an engine.
func (p palette) line(engine string, width vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: p[engine].color, Width: width}
}

// diamond is a square that stands on a corner.
type diamond struct{}

// DrawGlyph draws a diamond.
func (diamond) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	r := sty.Radius * 1.15
	polygon(c, vg.Point{X: pt.X, Y: pt.Y + r}, vg.Point{X: pt.X + r, Y: pt.Y}, vg.Point{X: pt.X, Y: pt.Y - r}, vg.Point{X: pt.X - r, Y: pt.Y})
}

// wedge is a triangle that points down.
type wedge struct{}

// DrawGlyph draws a wedge.
func (wedge) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	r := sty.Radius * 1.2
	polygon(c, vg.Point{X: pt.X, Y: pt.Y - r}, vg.Point{X: pt.X - 0.87*r, Y: pt.Y + 0.5*r}, vg.Point{X: pt.X + 0.87*r, Y: pt.Y + 0.5*r})
}

// dash is a level line.
type dash struct{}

// DrawGlyph draws a dash.
func (dash) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	c.StrokeLine2(draw.LineStyle{Color: sty.Color, Width: 2}, pt.X-1.4*sty.Radius, pt.Y, pt.X+1.4*sty.Radius, pt.Y)
}

// polygon fills what is between points in the canvas's colour.
func polygon(c *draw.Canvas, points ...vg.Point) {
	var path vg.Path
	path.Move(points[0])
	for _, p := range points[1:] {
		path.Line(p)
	}
	path.Close()
	c.Fill(path)
}

// textStyle returns text of a size in points, which starts at a point and is
// centred on its height.
func textStyle(points vg.Length) text.Style {
	return text.Style{
		Color:   color.Black,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: points},
		XAlign:  draw.XLeft,
		YAlign:  draw.YCenter,
		Handler: plot.DefaultTextHandler,
	}
}

// fillText writes text from a point, its letters centred on the point's height.
func fillText(c *draw.Canvas, sty text.Style, at vg.Point, line string) {
	at.Y += sty.Font.Size * 0.14 // the plot's centre is that of the line, which has room below the letters
	c.FillText(sty, at, line)
}

// newPlot returns an empty plot in the style of the page.
func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font = textStyle(10).Font
		axis.Tick.Label.Font = textStyle(9.5).Font
		axis.Label.Padding = 4
		axis.Padding = 0
		axis.Tick.Length = 4
	}
	return p
}

// legendEntry is an engine in the legend.
type legendEntry struct {
	name  string
	glyph draw.GlyphStyle
}

// legendOf returns the legend for engines.
func (p palette) legendOf(engines []string) []legendEntry {
	var entries []legendEntry
	for _, e := range engines {
		entries = append(entries, legendEntry{e, p.glyph(e, 4)})
	}
	return entries
}

// drawLegend draws a legend along the upper edge, in as many lines as it needs,
// and returns the height that it took.
func drawLegend(c draw.Canvas, entries []legendEntry) vg.Length {
	if len(entries) == 0 {
		return 0
	}
	const lineHeight, gap, toText = 16, 20, 9
	sty := textStyle(10)
	x, y := c.Min.X+5, c.Max.Y-lineHeight/2
	for _, e := range entries {
		width := toText + sty.Width(e.name)
		if x+width > c.Max.X && x > c.Min.X+5 {
			x, y = c.Min.X+5, y-lineHeight
		}
		c.DrawGlyphNoClip(e.glyph, vg.Point{X: x, Y: y})
		fillText(&c, sty, vg.Point{X: x + toText, Y: y}, e.name)
		x += width + gap
	}
	return c.Max.Y - y + lineHeight/2 + 6
}
