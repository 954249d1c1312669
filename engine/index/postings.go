package index

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// The sections of a part's file of postings. A field with postings has one of each
// kind for every block that has them; its kinds are counted from the tag of the
// field. See docs/format.md.
const (
	tagCopies        toc.Tag = 1       // index: field. u32 each: the fields of which any block has copies
	tagPostings0     toc.Tag = 1 << 16 // plus the field times tagsOfField
	tagsOfField      toc.Tag = 1 << 16
	kindStarts       toc.Tag = 0  // index: block. u64 values, u64 step; then u32 each: where events start
	kindPostingRows  toc.Tag = 1  // index: block. u16 each: customer of each event
	kindDistinct     toc.Tag = 2  // index: block. The distinct values, a column
	kindCopy0        toc.Tag = 16 // plus the field; index: block. One value of it for each event
	maxPostingFields         = int(tagsOfField - kindCopy0)
)

// postingTag returns the tag of a kind of section of a field.
func postingTag(field int, kind toc.Tag) toc.Tag {
	return tagPostings0 + toc.Tag(field)*tagsOfField + kind
}

// PostingsSectionName says what a section of a file of postings holds, for people.
func PostingsSectionName(fields []model.Field, tag toc.Tag, index uint32) string {
	unknown := fmt.Sprintf("section %d of tag %d", index, tag)
	if tag == tagCopies && uint64(index) < uint64(len(fields)) {
		return fmt.Sprintf("fields copied for field %q", fields[index].Name)
	}
	if tag < tagPostings0 || int64((tag-tagPostings0)/tagsOfField) >= int64(len(fields)) {
		return unknown
	}
	field := fields[(tag-tagPostings0)/tagsOfField].Name
	switch kind := (tag - tagPostings0) % tagsOfField; {
	case kind == kindStarts:
		return fmt.Sprintf("starts by field %q of block %d", field, index)
	case kind == kindPostingRows:
		return fmt.Sprintf("rows by field %q of block %d", field, index)
	case kind == kindDistinct:
		return fmt.Sprintf("values of field %q in block %d", field, index)
	case kind >= kindCopy0 && int(kind-kindCopy0) < len(fields):
		return fmt.Sprintf("field %q by field %q of block %d", fields[kind-kindCopy0].Name, field, index)
	}
	return unknown
}

// Postings is the events of a part in one block once more, in the order of the
// values of one field, those of one value in the order of the part: so the events
// of a value, and of a span of time, lie side by side. Of each it has the customer,
// and copies of some fields. It is immutable and safe for concurrent use.
type Postings struct {
	// Rows is the customer of each event, within the block. It must not be changed.
	Rows []uint16

	part     *EventPart
	field    int
	distinct *column.Encoded
	step     int
	starts   []uint32             // by step, then by value: where the value's events from the step's position on start
	copies   *column.Lazy[copied] // by field
}

// copied is the copy of a field; nil: there is none.
type copied struct{ values *column.Encoded }

// startsHeader is the bytes of a section of starts before the starts.
const startsHeader = 16

// maxPostingValues is how many values postings have at most: as many as are
// matched at once.
const maxPostingValues = bitmap.BlockRows

var errStarts = errors.New("the starts are not in order")

// openPostings parses the postings of a field; those of a block without any have
// no rows.
func (p *EventPart) openPostings(field int) (*Postings, error) {
	x := &Postings{part: p, field: field}
	sections := p.part.postings
	if sections == nil {
		return x, nil
	}
	starts, ok, err := sections.Section(postingTag(field, kindStarts), p.block)
	if err != nil || !ok {
		return x, err
	}
	if err := x.parseStarts(starts); err != nil {
		return nil, p.corruptPostings(field, kindStarts, err)
	}
	rows, err := p.postingSection(field, kindPostingRows)
	if err != nil {
		return nil, err
	}
	if len(rows) != 2*len(p.Rows) {
		return nil, p.corruptPostings(field, kindPostingRows, fmt.Errorf("%d bytes, expected 2 for each of %d events", len(rows), len(p.Rows)))
	}
	x.Rows = arrow.Uint16Traits.CastFromBytes(rows)
	data, err := p.postingSection(field, kindDistinct)
	if err != nil {
		return nil, err
	}
	if x.distinct, err = p.parseField(field, data, len(x.starts)/(x.steps()+1)); err != nil {
		return nil, p.corruptPostings(field, kindDistinct, err)
	}
	x.copies = column.NewLazy(min(len(p.part.fields), maxPostingFields), x.openCopy)
	return x, nil
}

