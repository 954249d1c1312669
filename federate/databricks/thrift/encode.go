package thrift

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
)

// Field is a field to write. A field whose Value is nil is left out. Values are of
// the types bool, int8, int16, int32, int64, float64, string, []byte, Fields, List,
// map[string]string, Structs and Streamed.
type Field struct {
	Number int16
	Value  any
}

// Fields is a struct to write, in the given order.
type Fields []Field

// List is a list to write. Its elements are of one type; an empty one is a list of
// structs.
type List []any

// Structs is a map of strings to structs to write.
type Structs map[string]Fields

// Streamed is a binary that writes itself, so that a large one need not lie in
// memory as a whole.
type Streamed interface {
	// Size is the number of bytes that WriteTo writes.
	Size() int
	io.WriterTo
}

// Encoded is a message that can be written, more than once if need be.
type Encoded struct {
	pieces []piece
	size   int
}

// piece of an encoded message: bytes, and what comes after them.
type piece struct {
	bytes  []byte
	stream Streamed // nil in the last piece
}

// Size is the number of bytes of the message.
func (e *Encoded) Size() int { return e.size }

// WriteTo writes the message.
func (e *Encoded) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for _, p := range e.pieces {
		n, err := w.Write(p.bytes)
		total += int64(n)
		if err != nil {
			return total, err
		}
		if p.stream == nil {
			continue
		}
		streamed, err := p.stream.WriteTo(w)
		total += streamed
		if err != nil {
			return total, err
		}
		if streamed != int64(p.stream.Size()) {
			return total, fmt.Errorf("thrift: a binary of %d bytes wrote %d", p.stream.Size(), streamed)
		}
	}
	return total, nil
}

// Encode makes a message. An error means that body has a value that cannot be
// written: of another type than Field says, too long, or a list of several types.
func Encode(name string, typ Type, sequence int32, body Fields) (*Encoded, error) {
	e := &encoder{}
	e.u32(strictVersion | uint32(typ))
	e.bytes(name)
	e.u32(uint32(sequence))
	e.fields(body)
	if e.err != nil {
		return nil, e.err
	}
	e.pieces = append(e.pieces, piece{bytes: e.b})
	return &Encoded{pieces: e.pieces, size: e.size + len(e.b)}, nil
}

type encoder struct {
	b      []byte // not yet in pieces
	pieces []piece
	size   int // of pieces
	err    error
}

func (e *encoder) u8(v byte)    { e.b = append(e.b, v) }
func (e *encoder) u16(v uint16) { e.b = binary.BigEndian.AppendUint16(e.b, v) }
func (e *encoder) u32(v uint32) { e.b = binary.BigEndian.AppendUint32(e.b, v) }
func (e *encoder) u64(v uint64) { e.b = binary.BigEndian.AppendUint64(e.b, v) }

// length writes the length of a binary or a collection.
func (e *encoder) length(n int) {
	if n < 0 || n > math.MaxInt32 {
		e.err = fmt.Errorf("thrift: a length of %d, at most %d can be written", n, math.MaxInt32)
	}
	e.u32(uint32(n))
}

func (e *encoder) bytes(text string) {
	e.length(len(text))
	e.b = append(e.b, text...)
}

// stream ends a piece with a binary.
func (e *encoder) stream(s Streamed) {
	e.length(s.Size())
	e.pieces = append(e.pieces, piece{bytes: e.b, stream: s})
	e.size += len(e.b) + s.Size()
	e.b = nil
}

// wireOf returns the wire type of a value, 0 where it cannot be written.
func wireOf(value any) byte {
	switch value.(type) {
	case bool:
		return wireBool
	case int8:
		return wireByte
	case int16:
		return wireI16
	case int32:
		return wireI32
	case int64:
		return wireI64
	case float64:
		return wireDouble
	case string, []byte, Streamed:
		return wireString
	case Fields:
		return wireStruct
	case List:
		return wireList
	case map[string]string, Structs:
		return wireMap
	}
	return wireStop
}

func (e *encoder) fields(fields Fields) {
	for _, f := range fields {
		if f.Value == nil {
			continue
		}
		e.u8(wireOf(f.Value))
		e.u16(uint16(f.Number))
		e.value(f.Value)
	}
	e.u8(wireStop)
}

func (e *encoder) value(value any) {
	switch v := value.(type) {
	case bool:
		b := byte(0)
		if v {
			b = 1
		}
		e.u8(b)
	case int8:
		e.u8(byte(v))
	case int16:
		e.u16(uint16(v))
	case int32:
		e.u32(uint32(v))
	case int64:
		e.u64(uint64(v))
	case float64:
		e.u64(math.Float64bits(v))
	case string:
		e.bytes(v)
	case []byte:
		e.length(len(v))
		e.b = append(e.b, v...)
	case Streamed:
		e.stream(v)
	case Fields:
		e.fields(v)
	case List:
		e.list(v)
	case map[string]string:
		pairs(e, wireString, v)
	case Structs:
		pairs(e, wireStruct, v)
	default:
		e.err = fmt.Errorf("thrift: a value of type %T cannot be written", value)
	}
}

func (e *encoder) list(list List) {
	wire := byte(wireStruct)
	if len(list) > 0 {
		wire = wireOf(list[0])
	}
	e.u8(wire)
	e.length(len(list))
	for _, v := range list {
		if wireOf(v) != wire {
			e.err = fmt.Errorf("thrift: a list has elements of the types %T and %T", list[0], v)
			return
		}
		e.value(v)
	}
}

// pairs writes a map, its keys in order, so that equal maps are equal bytes.
func pairs[V any](e *encoder, wire byte, m map[string]V) {
	e.u8(wireString)
	e.u8(wire)
	e.length(len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		e.bytes(key)
		e.value(m[key])
	}
}
