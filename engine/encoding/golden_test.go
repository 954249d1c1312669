package encoding

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestGolden encodes the numbers and texts of testdata and writes the bytes
// down, each run of them with what it means. There is a file for every encoding.
//
//	ints              the smallest encoding of the numbers given
//	ints as=KIND      that encoding of them
//	texts             texts, one a line, quoted
//
// A number may be followed by ×N, N of it, or by ..LAST+STEP, all from it to LAST.
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "ints":
				values := readInts(t, d)
				src := AppendInts(nil, values)
				if d.HasArg("as") {
					var name string
					d.ScanArgs(t, "as", &name)
					i := slices.IndexFunc(kinds, func(k Kind) bool { return k.String() == name })
					src = encodeAs(kinds[i], values)
				}
				checkInts(t, newRand(t), src, values)
				p := printer{src: src}
				p.ints(src)
				return p.end(t)
			case "texts":
				texts := readTexts(t, d)
				src := AppendTexts(nil, len(texts), func(i int) []byte { return texts[i] })
				checkTexts(t, newRand(t), src, texts)
				p := printer{src: src}
				p.texts()
				return p.end(t)
			}
			d.Fatalf(t, "unknown command %s", d.Cmd)
			return ""
		})
	})
}

// readInts reads the numbers of a case.
func readInts(t *testing.T, d *datadriven.TestData) []int64 {
	t.Helper()
	number := func(s string) int64 {
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		return v
	}
	var values []int64
	for _, word := range strings.Fields(d.Input) {
		if value, times, ok := strings.Cut(word, "×"); ok {
			values = append(values, slices.Repeat([]int64{number(value)}, int(number(times)))...)
		} else if first, rest, ok := strings.Cut(word, ".."); ok {
			last, step, _ := strings.Cut(rest, "+")
			for v := number(first); v <= number(last); v += number(step) {
				values = append(values, v)
			}
		} else {
			values = append(values, number(word))
		}
	}
	return values
}

// readTexts reads the texts of a case.
func readTexts(t *testing.T, d *datadriven.TestData) [][]byte {
	t.Helper()
	var texts [][]byte
	for line := range strings.Lines(d.Input) {
		text, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			d.Fatalf(t, "%q: %v", line, err)
		}
		texts = append(texts, []byte(text))
	}
	return texts
}

// printer writes bytes down with comments, from the first to the last.
type printer struct {
	src []byte
	off int
	b   strings.Builder
}

// lineBytes is how many bytes go on a line.
const lineBytes = 8

// bytes writes the next n bytes with a comment, on as many lines as they need.
func (p *printer) bytes(n int, format string, args ...any) {
	comment := "# " + fmt.Sprintf(format, args...)
	for n > 0 {
		m := min(n, lineBytes)
		fmt.Fprintf(&p.b, "%03d-%03d: %-23s %s\n", p.off, p.off+m, fmt.Sprintf("% x", p.src[p.off:p.off+m]), comment)
		p.off, n, comment = p.off+m, n-m, "#"
	}
}

// word writes the next 8 bytes, the meaning of which a format of one signed
// number says.
func (p *printer) word(format string) int64 {
	v := int64(le.Uint64(p.src[p.off:]))
	p.bytes(wordBytes, format, v)
	return v
}

// unit writes the next 8 bytes, a unit.
func (p *printer) unit() { p.bytes(wordBytes, "unit %d", le.Uint64(p.src[p.off:])) }

// ints writes an encoding, src, of whole numbers.
func (p *printer) ints(src []byte) {
	kind, width, n := Kind(src[0]), src[1], int(le.Uint64(src)>>countShift)
	p.bytes(1, "kind %s", kind)
	p.bytes(1, "codes of %d bits", width)
	p.bytes(6, "%d values", n)
	switch kind {
	case Constant:
		p.word("value %d")
	case Packed:
		p.word("base %d")
		p.unit()
		p.bytes(int(packedBytes(n, width)), "codes")
	case Dictionary:
		for i := range p.word("%d distinct values") {
			p.word(fmt.Sprintf("value of code %d: %%d", i))
		}
		p.bytes(int(packedBytes(n, width)), "codes")
	case Delta:
		p.delta(n)
	case Plain:
		for i := range n {
			p.word(fmt.Sprintf("value %d: %%d", i))
		}
	}
}

// delta writes an encoding of that kind, after the header.
func (p *printer) delta(n int) {
	p.word("step %d")
	p.unit()
	frames := (n + frameValues - 1) / frameValues
	for f := range frames {
		p.word(fmt.Sprintf("first value of frame %d: %%d", f))
	}
	ends := make([]uint32, frames+1)
	for f := range frames {
		ends[f+1] = le.Uint32(p.src[p.off:])
		p.bytes(endBytes, "end of frame %d: %d, codes of %d bits", f, ends[f+1], ends[f+1]-ends[f])
	}
	p.bytes(frames%2*endBytes, "padding")
	for f := range frames {
		width := uint8(ends[f+1] - ends[f])
		p.bytes(int(packedBytes(min(frameValues, n-f*frameValues), width)), "codes of frame %d", f)
	}
}

// texts writes an encoding of texts.
func (p *printer) texts() {
	size := int(p.word("the ends take %d bytes"))
	x, err := ParseInts(p.src[p.off:p.off+size], int(le.Uint64(p.src[p.off:])>>countShift))
	p.ints(p.src[p.off : p.off+size])
	if err != nil || x.Len() == 0 {
		return
	}
	start := int64(0)
	for i := range x.Len() {
		end := x.At(i)
		p.bytes(int(end-start), "text %d: %q", i, p.src[p.off:p.off+int(end-start)])
		start = end
	}
	p.bytes(len(p.src)-p.off, "padding")
}

// end returns what has been written, which must be all bytes.
func (p *printer) end(t *testing.T) string {
	t.Helper()
	if p.off != len(p.src) {
		t.Errorf("%d bytes of %d written down", p.off, len(p.src))
	}
	return p.b.String()
}
