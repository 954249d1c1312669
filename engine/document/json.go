package document

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ParseJSON reads a text in JSON. What it returns is as of [Limits.Parse].
// See RFC 8259.
func (l Limits) ParseJSON(data []byte) (*Node, []Problem) {
	if p, ok := l.checkText(data, jsonCharacter, "JSON"); !ok {
		return nil, []Problem{p}
	}
	r := &jsonReader{limits: l, data: data, at: placeIn(data), problems: problemList{most: l.Problems}}
	r.skipBlanks()
	if r.at.offset == len(data) {
		return nil, []Problem{placeIn(data).emptyFile()}
	}
	root, ok := r.value(nil, 0)
	if !ok {
		return nil, r.problems.list
	}
	r.skipBlanks()
	if rest := r.rest(); len(rest) > 0 {
		r.problems.add(r.at.jsonExpected("the end of the file", rest))
	}
	return root, r.problems.list
}

// jsonReader reads one text, from its start to the first problem of syntax. Its
// methods return false there.
type jsonReader struct {
	limits   Limits
	data     []byte
	at       place // where it reads, without a path
	problems problemList
}

// rest returns the text that is not read yet.
func (r *jsonReader) rest() []byte { return r.data[r.at.offset:] }

// peek returns the next byte, 0 at the end.
func (r *jsonReader) peek() byte {
	if r.at.offset == len(r.data) {
		return 0
	}
	return r.data[r.at.offset]
}

// pass reads size bytes.
func (r *jsonReader) pass(size int) {
	for end := r.at.offset + size; r.at.offset < end; {
		c, width := utf8.DecodeRune(r.rest())
		r.at.pass(c, width)
	}
}

func (r *jsonReader) skipBlanks() {
	for strings.IndexByte(" \t\r\n", r.peek()) >= 0 {
		r.pass(1)
	}
}

// fail ends the reading.
func (r *jsonReader) fail(p Problem) bool {
	r.problems.add(p)
	return false
}

// start returns a node that starts with the next character.
func (r *jsonReader) start(kind Kind) *Node {
	return &Node{Kind: kind, Offset: r.at.offset, Length: 1, Line: r.at.line, Column: r.at.column}
}

// value reads a value that lies in depth lists and mappings.
func (r *jsonReader) value(path *Path, depth int) (*Node, bool) {
	c := r.peek()
	if (c == '[' || c == '{') && depth == r.limits.Depth {
		return nil, r.fail(r.at.tooDeep(r.limits.Depth))
	}
	switch c {
	case '[':
		n := r.start(List)
		return n, r.members(']', `"," or "]" in the list`, func() bool {
			item, ok := r.value(path.Item(len(n.Items)), depth+1)
			n.Items = append(n.Items, item)
			return ok
		})
	case '{':
		n := r.start(Map)
		lines := map[string]int{} // of the keys seen
		return n, r.members('}', `"," or "}" in the mapping`, func() bool {
			return r.pair(n, lines, path, depth)
		})
	case '"':
		return r.text()
	}
	return r.word()
}

// members reads a list or a mapping, its items by read.
func (r *jsonReader) members(end byte, expected string, read func() bool) bool {
	r.pass(1)
	r.skipBlanks()
	if r.peek() == end {
		r.pass(1)
		return true
	}
	for {
		r.skipBlanks()
		if !read() {
			return false
		}
		r.skipBlanks()
		switch r.peek() {
		case ',':
			r.pass(1)
		case end:
			r.pass(1)
			return true
		default:
			return r.fail(r.at.jsonExpected(expected, r.rest()))
		}
	}
}

// pair reads a key and its value into n.
func (r *jsonReader) pair(n *Node, lines map[string]int, path *Path, depth int) bool {
	if r.peek() != '"' {
		return r.fail(r.at.jsonExpected("a key in double quotes", r.rest()))
	}
	key, ok := r.text()
	if !ok {
		return false
	}
	below := path.Key(key.Text)
	if first, seen := lines[key.Text]; seen {
		r.problems.add(placeOf(key, below).duplicateKey(first))
	} else {
		lines[key.Text] = key.Line
	}
	r.skipBlanks()
	if r.peek() != ':' {
		return r.fail(r.at.jsonExpected(`":" after the key`, r.rest()))
	}
	r.pass(1)
	r.skipBlanks()
	value, ok := r.value(below, depth+1)
	n.Pairs = append(n.Pairs, Pair{key, value})
	return ok
}

