package export

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow/memory"
	flatbuffers "github.com/google/flatbuffers/go"
)

// The library believes the lengths in an Arrow file, and asks for as much memory
// as a damaged one says. What follows looks at them first.

// Slots of the tables of an Arrow footer, as the format numbers them: 4 is the
// first field of a table, 6 the second.
const (
	footerSchema, footerBatches   = 6, 10
	footerDictionaries            = 8
	footerMetadata                = 12
	schemaFields, schemaMetadata  = 6, 8
	fieldChildren, fieldMetadata  = 14, 16
	maxArrowDepth                 = 8 // of lists; those of an export are 1 deep
	arrowMagic, arrowFooterLength = "ARROW1", 4
)

// checkArrowFooter returns an error if the footer of an Arrow file of size bytes
// has more of anything than fits into it. It panics at some damaged ones.
func checkArrowFooter(r io.ReaderAt, size int64) error {
	const ends = int64(len(arrowMagic)) + arrowFooterLength
	if size < 2*ends {
		return fmt.Errorf("it has %d bytes", size)
	}
	var tail [ends]byte
	if _, err := r.ReadAt(tail[:], size-ends); err != nil {
		return err
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	if string(tail[arrowFooterLength:]) != arrowMagic || length > size-2*ends {
		return errors.New("it does not end as one does")
	}
	footer := make([]byte, length)
	if _, err := r.ReadAt(footer, size-ends-length); err != nil {
		return err
	}
	root := &flatbuffers.Table{Bytes: footer, Pos: flatbuffers.GetUOffsetT(footer)}
	for _, slot := range []flatbuffers.VOffsetT{footerBatches, footerDictionaries, footerMetadata} {
		if _, err := vectorIn(root, slot); err != nil {
			return err
		}
	}
	at := root.Offset(footerSchema)
	if at == 0 {
		return errors.New("its footer has no schema")
	}
	schema := &flatbuffers.Table{Bytes: footer, Pos: root.Indirect(flatbuffers.UOffsetT(at) + root.Pos)}
	if _, err := vectorIn(schema, schemaMetadata); err != nil {
		return err
	}
	return checkArrowFields(schema, schemaFields, 0)
}

// checkArrowFields checks the fields that a slot of a table lists, and theirs.
func checkArrowFields(t *flatbuffers.Table, slot flatbuffers.VOffsetT, depth int) error {
	if depth > maxArrowDepth {
		return fmt.Errorf("its lists are more than %d deep", maxArrowDepth)
	}
	n, err := vectorIn(t, slot)
	if err != nil || n == 0 {
		return err
	}
	first := t.Vector(flatbuffers.UOffsetT(t.Offset(slot)))
	for i := range n {
		f := &flatbuffers.Table{Bytes: t.Bytes, Pos: t.Indirect(first + flatbuffers.UOffsetT(i*flatbuffers.SizeUOffsetT))}
		if _, err := vectorIn(f, fieldMetadata); err != nil {
			return err
		}
		if err := checkArrowFields(f, fieldChildren, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// vectorIn returns how long a vector of a table is, if its elements, of 4 bytes at
// least, fit into the buffer.
func vectorIn(t *flatbuffers.Table, slot flatbuffers.VOffsetT) (int, error) {
	at := t.Offset(slot)
	if at == 0 {
		return 0, nil
	}
	n := t.VectorLen(flatbuffers.UOffsetT(at))
	if n < 0 || n > len(t.Bytes)/flatbuffers.SizeUOffsetT {
		return 0, fmt.Errorf("its footer of %d bytes lists %d of something", len(t.Bytes), n)
	}
	return n, nil
}

// limitedAllocator is memory for a file that takes so many bytes at most.
type limitedAllocator struct {
	memory.Allocator
	most int
}

// Allocate panics where a file asks for more than it can hold.
func (a limitedAllocator) Allocate(size int) []byte {
	a.check(size)
	return a.Allocator.Allocate(size)
}

// Reallocate panics where a file asks for more than it can hold.
func (a limitedAllocator) Reallocate(size int, b []byte) []byte {
	a.check(size)
	return a.Allocator.Reallocate(size, b)
}

func (a limitedAllocator) check(size int) {
	if size > a.most {
		panic(fmt.Sprintf("a part of it claims %d bytes, expected at most %d", size, a.most))
	}
}
