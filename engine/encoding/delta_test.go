package encoding

import (
	"slices"
	"testing"
)

func TestParseDeltaErrors(t *testing.T) {
	values := make([]int64, 130) // frames of 128 and of 2, codes of 1 and of 0 bits
	for i := range values {
		values[i] = int64(i + i/50)
	}
	src := encodeAs(Delta, values)
	checkParseErrors(t, []parseCase{
		{src[:40], 130, "encoding: delta: 32 bytes after the header, at least 40 expected"},
		{src[:56], 130, "encoding: delta: 48 bytes after the header, expected 56"},
		{append(slices.Clip(src), make([]byte, 8)...), 130, "encoding: delta: 64 bytes after the header, expected 56"},
		{with(src, 1, 1), 130, "encoding: delta: codes of 1 bits, expected 0"},
		{with(src, 16, 0), 130, "encoding: delta: unit 0, at least 1 expected"},
		{with(src, 40, 65), 130, "encoding: delta: frame 0 ends at 65, expected 0 to 64"},
		{with(src, 44, 0), 130, "encoding: delta: frame 1 ends at 0, expected 1 to 65"},
		{with(src, 44, 2), 130, "encoding: delta: 56 bytes after the header, expected 64"},
	})
}

func FuzzDelta(f *testing.F) { fuzzKind(f, Delta) }
