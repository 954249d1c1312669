package index

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/rollcall-db/rollcall/bitmap"
)

// Order returns the positions of the events by block of customers, then time
// with undated events last, then customer, then field values: equal sets of
// events give equal files, whatever order they came in.
func (c *Collected) Order() []uint32 { return new(Orderer).Order(c) }

// Orderer puts events in order, in memory that it keeps from one call to the next.
// The zero value is ready. It is not safe for concurrent use.
type Orderer struct {
	keys, spare []orderKey
	order       []uint32
}

// Order is [Collected.Order]. What it returns is valid until the next call.
//
// Method: the high bits of what events are ordered by, 64 of them, are sorted by
// radix from the most significant digit; what they leave as equal is compared.
func (o *Orderer) Order(c *Collected) []uint32 {
	o.keys = slices.Grow(o.keys[:0], len(c.Rows))[:len(c.Rows)]
	o.spare = slices.Grow(o.spare[:0], len(c.Rows))[:len(c.Rows)]
	o.order = slices.Grow(o.order[:0], len(c.Rows))[:len(c.Rows)]
	sortKeys(o.keys, o.spare, c.orderKeys(o.keys))
	for i := range o.keys {
		o.order[i] = o.keys[i].position
	}
	for lo := 0; lo < len(o.keys); {
		hi := lo + 1
		for hi < len(o.keys) && o.keys[lo].key == o.keys[hi].key {
			hi++
		}
		if hi-lo > 1 {
			slices.SortFunc(o.order[lo:hi], c.compare)
		}
		lo = hi
	}
	return o.order
}

// compare orders two events.
func (c *Collected) compare(x, y uint32) int {
	if d := cmp.Compare(c.Rows[x]/bitmap.BlockRows, c.Rows[y]/bitmap.BlockRows); d != 0 {
		return d
	}
	s, sDated := c.Times.Int(int(x))
	t, tDated := c.Times.Int(int(y))
	switch {
	case sDated != tDated && sDated:
		return -1
	case sDated != tDated:
		return 1
	case sDated && s != t:
		return cmp.Compare(s, t)
	}
	if d := cmp.Compare(c.Rows[x], c.Rows[y]); d != 0 {
		return d
	}
	return c.compareFields(x, y)
}

// compareFields orders two events of one customer at one time.
func (c *Collected) compareFields(x, y uint32) int {
	for _, v := range c.Values {
		if d := v.Compare(int(x), int(y)); d != 0 {
			return d
		}
	}
	return 0
}

// orderKey is what an event is ordered by, as far as it fits, beside its position,
// so that sorting reads one place in memory.
type orderKey struct {
	key      uint64
	position uint32
}

// rowBits is how many bits the row of a customer takes within a block.
const rowBits = 16

// orderKeys sets the keys of all events, which are below 2 to the power of bits.
// From the high bits down a key is the block from the first one on, the time from
// the earliest one on, which for undated events is beyond all, and the row in the
// block, less the low bits of what is more than 64.
func (c *Collected) orderKeys(keys []orderKey) (width int) {
	if len(keys) == 0 {
		return 0
	}
	firstBlock, lastBlock := slices.Min(c.Rows)/bitmap.BlockRows, slices.Max(c.Rows)/bitmap.BlockRows
	first, last, undated := c.span()
	never := uint64(last) - uint64(first) // where nothing is dated, any will do
	if undated && never < math.MaxUint64 {
		never++
	}
	timeBits := bits.Len64(never)
	width = bits.Len32(lastBlock-firstBlock) + timeBits + rowBits
	drop := max(0, width-64)
	rowDrop := min(drop, rowBits)
	timeDrop := drop - rowDrop
	rowKept := rowBits - rowDrop
	for i, row := range c.Rows {
		since := never
		if t, dated := c.Times.Int(i); dated {
			since = uint64(t) - uint64(first)
		}
		key := uint64(row/bitmap.BlockRows-firstBlock) << (timeBits - timeDrop)
		key = (key|since>>timeDrop)<<rowKept | uint64(row%bitmap.BlockRows)>>rowDrop
		keys[i] = orderKey{key: key, position: uint32(i)}
	}
	return width - drop
}

// span returns the first and the last time of events, and whether some have none.
func (c *Collected) span() (first, last int64, undated bool) {
	first, last = math.MaxInt64, math.MinInt64
	for i := range c.Rows {
		t, dated := c.Times.Int(i)
		if !dated {
			undated = true
			continue
		}
		first, last = min(first, t), max(last, t)
	}
	if first > last {
		return 0, 0, undated
	}
	return first, last, undated
}

const (
	// topBits is the most bits of the first digit: as many places as a processor
	// writes to side by side.
	topBits = 11
	// digitBits is the most bits of the others.
	digitBits = 8
	// fewKeys are sorted by insertion.
	fewKeys = 24
)

// sortKeys sorts keys, which are below 2 to the power of width. spare is as long.
func sortKeys(keys, spare []orderKey, width int) {
	if len(keys) <= fewKeys {
		insertKeys(keys)
		return
	}
	digit := min(width, topBits, max(1, bits.Len(uint(len(keys)))-digitBits))
	ends := make([]uint32, 1<<digit)
	sortDigit(keys, spare, ends, width, digit)
}

// sortDigit sorts keys that are equal but for their low width bits: by the highest
// digit of these, then by the others.
func sortDigit(keys, spare []orderKey, ends []uint32, width, digit int) {
	shift, mask := uint(width-digit), uint64(len(ends)-1)
	for i := range keys {
		ends[keys[i].key>>shift&mask]++
	}
	sum := uint32(0)
	for i, n := range ends {
		ends[i] = sum
		sum += n
	}
	spare = spare[:len(keys)]
	for _, k := range keys {
		at := &ends[k.key>>shift&mask]
		spare[*at] = k
		*at++
	}
	copy(keys, spare)
	if shift == 0 {
		return
	}
	lo := uint32(0)
	for _, hi := range ends {
		if part := keys[lo:hi]; len(part) > fewKeys {
			sortRest(part, spare, int(shift))
		} else if len(part) > 1 {
			insertKeys(part)
		}
		lo = hi
	}
}

// sortRest sorts many keys that are equal but for their low width bits.
func sortRest(keys, spare []orderKey, width int) {
	var ends [1 << digitBits]uint32
	digit := min(width, digitBits, bits.Len(uint(len(keys)))-2)
	sortDigit(keys, spare, ends[:1<<digit], width, digit)
}

// insertKeys sorts few keys.
func insertKeys(keys []orderKey) {
	for i := 1; i < len(keys); i++ {
		k, at := keys[i], i
		for at > 0 && keys[at-1].key > k.key {
			keys[at] = keys[at-1]
			at--
		}
		keys[at] = k
	}
}
