package keys

import (
	"fmt"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
)

// keyColumn is the keys in order of rows. It is safe for concurrent use.
type keyColumn struct {
	column *column.Column
	rows   uint32
}

// blocks returns the number of blocks.
func (c keyColumn) blocks() int { return (int(c.rows) + bitmap.BlockRows - 1) / bitmap.BlockRows }

// block returns the keys of block i, which is one of blocks, as many as there
// are rows in it.
func (c keyColumn) block(i int) (*column.Vector, error) {
	v, err := c.column.Block(i)
	if err != nil {
		return nil, err
	}
	if n := min(int(c.rows)-i*bitmap.BlockRows, bitmap.BlockRows); v.Len() != n {
		return nil, fmt.Errorf("keys: block %d of the keys has %d rows, expected %d", i, v.Len(), n)
	}
	return v, nil
}

// at returns the block of a row, which is less than rows, and the row's position
// in it.
func (c keyColumn) at(row uint32) (v *column.Vector, i int, err error) {
	v, err = c.block(int(row / bitmap.BlockRows))
	return v, int(row % bitmap.BlockRows), err
}

// firstInt returns the key of row 0, a whole number; ok is false where it is
// NULL.
func (c keyColumn) firstInt() (key int64, ok bool, err error) {
	v, i, err := c.at(0)
	if err != nil || v.IsNull(i) {
		return 0, false, err
	}
	return v.Int(i), true, nil
}

// isInt reports whether a row has a whole-number key. A NULL is no key.
func (c keyColumn) isInt(row uint32, key int64) (bool, error) {
	v, i, err := c.at(row)
	if err != nil || v.IsNull(i) {
		return false, err
	}
	return v.Int(i) == key, nil
}

// isString reports whether a row has a string key. A NULL is no key.
func (c keyColumn) isString(row uint32, key string) (bool, error) {
	v, i, err := c.at(row)
	if err != nil || v.IsNull(i) {
		return false, err
	}
	return v.Text(i) == key, nil
}