// parseStarts checks that every span of events lies within them.
func (x *Postings) parseStarts(data []byte) error {
	if len(data) < startsHeader {
		return fmt.Errorf("%d bytes, expected %d or more", len(data), startsHeader)
	}
	n := uint64(len(x.part.Rows))
	values, step := binary.LittleEndian.Uint64(data), binary.LittleEndian.Uint64(data[8:])
	if values == 0 || values > maxPostingValues || step == 0 || step > 1<<32 {
		return fmt.Errorf("%d values in steps of %d", values, step)
	}
	steps := (n + step - 1) / step
	if want := startsHeader + (4*values*(steps+1)+7)/8*8; uint64(len(data)) != want {
		return fmt.Errorf("%d bytes, expected %d", len(data), want)
	}
	x.step = int(step)
	x.starts = arrow.Uint32Traits.CastFromBytes(data[startsHeader:])[:values*(steps+1)]
	count := int(values)
	last := x.starts[int(steps)*count:]
	for i, start := range x.starts {
		if i >= count && start < x.starts[i-count] || start > last[i%count] {
			return errStarts
		}
	}
	if x.starts[0] != 0 || uint64(last[count-1]) != n {
		return errStarts
	}
	for i := 1; i < count; i++ {
		if x.starts[i] != last[i-1] {
			return errStarts
		}
	}
	return nil
}

// openCopy parses the copy of a field.
func (x *Postings) openCopy(field int) (*copied, error) {
	p, kind := x.part, kindCopy0+toc.Tag(field)
	data, ok, err := p.part.postings.Section(postingTag(x.field, kind), p.block)
	if err != nil || !ok {
		return &copied{}, err
	}
	values, err := p.parseField(field, data, len(p.Rows))
	if err != nil {
		return nil, p.corruptPostings(x.field, kind, err)
	}
	return &copied{values: values}, nil
}

// parseField parses n values of a field.
func (p *EventPart) parseField(field int, data []byte, n int) (*column.Encoded, error) {
	d, err := p.part.dictionary(field)
	if err != nil {
		return nil, err
	}
	return column.ParseEncoded(p.part.fields[field].Type, data, n, d)
}

// postingSection returns the bytes of a section of postings that are there.
func (p *EventPart) postingSection(field int, kind toc.Tag) ([]byte, error) {
	data, ok, err := p.part.postings.Section(postingTag(field, kind), p.block)
	if err == nil && !ok {
		err = p.corruptPostings(field, kind, errMissing)
	}
	return data, err
}

// corruptPostings says what is wrong with a section of postings.
func (p *EventPart) corruptPostings(field int, kind toc.Tag, reason error) error {
	name := PostingsSectionName(p.part.fields, postingTag(field, kind), p.block)
	return p.part.postings.Corrupt(fmt.Errorf("%s: %w", name, reason))
}

// Postings returns the postings of a field, nil where the block has none. After
// the first call for a field it allocates nothing.
func (p *EventPart) Postings(field int) (*Postings, error) {
	if p.part.postings == nil || field < 0 || field >= p.postings.Len() {
		return nil, nil
	}
	x, err := p.postings.At(field)
	if err != nil || x.Rows == nil {
		return nil, err
	}
	return x, nil
}

// Values returns the number of distinct values, NULL among them.
func (x *Postings) Values() int { return x.distinct.Len() }

// steps returns the number of steps that the events take.
func (x *Postings) steps() int { return (len(x.part.Rows) + x.step - 1) / x.step }

// Steps returns the steps [from, to) that lie wholly among the events at positions
// lo to hi-1 of the part, and the positions of the events in them. Those before and
// after them are not in any postings that Events gives of these steps.
func (x *Postings) Steps(lo, hi int) (from, to, first, end int) {
	from, to = (lo+x.step-1)/x.step, hi/x.step
	if hi == len(x.part.Rows) {
		to = x.steps()
	}
	if from >= to {
		return 0, 0, lo, lo
	}
	return from, to, from * x.step, min(to*x.step, hi)
}

// Events returns the places [lo, hi) in the postings of a value's events of the
// steps from to to-1.
func (x *Postings) Events(value, from, to int) (lo, hi int) {
	values := x.Values()
	return int(x.starts[from*values+value]), int(x.starts[to*values+value])
}

// HasCopy reports whether there is a copy of a field.
func (x *Postings) HasCopy(field int) (bool, error) {
	if field < 0 || field >= x.copies.Len() {
		return false, nil
	}
	c, err := x.copies.At(field)
	return err == nil && c.values != nil, err
}

// HasPostings reports whether any block of any part has postings of a field with
// copies of other fields.
func (e *Events) HasPostings(field int, copies []int) (bool, error) {
	for _, p := range e.parts {
		if p.postings == nil {
			continue
		}
		data, ok, err := p.postings.Section(tagCopies, uint32(field))
		if err != nil {
			return false, err
		}
		if ok && hasAll(data, copies) {
			return true, nil
		}
	}
	return false, nil
}

// hasAll reports whether numbers of 32 bits have all the wanted ones among them.
func hasAll(data []byte, wanted []int) bool {
next:
	for _, w := range wanted {
		for at := 0; at+4 <= len(data); at += 4 {
			if int64(binary.LittleEndian.Uint32(data[at:])) == int64(w) {
				continue next
			}
		}
		return false
	}
	return true
}
