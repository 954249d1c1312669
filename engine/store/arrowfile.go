package store

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/toc"
)

// An Arrow IPC file is messages and a footer that says where they are:
//
//	0        "ARROW1", two zeros
//	8        the schema, a message
//	...      dictionaries and record batches, messages in any order
//	footer   a flatbuffer with the places of the messages
//	         its length u32, "ARROW1"
//
// A message is 0xffffffff u32, length of its metadata u32, the metadata (a
// flatbuffer) and a body. All starts at multiples of 8.
const (
	arrowMagic     = "ARROW1"
	arrowStart     = 8 // of the schema
	arrowTail      = 4 + len(arrowMagic)
	arrowBlock     = 24 // bytes of a place in the footer
	arrowPrefix    = 8  // bytes of a message before its metadata
	arrowContinue  = 0xffffffff
	arrowMaxFields = 64 // of a schema, those within lists included; ours have at most seven
	arrowMaxDepth  = 4  // of lists
)

// Kinds of messages.
const (
	arrowSchema     = 1
	arrowDictionary = 2
	arrowBatch      = 3
)

// arrowFile finds the messages of an Arrow IPC file. It reads the footer and
// those messages that are asked for, and nothing else of the file: what it
// reads is checked before. It is immutable.
type arrowFile struct {
	bytes        toc.Bytes
	end          int64 // of the messages: where the footer starts
	dictionaries []arrowPlace
	batches      []arrowPlace
}

// arrowPlace is where a message is.
type arrowPlace struct {
	offset, meta, body int64
}

// openArrow reads the footer of a file.
func openArrow(b toc.Bytes) (*arrowFile, error) {
	f := &arrowFile{bytes: b}
	tailAt := b.Len() - int64(arrowTail)
	if tailAt < arrowStart {
		return nil, f.corrupt("%d bytes are too few for an Arrow file", b.Len())
	}
	tail, err := b.Range(tailAt, int64(arrowTail))
	if err != nil {
		return nil, err
	}
	size := int64(binary.LittleEndian.Uint32(tail))
	if magic := tail[4:]; string(magic) != arrowMagic {
		return nil, f.corrupt("ends with %q, expected %q", magic, arrowMagic)
	}
	if size > tailAt-arrowStart {
		return nil, f.corrupt("Arrow footer of %d bytes in a file of %d", size, b.Len())
	}
	f.end = tailAt - size
	footer, err := b.Range(f.end, size)
	if err != nil {
		return nil, err
	}
	return f, f.parseFooter(footer)
}

