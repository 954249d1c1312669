package picture

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// eighths are blocks of one column, by how many eighths of it they fill.
var eighths = []rune(" ▏▎▍▌▋▊▉█")

// TextBar returns a bar of value against highest for a terminal, highest being as
// long as so many columns. It has no spaces behind it. What is above 0 has at least
// the thinnest block, so that it is told from 0.
func TextBar(value, highest float64, columns int) string {
	value, highest = drawable(value), drawable(highest)
	if value == 0 || highest == 0 || columns <= 0 {
		return ""
	}
	parts := max(int(min(value/highest, 1)*float64(8*columns)+0.5), 1)
	bar := strings.Repeat("█", parts/8)
	if rest := parts % 8; rest > 0 {
		bar += string(eighths[rest])
	}
	return bar
}

// fitText cleans a line, and shortens one that is wider than so many columns.
func fitText(line string, columns int) string {
	if columns <= 0 {
		return ""
	}
	return shorten(line, func(line string) bool { return text.StringWidthWithoutEscSequences(line) <= columns })
}

// padText sets a line that fits into so many columns, to the right where it is a
// number.
func padText(line string, columns int, right bool) string {
	spaces := strings.Repeat(" ", max(columns-text.StringWidthWithoutEscSequences(line), 0))
	if right {
		return spaces + line
	}
	return line + spaces
}

func (b Bars) lines(width int) []string {
	items, left := b.shown()
	if len(items) == 0 {
		return []string{nothing}
	}
	var label, value, note int
	highest := 0.0
	for _, item := range items {
		label = max(label, text.StringWidthWithoutEscSequences(clean(item.Label)))
		value = max(value, text.StringWidthWithoutEscSequences(item.text()))
		note = max(note, text.StringWidthWithoutEscSequences(clean(item.Note)))
		highest = max(highest, drawable(item.Value))
	}
	label, value, note = min(label, width/3), min(value, width/4), min(note, width/4)
	room := width - label - value - 4 // two columns between two
	if note > 0 {
		room -= note + 2
	}
	var out []string
	for _, item := range items {
		line := padText(fitText(item.Label, label), label, false) + "  " + padText(fitText(item.text(), value), value, true) + "  "
		if note > 0 {
			line += padText(fitText(item.Note, note), note, true) + "  "
		}
		out = append(out, strings.TrimRight(line+TextBar(item.Value, highest, room), " "))
	}
	if left > 0 {
		out = append(out, "and "+numberText(float64(left))+" more")
	}
	return out
}
