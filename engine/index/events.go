package index

import (
	"fmt"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// Events is the events of a behavior, in blocks of customers, each of one or more
// parts. It is immutable and safe for concurrent use.
type Events struct {
	fields []model.Field
	parts  []*part
	blocks *column.Lazy[EventBlock]
}

// EventBlock is the events of the customers of one block. It is immutable and
// safe for concurrent use.
type EventBlock struct {
	// Parts is the parts that have events in this block, oldest part first. The
	// events of one are in order of time; those of two may lie in any order to each
	// other.
	Parts []*EventPart
}

// CheckRows is that of all parts.
func (b *EventBlock) CheckRows(rows int) error {
	for _, p := range b.Parts {
		if err := p.CheckRows(rows); err != nil {
			return err
		}
	}
	return nil
}

// OpenEvents returns the events of a behavior with these fields, of so many
// blocks of customers, which lie in parts, oldest first. Nothing is read before
// it is asked for. Every error about bytes is made by the Corrupt of their part.
func OpenEvents(fields []model.Field, blocks int, parts []toc.Sections) *Events {
	return OpenEventsWith(fields, blocks, parts, make([]toc.Sections, len(parts)))
}

// OpenEventsWith is OpenEvents with the postings of each part; nil: it has none.
func OpenEventsWith(fields []model.Field, blocks int, parts, postings []toc.Sections) *Events {
	opened := make([]*part, len(parts))
	for i, s := range parts {
		opened[i] = newPart(i, fields, s)
		opened[i].postings = postings[i]
	}
	load := func(block int) (*EventBlock, error) {
		b := &EventBlock{}
		for _, p := range opened {
			e, err := p.open(uint32(block))
			if err != nil {
				return nil, err
			}
			if e != nil {
				b.Parts = append(b.Parts, e)
			}
		}
		return b, nil
	}
	return &Events{fields: fields, parts: opened, blocks: column.NewLazy(blocks, load)}
}

// Block returns the events of the customers of block i. After the first call for
// i it allocates nothing.
func (e *Events) Block(i int) (*EventBlock, error) { return e.blocks.At(i) }

// Fields returns the fields of the events.
func (e *Events) Fields() []model.Field { return e.fields }

// part is a part of a behavior's events.
type part struct {
	number       int // position among the parts
	fields       []model.Field
	sections     toc.Sections
	postings     toc.Sections                    // nil: there are none
	dictionaries *column.Lazy[column.Dictionary] // by field, for those that have one
}

func newPart(number int, fields []model.Field, sections toc.Sections) *part {
	p := &part{number: number, fields: fields, sections: sections}
	p.dictionaries = column.NewLazy(len(fields), p.openDictionary)
	return p
}

// openDictionary parses the dictionary of a field.
func (p *part) openDictionary(field int) (*column.Dictionary, error) {
	data, ok, err := p.sections.Section(tagDictionary, uint32(field))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, nil
	}
	d, err := column.ParseDictionary(data)
	if err != nil {
		return nil, p.corrupt(tagDictionary, uint32(field), err)
	}
	return d, nil
}

// dictionary returns the dictionary of a field, nil where it has none.
func (p *part) dictionary(field int) (*column.Dictionary, error) {
	if p.fields[field].Type.Elem().Kind != model.String {
		return nil, nil
	}
	return p.dictionaries.At(field)
}

// corrupt says what is wrong with a section.
func (p *part) corrupt(tag toc.Tag, index uint32, reason error) error {
	return p.sections.Corrupt(fmt.Errorf("%s: %w", SectionName(p.fields, tag, index), reason))
}

// section returns the bytes of a section of a block that has events.
func (p *part) section(tag toc.Tag, block uint32) ([]byte, error) {
	data, ok, err := p.sections.Section(tag, block)
	if err == nil && !ok {
		err = p.corrupt(tag, block, errMissing)
	}
	return data, err
}
