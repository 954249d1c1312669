package store

import (
	"fmt"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"
)

// mapping is a file of a version, mapped read-only, that knows what its bytes
// have to be. It is safe for concurrent use until unmap. It implements toc.Bytes.
type mapping struct {
	path string // for messages
	file Mapping
	data []byte
	sums []uint64 // of every piece of SectionBytes

	verified []atomic.Uint64 // a bit per piece: its checksum has been found right
}

// openMapping maps a file, whose size must be as the manifest says. The bytes
// are not read.
func openMapping(fsys FS, path string, info FileInfo) (*mapping, error) {
	sums, err := parseSums(info.Size, info.Sums)
	if err != nil {
		return nil, corrupt(path, "%w", err)
	}
	file, err := fsys.Map(path)
	if err != nil {
		return nil, err
	}
	m := &mapping{path: path, file: file, data: file.Bytes(), sums: sums}
	if int64(len(m.data)) != info.Size {
		// Closing what was mapped does not fail, and would tell less.
		_ = file.Close()
		return nil, corrupt(path, "%d bytes, expected %d", len(m.data), info.Size)
	}
	m.verified = make([]atomic.Uint64, (len(sums)+63)/64)
	return m, nil
}

// unmap releases the bytes. Nothing may use them afterwards.
func (m *mapping) unmap() error { return m.file.Close() }

// Len implements toc.Bytes.
func (m *mapping) Len() int64 { return int64(len(m.data)) }

// Range implements toc.Bytes: the pieces that the range touches are checked
// unless they have been found right before (I3).
func (m *mapping) Range(off, n int64) ([]byte, error) {
	if off < 0 || n < 0 || off > m.Len() || n > m.Len()-off {
		return nil, m.corrupt("%d bytes at %d, beyond the %d bytes there", n, off, m.Len())
	}
	if n > 0 {
		for i := off / SectionBytes; i <= (off+n-1)/SectionBytes; i++ {
			if err := m.verify(int(i)); err != nil {
				return nil, err
			}
		}
	}
	return m.data[off : off+n : off+n], nil
}

// all returns the bytes of the whole file.
func (m *mapping) all() ([]byte, error) { return m.Range(0, m.Len()) }

// verify checks piece i, once. Two callers may both sum it, which does no harm.
// Summing may end in a fault, where somebody has cut the file short: then
// nothing has been found right, and the next caller checks again.
func (m *mapping) verify(i int) error {
	word, bit := &m.verified[i/64], uint64(1)<<(i%64)
	if word.Load()&bit != 0 {
		return nil
	}
	if err := m.check(i); err != nil {
		return err
	}
	word.Or(bit)
	return nil
}

// check compares the checksum of piece i with the manifest's.
func (m *mapping) check(i int) error {
	lo := int64(i) * SectionBytes
	hi := min(lo+SectionBytes, m.Len())
	if found := xxhash.Sum64(m.data[lo:hi]); found != m.sums[i] {
		return &CorruptError{Path: m.path, Section: i, Reason: fmt.Errorf("checksum of bytes %d to %d is %016x, expected %016x", lo, hi-1, found, m.sums[i])}
	}
	return nil
}

// Corrupt implements toc.Bytes: it makes an error about the file.
func (m *mapping) Corrupt(reason error) error {
	return &CorruptError{Path: m.path, Section: -1, Reason: reason}
}

func (m *mapping) corrupt(format string, args ...any) error {
	return m.Corrupt(fmt.Errorf(format, args...))
}
