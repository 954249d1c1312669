package column

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

func BenchmarkMatch(b *testing.B) {
	cases := []struct {
		name   string
		typ    model.Type
		values *rule.Values
	}{
		{"int64", int64Type, &rule.Values{Ints: []rule.Range[int64]{{Lo: 100, Hi: 200}}}},
		{"decimal", shortType, &rule.Values{Decimals: []rule.Range[decimal128.Num]{{Lo: decimal128.FromI64(100), Hi: decimal128.GetMaxValue(38)}}}},
		{"string", stringType, &rule.Values{Strings: rule.Strings{Op: rule.StringContains, List: []string{"99"}}}},
	}
	for _, c := range cases {
		builder, rows := NewBuilder(c.typ, bitmap.BlockRows), make([]uint32, bitmap.BlockRows)
		for i := range rows {
			rows[i] = uint32(i)
			switch c.typ {
			case stringType:
				builder.SetString(i, fmt.Sprint(i))
			case shortType:
				builder.SetDecimal(i, decimal128.FromI64(int64(i)))
			default:
				builder.SetInt(i, int64(i))
			}
		}
		arr, err := builder.Take(rows)
		if err != nil {
			b.Fatal(err)
		}
		v, err := NewVector(c.typ, arr)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("type="+c.name, func(b *testing.B) {
			b.ReportAllocs()
			var w bitmap.Words
			for b.Loop() {
				if err := v.Match(b.Context(), &w, Test{Values: c.values}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/bitmap.BlockRows, "ns/row")
		})
	}
}

// BenchmarkMatchCodes tests a column of codes with a prepared test: one value, some
// that lie side by side in no order, and a pattern.
func BenchmarkMatchCodes(b *testing.B) {
	cases := []struct {
		name    string
		strings rule.Strings
	}{
		{"one", rule.Strings{Op: rule.StringIn, List: []string{"77"}}},
		{"list", rule.Strings{Op: rule.StringIn, List: []string{"1", "22", "303", "404"}}},
		{"contains", rule.Strings{Op: rule.StringContains, List: []string{"99"}}},
	}
	for _, n := range []int{200, 60_000} {
		v := manyCodes(b, n, bitmap.BlockRows)[0]
		for _, c := range cases {
			test := Test{Values: &rule.Values{Strings: c.strings}}.Prepare()
			b.Run(fmt.Sprintf("values=%d/test=%s", n, c.name), func(b *testing.B) {
				b.ReportAllocs()
				var w bitmap.Words
				for b.Loop() {
					if err := v.Match(b.Context(), &w, test); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/bitmap.BlockRows, "ns/row")
			})
		}
	}
}

// BenchmarkFirstMatch tests some rows of a column of 65,536 texts with a test that
// has not met the dictionary before.
func BenchmarkFirstMatch(b *testing.B) {
	v := manyCodes(b, bitmap.BlockRows, bitmap.BlockRows)[0]
	for _, s := range []rule.Strings{
		{Op: rule.StringIn, List: []string{"77"}},
		{Op: rule.StringContains, List: []string{"99"}},
		{Op: rule.StringMatches, Regexp: regexp.MustCompile("(9|8)+7")},
	} {
		for _, rows := range []int{10, 1000, 16_000, 32_000, 64_000, bitmap.BlockRows} {
			b.Run(fmt.Sprintf("op=%d/rows=%d", s.Op, rows), func(b *testing.B) {
				b.ReportAllocs()
				var w bitmap.Words
				for b.Loop() {
					w.Fill(rows)
					if err := v.Keep(b.Context(), &w, 0, Test{Values: &rule.Values{Strings: s}}.Prepare()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkEncoded encodes columns of events, decodes them and appends them to a
// builder, as refreshes do.
func BenchmarkEncoded(b *testing.B) {
	for _, typ := range []model.Type{{Kind: model.Timestamp}, {Kind: model.Boolean}, shortType, longType, floatType, stringType} {
		builder, rows := NewBuilder(typ, bitmap.BlockRows), allRows(bitmap.BlockRows)
		for row := range rows {
			switch {
			case row%10 == 0:
			case typ == stringType:
				builder.SetString(row, fmt.Sprint("product ", row*7919%5000))
			case typ.Repr == model.Decimal:
				builder.SetDecimal(row, decimal128.FromI64(int64(row*7919%5000)))
			case typ == floatType:
				builder.SetFloat(row, float64(row*7919%5000)/4)
			default:
				builder.SetInt(row, int64(row*7919/5000%2))
			}
		}
		var d *DictionaryBuilder
		if typ == stringType {
			d = NewDictionaryBuilder(len(rows))
		}
		perRow := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/bitmap.BlockRows, "ns/row")
		}
		b.Run(fmt.Sprintf("type=%s/encode", typ), func(b *testing.B) {
			var dst []byte
			for b.Loop() {
				var err error
				if dst, err = AppendEncoded(dst[:0], builder, rows, d); err != nil {
					b.Fatal(err)
				}
			}
			perRow(b)
		})
		for _, dict := range []*DictionaryBuilder{d, nil} {
			e := encoded(b, builder, rows, dict)
			var buf Buffer
			b.Run(fmt.Sprintf("type=%s/decode/kind=%s", typ, e.Kind()), func(b *testing.B) {
				for b.Loop() {
					e.Decode(&buf, 0, len(rows))
				}
				perRow(b)
			})
			v, out := e.Decode(&buf, 0, len(rows)), NewBuilder(typ, 0)
			b.Run(fmt.Sprintf("type=%s/append/kind=%s", typ, e.Kind()), func(b *testing.B) {
				for b.Loop() {
					out.Reset()
					v.AppendTo(out)
				}
				perRow(b)
			})
			if d == nil {
				break
			}
		}
	}
}
