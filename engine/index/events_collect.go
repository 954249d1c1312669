package index

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Collected is the events that a load collected, in any order. Event i is of
// customer Rows[i]; its time and fields are rows i of the builders.
type Collected struct {
	Rows   []uint32
	Times  *column.Builder
	Values []*column.Builder // as Fields
	Fields []model.Field
}

// NewCollected returns no events with these fields. A behavior's times are of
// type Timestamp.
func NewCollected(fields []model.Field) *Collected {
	c := &Collected{Times: column.NewBuilder(model.Type{Kind: model.Timestamp}, 0), Fields: fields}
	for _, f := range fields {
		c.Values = append(c.Values, column.NewBuilder(f.Type, 0))
	}
	return c
}

// SharedTexts is the texts of the fields that are strings, for collections that share
// them; nil for other fields.
type SharedTexts []*column.Texts

// NewSharedTexts returns texts for collections of events with these fields.
func NewSharedTexts(fields []model.Field) SharedTexts {
	texts := make(SharedTexts, len(fields))
	for i, f := range fields {
		if f.Type.Kind == model.String {
			texts[i] = column.NewTexts(dictionaryTexts)
		}
	}
	return texts
}

// NewSharedCollected is NewCollected for one of several collections, whose texts are
// shared: nothing may be added to one of them while another one is used.
func NewSharedCollected(fields []model.Field, texts SharedTexts) *Collected {
	c := &Collected{Times: column.NewBuilder(model.Type{Kind: model.Timestamp}, 0), Fields: fields}
	for i, f := range fields {
		if texts[i] != nil {
			c.Values = append(c.Values, column.NewShared(0, texts[i]))
		} else {
			c.Values = append(c.Values, column.NewBuilder(f.Type, 0))
		}
	}
	return c
}

// Reserve makes room for n events more.
func (c *Collected) Reserve(n int) {
	c.Rows = slices.Grow(c.Rows, n)
	c.Times.Reserve(n)
	for _, v := range c.Values {
		v.Reserve(n)
	}
}

// Reset takes all events out, and keeps their memory for the next ones.
func (c *Collected) Reset() {
	c.Rows = c.Rows[:0]
	c.Times.Reset()
	for _, v := range c.Values {
		v.Reset()
	}
}

// Bytes returns the memory that the events take.
func (c *Collected) Bytes() int64 {
	n := int64(len(c.Rows))*4 + c.Times.Bytes()
	for _, v := range c.Values {
		n += v.Bytes()
	}
	return n
}
