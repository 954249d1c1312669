package ingest

import (
	"math/bits"

	"github.com/rollcall-db/rollcall/federate/source"
)

// Those who have joined are asked for by name where they are few: what a statement
// that names them may have.
const (
	maxJoinedKeys  = 10_000
	maxJoinedBytes = 1 << 20 // of all their keys
)

// hasJoined reports whether a row is of somebody who is a customer, and was none
// before. Rows of the version before must be known; see customers.before.
func (c *customers) hasJoined(row uint32) bool {
	return int(row) >= c.first || c.isLive(row) && !c.before.isLive(row)
}

// joinedKeys returns the keys of those who have joined, as a source.Filterer wants
// them. ok is false where they are more than limit, or where everybody has.
func (c *customers) joinedKeys(limit int) (keys []string, ok bool, err error) {
	if c.before == nil {
		return nil, false, nil
	}
	rows, ok := c.joinedRows(limit)
	if !ok {
		return nil, false, nil
	}
	size := 0
	for _, row := range rows {
		key, err := c.name(row)
		if err != nil {
			return nil, false, err
		}
		if size += len(key); size > maxJoinedBytes {
			return nil, false, nil
		}
		keys = append(keys, key)
	}
	return keys, true, nil
}

// joinedRows returns the rows of those who have joined, ascending. ok is false where
// they are more than limit.
func (c *customers) joinedRows(limit int) (rows []uint32, ok bool) {
	if c.numbered-c.first > limit {
		return nil, false
	}
	if c.revived { // then some were dead: before.live is there
		for i, word := range c.before.live {
			live := ^uint64(0)
			if c.live != nil {
				live = c.live[i]
			}
			for came := live &^ word; came != 0; came &= came - 1 {
				row := uint32(i*64 + bits.TrailingZeros64(came))
				if int(row) >= c.first {
					break // of rows from first on all have joined
				}
				if rows = append(rows, row); len(rows) > limit {
					return nil, false
				}
			}
		}
	}
	for row := c.first; row < c.numbered; row++ {
		if rows = append(rows, uint32(row)); len(rows) > limit {
			return nil, false
		}
	}
	return rows, true
}

// joinersOnly returns the rows that a table, as it is now, has of those who have
// joined, whose keys are in a column. It may give others, too: who scans it looks
// again. ok is false where they are many, or the source would read the whole table
// for them, or a table without a version, which may change meanwhile.
func (b *builder) joinersOnly(t source.Table, column string) (few source.Table, ok bool, err error) {
	filterer, isOne := t.(source.Filterer)
	if _, hasVersions := t.(source.Resumable); !isOne || !hasVersions {
		return nil, false, nil
	}
	keys, ok, err := b.customers.joinedKeys(maxJoinedKeys)
	if err != nil || !ok {
		return nil, false, err
	}
	few, ok = filterer.OneOf(column, keys)
	return few, ok, nil
}
