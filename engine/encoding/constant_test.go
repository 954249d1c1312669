package encoding

import (
	"math"
	"testing"
)

func TestParseConstantErrors(t *testing.T) {
	src := appendConstant(nil, 3, 7)
	checkParseErrors(t, []parseCase{
		{src[:8], 3, "encoding: constant: 0 bytes after the header, expected 8"},
		{append(src, make([]byte, 8)...), 3, "encoding: constant: 16 bytes after the header, expected 8"},
		{with(src, 1, 3), 3, "encoding: constant: codes of 3 bits, expected 0"},
	})
}

// TestConstantWithoutEnd has more values than anyone waits for: nothing that
// reads some of them may look at all of them.
func TestConstantWithoutEnd(t *testing.T) {
	n := min(math.MaxInt, 1<<48-1)
	x, err := ParseInts(appendConstant(nil, n, 7), n)
	if err != nil {
		t.Fatal(err)
	}
	src := append(le.AppendUint64(nil, 16), appendConstant(nil, n, 0)...)
	if texts, err := ParseTexts(src, n); err != nil || len(texts.At(n-1)) != 0 {
		t.Errorf("texts of no bytes: %v", err)
	}
	if x.Len() != n || x.At(n-1) != 7 || x.Search(7) != 0 || x.Search(8) != n {
		t.Errorf("%d values, the last %d, 7 at %d, 8 at %d", x.Len(), x.At(n-1), x.Search(7), x.Search(8))
	}
}

func FuzzConstant(f *testing.F) { fuzzKind(f, Constant) }
