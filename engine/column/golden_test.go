package column

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/cockroachdb/datadriven"

	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/model"
)

// goldenTypes are the types that testdata/encoded names.
var goldenTypes = map[string]model.Type{
	"string": stringType, "int64": int64Type, "float64": floatType, "decimal18": shortType, "decimal38": longType,
	"strings": stringsType, "boolean": {Kind: model.Boolean}, "date": {Kind: model.Date}, "timestamp": {Kind: model.Timestamp},
}

// TestGolden encodes the columns of testdata and writes the bytes down, each run of
// them with what it means. What is within an encoding is told by its own package.
//
//	encode type=TYPE        values, one a line: NULL, a number, a quoted text or [WORD WORD]
//	encode type=TYPE codes  the same, in codes of the dictionary of the file
//	dictionary              that dictionary
func TestGolden(t *testing.T) {
	dict := NewDictionaryBuilder(100)
	datadriven.RunTest(t, "testdata/encoded", func(t *testing.T, d *datadriven.TestData) string {
		switch d.Cmd {
		case "dictionary":
			p := printer{src: dict.AppendTo(nil)}
			p.bytes(wordBytes, "%d texts", dict.Len())
			p.bytes(len(p.src)-p.off, "encoded texts")
			return p.b.String()
		case "encode":
			var name string
			d.ScanArgs(t, "type", &name)
			b := readBuilder(t, d, goldenTypes[name])
			var codes *DictionaryBuilder
			if d.HasArg("codes") {
				codes = dict
			}
			src, err := AppendEncoded(nil, b, allRows(b.Len()), codes)
			if err != nil {
				d.Fatalf(t, "%v", err)
			}
			e := encoded(t, b, allRows(b.Len()), codes)
			v := e.Decode(new(Buffer), 0, b.Len())
			for i := range b.Len() {
				if got, want := sameValue(v.Value(i)), sameValue(vectorOf(t, b).Value(i)); got != want {
					d.Fatalf(t, "row %d is %s, want %s", i, got, want)
				}
			}
			p := printer{src: src}
			p.column(b, e)
			return p.b.String()
		}
		d.Fatalf(t, "unknown command %s", d.Cmd)
		return ""
	})
}

// readBuilder reads the values of a case.
func readBuilder(t *testing.T, d *datadriven.TestData, typ model.Type) *Builder {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(d.Input), "\n")
	b := NewBuilder(typ, len(lines))
	for row, line := range lines {
		if line == "NULL" {
			continue
		}
		var err error
		var whole int64
		var text string
		switch {
		case typ.IsArray(): // of strings, none of which is NULL
			words := strings.Fields(strings.Trim(line, "[]"))
			elems, first := b.SetList(row, len(words))
			for i, word := range words {
				elems.SetString(first+i, word)
			}
		case typ.Kind == model.String:
			text, err = strconv.Unquote(line)
			b.SetString(row, text)
		case typ.Repr == model.Float64:
			var x float64
			x, err = strconv.ParseFloat(line, 64)
			b.SetFloat(row, x)
		case typ.Repr == model.Decimal:
			var x decimal128.Num
			x, err = decimal128.FromString(line, int32(typ.Precision), 0)
			b.SetDecimal(row, x)
		default:
			whole, err = strconv.ParseInt(line, 10, 64)
			b.SetInt(row, whole)
		}
		if err != nil {
			d.Fatalf(t, "%s: %v", line, err)
		}
	}
	return b
}

// printer writes bytes down with comments, from the first to the last.
type printer struct {
	src []byte
	off int
	b   strings.Builder
}

// bytes writes the next n bytes with a comment, on as many lines as they need.
func (p *printer) bytes(n int, format string, args ...any) {
	comment := "# " + fmt.Sprintf(format, args...)
	for n > 0 {
		m := min(n, wordBytes)
		fmt.Fprintf(&p.b, "%03d-%03d: %-23s %s\n", p.off, p.off+m, fmt.Sprintf("% x", p.src[p.off:p.off+m]), comment)
		p.off, n, comment = p.off+m, n-m, "#"
	}
}

// column writes an encoded column of the values of b.
func (p *printer) column(b *Builder, e *Encoded) {
	flags := "no NULLs"
	if p.src[p.off]&hasNulls != 0 {
		flags = "some are NULL"
	}
	p.bytes(1, "%s", flags)
	p.bytes(1, "form: %s", map[form]string{
		formInts: "whole numbers", formFloats: "floats", formDecimals: "decimals", formTexts: "texts", formCodes: "codes", formLists: "lists",
	}[e.form])
	p.bytes(6, "padding")
	if e.valid != nil {
		var bits strings.Builder
		for row := range b.Len() {
			bits.WriteByte("01"[index(!b.IsNull(row))])
		}
		p.bytes(len(e.valid), "valid rows: %s", bits.String())
	}
	if e.form == formDecimals {
		size := int(binary.LittleEndian.Uint64(p.src[p.off:]))
		p.bytes(wordBytes, "the high words take %d bytes", size)
		p.bytes(size, "high words, encoded: %s", inWords(&e.high))
		p.bytes(len(p.src)-p.off, "low words, encoded: %s", inWords(&e.ints))
		return
	}
	if e.form == formLists {
		size := int(binary.LittleEndian.Uint64(p.src[p.off:]))
		p.bytes(wordBytes, "the ends take %d bytes", size)
		p.bytes(size, "ends, encoded: %s", inWords(&e.ints))
		p.column(b.elems, e.elems)
		return
	}
	if e.form == formTexts {
		p.bytes(len(p.src)-p.off, "encoded texts")
		return
	}
	p.bytes(len(p.src)-p.off, "encoded: %s", inWords(&e.ints))
}

// inWords returns all numbers of an encoding, after its kind.
func inWords(x *encoding.Ints) string {
	values := make([]int64, x.Len())
	x.Decode(values, 0)
	return fmt.Sprint(x.Kind(), " ", values)
}
