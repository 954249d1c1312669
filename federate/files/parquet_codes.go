package files

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/federate/source"
)

// maxCodedTexts is how many texts of a page's dictionary go to a batch: of a larger
// one most are not in the batch.
const maxCodedTexts = batchRows / 4

// Coded implements [source.Coder] for the texts of Parquet files.
func (t *table) Coded(columns []string) source.Table {
	if _, ok := t.data.(*parquetData); !ok {
		return t
	}
	coded := *t
	coded.coded = slices.Clone(columns)
	return &coded
}

// isCoded reports whether the values of column i of the files are to be given as
// numbers of a dictionary.
func (t *table) isCoded(i int) bool {
	fields := t.data.fields()
	return i < len(fields) && arrow.TypeEqual(fields[i].Type, arrow.BinaryTypes.String) && slices.Contains(t.coded, fields[i].Name)
}

// textCodes builds arrays of texts with a dictionary: a builder of the numbers, and
// one of the texts that the array on its way has had so far.
type textCodes struct {
	*array.Uint32Builder
	texts  *array.StringBuilder
	arrays int // made so far: the texts start anew with each
}

func newTextCodes(mem memory.Allocator) *textCodes {
	return &textCodes{Uint32Builder: array.NewUint32Builder(mem), texts: array.NewStringBuilder(mem)}
}

// Release implements [array.Builder].
func (b *textCodes) Release() {
	b.Uint32Builder.Release()
	b.texts.Release()
}

// NewArray implements [array.Builder].
func (b *textCodes) NewArray() arrow.Array {
	codes, texts := b.Uint32Builder.NewArray(), b.texts.NewArray()
	defer codes.Release()
	defer texts.Release()
	b.arrays++
	return array.NewDictionaryArray(source.CodedText, codes, texts)
}

// appendText appends a row with a text of its own.
func (b *textCodes) appendText(text []byte) error {
	if !utf8.Valid(text) {
		return notUTF8(text)
	}
	b.Append(uint32(b.texts.Len()))
	b.texts.BinaryBuilder.Append(text)
	return nil
}

// notUTF8 is the error for a text that is none.
func notUTF8(text []byte) error { return fmt.Errorf("%.40q is not valid UTF-8", text) }

// codeAppender is the appender of texts that takes the numbers of dictionaries of
// pages as they are.
type codeAppender struct {
	out   *textCodes
	plain *typed[[]byte] // of pages without a dictionary, or with one that is large

	codes      []int32 // of the page; nil: plain has it
	source     parquet.Dictionary
	dictionary [][]byte
	bad        []bool // by text: it is not valid UTF-8; nil: all are
	base       uint32 // of the dictionary among the texts of out, in its array number arrays
	arrays     int
}

func newCodeAppender(out *textCodes) *codeAppender {
	return &codeAppender{out: out, plain: newTyped(takeByteArrays, eachValue(out.appendText)), arrays: -1}
}

// setPage implements valueAppender.
func (a *codeAppender) setPage(page parquet.Page, n int) error {
	a.codes = nil
	d := page.Dictionary()
	if d == nil || d.Len() > maxCodedTexts {
		return a.plain.setPage(page, n)
	}
	if d != a.source {
		a.setDictionary(d)
	}
	codes := page.Data()
	a.codes = codes.Int32()
	for _, k := range a.codes {
		if uint(k) >= uint(len(a.dictionary)) {
			return fmt.Errorf("value %d of a dictionary of %d", k, len(a.dictionary))
		}
	}
	if len(a.codes) != n {
		return fmt.Errorf("a page has %d values where its levels need %d", len(a.codes), n)
	}
	if a.codes == nil {
		a.codes = []int32{}
	}
	return nil
}

// setDictionary takes the texts of a dictionary.
func (a *codeAppender) setDictionary(d parquet.Dictionary) {
	a.source, a.arrays, a.bad = d, -1, nil
	a.dictionary = takeByteArrays(new([][]byte), d.Page().Data(), d.Len())
	for i, text := range a.dictionary {
		if !utf8.Valid(text) {
			if a.bad == nil {
				a.bad = make([]bool, len(a.dictionary))
			}
			a.bad[i] = true
		}
	}
}

// appendValues implements valueAppender.
func (a *codeAppender) appendValues(lo, hi int) (int, error) {
	if a.codes == nil {
		return a.plain.appendValues(lo, hi)
	}
	if a.arrays != a.out.arrays {
		a.arrays, a.base = a.out.arrays, uint32(a.out.texts.Len())
		for _, text := range a.dictionary {
			a.out.texts.BinaryBuilder.Append(text)
		}
	}
	a.out.Reserve(hi - lo)
	for i, k := range a.codes[lo:hi] {
		if a.bad != nil && a.bad[k] {
			return lo + i, notUTF8(a.dictionary[k])
		}
		a.out.UnsafeAppend(a.base + uint32(k))
	}
	return 0, nil
}
