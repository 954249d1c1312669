package encoding

import "testing"

func TestParseDictionaryErrors(t *testing.T) {
	src := encodeAs(Dictionary, []int64{5, 90, 5, 7, 90})
	checkParseErrors(t, []parseCase{
		{src[:8], 5, "encoding: dictionary: 0 bytes after the header, at least 8 expected"},
		{src[:40], 5, "encoding: dictionary: 32 bytes after the header, expected 40"},
		{append(src, make([]byte, 8)...), 5, "encoding: dictionary: 48 bytes after the header, expected 40"},
		{with(src, 1, 3), 5, "encoding: dictionary: codes of 3 bits, expected 2 for 3 distinct values"},
		{with(src, 8, 1), 5, "encoding: dictionary: 1 distinct values, expected 2 to 65536"},
		{with(with(src, 8, 1), 10, 1), 5, "encoding: dictionary: 65537 distinct values, expected 2 to 65536"},
		{with(src, 8, 4), 5, "encoding: dictionary: 40 bytes after the header, expected 48"},
		{with(src, 16, 7), 5, "encoding: dictionary: value 7 follows 7"},
		{with(src, 16, 8), 5, "encoding: dictionary: value 7 follows 8"},
		{with(src, 40, 3), 5, "encoding: dictionary: code 3, at most 2 expected"},
	})
}

func FuzzDictionary(f *testing.F) { fuzzKind(f, Dictionary) }
