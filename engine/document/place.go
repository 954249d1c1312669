package document

import "unicode/utf8"

// place is a place in a document.
type place struct {
	path         *Path
	offset       int // of the first byte
	length       int // in bytes
	line, column int // 1-based, the column in characters
}

// placeIn returns the place where the text of a document starts.
func placeIn(data []byte) place {
	return place{offset: len(data) - len(withoutMark(data)), line: 1, column: 1}
}

// pass moves the place behind a character of size bytes. A line ends at its
// "\n".
func (at *place) pass(r rune, size int) {
	at.offset += size
	at.column++
	if r == '\n' {
		at.line, at.column = at.line+1, 1
	}
}

// placeOf returns the place of a node.
func placeOf(n *Node, path *Path) place {
	return place{path: path, offset: n.Offset, length: n.Length, line: n.Line, column: n.Column}
}

// problem returns a problem at the place.
func (at place) problem(code Code, message, hint string) Problem {
	return Problem{
		Code: code, Path: at.path, Line: max(at.line, 1), Column: max(at.column, 1),
		Offset: at.offset, Length: at.length, Message: message, Hint: hint,
	}
}

// locator finds the offsets of places that are known by line and column. It is
// fast for places that are asked for in about the order of the document.
type locator struct {
	data  []byte
	lines []int // offsets of their first bytes
	last  place // the place found last
}

// newLocator returns a locator for a document whose lines end as those of YAML
// do.
func newLocator(data []byte) *locator {
	start := placeIn(data)
	l := &locator{data: data, lines: []int{start.offset}, last: start}
	for i := start.offset; i < len(data); {
		width := breakWidth(data[i:])
		i += max(width, 1)
		if width > 0 {
			l.lines = append(l.lines, i)
		}
	}
	return l
}

// breakWidth returns the size of the line break that data starts with, 0 where
// it starts with none. See YAML 1.1, section 4.1.4, which the reader follows.
func breakWidth(data []byte) int {
	switch {
	case data[0] == '\r' && len(data) > 1 && data[1] == '\n':
		return 2
	case data[0] == '\r' || data[0] == '\n':
		return 1
	case data[0] != 0xc2 && data[0] != 0xe2:
		return 0
	}
	switch r, size := utf8.DecodeRune(data); r {
	case 0x85, 0x2028, 0x2029:
		return size
	}
	return 0
}

// find returns the offset of the character at a line and a column, the nearest
// there is. It steps from the last place found where that is on the same line.
func (l *locator) find(line, column int) int {
	if line > len(l.lines) {
		return len(l.data)
	}
	line = max(line, 1)
	at := l.last
	if at.line != line {
		at = place{offset: l.lines[line-1], line: line, column: 1}
	}
	for at.column < column && at.offset < len(l.data) && breakWidth(l.data[at.offset:]) == 0 {
		_, size := utf8.DecodeRune(l.data[at.offset:])
		at.offset, at.column = at.offset+size, at.column+1
	}
	for at.column > max(column, 1) {
		_, size := utf8.DecodeLastRune(l.data[:at.offset])
		at.offset, at.column = at.offset-size, at.column-1
	}
	l.last = at
	return at.offset
}
