package document

import (
	"bytes"
	"unicode/utf8"
)

// checkText looks at a file's bytes before a reader does: their number and their
// encoding. The first problem ends it.
func (l Limits) checkText(data []byte, allowed func(rune) bool, syntax string) (Problem, bool) {
	if len(data) > l.Bytes {
		return tooLarge(len(data), l.Bytes), false
	}
	at := placeIn(data)
	text := withoutMark(data)
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			return at.invalidUTF8(rest[0], startsAsUTF16(data)), false
		case !allowed(r):
			return at.controlCharacter(r, syntax), false
		}
		at.pass(r, size)
		rest = rest[size:]
	}
	return Problem{}, true
}

// startsAsUTF16 reports whether data starts with UTF-16's byte order mark.
func startsAsUTF16(data []byte) bool {
	return bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff"))
}

// yamlCharacter reports whether r may stand in a YAML file. Other control
// characters are written as escapes in double quotes.
// See YAML 1.2.2, section 5.1.
func yamlCharacter(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return true
	case r < ' ', r == 0xfffe, r == 0xffff:
		return false
	}
	return true
}

// jsonCharacter reports whether r may stand in a JSON file.
func jsonCharacter(r rune) bool {
	return r >= ' ' || r == '\t' || r == '\n' || r == '\r'
}

// countMarks counts the characters that can start or end something in YAML.
// Every node of the parsed tree costs at least one of them, so their number
// bounds the tree. A "-" starts something only before a blank.
func countMarks(data []byte) int {
	count := 0
	for i, c := range data {
		switch c {
		case ':', '?', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%':
			count++
		case '-':
			if i+1 == len(data) || bytes.IndexByte([]byte(" \t\r\n"), data[i+1]) >= 0 {
				count++
			}
		}
	}
	return count
}
