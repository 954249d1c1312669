package picture

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars is a chart of values by name: bars from the left, the first on top.
type Bars struct {
	Title, Subtitle string
	Axis            string // what the values are, such as "members"
	NoteName        string // what the notes are, such as "lift"
	Items           []Bar  // those beyond MaxItems are told in number only
}

// Bar is one value of Bars.
type Bar struct {
	Label string
	Value float64 // bars of what is negative, or no number, have no length
	Text  string  // the value as it is to be read; "": the number
	Note  string  // what it compares with, set apart; may be empty
	Quiet bool    // drawn in grey: it is none of the values, such as those who have none
}

// MaxItems is how many bars a chart has at most.
const MaxItems = 200

const (
	barHeight  = vg.Length(19) // with the room between two
	axisHeight = vg.Length(34)
	maxLabel   = vg.Length(210)
	gap        = vg.Length(8)
)

func (b Bars) heading() (title, subtitle string) { return b.Title, b.Subtitle }

// shown returns the bars that are drawn and how many are not.
func (b Bars) shown() (items []Bar, left int) {
	if len(b.Items) > MaxItems {
		return b.Items[:MaxItems], len(b.Items) - MaxItems
	}
	return b.Items, 0
}

func (b Bars) height() vg.Length {
	items, left := b.shown()
	rows := max(len(items), 2)
	if left > 0 {
		rows++
	}
	return barHeight*(vg.Length(rows)+1) + axisHeight // a row for the name of the notes
}

// text returns a value as it is to be read.
func (b Bar) text() string {
	if b.Text == "" {
		return numberText(b.Value)
	}
	return clean(b.Text)
}

// bounds are the columns of a chart of bars.
type bounds struct {
	labels, bars, notes vg.Length // where the labels end, the bars and the notes start
	highest             float64
}

func (b Bars) draw(p *pen, area vg.Rectangle) {
	items, left := b.shown()
	if len(items) == 0 {
		p.empty(area)
		return
	}
	at := b.bounds(p, area, items)
	top, bottom := area.Max.Y-barHeight, area.Min.Y+axisHeight
	scale := func(x float64) vg.Length {
		if at.highest == 0 {
			return at.bars
		}
		return at.bars + (at.notes-at.bars)*length(drawable(x)/at.highest)
	}
	b.drawAxis(p, at, top, bottom, area.Min.Y, scale)
	for i, item := range items {
		y := top - barHeight*(vg.Length(i)+0.5)
		fill := blue
		if item.Quiet {
			fill = quiet
		}
		p.text(at.labels, y, p.fit(item.Label, endText, at.labels-area.Min.X), endText)
		end := scale(item.Value)
		p.rect(box(at.bars, y-6.5, end, y+6.5), fill)
		p.text(end+5, y, item.text(), labelText)
		p.text(area.Max.X, y, p.fit(item.Note, endText, area.Max.X-at.notes), endText)
	}
	if left > 0 {
		p.text(at.bars, top-barHeight*(vg.Length(len(items))+0.5), "and "+numberText(float64(left))+" more", quietText)
	}
}

// bounds measures the columns. The longest bar leaves room for its value.
func (b Bars) bounds(p *pen, area vg.Rectangle, items []Bar) bounds {
	var label, value vg.Length
	notes := p.width(b.NoteName, quietText)
	at := bounds{}
	for _, item := range items {
		label = max(label, p.width(clean(item.Label), endText))
		value = max(value, p.width(item.text(), labelText))
		notes = max(notes, p.width(clean(item.Note), endText))
		at.highest = max(at.highest, drawable(item.Value))
	}
	at.labels = area.Min.X + min(label, maxLabel)
	at.bars = at.labels + gap
	at.notes = area.Max.X - min(notes, maxLabel) - 2*gap - min(value, maxLabel)
	return at
}

// drawAxis draws the names of the columns, and a line for every round number.
func (b Bars) drawAxis(p *pen, at bounds, top, bottom, low vg.Length, scale func(float64) vg.Length) {
	notes := quietText
	notes.align = draw.XRight
	p.text(width-margin, top+barHeight/2, p.fit(b.NoteName, notes, maxLabel), notes)
	for _, tick := range ticks(at.highest, 6, at.highest >= 1) {
		x := scale(tick)
		p.line(rule, 0.6, vg.Point{X: x, Y: bottom}, vg.Point{X: x, Y: top})
		p.text(x, bottom-8, numberText(tick), tickText)
	}
	p.line(quiet, 0.8, vg.Point{X: at.bars, Y: bottom}, vg.Point{X: at.bars, Y: top})
	axis := tickText
	axis.size = quietText.size
	p.text((at.bars+at.notes)/2, low+6, p.fit(b.Axis, axis, at.notes-at.bars), axis)
}
