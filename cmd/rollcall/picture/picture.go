package picture

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Chart is one of [Bars], [Histogram], [Line] and [UpSet].
type Chart interface {
	// heading returns what stands above the chart; the subtitle may be empty.
	heading() (title, subtitle string)
	// height returns the room that the chart takes below its heading.
	height() vg.Length
	// draw draws the chart on a canvas of that height.
	draw(p *pen, area vg.Rectangle)
	// lines returns the chart for a terminal, in lines of at most so many columns.
	lines(width int) []string
}

// Sizes of a picture, in points; a point is 4/3 of a CSS pixel.
const (
	width         = vg.Length(675) // 900 CSS pixels
	margin        = vg.Length(16)
	titleHeight   = vg.Length(24)
	subHeight     = vg.Length(16)
	headingBottom = vg.Length(8)
	dpi           = 144 // of a PNG, which is 1,350 pixels wide
)

// nothing is what stands in the place of a chart without data.
const nothing = "nothing to show"

// size returns the height of a whole picture.
func size(c Chart) vg.Length {
	_, subtitle := c.heading()
	h := 2*margin + titleHeight + headingBottom + c.height()
	if subtitle != "" {
		h += subHeight
	}
	return h
}

// paint draws a whole picture: background, heading, chart.
func paint(canvas draw.Canvas, c Chart, pixels bool) {
	p := &pen{&canvas, pixels}
	area := canvas.Rectangle
	p.rect(area, white)
	area.Min = vg.Point{X: area.Min.X + margin, Y: area.Min.Y + margin}
	area.Max = vg.Point{X: area.Max.X - margin, Y: area.Max.Y - margin}
	title, subtitle := c.heading()
	p.text(area.Min.X, area.Max.Y-titleHeight/2, p.fit(title, titleText, area.Size().X), titleText)
	area.Max.Y -= titleHeight
	if subtitle != "" {
		p.text(area.Min.X, area.Max.Y-subHeight/2, p.fit(subtitle, quietText, area.Size().X), quietText)
		area.Max.Y -= subHeight
	}
	area.Max.Y -= headingBottom
	c.draw(p, area)
}
