package ingest

import (
	"math"

	"github.com/rollcall-db/rollcall/engine/column"
)

// keyRows is the rows of customers by their whole-number key, where the keys lie so
// close together that a key is the place of its row.
type keyRows struct {
	base int64
	rows []uint32 // of the keys from base on; nil: that of key base+i is i
	n    uint64   // keys from base on
}

// maxKeySpan is how many places a customer may take.
const maxKeySpan = 2

// newKeyRows reads the keys of all customers; nil: they lie far from each other, or
// are no whole numbers.
func newKeyRows(keys *column.Column, numbered int) (*keyRows, error) {
	least, greatest := int64(math.MaxInt64), int64(math.MinInt64)
	count, inOrder := 0, true
	err := eachKey(keys, numbered, func(row int, key int64) {
		least, greatest = min(least, key), max(greatest, key)
		inOrder = inOrder && key-least == int64(row)
		count++
	})
	if err != nil || least > greatest {
		return nil, err
	}
	k := &keyRows{base: least, n: uint64(greatest) - uint64(least) + 1}
	if k.n == 0 || k.n > maxKeySpan*uint64(numbered) {
		return nil, nil
	}
	if inOrder && count == numbered {
		return k, nil
	}
	k.rows = make([]uint32, k.n)
	for i := range k.rows {
		k.rows[i] = noRow
	}
	err = eachKey(keys, numbered, func(row int, key int64) { k.rows[key-least] = uint32(row) })
	return k, err
}

// eachKey calls f with all keys that are not NULL, in the order of rows.
func eachKey(keys *column.Column, numbered int, f func(row int, key int64)) error {
	for lo := 0; lo < numbered; lo += blockRows {
		block, err := keys.Block(lo / blockRows)
		if err != nil {
			return err
		}
		for i := range min(block.Len(), numbered-lo) {
			if !block.IsNull(i) {
				f(lo+i, block.Int(i))
			}
		}
	}
	return nil
}

// find sets dst[i] to the row of the customer whose key is keys[i], or to noRow
// where it is nobody's.
func (k *keyRows) find(dst []uint32, keys []int64) {
	for i, key := range keys {
		at := uint64(key) - uint64(k.base)
		switch {
		case at >= k.n:
			dst[i] = noRow
		case k.rows != nil:
			dst[i] = k.rows[at]
		default:
			dst[i] = uint32(at)
		}
	}
}
