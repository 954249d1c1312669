package keys

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

// hasher is the hash functions that a table is written with. Outside tests they
// are those of hashes.
type hasher struct {
	ints  func(int64) uint64
	texts func(string) uint64
}

// hashes is the hash functions of the format.
var hashes = hasher{ints: hashInt, texts: hashString}

// hashInt is xxhash64 of the eight bytes of x, little-endian.
func hashInt(x int64) uint64 {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(x))
	return xxhash.Sum64(b[:])
}

// hashString is xxhash64 of the bytes of s.
func hashString(s string) uint64 { return xxhash.Sum64String(s) }
