package toc

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// Writer writes a file of sections, one after the other. It holds the table
// only. It is not safe for concurrent use.
type Writer struct {
	w       io.Writer
	offset  int64
	entries []Entry
}

// NewWriter writes the header of a file to w. It buffers nothing.
func NewWriter(w io.Writer) (*Writer, error) {
	t := &Writer{w: w}
	header := make([]byte, 0, headerBytes)
	header = append(header, headerMagic...)
	header = binary.LittleEndian.AppendUint32(header, version)
	header = binary.LittleEndian.AppendUint32(header, 0)
	return t, t.write(header)
}

// Add writes a section. Sections come in any order of tags and indexes, no two
// with the same of both. An empty section is one all the same.
func (t *Writer) Add(tag Tag, index uint32, data []byte) error {
	size := int64(len(data))
	if err := t.pad(alignOf(size)); err != nil {
		return err
	}
	t.entries = append(t.entries, Entry{Tag: tag, Index: index, Offset: t.offset, Size: size})
	return t.write(data)
}

// Close writes the table and the footer. It does not close the underlying
// writer. The error may say that a section was added twice.
func (t *Writer) Close() error {
	slices.SortFunc(t.entries, Entry.compare)
	for i, e := range t.entries {
		if i > 0 && e.compare(t.entries[i-1]) == 0 {
			return fmt.Errorf("section %d of tag %d was added twice", e.Index, e.Tag)
		}
	}
	return t.finish(t.entries)
}

// finish writes a table of these entries, and the footer.
func (t *Writer) finish(entries []Entry) error {
	table := make([]byte, 0, len(entries)*entryBytes)
	for _, e := range entries {
		table = binary.LittleEndian.AppendUint32(table, uint32(e.Tag))
		table = binary.LittleEndian.AppendUint32(table, e.Index)
		table = binary.LittleEndian.AppendUint64(table, uint64(e.Offset))
		table = binary.LittleEndian.AppendUint64(table, uint64(e.Size))
	}
	if err := t.pad(sectionAlign); err != nil {
		return err
	}
	footer := binary.LittleEndian.AppendUint64(nil, uint64(t.offset))
	footer = binary.LittleEndian.AppendUint64(footer, uint64(len(entries)))
	footer = binary.LittleEndian.AppendUint64(footer, xxhash.Sum64(table))
	footer = append(footer, footerMagic...)
	if err := t.write(table); err != nil {
		return err
	}
	return t.write(footer)
}

var zeros [largeAlign]byte

// pad writes zeros up to the next multiple of align.
func (t *Writer) pad(align int64) error {
	return t.write(zeros[:alignUp(t.offset, align)-t.offset])
}

func (t *Writer) write(p []byte) error {
	n, err := t.w.Write(p)
	t.offset += int64(n)
	return err
}
