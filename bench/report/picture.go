package report

import (
	"bytes"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

const (
	pictureWidth = vg.Length(675) // points; 900 CSS pixels
	pictureDPI   = 144            // of the PNG, which is 1,350 pixels wide
)

// pictureKinds are the words that names of pictures have behind the report's.
var pictureKinds = []string{kindLatency, kindScale, kindLoad, kindIndexes}

const (
	kindLatency = "latency"
	kindScale   = "scale"
	kindLoad    = "load"
	kindIndexes = "indexes"
)

// picture is a picture that can be drawn on any canvas of its size.
type picture struct {
	name   string // of its files, without ending
	alt    string // what it shows, for those who do not see it
	title  string
	yLabel string // of the vertical axis, where there is one for the picture
	legend []legendEntry
	height vg.Length
	draw   func(draw.Canvas) // below title and legend
}

// render returns the picture as SVG and as PNG.
func (p *picture) render() (svg, png []byte, err error) {
	vector := vgsvg.New(pictureWidth, p.height)
	p.paint(draw.New(vector))
	var text bytes.Buffer
	if _, err := vector.WriteTo(&text); err != nil {
		return nil, nil, err
	}
	pixels := vgimg.NewWith(vgimg.UseWH(pictureWidth, p.height), vgimg.UseDPI(pictureDPI))
	p.paint(draw.New(pixels))
	var image bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: pixels}).WriteTo(&image); err != nil {
		return nil, nil, err
	}
	return fallbackFonts(text.Bytes()), image.Bytes(), nil
}

// fallbackFonts names fonts of the same widths for readers whose system has not
// the one that the picture was set in.
func fallbackFonts(svg []byte) []byte {
	return bytes.ReplaceAll(svg, []byte("font-family:Liberation Sans;"), []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"))
}

// paint draws background, title, legend and what is below.
func (p *picture) paint(c draw.Canvas) {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, 8, -12, 6, -8)
	title := textStyle(12)
	title.YAlign = draw.YTop
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, p.title)
	c = draw.Crop(c, 0, 0, 0, -20)
	c = draw.Crop(c, 0, 0, 0, -drawLegend(c, p.legend))
	// Not the label that a plot can have: beside a logarithmic axis that takes room
	// above the plot.
	if p.yLabel != "" {
		sty := textStyle(10)
		sty.Rotation, sty.XAlign = math.Pi/2, draw.XCenter
		c.FillText(sty, vg.Point{X: c.Min.X + 6, Y: c.Center().Y}, p.yLabel)
		c = draw.Crop(c, 16, 0, 0, 0)
	}
	p.draw(c)
}
