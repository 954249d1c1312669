package store

import (
	"fmt"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"
)

// mapping is a file of a version, mapped read-only, that knows what its bytes
// have to be. Versions that have the file in common may share it. It is safe for
// concurrent use until the last of them has called unmap. It implements toc.Bytes.
type mapping struct {
	path string // for messages
	file Mapping
	data []byte
	sums []uint64 // of every piece of SectionBytes

	verified []atomic.Uint64 // a bit per piece: its checksum has been found right
	failed   atomic.Bool     // a piece was found wrong, or could not be read
	users    atomic.Int64    // that have yet to call unmap; 0: it is not mapped any more
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
	m.users.Store(1)
	return m, nil
}

// share adds a user, while there is one that stays until share returns. It
// reports false, and adds none, where something was wrong with the file: by now it
// may have been put right, by another file in its place.
func (m *mapping) share() bool {
	if m.failed.Load() {
		return false
	}
	m.users.Add(1)
	return true
}

// unmap ends one use, and releases the bytes with the last one. The user may not
// use them afterwards.
func (m *mapping) unmap() error {
	if m.users.Add(-1) > 0 {
		return nil
	}
	return m.file.Close()
}

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
	sound := false
	defer func() {
		if !sound { // also in a panic
			m.failed.Store(true)
		}
	}()
	if err := m.check(i); err != nil {
		return err
	}
	sound = true
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
