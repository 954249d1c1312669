package encoding

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// checkTexts parses src and compares whatever its methods say with texts.
func checkTexts(t *testing.T, r *rand.Rand, src []byte, texts [][]byte) {
	t.Helper()
	x, err := ParseTexts(slices.Clip(src), len(texts))
	if err != nil {
		t.Fatal(err)
	}
	if x.Len() != len(texts) || x.SizeBytes() != len(src) || len(src)%8 != 0 {
		t.Fatalf("%d texts in %d bytes, want %d in %d", x.Len(), x.SizeBytes(), len(texts), len(src))
	}
	for i, text := range texts {
		if got := x.At(i); !bytes.Equal(got, text) || cap(got) != len(text) {
			t.Fatalf("text %d is %q, want %q", i, got, text)
		}
	}
	for range 10 {
		lo := r.IntN(len(texts) + 1)
		ends := make([]int32, r.IntN(len(texts)-lo+1))
		all, start := x.Decode(ends, lo), int32(0)
		for i, end := range ends {
			if !bytes.Equal(all[start:end], texts[lo+i]) {
				t.Fatalf("from %d on, text %d is %q, want %q", lo, lo+i, all[start:end], texts[lo+i])
			}
			start = end
		}
		if int(start) != len(all) {
			t.Fatalf("%d texts from %d on have %d bytes, the last ends at %d", len(ends), lo, len(all), start)
		}
	}
}

func TestTextsRandom(t *testing.T) {
	r := newRand(t)
	for range 100 {
		texts := make([][]byte, r.IntN(1000)*r.IntN(2)+r.IntN(5))
		longest := []int{1, 2, 20, 300}[r.IntN(4)]
		for i := range texts {
			texts[i] = []byte(strings.Repeat(fmt.Sprint(r.IntN(10)), r.IntN(longest)))
		}
		src := AppendTexts([]byte("8 bytes."), len(texts), func(i int) []byte { return texts[i] })
		checkTexts(t, r, src[8:], texts)
		again := AppendTexts(nil, len(texts), func(i int) []byte { return texts[i] })
		if !bytes.Equal(src[8:], again) {
			t.Fatalf("other bytes the second time: %x, then %x", src[8:], again)
		}
	}
}

func TestParseTextsErrors(t *testing.T) {
	texts := func(ends []int64, size int) []byte {
		src := appendPlain(make([]byte, 8), ends)
		src[0] = byte(len(src) - 8)
		return append(src, make([]byte, size)...)
	}
	for _, c := range []struct {
		src  []byte
		n    int
		want string
	}{
		{nil, 0, "encoding: 0 bytes are too few for texts"},
		{texts(nil, 0)[:7], 0, "encoding: 7 bytes are too few for texts"},
		{texts([]int64{3}, 8)[:20], 1, "encoding: the ends of the texts take 16 bytes, at most 12 expected"},
		{texts([]int64{3}, 8), 2, "the ends of the texts: encoding: 1 values, expected 2"},
		{texts([]int64{3, 2}, 8), 2, "encoding: text 1 ends at 2, expected 3 to 8"},
		{texts([]int64{3, 9}, 8), 2, "encoding: text 1 ends at 9, expected 3 to 8"},
		{texts([]int64{-1, 3}, 8), 2, "encoding: text 0 ends at -1, expected 0 to 8"},
		{texts([]int64{3, 8}, 16), 2, "encoding: 16 bytes of text and padding, expected 8"},
		{texts([]int64{3, 6}, 7), 2, "encoding: 7 bytes of text and padding, expected 8"},
		{texts(nil, 8), 0, "encoding: 8 bytes of text and padding, expected 0"},
	} {
		_, err := ParseTexts(c.src, c.n)
		if err == nil || err.Error() != c.want {
			t.Errorf("%x, %d texts: %v, want %s", c.src, c.n, err, c.want)
		}
	}
}
