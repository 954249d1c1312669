package exec

import (
	"errors"
	"hash/maphash"
	"math"
	"math/bits"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// Distinct values are counted with a bit for each where that tells, see distinct_masks.go.
// Else they are counted in two steps. Every value becomes a key of 64 bits,
// and the keys are put together by customer; then each customer's keys, few and
// side by side, go through a small hash table.
//
// The key of a number is the number. That of a string is its place in a
// dictionary of the block, as long as that stays small; beyond, and for decimals
// of more than 18 digits, it is a hash, and equal hashes are compared by value.

// distinct is what counting distinct values keeps.
type distinct struct {
	groups  groups
	codes   dictionary
	texts   []string // that hashes stand for, by the position of their key
	numbers []number // the same
	slots   []uint32 // of the hash table: 1 + position among the customer's keys; 0: empty
	masks   *[bitmap.BlockRows]uint64
	least   int64                     // of the values, where the bits are theirs
	ownBits bool                      // they are
	seen    *[bitmap.BlockRows]uint32 // values of each customer, where they are not
	unsure  bitmap.Words              // whose bits do not tell
	sides   sides                     // of the counts that pass
}

// foldDistinct counts each customer's distinct values.
func (r *runner) foldDistinct(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	if ok, err := r.foldMasks(n, e, out); ok || err != nil {
		return err
	}
	switch t := n.Fold.Type; {
	case isFloat(t):
		return r.foldFloatKeys(n, e, out)
	case isWhole(t):
		return r.foldInts(n, e, out)
	case isDecimal(t):
		return r.foldNumbers(n, e, out)
	}
	err := r.foldCodes(n, e, out)
	if !errors.Is(err, errManyCodes) {
		return err
	}
	return r.foldTexts(n, e, out)
}

// seed is that of the hashes of this process: nobody can choose values that
// collide.
var (
	seed     = maphash.MakeSeed()
	seedBits = maphash.Bytes(seed, nil) | 1
)

// mix returns a hash of two words.
func mix(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x^seedBits, 0x9e3779b97f4a7c15)
	hi2, lo2 := bits.Mul64(y^lo^hi, 0xd6e8feb86659fd93^seedBits)
	return hi2 ^ lo2
}

// foldInts is foldDistinct for whole numbers.
func (r *runner) foldInts(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	r.groups.start()
	err := r.each(n, e, n.Fold.Field, func(c *index.Chunk, field *column.Vector, positions []uint32) error {
		r.ints = field.Ints(r.ints[:0], positions)
		for i, p := range positions {
			r.groups.add(c.Rows[p], uint64(r.ints[i]))
		}
		return nil
	})
	if err == nil {
		r.settleKeys(n, out)
	}
	return err
}

// foldFloatKeys is foldDistinct for floats.
func (r *runner) foldFloatKeys(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	r.groups.start()
	err := r.each(n, e, n.Fold.Field, func(c *index.Chunk, field *column.Vector, positions []uint32) error {
		all := field.Floats()
		for _, p := range positions {
			r.groups.add(c.Rows[p], math.Float64bits(all[p]+0)) // -0.0 + 0 is 0.0
		}
		return nil
	})
	if err == nil {
		r.settleKeys(n, out)
	}
	return err
}

