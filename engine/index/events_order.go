package index

import "slices"

// Order returns the positions of the events by block of customers, then time
// with undated events last, then customer, then field values: equal sets of
// events give equal files, whatever order they came in.
func (c *Collected) Order() []uint32 {
	events, undated := c.orderKeys()
	events = sortEvents(events, undated)
	order := make([]uint32, len(events))
	for i := range events {
		order[i] = events[i].position
	}
	for lo := 0; lo < len(events); {
		hi := lo + 1
		for hi < len(events) && c.ties(&events[lo], &events[hi]) {
			hi++
		}
		if hi-lo > 1 {
			slices.SortFunc(order[lo:hi], c.compareFields)
		}
		lo = hi
	}
	return order
}

// ties reports whether two events are of one customer at one time.
func (c *Collected) ties(x, y *orderKey) bool {
	return x.time == y.time && x.row == y.row && c.Times.IsNull(int(x.position)) == c.Times.IsNull(int(y.position))
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

// orderKey is what an event is ordered by, kept together so that sorting reads
// one place in memory.
type orderKey struct {
	time     uint64 // order-preserving: the sign bit flipped; 0 where undated
	row      uint32
	position uint32
}

// orderKeys returns the keys of all events; undated is nil where none is.
func (c *Collected) orderKeys() (keys []orderKey, undated func(position uint32) bool) {
	keys = make([]orderKey, len(c.Rows))
	for i, row := range c.Rows {
		keys[i] = orderKey{row: row, position: uint32(i)}
		if t, dated := c.Times.Int(i); dated {
			keys[i].time = uint64(t) ^ 1<<63
		} else {
			undated = func(position uint32) bool { return c.Times.IsNull(int(position)) }
		}
	}
	return keys, undated
}

// sortEvents sorts by block, undated last, time and row, and returns the keys,
// in their own memory or another.
//
// Method: radix sort from the least significant byte; bytes that are the same
// in all keys cost one look and no move.
func sortEvents(keys []orderKey, undated func(uint32) bool) []orderKey {
	spare := make([]orderKey, len(keys))
	pass := func(digit func(*orderKey) uint8) {
		if sortPass(spare, keys, digit) {
			keys, spare = spare, keys
		}
	}
	for shift := 0; shift < 16; shift += 8 {
		pass(func(k *orderKey) uint8 { return uint8(k.row >> shift) })
	}
	for shift := 0; shift < 64; shift += 8 {
		pass(func(k *orderKey) uint8 { return uint8(k.time >> shift) })
	}
	if undated != nil {
		pass(func(k *orderKey) uint8 {
			if undated(k.position) {
				return 1
			}
			return 0
		})
	}
	for shift := 16; shift < 32; shift += 8 {
		pass(func(k *orderKey) uint8 { return uint8(k.row >> shift) })
	}
	return keys
}

// sortPass puts src into dst by one digit, keeping the order of equals. It
// returns false, and leaves dst alone, where all digits are the same.
func sortPass(dst, src []orderKey, digit func(*orderKey) uint8) bool {
	var ends [256]int
	for i := range src {
		ends[digit(&src[i])]++
	}
	next := 0
	for d, n := range ends {
		if n == len(src) {
			return false
		}
		ends[d] = next
		next += n
	}
	for i := range src {
		d := digit(&src[i])
		dst[ends[d]] = src[i]
		ends[d]++
	}
	return true
}
