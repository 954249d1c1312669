package picture

import (
	"image/color"
	"math"
	"strings"
	"unicode"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Colours on white: texts have a contrast of 5.9 to 1 at least, bars of 4.
var (
	white = color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
	ink   = color.RGBA{0x1A, 0x1A, 0x1A, 0xFF}
	quiet = color.RGBA{0x5F, 0x5F, 0x5F, 0xFF}
	blue  = color.RGBA{0x00, 0x72, 0xB2, 0xFF} // of Okabe and Ito, 2008, as those of the benchmark's pictures
	pale  = color.RGBA{0xF1, 0xF4, 0xF7, 0xFF}
	rule  = color.RGBA{0xDA, 0xDD, 0xE0, 0xFF}
	faint = color.RGBA{0xC9, 0xCE, 0xD3, 0xFF}
)

// style is how a text is set.
type style struct {
	size    vg.Length
	color   color.Color
	align   text.XAlignment
	bold    bool
	upright bool // turned, to be read from below to above
}

var (
	titleText = style{size: 14, color: ink, bold: true}
	quietText = style{size: 9.5, color: quiet}
	labelText = style{size: 10, color: ink}
	endText   = style{size: 10, color: ink, align: draw.XRight}
	tickText  = style{size: 9, color: quiet, align: draw.XCenter}
)

// sty returns the style as gonum's.
func (s style) sty() text.Style {
	out := text.Style{
		Color: s.color, XAlign: s.align, YAlign: draw.YCenter, Handler: setter(), Font: font.From(sans, s.size),
	}
	if s.bold {
		out.Font.Weight = xfont.WeightBold
	}
	if s.upright {
		out.Rotation = math.Pi / 2
	}
	return out
}

// pen draws on a canvas.
type pen struct {
	c *draw.Canvas
	// pixels says that letters are drawn in the font that is built in, which has not
	// those of all scripts; else the reader's fonts have them.
	pixels bool
}

// missing stands for a letter that the font has not.
const missing = '□'

// text writes a line, its letters centred on the height y.
func (p *pen) text(x, y vg.Length, line string, s style) {
	at := vg.Point{X: x, Y: y}
	if lift := s.size * 0.14; s.upright { // gonum centres the line, which has room below the letters
		at.X -= lift
	} else {
		at.Y += lift
	}
	sty := s.sty()
	if p.pixels {
		face := sty.Handler.Cache().Lookup(sty.Font, sty.Font.Size).Face
		line = strings.Map(func(r rune) rune {
			if glyph, err := face.GlyphIndex(nil, r); err != nil || glyph == 0 {
				return missing
			}
			return r
		}, line)
	}
	p.c.FillText(sty, at, line)
}

// width returns the room that a line takes.
func (*pen) width(line string, s style) vg.Length { return s.sty().Width(line) }

// fit cleans a line, and shortens one that is longer than the room there is.
func (p *pen) fit(line string, s style, room vg.Length) string {
	return shorten(line, func(line string) bool { return p.width(line, s) <= room })
}

// rect fills a rectangle.
func (p *pen) rect(r vg.Rectangle, fill color.Color) {
	p.c.SetColor(fill)
	p.c.Fill(r.Path())
}

// box returns a rectangle.
func box(x0, y0, x1, y1 vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: x0, Y: y0}, Max: vg.Point{X: x1, Y: y1}}
}

// length returns so many points.
func length(n float64) vg.Length { return vg.Length(n) }

// line draws a straight line, or one that is bent.
func (p *pen) line(stroke color.Color, thick vg.Length, points ...vg.Point) {
	p.c.StrokeLines(draw.LineStyle{Color: stroke, Width: thick}, points)
}

// dot draws a filled circle.
func (p *pen) dot(x, y, radius vg.Length, fill color.Color) {
	p.c.DrawGlyphNoClip(draw.GlyphStyle{Color: fill, Radius: radius, Shape: draw.CircleGlyph{}}, vg.Point{X: x, Y: y})
}

// empty says that there is no data.
func (p *pen) empty(area vg.Rectangle) {
	p.rect(area, pale)
	s := quietText
	s.align = draw.XCenter
	p.text((area.Min.X+area.Max.X)/2, (area.Min.Y+area.Max.Y)/2, nothing, s)
}

// longestLabel is from which length on a label is cut before it is measured: no
// picture has room for more.
const longestLabel = 400

// clean returns a line without what cannot be drawn in one.
func clean(line string) string {
	line = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(line, "\uFFFD"))
	if letters := []rune(line); len(letters) > longestLabel {
		return string(letters[:longestLabel]) + "…"
	}
	return line
}

// shorten cleans a line, and cuts one that does not fit behind the last letter that
// does with "…" after it.
func shorten(line string, fits func(line string) bool) string {
	if line = clean(line); fits(line) {
		return line
	}
	letters := []rune(line)
	lo, hi := 0, len(letters) // of the letters, lo fit and hi do not
	for hi-lo > 1 {
		if at := (lo + hi) / 2; fits(string(letters[:at]) + "…") {
			lo = at
		} else {
			hi = at
		}
	}
	return strings.TrimRight(string(letters[:lo]), " ") + "…"
}
