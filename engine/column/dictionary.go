package column

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Dictionary is the distinct values of a column that many blocks share: a value's
// code is its place here. A prepared [Test] is matched against it once and
// remembers which values pass. It is immutable and safe for concurrent use.
type Dictionary struct {
	values *Vector // none NULL
}

// ParseDictionary returns the dictionary of texts that
// [DictionaryBuilder.AppendTo] wrote. It lies in data, but for the offsets of
// the texts. The error says what is not as expected.
func ParseDictionary(data []byte) (*Dictionary, error) {
	if len(data) < wordBytes {
		return nil, fmt.Errorf("column: dictionary has %d bytes, expected at least %d", len(data), wordBytes)
	}
	n := binary.LittleEndian.Uint64(data)
	if n > uint64(len(data)) { // all but one have a byte of text
		return nil, fmt.Errorf("column: dictionary of %d texts in %d bytes", n, len(data))
	}
	texts, err := parseTexts(data[wordBytes:], int(n))
	if err != nil {
		return nil, fmt.Errorf("column: dictionary: %w", err)
	}
	values := &Vector{typ: model.Type{Kind: model.String}, n: int(n)}
	values.text, values.offsets = decodeTexts(&texts, nil, 0, int(n))
	return &Dictionary{values: values}, nil
}

// Len returns the number of values: codes are below it.
func (d *Dictionary) Len() int { return d.values.n }

// Text returns the text of a code. d must be of texts. It lies in the
// dictionary's memory.
func (d *Dictionary) Text(code uint32) string { return d.values.Text(int(code)) }

// DictionaryBuilder numbers distinct texts in the order of their first use. It
// is not safe for concurrent use.
type DictionaryBuilder struct {
	limit int
	codes map[string]uint32
	texts []string // by code
	size  int      // bytes of texts, and of where they end
	full  bool

	shared *Texts   // those that places is about
	places []uint32 // by number of a shared text its code + 1, 0 where it has none
}

// NewDictionaryBuilder returns an empty builder that takes up to limit texts.
func NewDictionaryBuilder(limit int) *DictionaryBuilder {
	return &DictionaryBuilder{limit: limit, codes: map[string]uint32{}}
}

// Code returns the number of text, a new one where it has none yet; text is
// copied. ok is false where there is no room for a new one: from then on there
// is none for any.
func (d *DictionaryBuilder) Code(text []byte) (code uint32, ok bool) {
	if code, ok := d.codes[string(text)]; ok { // does not allocate
		return code, true
	}
	size := len(text) + wordBytes
	if d.full || len(d.texts) >= d.limit || size > maxTextBytes-d.size {
		d.full = true
		return 0, false
	}
	own := string(text)
	code = uint32(len(d.texts))
	d.codes[own] = code
	d.texts = append(d.texts, own)
	d.size += size
	return code, true
}

// Len returns the number of texts.
func (d *DictionaryBuilder) Len() int { return len(d.texts) }

// truncate takes out the texts whose code is not below n.
func (d *DictionaryBuilder) truncate(n int) {
	for _, text := range d.texts[n:] {
		delete(d.codes, text)
		d.size -= len(text) + wordBytes
	}
	clear(d.texts[n:])
	d.texts = d.texts[:n]
	for i, place := range d.places {
		if int(place) > n {
			d.places[i] = 0
		}
	}
}

// placeOf returns the code of a shared text; ok is false where it is not known.
func (d *DictionaryBuilder) placeOf(t *Texts, text int) (code uint32, ok bool) {
	if d.shared != t {
		d.shared, d.places = t, nil
	}
	if text >= len(d.places) {
		d.places = append(d.places, make([]uint32, len(t.ends)-len(d.places))...)
	}
	place := d.places[text]
	return place - 1, place != 0
}

// AppendTo appends the texts in the order of their codes, as [ParseDictionary]
// reads them. len(dst) is a multiple of 8, before and after.
func (d *DictionaryBuilder) AppendTo(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, uint64(len(d.texts)))
	return encoding.AppendTexts(dst, len(d.texts), func(i int) []byte { return []byte(d.texts[i]) })
}

// maxTextBytes is how many bytes the texts of one vector or dictionary take at
// most: its offsets have 31 bits, as those of an Arrow array.
const maxTextBytes = math.MaxInt32

// wordBytes is the size of a uint64; everything starts at a multiple of it.
const wordBytes = 8

// parseTexts parses texts whose offsets a vector can hold.
func parseTexts(data []byte, n int) (encoding.Texts, error) {
	if len(data) > maxTextBytes {
		return encoding.Texts{}, fmt.Errorf("%d bytes of texts, expected at most %d", len(data), maxTextBytes)
	}
	return encoding.ParseTexts(data, n)
}
