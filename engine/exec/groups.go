package exec

import (
	"errors"
	"hash/maphash"
	"math/bits"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
)

// groups puts the keys of a block's events together by customer.
type groups struct {
	rows      []uint16 // customer of each key
	keys      []uint64
	positions []uint32 // of their values, wherever those are kept; empty where nobody asks for them

	found           bitmap.Words             // customers with a key
	ends            [bitmap.BlockRows]uint32 // by customer in found: where the keys in sorted end
	sorted          []uint64
	sortedPositions []uint32
}

// start forgets all keys.
func (g *groups) start() {
	g.rows, g.keys, g.positions = g.rows[:0], g.keys[:0], g.positions[:0]
}

// add adds the key of an event.
func (g *groups) add(row uint16, key uint64) {
	g.rows, g.keys = append(g.rows, row), append(g.keys, key)
}

// addPosition adds the key of an event whose value is kept at a position.
func (g *groups) addPosition(row uint16, key uint64, position int) {
	g.add(row, key)
	g.positions = append(g.positions, uint32(position))
}

// each calls use for every customer with a key, ascending, with the keys in the
// order in which they were added, and their positions where those were given.
//
// Method: counting sort.
func (g *groups) each(use func(row uint16, keys []uint64, positions []uint32)) {
	g.found.Clear()
	addOnce(&g.found, g.rows)
	g.eachRow(func(row uint16) { g.ends[row] = 0 })
	for _, row := range g.rows {
		g.ends[row]++
	}
	start := uint32(0)
	g.eachRow(func(row uint16) {
		n := g.ends[row]
		g.ends[row] = start
		start += n
	})
	g.sorted = atLeast(g.sorted, len(g.keys))
	g.sortedPositions = atLeast(g.sortedPositions, len(g.positions))
	for i, row := range g.rows {
		at := g.ends[row]
		g.ends[row] = at + 1
		g.sorted[at] = g.keys[i]
		if len(g.positions) > 0 {
			g.sortedPositions[at] = g.positions[i]
		}
	}
	lo := uint32(0)
	g.eachRow(func(row uint16) {
		hi := g.ends[row]
		var positions []uint32
		if len(g.positions) > 0 {
			positions = g.sortedPositions[lo:hi]
		}
		use(row, g.sorted[lo:hi], positions)
		lo = hi
	})
}

// eachRow calls use for every customer in found, ascending.
func (g *groups) eachRow(use func(row uint16)) {
	for i, word := range g.found {
		for ; word != 0; word &= word - 1 {
			use(uint16(i*64 + bits.TrailingZeros64(word)))
		}
	}
}

// atLeast returns s, or a longer slice of anything, with room for n.
func atLeast[T any](s []T, n int) []T {
	if n > len(s) {
		return make([]T, n)
	}
	return s
}

// dictionary numbers distinct strings from 0 on.
type dictionary struct {
	slots  []uint32 // hash table: 1 + the number; 0: empty
	hashes []uint64 // by number
	texts  []string

	stored *column.Dictionary // the one that known is of; nil: none
	known  []uint32           // by its codes: 1 + the number; 0: not looked up yet
}

// maxCodes is how many strings a dictionary is good for: it stays in the cache.
// It has room for a piece of events more, after which it is given up.
const maxCodes = 1 << 15

var errManyCodes = errors.New("exec: more distinct strings than a dictionary takes")

// start forgets all strings.
func (d *dictionary) start() {
	if d.slots == nil {
		d.slots = make([]uint32, 2*bitmap.BlockRows)
	}
	clear(d.slots)
	d.hashes = d.hashes[:0]
}

// forget lets go of the strings, which lie in a snapshot's memory.
func (d *dictionary) forget() {
	clear(d.texts)
	d.texts = d.texts[:0]
	d.stored = nil
}

// codesOf returns what is known of the numbers of the strings of a stored
// dictionary, by their codes there: 1 + the number, or 0.
func (d *dictionary) codesOf(stored *column.Dictionary) []uint32 {
	if d.stored != stored {
		d.known = atLeast(d.known, stored.Len())
		clear(d.known[:stored.Len()]) // what is beyond may be of a much longer one
		d.stored = stored
	}
	return d.known[:stored.Len()]
}

// code returns the number of s, the next one where it is new.
func (d *dictionary) code(s string) uint64 {
	hash := maphash.String(seed, s)
	at := int(hash) & (len(d.slots) - 1)
	for d.slots[at] != 0 {
		if code := d.slots[at] - 1; d.hashes[code] == hash && d.texts[code] == s {
			return uint64(code)
		}
		at = (at + 1) & (len(d.slots) - 1)
	}
	d.hashes, d.texts = append(d.hashes, hash), append(d.texts, s)
	d.slots[at] = uint32(len(d.texts))
	return uint64(len(d.texts) - 1)
}
