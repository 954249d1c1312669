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
// time. Equal events give equal sections. It is not safe for concurrent use, but for
// Encode.
type EventWriter struct {
	fields       []model.Field
	add          func(tag toc.Tag, index uint32, data []byte) error
	dictionaries []*column.DictionaryBuilder // by field; nil: neither texts nor lists of them
	next         int                         // the least block that may come
	block        BlockSections               // of Block
}

// BlockSections is the sections of one block of customers, and what they were made
// of. Its memory is used again by the next Encode. The zero value is ready.
type BlockSections struct {
	// Rows is the customers of the dated events, and Times their times, ascending.
	Rows  []uint32
	Times []int64
	// Events is the number of all events.
	Events int

	block int
	data  []byte
	ends  []int // in data, of the sections in the order of tags
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
	if len(order) == 0 {
		return w.come(block)
	}
	if err := w.Encode(&w.block, block, c, order, func(code func() error) error { return code() }); err != nil {
		return err
	}
	return w.Add(&w.block)
}

// come refuses a block that does not come after the ones before.
func (w *EventWriter) come(block int) error {
	if block < w.next {
		return fmt.Errorf("index: block %d comes after block %d", block, w.next-1)
	}
	w.next = block + 1
	return nil
}

// Encode makes the sections of a block: those that Block would write, of one event
// or more. It may be called side by side for several blocks, with an s for each:
// turn calls what it is given, and returns its error, once it has returned for all
// blocks before, and for none after.
func (w *EventWriter) Encode(s *BlockSections, block int, c *Collected, order []uint32, turn func(code func() error) error) error {
	if uint64(len(order)) > math.MaxUint32 {
		return fmt.Errorf("index: %d events in block %d, at most %d fit", len(order), block, uint32(math.MaxUint32))
	}
	s.block, s.Events, s.data, s.ends = block, len(order), s.data[:0], s.ends[:0]
	fields := make([]*column.Coded, len(w.fields))
	err := turn(func() (err error) {
		for i := range w.fields {
			if fields[i], err = column.NewCoded(c.Values[i], order, w.dictionaries[i]); err != nil {
				return fmt.Errorf("field %q: %w", w.fields[i].Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.rowsAndTimes(c, order); err != nil {
		return err
	}
	for i := range fields {
		if s.data, err = fields[i].AppendTo(s.data); err != nil {
			return fmt.Errorf("field %q: %w", w.fields[i].Name, err)
		}
		s.ends = append(s.ends, len(s.data))
	}
	return nil
}

// rowsAndTimes makes the sections of the customers of events and of the times of
// the dated ones. Sections start at multiples of 8.
func (s *BlockSections) rowsAndTimes(c *Collected, order []uint32) error {
	s.Rows, s.Times = s.Rows[:0], s.Times[:0]
	for position, i := range order {
		row := c.Rows[i]
		if int(row/bitmap.BlockRows) != s.block {
			return fmt.Errorf("index: an event of row %d is given for block %d", row, s.block)
		}
		s.data = binary.LittleEndian.AppendUint16(s.data, uint16(row%bitmap.BlockRows))
		at, dated := c.Times.Int(int(i))
		if !dated {
			continue
		}
		if n := len(s.Times); n < position || n > 0 && at < s.Times[n-1] {
			return fmt.Errorf("index: events of block %d are not in order of time", s.block)
		}
		s.Rows, s.Times = append(s.Rows, row), append(s.Times, at)
	}
	s.ends = append(s.ends, len(s.data))
	for len(s.data)%8 != 0 {
		s.data = append(s.data, 0)
	}
	s.data = binary.LittleEndian.AppendUint64(s.data, uint64(len(s.Times)))
	s.data = encoding.AppendInts(s.data, s.Times)
	s.ends = append(s.ends, len(s.data))
	return nil
}

// Add writes the sections of a block. Blocks come in ascending order.
func (w *EventWriter) Add(s *BlockSections) error {
	if err := w.come(s.block); err != nil {
		return err
	}
	lo := 0
	for i, hi := range s.ends {
		tag := tagRows
		switch i {
		case 0:
		case 1:
			tag, lo = tagTime, (lo+7)/8*8
		default:
			tag = tagField0 + toc.Tag(i-2)
		}
		if err := w.add(tag, uint32(s.block), s.data[lo:hi]); err != nil {
			return err
		}
		lo = hi
	}
	return nil
}

// Finish writes what the blocks share. It is called once, after the last block.
func (w *EventWriter) Finish() error {
	for i, d := range w.dictionaries {
		if d == nil || d.Len() == 0 {
			continue
		}
		data := d.AppendTo(w.block.data[:0])
		if err := w.add(tagDictionary, uint32(i), data); err != nil {
			return err
		}
	}
	return nil
}
