package export

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
)

// dictionary numbers the distinct strings of a column chunk in the order in which
// they come first: the seed of the hash, which differs from process to process,
// does not show.
type dictionary struct {
	seed  maphash.Seed
	slots []dictionarySlot // a power of two of them, at most half used
	plain []byte           // the strings as PLAIN has them
	ends  []int            // in plain, of every string
	short [shortSlots]shortSlot
}

// shortSlot is the last of the strings of at most 8 bytes that had this place: most
// columns of few strings are of short ones, which are found without a look at plain.
type shortSlot struct {
	text uint64 // the bytes of the string, the first lowest
	size uint32 // one more than that of the string; 0: none
	code uint32
}

// shortSlots is how many places there are for short strings.
const (
	shortBits  = 8
	shortSlots = 1 << shortBits
)

// dictionarySlot is a place of the hash table.
type dictionarySlot struct {
	hash uint32
	next uint32 // one more than the number of the string; 0: none
}

// firstSlots is how large the hash table of a dictionary is at first.
const firstSlots = 256

// newDictionary returns a dictionary without strings.
func newDictionary() *dictionary {
	return &dictionary{seed: maphash.MakeSeed(), slots: make([]dictionarySlot, firstSlots)}
}

// reset forgets all strings.
func (d *dictionary) reset() {
	clear(d.slots)
	clear(d.short[:])
	d.plain, d.ends = d.plain[:0], d.ends[:0]
}

// len returns the number of strings.
func (d *dictionary) len() int { return len(d.ends) }

// text returns string i.
func (d *dictionary) text(i int) []byte {
	start := 0
	if i > 0 {
		start = d.ends[i-1]
	}
	return d.plain[start+4 : d.ends[i]]
}

// code returns the number of a string, which it adds where it is new.
func (d *dictionary) code(text []byte) uint32 {
	if len(text) > 8 {
		return d.find(text)
	}
	word, size := uint64(0), uint32(len(text)+1)
	for i, b := range text {
		word |= uint64(b) << (8 * i)
	}
	slot := &d.short[word*fibonacci>>(64-shortBits)]
	if slot.text != word || slot.size != size {
		*slot = shortSlot{text: word, size: size, code: d.find(text)}
	}
	return slot.code
}

// find returns the number of a string by the hash table.
func (d *dictionary) find(text []byte) uint32 {
	hash := maphash.Bytes(d.seed, text)
	mask := uint64(len(d.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		slot := d.slots[at]
		if slot.next == 0 {
			return d.add(at, uint32(hash>>32), text)
		}
		if slot.hash == uint32(hash>>32) && bytes.Equal(d.text(int(slot.next-1)), text) {
			return slot.next - 1
		}
	}
}

// add puts a new string into the slot that is free for it.
func (d *dictionary) add(at uint64, hash uint32, text []byte) uint32 {
	d.plain = appendString(d.plain, text)
	d.ends = append(d.ends, len(d.plain))
	d.slots[at] = dictionarySlot{hash: hash, next: uint32(len(d.ends))}
	if 2*len(d.ends) > len(d.slots) {
		d.grow()
	}
	return uint32(len(d.ends) - 1)
}

// grow doubles the hash table.
func (d *dictionary) grow() {
	d.slots = make([]dictionarySlot, 2*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for i := range d.ends {
		hash := maphash.Bytes(d.seed, d.text(i))
		at := hash & mask
		for d.slots[at].next != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = dictionarySlot{hash: uint32(hash >> 32), next: uint32(i + 1)}
	}
}

// bounds returns the least and the greatest of the strings that codes name, nil
// for none.
func (d *dictionary) bounds(codes []uint32) (lo, hi []byte) {
	for i, ok := range seen(codes, d.len()) {
		if ok {
			lo, hi = widen(lo, hi, d.text(i))
		}
	}
	return lo, hi
}

// widen moves bounds so that text lies between them; nil bounds are none.
func widen(lo, hi, text []byte) (newLo, newHi []byte) {
	if lo == nil || bytes.Compare(text, lo) < 0 {
		lo = text
	}
	if hi == nil || bytes.Compare(text, hi) > 0 {
		hi = text
	}
	return lo, hi
}

// appendString appends a string as PLAIN has it: its size, then its bytes.
func appendString(dst, text []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(text))), text...)
}
