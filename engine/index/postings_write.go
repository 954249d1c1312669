package index

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// PostingLimits say which fields of a block get postings.
type PostingLimits struct {
	Values int // distinct values at most, NULL among them; 0: no field gets any
	Events int // a block has at least
	Bytes  int // that the postings of a block take for each of its events, at most
}

// PostingsWriter writes the sections of the postings of a part, a block of customers
// at a time. It is not safe for concurrent use; a [PostingsMaker] makes what it
// writes.
type PostingsWriter struct {
	fields []model.Field
	limits PostingLimits
	maker  *PostingsMaker // of Block
	add    func(tag toc.Tag, index uint32, data []byte) error
	copies [][]bool // by field with postings, then by field: whether any block has a copy
}

// PostingsMaker makes the sections of the postings of one block after the other.
// Several may be at work at the same time. It is not safe for concurrent use.
//
// Fields are taken in their order, as far as there is room: each with copies of the
// others that are numbers, measures before whole numbers, for these are what is made
// of the events of a value.
type PostingsMaker struct {
	fields []model.Field
	limits PostingLimits
	order  postingOrder
	data   []byte
	made   []postingSection
}

// postingSection is a section of the postings of a block.
type postingSection struct {
	field  int
	kind   toc.Tag
	block  uint32
	lo, hi int // in data
}

// NewPostingsWriter returns a writer of the postings of events with these fields,
// which calls add with every section. The bytes are valid during the call.
func NewPostingsWriter(fields []model.Field, limits PostingLimits, add func(tag toc.Tag, index uint32, data []byte) error) *PostingsWriter {
	return &PostingsWriter{
		fields: fields[:min(len(fields), maxPostingFields)], limits: limits, add: add, copies: make([][]bool, len(fields)),
	}
}

// Maker returns what makes the postings that w writes.
func (w *PostingsWriter) Maker() *PostingsMaker {
	return &PostingsMaker{fields: w.fields, limits: w.limits}
}

// Block writes the postings of a block's events in p's part. It is called once for
// every block that has events.
func (w *PostingsWriter) Block(p *EventPart) error {
	if w.maker == nil {
		w.maker = w.Maker()
	}
	w.maker.Start()
	if err := w.maker.Block(p); err != nil {
		return err
	}
	return w.Add(w.maker)
}

