package export

import (
	"bytes"
	"unicode/utf8"
)

const (
	// maxBoundBytes is how much of a bound of strings stands in the index of pages.
	maxBoundBytes = 16
	// maxGroupBoundBytes is the longest bound of strings of a row group, which is
	// whole: where one is longer there are none, since the footer is held in memory
	// and every reader reads all of it.
	maxGroupBoundBytes = 4 << 10
)

// shorten cuts the bounds of strings in the index of pages, so that values lie
// between them still. What is cut off is not held in memory.
func (c *chunk) shorten() {
	for i, lo := range c.columns.MinValues {
		c.columns.MinValues[i] = lesserPrefix(lo)
	}
	for i, hi := range c.columns.MaxValues {
		c.columns.MaxValues[i] = greaterPrefix(hi)
	}
	if s := &c.meta.Statistics; max(len(s.MinValue), len(s.MaxValue)) > maxGroupBoundBytes {
		s.MinValue, s.MaxValue = nil, nil
	}
}

// runePrefix returns the characters that text starts with, whole ones, of at most
// maxBoundBytes: the format asks for bounds that are of the column's type, and half
// a character is no string. Bytes that are no characters count as one each.
func runePrefix(text []byte) []byte {
	end := 0
	for end < len(text) {
		_, size := utf8.DecodeRune(text[end:])
		if end+size > maxBoundBytes {
			break
		}
		end += size
	}
	return text[:end]
}

// lesserPrefix returns the start of a string, in its own memory if it is cut.
func lesserPrefix(text []byte) []byte {
	if len(text) <= maxBoundBytes {
		return text
	}
	return append([]byte{}, runePrefix(text)...)
}

// greaterPrefix returns a string of at most maxBoundBytes that is greater than a
// longer one: its start with the last character that has one replaced by the next
// of as many bytes. The string itself is returned where there is none.
func greaterPrefix(text []byte) []byte {
	if len(text) <= maxBoundBytes {
		return text
	}
	for prefix := runePrefix(text); len(prefix) > 0; {
		last, size := utf8.DecodeLastRune(prefix)
		prefix = prefix[:len(prefix)-size]
		if next := last + 1; last != utf8.RuneError && utf8.RuneLen(next) == size { // not of surrogates
			return utf8.AppendRune(bytes.Clone(prefix), next)
		}
	}
	return text
}
