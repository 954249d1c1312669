package rule

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Detail returns the message, the line of the rule that it is about with carets
// under the place, and the hint where there is one; see [Error] for an example.
// A long line is cut around the place, with "…" at the cut; a place that goes
// over several lines is marked in the first. It ends without a line break.
func (e *Error) Detail() string {
	line, from, to := e.line()
	number := strconv.Itoa(e.Line)
	var b strings.Builder
	b.WriteString(e.Error())
	b.WriteString("\n\n  " + number + " | " + line.String())
	b.WriteString("\n  " + strings.Repeat(" ", len(number)) + " | " + line.carets(from, to))
	if e.Hint != "" {
		b.WriteString("\n  help: " + e.Hint)
	}
	return b.String()
}

// shownLine is a line as it is shown: characters that would disturb the carets
// below it are replaced.
type shownLine []rune

// line returns the line of the problem, cut to what is shown, and the half-open
// range of its characters that the carets go under.
func (e *Error) line() (line shownLine, from, to int) {
	start := strings.LastIndexByte(e.Source[:e.Offset], '\n') + 1
	text := e.Source[start:]
	if n := strings.IndexByte(text, '\n'); n >= 0 {
		text = text[:n]
	}
	text = strings.TrimSuffix(text, "\r")
	lo := min(e.Offset-start, len(text))
	hi := min(lo+e.Length, len(text))
	from = utf8.RuneCountInString(text[:lo])
	to = max(from+utf8.RuneCountInString(text[lo:hi]), from+1)
	return cutLine([]rune(text), from, to)
}

// cutLine shortens a line to maxLineRunes around from.
func cutLine(runes []rune, from, to int) (shownLine, int, int) {
	lo, hi := 0, len(runes)
	if hi > maxLineRunes {
		lo = max(0, min(from-maxLeadRunes, hi-maxLineRunes))
		hi = min(hi, lo+maxLineRunes)
	}
	line := append(shownLine(nil), runes[lo:hi]...)
	for i, r := range line {
		line[i] = printable(r)
	}
	from, to = from-lo, max(min(to, hi)-lo, from-lo+1)
	if hi < len(runes) {
		line = append(line, '…')
	}
	if lo > 0 {
		line, from, to = append(shownLine{'…'}, line...), from+1, to+1
	}
	return line, from, to
}

// printable returns r, or what is shown for it: a space for white space such as
// a tab, U+FFFD for other characters without a shape.
func printable(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
		return utf8.RuneError
	}
	return r
}

// String returns the line's text, without spaces at its end.
func (l shownLine) String() string { return strings.TrimRight(string(l), " ") }

// carets returns the text that marks the characters [from, to) when it stands
// below the line. A character of two cells gets two carets.
func (l shownLine) carets(from, to int) string {
	var b strings.Builder
	for i := range to {
		cells := 1
		if i < len(l) {
			cells = width(l[i])
		}
		mark := " "
		if i >= from {
			mark = "^"
		}
		b.WriteString(strings.Repeat(mark, cells))
	}
	if !strings.HasSuffix(b.String(), "^") {
		b.WriteByte('^') // below an accent alone
	}
	return b.String()
}

// wide holds the ranges of characters that take two cells on a terminal: East
// Asian scripts and emoji, roughly Unicode's East Asian Width W and F.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1}, {0x2e80, 0x303e, 1}, {0x3041, 0x33ff, 1}, {0x3400, 0x4dbf, 1},
		{0x4e00, 0x9fff, 1}, {0xa000, 0xa4cf, 1}, {0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1},
		{0xfe30, 0xfe6f, 1}, {0xff00, 0xff60, 1}, {0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{{0x1f300, 0x1f64f, 1}, {0x1f680, 0x1f6ff, 1}, {0x1f900, 0x1f9ff, 1}, {0x20000, 0x3fffd, 1}},
}

// width returns how many cells r takes on a terminal.
func width(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}