// GetsPostings reports whether any field of a block gets postings.
func GetsPostings(p *EventPart, limits PostingLimits) (bool, error) {
	var o postingOrder
	for field := range p.part.fields[:min(len(p.part.fields), maxPostingFields)] {
		if ok, err := o.sort(p, field, limits); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// Start lets go of what was made.
func (m *PostingsMaker) Start() { m.data, m.made = m.data[:0], m.made[:0] }

// Block makes the postings of a block's events in p's part, beside what has been made
// since Start.
func (m *PostingsMaker) Block(p *EventPart) error {
	room := m.limits.Bytes * len(p.Rows)
	for field := range m.fields {
		ok, err := m.order.sort(p, field, m.limits)
		if err != nil {
			return err
		}
		if !ok || m.order.sizeBytes() > room {
			continue
		}
		if room, err = m.field(p, field, room-m.order.sizeBytes()); err != nil {
			return err
		}
	}
	return nil
}

// field makes the postings of a field, which the order is of, and returns what it
// leaves of the room for copies.
func (m *PostingsMaker) field(p *EventPart, field, room int) (left int, err error) {
	m.add(p, field, kindStarts, m.order.appendStarts)
	m.add(p, field, kindPostingRows, func(dst []byte) []byte { return append(dst, m.order.rowBytes(p)...) })
	m.add(p, field, kindDistinct, m.order.appendDistinct)
	for _, isMeasure := range []bool{true, false} {
		for i, f := range m.fields {
			if i == field || f.Type.Kind != model.Number || isMeasure != (f.Type.Repr != model.Int64) {
				continue
			}
			if room, err = m.copyField(p, field, i, room); err != nil {
				return 0, err
			}
		}
	}
	return room, nil
}

// copyField makes the copy of field i where there is room for it.
func (m *PostingsMaker) copyField(p *EventPart, field, i, room int) (left int, err error) {
	e, err := p.fields.At(i)
	if err != nil || !e.IsNumbers() || e.SizeBytes() > room {
		return room, err
	}
	m.add(p, field, kindCopy0+toc.Tag(i), func(dst []byte) []byte { return m.order.appendCopy(dst, e) })
	return room - e.SizeBytes(), nil
}

// add makes a section. Sections start at multiples of 8.
func (m *PostingsMaker) add(p *EventPart, field int, kind toc.Tag, appendTo func(dst []byte) []byte) {
	m.data = append(m.data, make([]byte, -len(m.data)&7)...)
	lo := len(m.data)
	m.data = appendTo(m.data)
	m.made = append(m.made, postingSection{field: field, kind: kind, block: p.block, lo: lo, hi: len(m.data)})
}

// Add writes what has been made of blocks that are above those before them.
func (w *PostingsWriter) Add(m *PostingsMaker) error {
	for _, s := range m.made {
		if w.copies[s.field] == nil {
			w.copies[s.field] = make([]bool, len(w.copies))
		}
		if s.kind >= kindCopy0 {
			w.copies[s.field][s.kind-kindCopy0] = true
		}
		if err := w.add(postingTag(s.field, s.kind), s.block, m.data[s.lo:s.hi]); err != nil {
			return err
		}
	}
	return nil
}

// Finish writes what the blocks share. It is called once, after the last block.
func (w *PostingsWriter) Finish() error {
	for field, copies := range w.copies {
		if copies == nil {
			continue
		}
		var data []byte
		for i, has := range copies {
			if has {
				data = binary.LittleEndian.AppendUint32(data, uint32(i))
			}
		}
		if err := w.add(tagCopies, uint32(field), data); err != nil {
			return err
		}
	}
	return nil
}

// CheckPostings makes the postings of the events again and says what is wrong with
// those that are stored. Check has found nothing wrong with the events.
func (p *EventPart) CheckPostings() error {
	var o postingOrder
	for field := range p.part.fields[:min(len(p.part.fields), maxPostingFields)] {
		if x, err := p.Postings(field); x == nil || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		ok, err := o.sort(p, field, PostingLimits{Values: maxPostingValues, Events: 1})
		if err != nil {
			return err
		}
		if !ok {
			return p.corruptPostings(field, kindStarts, errNotOfEvents)
		}
		if err := o.check(p, field); err != nil {
			return err
		}
	}
	return nil
}

// check compares the stored postings of a field with what the order makes of the
// events.
func (o *postingOrder) check(p *EventPart, field int) error {
	same := func(kind toc.Tag, want []byte) error {
		got, err := p.postingSection(field, kind)
		if err == nil && !bytes.Equal(got, want) {
			err = p.corruptPostings(field, kind, errNotOfEvents)
		}
		return err
	}
	if err := same(kindStarts, o.appendStarts(nil)); err != nil {
		return err
	}
	if err := same(kindPostingRows, o.rowBytes(p)); err != nil {
		return err
	}
	if err := same(kindDistinct, o.appendDistinct(nil)); err != nil {
		return err
	}
	for i := range p.part.fields {
		if i >= maxPostingFields {
			break
		}
		kind := kindCopy0 + toc.Tag(i)
		if _, ok, err := p.part.postings.Section(postingTag(field, kind), p.block); err != nil || !ok {
			if err != nil {
				return err
			}
			continue
		}
		e, err := p.fields.At(i)
		if err != nil {
			return err
		}
		if !e.IsNumbers() {
			return p.corruptPostings(field, kind, errNotOfEvents)
		}
		if err := same(kind, o.appendCopy(nil, e)); err != nil {
			return err
		}
	}
	return nil
}

var errNotOfEvents = errors.New("it is not what the events make")
