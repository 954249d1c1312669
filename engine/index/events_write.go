package index

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// EventWriter writes the sections of a part of events, a block of customers at a
// time. Equal events give equal sections. It is not safe for concurrent use.
type EventWriter struct {
	fields       []model.Field
	add          func(tag toc.Tag, index uint32, data []byte) error
	dictionaries []*column.DictionaryBuilder // by field; nil: neither texts nor lists of them
	next         int                         // the least block that may come
	data         []byte                      // the section on its way
	times        []int64
}

// NewEventWriter returns a writer of events with these fields. It gives every
// section to add, which must not keep the data beyond the call.
func NewEventWriter(fields []model.Field, add func(tag toc.Tag, index uint32, data []byte) error) *EventWriter {
	w := &EventWriter{fields: fields, add: add, dictionaries: make([]*column.DictionaryBuilder, len(fields))}
	for i, f := range fields {
		if f.Type.Elem().Kind == model.String {
			w.dictionaries[i] = column.NewDictionaryBuilder(dictionaryTexts)
		}
	}
	return w
}

// Block writes the events of one block of customers: those of c at the positions
// of order, which is a piece of c.Order. Blocks come in ascending order; one
// without events leaves nothing. After an error, add's among them, the writer is
// of no use.
func (w *EventWriter) Block(block int, c *Collected, order []uint32) error {
	switch {
	case block < w.next:
		return fmt.Errorf("index: block %d comes after block %d", block, w.next-1)
	case uint64(len(order)) > math.MaxUint32:
		return fmt.Errorf("index: %d events in block %d, at most %d fit", len(order), block, uint32(math.MaxUint32))
	}
	w.next = block + 1
	if len(order) == 0 {
		return nil
	}
	if err := w.rows(block, c, order); err != nil {
		return err
	}
	if err := w.time(block, c, order); err != nil {
		return err
	}
	for i := range w.fields {
		var err error
		if w.data, err = column.AppendEncoded(w.data[:0], c.Values[i], order, w.dictionaries[i]); err != nil {
			return fmt.Errorf("field %q: %w", w.fields[i].Name, err)
		}
		if err := w.add(tagField0+toc.Tag(i), uint32(block), w.data); err != nil {
			return err
		}
	}
	return nil
}

// rows writes the customers of a block's events.
func (w *EventWriter) rows(block int, c *Collected, order []uint32) error {
	w.data = w.data[:0]
	for _, i := range order {
		row := c.Rows[i]
		if int(row/bitmap.BlockRows) != block {
			return fmt.Errorf("index: an event of row %d is given for block %d", row, block)
		}
		w.data = binary.LittleEndian.AppendUint16(w.data, uint16(row%bitmap.BlockRows))
	}
	return w.add(tagRows, uint32(block), w.data)
}

// time writes the times of a block's dated events.
func (w *EventWriter) time(block int, c *Collected, order []uint32) error {
	w.times = w.times[:0]
	for position, i := range order {
		at, dated := c.Times.Int(int(i))
		if !dated {
			continue
		}
		if n := len(w.times); n < position || n > 0 && at < w.times[n-1] {
			return fmt.Errorf("index: events of block %d are not in order of time", block)
		}
		w.times = append(w.times, at)
	}
	w.data = binary.LittleEndian.AppendUint64(w.data[:0], uint64(len(w.times)))
	w.data = encoding.AppendInts(w.data, w.times)
	return w.add(tagTime, uint32(block), w.data)
}

// Finish writes what the blocks share. It is called once, after the last block.
func (w *EventWriter) Finish() error {
	for i, d := range w.dictionaries {
		if d == nil || d.Len() == 0 {
			continue
		}
		w.data = d.AppendTo(w.data[:0])
		if err := w.add(tagDictionary, uint32(i), w.data); err != nil {
			return err
		}
	}
	return nil
}
