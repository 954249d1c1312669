package encoding

import "testing"

func TestParsePackedErrors(t *testing.T) {
	src := encodeAs(Packed, []int64{3, 1, 2, 9, 12})
	checkParseErrors(t, []parseCase{
		{src[:8], 5, "encoding: packed: 0 bytes after the header, expected 24"},
		{src[:24], 5, "encoding: packed: 16 bytes after the header, expected 24"},
		{append(src, make([]byte, 8)...), 5, "encoding: packed: 32 bytes after the header, expected 24"},
		{with(src, 1, 13), 5, "encoding: packed: 24 bytes after the header, expected 32"},
		{with(src, 1, 0), 5, "encoding: packed: codes of 0 bits, at least 1 expected"},
		{with(src, 16, 0), 5, "encoding: packed: unit 0, at least 1 expected"},
	})
}

func FuzzPacked(f *testing.F) { fuzzKind(f, Packed) }
