package thrift

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Limits of what is read.
const (
	maxDepth    = 64   // structs, lists and maps in one another; more is an error
	maxReserved = 1024 // elements that a list gets room for before they were read
)

// Version of the strict binary protocol, in the upper half of a message's first
// four bytes.
const strictVersion = 0x8001_0000

// Message is a message that was read.
type Message struct {
	Name     string // of the method
	Type     Type
	Sequence int32
	Body     Struct
}

// FormatError says that bytes are not a message.
type FormatError struct {
	Offset int // in bytes, where it shows
	Reason string
}

// Error names the place and the reason.
func (e *FormatError) Error() string {
	return fmt.Sprintf("thrift: at byte %d: %s", e.Offset, e.Reason)
}

// Decode reads one message, which is all of b. Errors are of type *FormatError. The
// message has parts of b, which must stay as it is while the message is used.
func Decode(b []byte) (*Message, error) {
	d := &decoder{b: b}
	head := d.u32()
	if d.err == nil && head&0xffff_ff00 != strictVersion {
		return nil, &FormatError{Reason: fmt.Sprintf("version is %#08x, expected %#08x and a type", head, strictVersion)}
	}
	m := &Message{Type: Type(head)}
	m.Name = string(d.bytes())
	m.Sequence = int32(d.u32())
	m.Body = d.fields(0)
	if d.err == nil && d.at != len(b) {
		d.fail("%d bytes after the end of the message", len(b)-d.at)
	}
	if d.err != nil {
		return nil, d.err
	}
	return m, nil
}

// decoder reads values from b. After an error all it gives is zero values, and
// loops end.
type decoder struct {
	b   []byte
	at  int // of the next byte
	err error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = &FormatError{Offset: d.at, Reason: fmt.Sprintf(format, args...)}
	}
}

// take returns the next n bytes, nil after an error.
func (d *decoder) take(n int) []byte {
	if d.err != nil {
		return nil
	}
	if n < 0 || n > len(d.b)-d.at {
		d.fail("%d bytes wanted, %d left", n, len(d.b)-d.at)
		return nil
	}
	v := d.b[d.at : d.at+n : d.at+n]
	d.at += n
	return v
}

func (d *decoder) u8() byte {
	if v := d.take(1); v != nil {
		return v[0]
	}
	return 0
}

func (d *decoder) u16() uint16 {
	if v := d.take(2); v != nil {
		return binary.BigEndian.Uint16(v)
	}
	return 0
}

func (d *decoder) u32() uint32 {
	if v := d.take(4); v != nil {
		return binary.BigEndian.Uint32(v)
	}
	return 0
}

func (d *decoder) u64() uint64 {
	if v := d.take(8); v != nil {
		return binary.BigEndian.Uint64(v)
	}
	return 0
}

func (d *decoder) bytes() []byte { return d.take(int(int32(d.u32()))) }

// count reads the number of elements of a collection, each of which takes at
// least one byte.
func (d *decoder) count() int {
	n := int(int32(d.u32()))
	if d.err == nil && (n < 0 || n > len(d.b)-d.at) {
		d.fail("%d elements in %d bytes", n, len(d.b)-d.at)
		return 0
	}
	return n
}

// fields reads a struct inside of depth others.
func (d *decoder) fields(depth int) Struct {
	s := Struct{}
	for d.err == nil {
		wire := d.u8()
		if wire == wireStop {
			break
		}
		field := int16(d.u16())
		s[field] = d.value(wire, depth+1)
	}
	return s
}

// value reads a value of a wire type inside of depth structs and collections.
func (d *decoder) value(wire byte, depth int) any {
	if depth > maxDepth {
		d.fail("values more than %d deep", maxDepth)
		return nil
	}
	switch wire {
	case wireBool:
		return d.u8() != 0
	case wireByte:
		return int8(d.u8())
	case wireI16:
		return int16(d.u16())
	case wireI32:
		return int32(d.u32())
	case wireI64:
		return int64(d.u64())
	case wireDouble:
		return math.Float64frombits(d.u64())
	case wireString:
		return d.bytes()
	case wireStruct:
		return d.fields(depth)
	case wireMap:
		return d.pairs(depth)
	case wireSet, wireList:
		return d.elements(depth)
	}
	d.fail("unknown type %d", wire)
	return nil
}

func (d *decoder) elements(depth int) []any {
	wire := d.u8()
	n := d.count()
	list := make([]any, 0, min(n, maxReserved))
	for ; n > 0 && d.err == nil; n-- {
		list = append(list, d.value(wire, depth+1))
	}
	return list
}

func (d *decoder) pairs(depth int) map[any]any {
	keys, values := d.u8(), d.u8()
	n := d.count()
	pairs := make(map[any]any, min(n, maxReserved))
	for ; n > 0 && d.err == nil; n-- {
		key := d.value(keys, depth+1)
		switch k := key.(type) {
		case []byte:
			key = string(k)
		case Struct, []any, map[any]any:
			d.fail("a map has keys of type %d", keys)
			return pairs
		}
		pairs[key] = d.value(values, depth+1)
	}
	return pairs
}
