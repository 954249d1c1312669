package column

import (
	"math/bits"

	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Texts is distinct texts that several builders share: where few texts come again
// and again, a row takes four bytes. They are numbered in the order in which they
// come. A text that finds no room is left to the builder that it comes to. It is
// not safe for concurrent use while rows are set; reading rows is.
type Texts struct {
	limit int
	text  []byte
	ends  []int    // of each text
	slots []uint64 // an open hash table, at most half full: high bits of the hash, number + 1
	last  uint32   // number of the text that came last
}

// NewTexts returns no texts, with room for limit of them, which is below 2^31.
func NewTexts(limit int) *Texts { return &Texts{limit: limit, slots: make([]uint64, minTextSlots)} }

// minTextSlots is the size of the smallest hash table.
const minTextSlots = 1 << 8

// maxSharedText is the longest text that is shared: longer ones hardly come again.
const maxSharedText = 1 << 10

// NewShared returns a builder of n rows of strings, all NULL, that shares texts
// with others.
func NewShared(n int, texts *Texts) *Builder {
	b := &Builder{typ: model.Type{Kind: model.String}, shared: texts}
	b.Grow(n)
	return b
}

// at returns a text by its number.
func (t *Texts) at(code uint32) []byte {
	lo := 0
	if code > 0 {
		lo = t.ends[code-1]
	}
	return t.text[lo:t.ends[code]]
}

// code returns the number of a text, a new one where it has none yet; ok is false
// where there is no room for it.
func (t *Texts) code(s string) (code uint32, ok bool) {
	if int(t.last) < len(t.ends) && string(t.at(t.last)) == s {
		return t.last, true
	}
	hash := xxhash.Sum64String(s)
	i := t.find(hash, s)
	if slot := t.slots[i]; slot != 0 {
		t.last = uint32(slot) - 1
		return t.last, true
	}
	if len(t.ends) >= t.limit || len(s) > maxSharedText {
		return 0, false
	}
	t.text = append(t.text, s...)
	t.ends = append(t.ends, len(t.text))
	t.slots[i] = slotOf(hash, len(t.ends))
	if 2*len(t.ends) > len(t.slots) {
		t.rehash()
	}
	t.last = uint32(len(t.ends)) - 1
	return t.last, true
}

// slotOf returns the slot of text number n-1: the high 32 bits of its hash, and n.
func slotOf(hash uint64, n int) uint64 { return hash>>32<<32 | uint64(n) }

// find returns the slot of a text, or the free one where it would be.
func (t *Texts) find(hash uint64, s string) int {
	mask := len(t.slots) - 1
	for i := int(hash) & mask; ; i = (i + 1) & mask {
		slot := t.slots[i]
		if slot == 0 || slot>>32 == hash>>32 && string(t.at(uint32(slot)-1)) == s {
			return i
		}
	}
}

// rehash makes the table twice as large.
func (t *Texts) rehash() {
	t.slots = make([]uint64, 1<<bits.Len(uint(len(t.slots))))
	for n := range t.ends {
		text := t.at(uint32(n))
		hash := xxhash.Sum64(text)
		t.slots[t.find(hash, string(text))] = slotOf(hash, n+1)
	}
}

// setShared sets a row to a text.
func (b *Builder) setShared(row int, s string) {
	b.valid[row] = true
	if code, ok := b.shared.code(s); ok {
		b.codes[row] = code
		return
	}
	lo := len(b.text)
	b.text = append(b.text, s...)
	b.codes[row] = uint32(b.shared.limit + len(b.spans))
	b.spans = append(b.spans, span{lo, len(b.text)})
}

// sharedBytes returns the text of a row, that of a NULL empty.
func (b *Builder) sharedBytes(row int) []byte {
	switch code := b.codes[row]; {
	case !b.valid[row]:
		return nil
	case int(code) < b.shared.limit:
		return b.shared.at(code)
	default:
		own := b.spans[int(code)-b.shared.limit]
		return b.text[own.lo:own.hi]
	}
}
