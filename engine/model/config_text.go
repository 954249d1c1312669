package model

import (
	"bytes"
	"unicode/utf8"
)

// checkText looks at a file's bytes before any parser does: its size, its
// encoding, and how many characters of it make structure. It adds the first
// problem and reports whether there was none.
func checkText(data []byte, problems *problemList) bool {
	if len(data) > MaxConfigBytes {
		problems.add(place{}.tooLarge(len(data)))
		return false
	}
	if marks := countMarks(data); marks > MaxConfigMarks {
		problems.add(place{}.tooManyMarks(marks))
		return false
	}
	return checkEncoding(data, problems)
}

// countMarks counts the characters that can start or end something in YAML.
// Every node of the parsed tree costs at least one of them, so their number
// bounds the tree.
func countMarks(data []byte) int {
	count := 0
	for _, c := range data {
		switch c {
		case '-', ':', '?', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%':
			count++
		}
	}
	return count
}

// checkEncoding finds the first byte that is not UTF-8 or the first character
// that YAML does not allow. The parser would refuse them too, but not say where.
func checkEncoding(data []byte, problems *problemList) bool {
	at := place{line: 1, column: 1}
	for rest := data; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			problems.add(at.invalidUTF8(rest[0], startsAsUTF16(data)))
			return false
		case !yamlCharacter(r):
			problems.add(at.controlCharacter(r))
			return false
		case r == '\n':
			at = place{line: at.line + 1, column: 1}
		default:
			at.column++
		}
		rest = rest[size:]
	}
	return true
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
