package ingest

import (
	"cmp"
	"slices"
	"strconv"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
)

// keySet is the customers' keys in ascending order, whose positions are the
// customers' rows, and a hash table from key to row. Look-ups are exact: a hit
// of the hash is compared with the key.
type keySet struct {
	typ   model.Type
	ints  []int64 // of whole-number keys
	ends  []int   // of string keys: key i is text[ends[i]:ends[i+1]]
	text  []byte
	slots []slot // open addressing, linear probing; a power of two of them
}

// slot is an entry of the hash table. The part of the hash kept here spares
// most comparisons with other keys.
type slot struct {
	hash uint32
	row1 uint32 // row + 1; 0: free
}

// collector gathers keys in order of arrival.
type collector struct {
	typ  model.Type
	ints []int64
	ends []int
	text []byte
}

func newCollector(t model.Type) *collector { return &collector{typ: t, ends: []int{0}} }

func (c *collector) addInt(x int64) { c.ints = append(c.ints, x) }

func (c *collector) addString(s string) {
	c.text = append(c.text, s...)
	c.ends = append(c.ends, len(c.text))
}

func (c *collector) len() int {
	if c.typ.Kind == model.String {
		return len(c.ends) - 1
	}
	return len(c.ints)
}

// finish sorts the keys and returns those that came once or more as a set, and
// those that came more than once.
func (c *collector) finish() (set *keySet, duplicates []string) {
	set = &keySet{typ: c.typ}
	if c.typ.Kind == model.String {
		duplicates = set.sortStrings(c)
	} else {
		duplicates = set.sortInts(c.ints)
	}
	set.hashKeys()
	return set, duplicates
}

func (k *keySet) sortInts(ints []int64) (duplicates []string) {
	slices.Sort(ints)
	for i, x := range ints {
		switch {
		case i == 0 || x != ints[i-1]:
			k.ints = append(k.ints, x)
		case i < 2 || x != ints[i-2]:
			duplicates = append(duplicates, strconv.FormatInt(x, 10))
		}
	}
	return duplicates
}

func (k *keySet) sortStrings(c *collector) (duplicates []string) {
	order := make([]string, c.len())
	for i := range order {
		order[i] = view(c.text[c.ends[i]:c.ends[i+1]])
	}
	slices.SortFunc(order, cmp.Compare[string])
	k.ends = append(k.ends, 0)
	for i, s := range order {
		switch {
		case i == 0 || s != order[i-1]:
			k.text = append(k.text, s...)
			k.ends = append(k.ends, len(k.text))
		case i < 2 || s != order[i-2]:
			duplicates = append(duplicates, string([]byte(s)))
		}
	}
	return duplicates
}

// view returns b as a string that shares its memory; b must not change while it
// is in use.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// len returns the number of keys.
func (k *keySet) len() int {
	if k.typ.Kind == model.String {
		return len(k.ends) - 1
	}
	return len(k.ints)
}

func (k *keySet) string(row uint32) string { return view(k.text[k.ends[row]:k.ends[row+1]]) }

// name returns the key of a row as text.
func (k *keySet) name(row uint32) string {
	if k.typ.Kind == model.String {
		return string([]byte(k.string(row)))
	}
	return strconv.FormatInt(k.ints[row], 10)
}

func hashInt(x int64) uint64 {
	var b [8]byte
	for i := range b {
		b[i] = byte(uint64(x) >> (8 * i))
	}
	return xxhash.Sum64(b[:])
}

// hashKeys fills the hash table, at most half full.
func (k *keySet) hashKeys() {
	size := 2
	for size < 2*k.len() {
		size *= 2
	}
	k.slots = make([]slot, size)
	for row := range uint32(k.len()) {
		var h uint64
		if k.typ.Kind == model.String {
			h = xxhash.Sum64String(k.string(row))
		} else {
			h = hashInt(k.ints[row])
		}
		i := h & uint64(size-1)
		for k.slots[i].row1 != 0 {
			i = (i + 1) & uint64(size-1)
		}
		k.slots[i] = slot{hash: uint32(h >> 32), row1: row + 1}
	}
}

// probe returns the next row, from slot i on, whose key may be the one with hash
// h, and the slot after it; ok is false where no more can be.
func (k *keySet) probe(i, h uint64) (row uint32, next uint64, ok bool) {
	mask := uint64(len(k.slots) - 1)
	for {
		s := k.slots[i&mask]
		if s.row1 == 0 {
			return 0, 0, false
		}
		i++
		if s.hash == uint32(h>>32) {
			return s.row1 - 1, i, true
		}
	}
}

// findString returns the row of a string key.
func (k *keySet) findString(key string) (row uint32, ok bool) {
	h := xxhash.Sum64String(key)
	row, next, ok := k.probe(h, h)
	for ok && k.string(row) != key {
		row, next, ok = k.probe(next, h)
	}
	return row, ok
}

// findInt returns the row of a whole-number key.
func (k *keySet) findInt(key int64) (row uint32, ok bool) {
	h := hashInt(key)
	row, next, ok := k.probe(h, h)
	for ok && k.ints[row] != key {
		row, next, ok = k.probe(next, h)
	}
	return row, ok
}

// noRow stands for a row of a table that belongs to no customer.
const noRow = ^uint32(0)

// rows sets dst[i] to the customer's row of the key keys[i], or to noRow where
// it is NULL or unknown, and returns how many are noRow. The Arrow type of keys
// fits the set's.
func (k *keySet) rows(dst []uint32, keys arrow.Array) (missing int) {
	var find func(i int) (uint32, bool)
	switch a := keys.(type) {
	case stringArray:
		find = func(i int) (uint32, bool) { return k.findString(a.Value(i)) }
	default:
		whole := wholeNumbers(keys)
		find = func(i int) (uint32, bool) { return k.findInt(whole(i)) }
	}
	for i := range dst {
		dst[i] = noRow
		if keys.IsValid(i) {
			if row, ok := find(i); ok {
				dst[i] = row
				continue
			}
		}
		missing++
	}
	return missing
}

// builder returns the keys as a column.
func (k *keySet) builder() *column.Builder {
	b := column.NewBuilder(k.typ, k.len())
	for row := range k.len() {
		if k.typ.Kind == model.String {
			b.SetString(row, k.string(uint32(row)))
		} else {
			b.SetInt(row, k.ints[row])
		}
	}
	return b
}

// stringArray is an Arrow array of text with offsets of either size.
type stringArray interface {
	arrow.Array
	Value(i int) string
}

// wholeNumbers returns a reader of the values of an integer array of any width
// up to 64 bits signed or 32 bits unsigned.
func wholeNumbers(arr arrow.Array) func(i int) int64 {
	switch a := arr.(type) {
	case *array.Int8:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Int16:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Int32:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Int64:
		return a.Value
	case *array.Uint8:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Uint16:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Uint32:
		return func(i int) int64 { return int64(a.Value(i)) }
	}
	return nil
}
