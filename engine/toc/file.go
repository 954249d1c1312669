package toc

import (
	"encoding/binary"
	"fmt"
	"iter"
	"sort"

	"github.com/cespare/xxhash/v2"
)

// File is an open file of sections, read in place. It is immutable and safe for
// concurrent use, as long as its bytes are there. It implements [Sections].
type File struct {
	bytes Bytes
	table []byte // the entries, in place
}

// Open reads the header and the table of a file and checks that every section
// lies within it. The error is what b.Corrupt or b.Range makes.
func Open(b Bytes) (*File, error) {
	f := &File{bytes: b}
	if err := f.openHeader(); err != nil {
		return nil, err
	}
	end, err := f.openTable()
	if err != nil {
		return nil, err
	}
	prev := Entry{}
	for i := range f.Len() {
		e := f.entry(i)
		switch {
		case i > 0 && prev.compare(e) >= 0:
			return nil, f.corrupt("entry %d of the table is section %d of tag %d, after section %d of tag %d", i, e.Index, e.Tag, prev.Index, prev.Tag)
		case e.Offset%sectionAlign != 0:
			return nil, f.corrupt("section %d of tag %d is at %d, expected a multiple of %d", e.Index, e.Tag, e.Offset, sectionAlign)
		case e.Offset < headerBytes || e.Offset > end || e.Size < 0 || e.Size > end-e.Offset:
			return nil, f.corrupt("section %d of tag %d has %d bytes at %d, beyond %d to %d", e.Index, e.Tag, uint64(e.Size), uint64(e.Offset), headerBytes, end)
		}
		prev = e
	}
	return f, nil
}

// openHeader checks the first bytes.
func (f *File) openHeader() error {
	if n := f.bytes.Len(); n < headerBytes+footerBytes {
		return f.corrupt("%d bytes, expected at least %d", n, headerBytes+footerBytes)
	}
	header, err := f.bytes.Range(0, headerBytes)
	if err != nil {
		return err
	}
	if magic := header[:len(headerMagic)]; string(magic) != headerMagic {
		return f.corrupt("starts with %q, expected %q", magic, headerMagic)
	}
	if v := binary.LittleEndian.Uint32(header[8:]); v != version {
		return f.corrupt("layout version %d, expected %d", v, version)
	}
	return nil
}

// openTable finds the table by the footer and checks its bytes. Sections end
// before end.
func (f *File) openTable() (end int64, err error) {
	footerAt := f.bytes.Len() - footerBytes
	footer, err := f.bytes.Range(footerAt, footerBytes)
	if err != nil {
		return 0, err
	}
	if magic := footer[24:]; string(magic) != footerMagic {
		return 0, f.corrupt("ends with %q, expected %q", magic, footerMagic)
	}
	at, n := binary.LittleEndian.Uint64(footer), binary.LittleEndian.Uint64(footer[8:])
	room := uint64(footerAt - headerBytes)
	if n > room/entryBytes || at != uint64(footerAt)-n*entryBytes || at%sectionAlign != 0 {
		return 0, f.corrupt("table of %d entries at %d, which does not end at %d", n, at, footerAt)
	}
	if f.table, err = f.bytes.Range(int64(at), int64(n)*entryBytes); err != nil {
		return 0, err
	}
	if found, want := xxhash.Sum64(f.table), binary.LittleEndian.Uint64(footer[16:]); found != want {
		return 0, f.corrupt("checksum of the table is %016x, expected %016x", found, want)
	}
	return int64(at), nil
}

// Len returns the number of sections.
func (f *File) Len() int { return len(f.table) / entryBytes }

// entry returns entry i of the table.
func (f *File) entry(i int) Entry {
	e := f.table[i*entryBytes : (i+1)*entryBytes]
	return Entry{
		Tag:    Tag(binary.LittleEndian.Uint32(e)),
		Index:  binary.LittleEndian.Uint32(e[4:]),
		Offset: int64(binary.LittleEndian.Uint64(e[8:])),
		Size:   int64(binary.LittleEndian.Uint64(e[16:])),
	}
}

// Entries returns every section of the file, those of unknown tags too,
// ascending by tag, then by index.
func (f *File) Entries() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for i := range f.Len() {
			if !yield(f.entry(i)) {
				return
			}
		}
	}
}

// Place returns where a section is, without reading it; ok is false where the
// file has none such.
func (f *File) Place(tag Tag, index uint32) (off, size int64, ok bool) {
	want := Entry{Tag: tag, Index: index}
	i := sort.Search(f.Len(), func(i int) bool { return f.entry(i).compare(want) >= 0 })
	if i == f.Len() {
		return 0, 0, false
	}
	if e := f.entry(i); e.compare(want) == 0 {
		return e.Offset, e.Size, true
	}
	return 0, 0, false
}

// Section implements [Sections].
func (f *File) Section(tag Tag, index uint32) (data []byte, ok bool, err error) {
	off, size, ok := f.Place(tag, index)
	if !ok {
		return nil, false, nil
	}
	data, err = f.bytes.Range(off, size)
	return data, err == nil, err
}

// Corrupt implements [Sections].
func (f *File) Corrupt(reason error) error { return f.bytes.Corrupt(reason) }

// Bytes returns the bytes of the whole file.
func (f *File) Bytes() Bytes { return f.bytes }

func (f *File) corrupt(format string, args ...any) error {
	return f.bytes.Corrupt(fmt.Errorf(format, args...))
}
