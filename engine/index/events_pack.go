package index

import (
	"fmt"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
)

// PackedEvents is collected events of one block of customers, in a fraction of their
// memory. It does not change, and is safe for concurrent use.
type PackedEvents struct {
	rows   []uint16
	times  *column.Packed
	values []*column.Packed
}

// EventPacker packs events. The zero value is ready. It is not safe for concurrent
// use.
type EventPacker struct{ column.Packer }

// CanPack reports whether the events can be packed: lists cannot, nor numbers of more
// than 64 bits, nor texts that are not shared.
func (c *Collected) CanPack() bool {
	for _, v := range c.Values {
		if !v.CanPack() {
			return false
		}
	}
	return true
}

// Pack returns the events of c, which CanPack and are all of one block.
func (p *EventPacker) Pack(c *Collected) *PackedEvents {
	packed := &PackedEvents{rows: make([]uint16, len(c.Rows)), times: p.Packer.Pack(c.Times)}
	for i, row := range c.Rows {
		packed.rows[i] = uint16(row % bitmap.BlockRows)
	}
	for _, v := range c.Values {
		packed.values = append(packed.values, p.Packer.Pack(v))
	}
	return packed
}

// Len returns the number of events.
func (p *PackedEvents) Len() int { return len(p.rows) }

// Bytes returns the memory that the events take.
func (p *PackedEvents) Bytes() int64 {
	n := int64(2*len(p.rows)) + p.times.Bytes()
	for _, v := range p.values {
		n += v.Bytes()
	}
	return n
}

// AppendPacked appends packed events of the block whose first customer is base, which
// come of a collection that shares its texts with c. After an error c is of no use.
func (c *Collected) AppendPacked(p *PackedEvents, base uint32) error {
	for _, row := range p.rows {
		c.Rows = append(c.Rows, base+uint32(row))
	}
	if err := c.Times.AppendPacked(p.times); err != nil {
		return err
	}
	for i, v := range c.Values {
		if err := v.AppendPacked(p.values[i]); err != nil {
			return fmt.Errorf("field %q: %w", c.Fields[i].Name, err)
		}
	}
	return nil
}
