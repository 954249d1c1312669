package encoding

import "testing"

func TestParsePlainErrors(t *testing.T) {
	src := appendPlain(nil, []int64{3, 1, 2})
	checkParseErrors(t, []parseCase{
		{src[:24], 3, "encoding: plain: 16 bytes after the header, expected 24"},
		{append(src, make([]byte, 8)...), 3, "encoding: plain: 32 bytes after the header, expected 24"},
		{with(src, 1, 3), 3, "encoding: plain: codes of 3 bits, expected 0"},
	})
}

func FuzzPlain(f *testing.F) { fuzzKind(f, Plain) }