// foldCodes is foldDistinct for strings of which the block has few.
func (r *runner) foldCodes(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	r.groups.start()
	r.codes.start()
	defer r.codes.forget()
	err := r.each(n, e, n.Fold.Field, func(c *index.Chunk, field *column.Vector, positions []uint32) error {
		r.addCodes(c.Rows, field, positions)
		if len(r.codes.texts) > maxCodes {
			return errManyCodes
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(r.codes.texts) <= 64 {
		r.settleMasks(n, out)
		return nil
	}
	r.settleKeys(n, out)
	return nil
}

// addCodes adds the block's codes of strings as keys. Where a chunk holds codes of
// a dictionary, each string is looked up once, not once for every event.
func (r *runner) addCodes(rows []uint16, field *column.Vector, positions []uint32) {
	stored, d := field.Codes()
	if d == nil {
		for _, p := range positions {
			r.groups.add(rows[p], r.codes.code(field.Text(int(p))))
		}
		return
	}
	known := r.codes.codesOf(d)
	for _, p := range positions {
		code := &known[stored[p]]
		if *code == 0 {
			*code = 1 + uint32(r.codes.code(d.Text(stored[p])))
		}
		r.groups.add(rows[p], uint64(*code-1))
	}
}

// settleMasks decides by the number of distinct keys, all of which are below 64.
func (r *runner) settleMasks(n *plan.Node, out *bitmap.Words) {
	masks, counts := array(&r.masks), n.Fold.Counts
	for i, row := range r.groups.rows {
		r.touched.Add(row)
		masks[row] |= 1 << r.groups.keys[i]
	}
	r.settle(out, inCounts(counts, 0), func(row int) bool {
		mask := masks[row]
		masks[row] = 0
		return inCounts(counts, int64(bits.OnesCount64(mask)))
	})
}

// settleKeys decides by the number of distinct keys.
func (r *runner) settleKeys(n *plan.Node, out *bitmap.Words) {
	r.settleGroups(n, out, func(keys []uint64, _ []uint32) int { return r.countKeys(keys) })
}

// settleGroups decides by what count makes of each customer's keys.
func (r *runner) settleGroups(n *plan.Node, out *bitmap.Words, count func(keys []uint64, positions []uint32) int) {
	counts := n.Fold.Counts
	out.Clear()
	if inCounts(counts, 0) {
		out.Fill(r.n)
	}
	r.groups.each(func(row uint16, keys []uint64, positions []uint32) {
		bit := uint64(1) << (row % 64)
		if inCounts(counts, int64(count(keys, positions))) {
			out[row/64] |= bit
		} else {
			out[row/64] &^= bit
		}
	})
}

// foldTexts is foldDistinct for strings of which the block has many: a hash stands
// for each. The strings lie in the snapshot's memory, not in the chunk's.
func (r *runner) foldTexts(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	r.groups.start()
	defer func() {
		clear(r.texts)
		r.texts = r.texts[:0]
	}()
	err := r.each(n, e, n.Fold.Field, func(c *index.Chunk, field *column.Vector, positions []uint32) error {
		for _, p := range positions {
			text := field.Text(int(p))
			r.groups.addPosition(c.Rows[p], maphash.String(seed, text), len(r.texts))
			r.texts = append(r.texts, text)
		}
		return nil
	})
	if err == nil {
		r.settleHashes(n, out, func(p, q uint32) bool { return r.texts[p] == r.texts[q] })
	}
	return err
}

// foldNumbers is foldDistinct for decimals of more than 18 digits: a hash stands
// for each.
func (r *runner) foldNumbers(n *plan.Node, e *index.EventBlock, out *bitmap.Words) error {
	r.groups.start()
	r.numbers = r.numbers[:0]
	err := r.each(n, e, n.Fold.Field, func(c *index.Chunk, field *column.Vector, positions []uint32) error {
		all := field.Decimals()
		for _, p := range positions {
			x := all[p]
			r.groups.addPosition(c.Rows[p], mix(x.LowBits(), uint64(x.HighBits())), len(r.numbers))
			r.numbers = append(r.numbers, x)
		}
		return nil
	})
	if err == nil {
		r.settleHashes(n, out, func(p, q uint32) bool { return r.numbers[p] == r.numbers[q] })
	}
	return err
}

// settleHashes decides by the number of distinct values, for which hashes stand;
// equal compares two by their positions.
func (r *runner) settleHashes(n *plan.Node, out *bitmap.Words, equal func(p, q uint32) bool) {
	r.settleGroups(n, out, func(keys []uint64, positions []uint32) int {
		return r.countHashes(keys, func(i, j int) bool { return equal(positions[i], positions[j]) })
	})
}

// fewKeys is up to how many keys comparing each with each is quickest.
const fewKeys = 8

// countKeys returns the number of distinct keys.
func (r *runner) countKeys(keys []uint64) int {
	if len(keys) > fewKeys {
		return r.countHashes(keys, nil)
	}
	count := 0
next:
	for i, key := range keys {
		for _, earlier := range keys[:i] {
			if earlier == key {
				continue next
			}
		}
		count++
	}
	return count
}

// countHashes returns the number of distinct values, whose keys are given. Equal
// keys are of one value where equal says so; a nil equal always does.
func (r *runner) countHashes(keys []uint64, equal func(i, j int) bool) int {
	size := 2 << bits.Len(uint(len(keys))) // at least twice as many slots as keys
	if size > len(r.slots) {
		r.slots = make([]uint32, size)
	}
	slots := r.slots[:size]
	clear(slots)
	count := 0
	for i, key := range keys {
		at := int(mix(key, 0)) & (size - 1)
		for slots[at] != 0 {
			if j := int(slots[at]) - 1; keys[j] == key && (equal == nil || equal(i, j)) {
				break
			}
			at = (at + 1) & (size - 1)
		}
		if slots[at] == 0 {
			slots[at] = uint32(i) + 1
			count++
		}
	}
	return count
}