// parseFooter reads the places of the messages.
func (f *arrowFile) parseFooter(footer []byte) error {
	const dictionaries, batches = 2, 3 // fields of the footer
	r := &flat{data: footer}
	root := r.root()
	f.dictionaries, f.batches = r.places(root, dictionaries), r.places(root, batches)
	if r.err != nil {
		return f.corrupt("Arrow footer %w", r.err)
	}
	for _, places := range [][]arrowPlace{f.dictionaries, f.batches} {
		for _, p := range places {
			if err := f.checkPlace(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// places returns the places in a field of the footer.
func (f *flat) places(footer int64, slot int) []arrowPlace {
	at, n := f.vector(footer, slot, arrowBlock)
	places := make([]arrowPlace, n)
	for i := range places {
		places[i] = arrowPlace{
			offset: int64(f.uint(at, 8)),
			meta:   int64(int32(f.uint(at+8, 4))),
			body:   int64(f.uint(at+16, 8)),
		}
		at += arrowBlock
	}
	return places
}

// checkPlace refuses a message that does not lie within the file.
func (f *arrowFile) checkPlace(p arrowPlace) error {
	room := f.end - p.offset
	switch {
	case p.offset < arrowStart || room < 0 || p.meta < arrowPrefix || p.meta > room || p.body < 0 || p.body > room-p.meta:
		return f.corrupt("Arrow message of %d and %d bytes at %d, beyond %d to %d", p.meta, p.body, p.offset, arrowStart, f.end)
	case p.offset%8 != 0 || p.meta%8 != 0:
		return f.corrupt("Arrow message of %d and %d bytes at %d, expected multiples of 8", p.meta, p.body, p.offset)
	}
	return nil
}

// schema returns the message of the schema.
func (f *arrowFile) schema() (*ipc.Message, error) {
	prefix, err := f.bytes.Range(arrowStart, arrowPrefix)
	if err != nil {
		return nil, err
	}
	p := arrowPlace{offset: arrowStart, meta: arrowPrefix + int64(binary.LittleEndian.Uint32(prefix[4:]))}
	if err := f.checkPlace(p); err != nil {
		return nil, err
	}
	return f.message(p, arrowSchema)
}

// message returns a message, whose body lies in the file. All that later leads
// to memory has been checked: what it is, and that its buffers lie in its body.
func (f *arrowFile) message(p arrowPlace, kind uint64) (*ipc.Message, error) {
	data, err := f.bytes.Range(p.offset, p.meta+p.body)
	if err != nil {
		return nil, err
	}
	meta, body := data[arrowPrefix:p.meta:p.meta], data[p.meta:]
	if mark, n := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint32(data[4:]); mark != arrowContinue || int(n) != len(meta) {
		return nil, f.corrupt("Arrow message at %d starts with %#x and %d bytes of metadata, expected %#x and %d", p.offset, mark, n, uint32(arrowContinue), len(meta))
	}
	if err := checkMessage(meta, p.body, kind); err != nil {
		return nil, f.corrupt("Arrow message at %d: %w", p.offset, err)
	}
	return ipc.NewMessage(memory.NewBufferBytes(meta), memory.NewBufferBytes(body)), nil
}

// checkMessage checks the metadata of a message that has a body of so many bytes.
func checkMessage(meta []byte, body int64, kind uint64) error {
	const headerType, header, bodyLength, custom = 1, 2, 3, 4 // fields of a message
	r := &flat{data: meta}
	root := r.root()
	at, ok := r.table(root, header)
	if found := r.number(root, headerType, 1); found != kind || !ok {
		return fmt.Errorf("of kind %d, expected %d", found, kind)
	}
	if n := int64(r.number(root, bodyLength, 8)); n != body {
		return fmt.Errorf("body of %d bytes, expected %d", n, body)
	}
	if _, n := r.vector(root, custom, 1); n > 0 {
		return fmt.Errorf("metadata of its own, expected none")
	}
	var err error
	switch kind {
	case arrowSchema:
		err = checkSchema(r, at)
	case arrowDictionary:
		err = checkDictionary(r, at, body)
	default:
		err = checkBatch(r, at, body)
	}
	if err == nil && r.err != nil {
		err = fmt.Errorf("metadata %w", r.err)
	}
	return err
}

// checkSchema refuses a schema that would be costly to read or that has to be
// converted: ours are small and little-endian.
func checkSchema(r *flat, at int64) error {
	const endianness, fields, custom = 0, 1, 2 // fields of a schema
	if r.number(at, endianness, 2) != 0 {
		return fmt.Errorf("big-endian data, expected little-endian")
	}
	if _, n := r.vector(at, custom, 1); n > 0 {
		return fmt.Errorf("schema with metadata of its own, expected none")
	}
	left := arrowMaxFields
	return checkFields(r, at, fields, arrowMaxDepth, &left)
}

// checkFields checks the fields that a vector leads to. left is how many more
// there may be.
func checkFields(r *flat, table int64, slot, depth int, left *int) error {
	const children, custom = 5, 6 // fields of a field
	at, n := r.vector(table, slot, 4)
	if *left -= n; *left < 0 || depth == 0 && n > 0 {
		return fmt.Errorf("schema of more than %d fields, or of lists more than %d deep", arrowMaxFields, arrowMaxDepth-1)
	}
	for i := range int64(n) {
		field := r.follow(at + 4*i)
		if _, n := r.vector(field, custom, 1); n > 0 {
			return fmt.Errorf("field with metadata of its own, expected none")
		}
		if err := checkFields(r, field, children, depth-1, left); err != nil {
			return err
		}
	}
	return nil
}

// checkDictionary checks the values of a dictionary.
func checkDictionary(r *flat, at, body int64) error {
	const data, isDelta = 1, 2 // fields of a dictionary
	if r.number(at, isDelta, 1) != 0 {
		return fmt.Errorf("part of a dictionary, expected all of it")
	}
	values, ok := r.table(at, data)
	if !ok {
		return fmt.Errorf("dictionary without values")
	}
	return checkBatch(r, values, body)
}

// checkBatch checks the numbers of rows and the places of the buffers of a
// record batch.
func checkBatch(r *flat, at, body int64) error {
	const length, nodes, buffers, compression = 0, 1, 2, 3 // fields of a record batch
	if _, ok := r.table(at, compression); ok {
		return fmt.Errorf("compressed, expected plain")
	}
	if n := r.number(at, length, 8); n > math.MaxInt32 {
		return fmt.Errorf("%d rows, expected at most %d", n, math.MaxInt32)
	}
	node, n := r.vector(at, nodes, 16)
	for range n {
		values, nulls := r.uint(node, 8), r.uint(node+8, 8)
		if values > math.MaxInt32 || nulls > values {
			return fmt.Errorf("%d values, %d of them NULL, expected at most %d", values, nulls, math.MaxInt32)
		}
		node += 16
	}
	buffer, n := r.vector(at, buffers, 16)
	for i := range n {
		offset, size := int64(r.uint(buffer, 8)), int64(r.uint(buffer+8, 8))
		if offset < 0 || offset > body || size < 0 || size > body-offset || offset%8 != 0 {
			return fmt.Errorf("buffer %d has %d bytes at %d, beyond the %d bytes of the body", i, size, offset, body)
		}
		buffer += 16
	}
	return nil
}

func (f *arrowFile) corrupt(format string, args ...any) error {
	return f.bytes.Corrupt(fmt.Errorf(format, args...))
}