// word reads a number, true, false or null.
func (r *jsonReader) word() (*Node, bool) {
	n := r.start(Scalar)
	n.Style, n.Text = Plain, firstWord(r.rest())
	if n.Text != "true" && n.Text != "false" && n.Text != "null" && !isNumber(n.Text) {
		return nil, r.fail(r.at.jsonExpected("a value", r.rest()))
	}
	n.Length = len(n.Text)
	r.pass(n.Length)
	return n, true
}

// firstWord returns what stands at the start of a text up to a blank or a
// character of JSON's own, at least one character if there is one.
func firstWord(text []byte) string {
	for i, c := range text {
		if strings.IndexByte(" \t\r\n,:[]{}\"", c) >= 0 {
			return string(text[:max(i, 1)])
		}
	}
	return string(text)
}

// isNumber reports whether a text is a number of JSON.
func isNumber(text string) bool {
	digits := func(s string) string { return strings.TrimLeft(s, "0123456789") }
	whole := strings.TrimPrefix(text, "-")
	rest := digits(whole)
	if rest == whole || whole[0] == '0' && len(whole)-len(rest) > 1 {
		return false
	}
	if fraction, ok := strings.CutPrefix(rest, "."); ok {
		if rest = digits(fraction); rest == fraction {
			return false
		}
	}
	if rest == "" || rest[0] != 'e' && rest[0] != 'E' {
		return rest == ""
	}
	exponent := rest[1:]
	if exponent != "" && (exponent[0] == '+' || exponent[0] == '-') {
		exponent = exponent[1:]
	}
	return exponent != "" && digits(exponent) == ""
}

// text reads a string.
func (r *jsonReader) text() (*Node, bool) {
	n := r.start(Scalar)
	n.Style = Quoted
	var b strings.Builder
	r.pass(1)
	for {
		rest := r.rest()
		switch c := r.peek(); {
		case len(rest) == 0 || c == '\n' || c == '\r' || c == '\t':
			return nil, r.fail(r.brokenText(n, c))
		case c == '"':
			r.pass(1)
			n.Text, n.Length = b.String(), r.at.offset-n.Offset
			return n, true
		case c == '\\':
			text, size, hint := unescape(rest)
			if hint != "" {
				at := r.at
				at.length = min(2, len(rest))
				return nil, r.fail(at.jsonSyntax(hint, ""))
			}
			b.WriteRune(text)
			r.pass(size)
		default:
			_, size := utf8.DecodeRune(rest)
			b.Write(rest[:size])
			r.pass(size)
		}
	}
}

// brokenText reports that a string ends where it must not, by the character c.
func (r *jsonReader) brokenText(n *Node, c byte) Problem {
	if c == '\t' {
		return r.at.jsonSyntax("a tab stands in the text", `write it as "\t"`)
	}
	at := place{offset: n.Offset, length: 1, line: n.Line, column: n.Column}
	return at.jsonSyntax("the quote that opens here is not closed on its line", "")
}

var simpleEscapes = map[byte]rune{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// unescape returns the character that text, which starts with a backslash, stands
// for and the size of its escape, or what is wrong with it.
func unescape(text []byte) (c rune, size int, wrong string) {
	if len(text) < 2 {
		return 0, 0, "the file ends within an escape"
	}
	if c, ok := simpleEscapes[text[1]]; ok {
		return c, 2, ""
	}
	if text[1] != 'u' {
		return 0, 0, "unknown escape " + Quote(string(text[:1])+firstRune(text[1:]))
	}
	first, ok := hexEscape(text)
	if !ok {
		return 0, 0, `"\u" takes four hexadecimal digits`
	}
	if !utf16.IsSurrogate(first) {
		return first, 6, ""
	}
	if second, ok := hexEscape(text[6:]); ok {
		if c := utf16.DecodeRune(first, second); c != utf8.RuneError {
			return c, 12, ""
		}
	}
	return 0, 0, "the escape " + string(text[:6]) + " is half of a character, without its other half"
}

// firstRune returns the first character of a text.
func firstRune(text []byte) string {
	_, size := utf8.DecodeRune(text)
	return string(text[:size])
}

// hexEscape returns the code unit of a \uXXXX that text starts with.
func hexEscape(text []byte) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(v), err == nil
}
