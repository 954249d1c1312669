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

// Distinct values are counted in two steps. Every value becomes a key of 64 bits,
// and the keys are put together by customer; then each customer's keys, few and
// side by side, go through a small hash table.
//
// The key of a number is the number. That of a string is its place in a
// dictionary of the block, as long as that stays small; beyond, and for decimals
// of more than 18 digits, it is a hash, and equal hashes are compared by value.

// distinct is what counting distinct values keeps.
type distinct struct {
	groups groups
	codes  dictionary
	slots  []uint32 // of the hash table: 1 + position among the customer's keys; 0: empty
	masks  *[bitmap.BlockRows]uint64
}

// foldDistinct counts each customer's distinct values.
func (r *runner) foldDistinct(n *plan.Node, e *index.EventBlock, field *column.Vector, out *bitmap.Words) error {
	switch {
	case isFloat(field):
		return r.foldKeys(n, e, field, out, func(p uint32) uint64 {
			return math.Float64bits(field.Floats()[p] + 0) // -0.0 + 0 is 0.0
		})
	case field.IsWhole():
		return r.foldInts(n, e, field, out)
	case isDecimal(field):
		all := field.Decimals()
		return r.foldHashes(n, e, field, out, func(p uint32) uint64 {
			return mix(all[p].LowBits(), uint64(all[p].HighBits()))
		}, func(p, q uint32) bool { return all[p] == all[q] })
	}
	err := r.foldCodes(n, e, field, out)
	if !errors.Is(err, errManyCodes) {
		return err
	}
	return r.foldHashes(n, e, field, out, func(p uint32) uint64 {
		return maphash.String(seed, field.Text(int(p)))
	}, func(p, q uint32) bool { return field.Text(int(p)) == field.Text(int(q)) })
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
func (r *runner) foldInts(n *plan.Node, e *index.EventBlock, field *column.Vector, out *bitmap.Words) error {
	r.groups.start()
	err := r.each(n, e, field, func(positions []uint32) error {
		r.ints = field.Ints(r.ints[:0], positions)
		for i, p := range positions {
			r.groups.add(e.Rows[p], uint64(r.ints[i]))
		}
		return nil
	})
	if err == nil {
		r.settleKeys(n, out)
	}
	return err
}

// foldKeys is foldDistinct for values whose key tells them apart.
func (r *runner) foldKeys(n *plan.Node, e *index.EventBlock, field *column.Vector, out *bitmap.Words, key func(p uint32) uint64) error {
	r.groups.start()
	err := r.each(n, e, field, func(positions []uint32) error {
		for _, p := range positions {
			r.groups.add(e.Rows[p], key(p))
		}
		return nil
	})
	if err == nil {
		r.settleKeys(n, out)
	}
	return err
}

// foldCodes is foldDistinct for strings of which the block has few.
func (r *runner) foldCodes(n *plan.Node, e *index.EventBlock, field *column.Vector, out *bitmap.Words) error {
	r.groups.start()
	r.codes.start()
	defer r.codes.forget()
	err := r.each(n, e, field, func(positions []uint32) error {
		for _, p := range positions {
			r.groups.add(e.Rows[p], r.codes.code(field.Text(int(p))))
		}
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

// foldHashes is foldDistinct for values that a hash stands for.
func (r *runner) foldHashes(n *plan.Node, e *index.EventBlock, field *column.Vector, out *bitmap.Words, hash func(p uint32) uint64, equal func(p, q uint32) bool) error {
	r.groups.start()
	err := r.each(n, e, field, func(positions []uint32) error {
		for _, p := range positions {
			r.groups.add(e.Rows[p], hash(p))
		}
		r.groups.positions = append(r.groups.positions, positions...)
		return nil
	})
	if err == nil {
		r.settleGroups(n, out, func(keys []uint64, positions []uint32) int {
			return r.countHashes(keys, func(i, j int) bool { return equal(positions[i], positions[j]) })
		})
	}
	return err
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
