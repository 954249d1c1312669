package store

import (
	"encoding/binary"
	"fmt"
)

// flat reads a flatbuffer: the form of what Arrow writes about its data. Unlike
// the generated readers it never leaves the bytes that it is given and never
// panics: a read beyond them gives zero and sets err, which is asked once, at the
// end. Offsets are 64-bit here, so that none wraps around to form a circle.
//
// Where there is no error the generated readers find the same fields at the same
// places: what was checked here is what they use.
type flat struct {
	data []byte
	err  error // the first thing that is wrong, said of the buffer without its name
}

// fail notes the first thing that is wrong.
func (f *flat) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf(format, args...)
	}
}

// beyond notes that an offset leads out of the buffer.
func (f *flat) beyond() { f.fail("leads beyond its %d bytes", len(f.data)) }

// uint reads an unsigned number of size bytes.
func (f *flat) uint(at, size int64) uint64 {
	if at < 0 || at > int64(len(f.data))-size {
		f.beyond()
		return 0
	}
	switch p := f.data[at:]; size {
	case 1:
		return uint64(p[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(p))
	case 4:
		return uint64(binary.LittleEndian.Uint32(p))
	}
	return binary.LittleEndian.Uint64(f.data[at:])
}

// follow returns the position that the offset at a position leads to.
func (f *flat) follow(at int64) int64 { return at + int64(f.uint(at, 4)) }

// root returns the position of the outermost table.
func (f *flat) root() int64 { return f.follow(0) }

// vtableHeader is the bytes of a vtable before its entries, of 2 bytes each.
const vtableHeader = 4

// field returns the position of field number slot of a table; ok is false where
// the table has none. A generated reader takes an entry for there where it starts
// within the vtable: one that also ends there is all that is allowed.
func (f *flat) field(table int64, slot int) (at int64, ok bool) {
	vtable := table - int64(int32(f.uint(table, 4)))
	length := int64(f.uint(vtable, 2))
	if length < vtableHeader || length%2 != 0 {
		f.fail("has a vtable of %d bytes, expected an even number from %d", length, vtableHeader)
		return 0, false
	}
	entry := int64(vtableHeader + 2*slot)
	if entry >= length {
		return 0, false
	}
	rel := int64(f.uint(vtable+entry, 2))
	return table + rel, rel != 0
}

// number returns the value of a field of so many bytes, 0 where there is none.
func (f *flat) number(table int64, slot int, size int64) uint64 {
	at, ok := f.field(table, slot)
	if !ok {
		return 0
	}
	return f.uint(at, size)
}

// table returns the position of the table that a field holds.
func (f *flat) table(table int64, slot int) (at int64, ok bool) {
	if at, ok = f.field(table, slot); !ok {
		return 0, false
	}
	return f.follow(at), true
}

// vector returns the position of the first of n members of a field, each of size
// bytes; n is 0 where there is no such field.
func (f *flat) vector(table int64, slot int, size int64) (first int64, n int) {
	at, ok := f.table(table, slot)
	if !ok {
		return 0, 0
	}
	first, members := at+4, int64(f.uint(at, 4))
	if first > int64(len(f.data)) || members > (int64(len(f.data))-first)/size {
		f.beyond()
		return 0, 0
	}
	return first, int(members)
}
