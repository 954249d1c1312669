package keys

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// The sections of a table; the index is the chunk. See the package comment.
const (
	tagHeader    toc.Tag = 1 // index 0
	tagDirectory toc.Tag = 2
	tagEntries   toc.Tag = 3
)

const (
	headerBytes = 32
	startBytes  = 4 // of a directory
	entryBytes  = 8
)

// The kinds of keys, as a header has them.
const (
	kindString uint32 = 1
	kindInt    uint32 = 2
)

func kindOf(t model.Type) (uint32, error) {
	switch {
	case t.Kind == model.String:
		return kindString, nil
	case t.Kind == model.Number && t.Repr == model.Int64:
		return kindInt, nil
	}
	return 0, fmt.Errorf("keys: a key is a string or a number (int64), found %s", t)
}

// header is the first section of a table.
type header struct {
	count uint64 // keys in the table
	rows  uint64 // of the key column
	kind  uint32
	shape
}

func (h header) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, h.count)
	dst = binary.LittleEndian.AppendUint64(dst, h.rows)
	dst = binary.LittleEndian.AppendUint32(dst, h.kind)
	dst = binary.LittleEndian.AppendUint32(dst, h.bucketBits)
	dst = binary.LittleEndian.AppendUint32(dst, h.chunkBits)
	return binary.LittleEndian.AppendUint32(dst, 0)
}

// parseHeader checks everything that the sections after the header need not be
// known for.
func parseHeader(src []byte) (header, error) {
	if len(src) != headerBytes {
		return header{}, fmt.Errorf("header of %d bytes, expected %d", len(src), headerBytes)
	}
	h := header{
		count: binary.LittleEndian.Uint64(src),
		rows:  binary.LittleEndian.Uint64(src[8:]),
		kind:  binary.LittleEndian.Uint32(src[16:]),
		shape: shape{bucketBits: binary.LittleEndian.Uint32(src[20:]), chunkBits: binary.LittleEndian.Uint32(src[24:])},
	}
	switch {
	case h.rows > uint64(NoRow):
		return header{}, fmt.Errorf("%d rows, at most %d expected", h.rows, NoRow)
	case h.count > h.rows:
		return header{}, fmt.Errorf("%d keys of %d rows", h.count, h.rows)
	case h.bucketBits > maxBucketBits:
		return header{}, fmt.Errorf("%d bits for a bucket, at most %d expected", h.bucketBits, maxBucketBits)
	case h.chunkBits > maxChunkBits || h.chunkBits > h.bucketBits:
		return header{}, fmt.Errorf("%d bits for a chunk, at most %d expected", h.chunkBits, min(maxChunkBits, h.bucketBits))
	}
	return h, nil
}

// shape is how many of a hash's leading bits are the number of its bucket, and
// how many of these the number of its chunk.
type shape struct{ bucketBits, chunkBits uint32 }

// newShape returns the shape of a table of n keys with at most chunkKeys to a
// chunk on average.
func newShape(n, chunkKeys uint64) shape {
	s := shape{bucketBits: bitsFor(n, maxBucketKeys), chunkBits: bitsFor(n, chunkKeys)}
	s.bucketBits = max(s.bucketBits, s.chunkBits)
	return s
}

// bitsFor returns the least number of bits that split n into groups of at most
// size on average.
func bitsFor(n, size uint64) uint32 {
	if n == 0 {
		return 0
	}
	return uint32(bits.Len64((n - 1) / size))
}

// numChunks returns the number of chunks.
func (s shape) numChunks() int { return 1 << s.chunkBits }

// numBuckets returns the number of buckets of a chunk.
func (s shape) numBuckets() int { return 1 << (s.bucketBits - s.chunkBits) }

// chunk returns the chunk of a hash.
func (s shape) chunk(hash uint64) uint32 { return uint32(hash >> (64 - s.chunkBits)) }

// bucket returns the bucket of a hash within its chunk.
func (s shape) bucket(hash uint64) uint32 {
	return uint32(hash>>(64-s.bucketBits)) & (1<<(s.bucketBits-s.chunkBits) - 1)
}

// check returns the part of a hash that an entry holds.
func check(hash uint64) uint32 { return uint32(hash) }

// newEntry returns the entry of a key; entries of a bucket are in ascending
// order.
func newEntry(hash uint64, row uint32) uint64 { return uint64(check(hash))<<32 | uint64(row) }
