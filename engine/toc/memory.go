package toc

import "fmt"

// Memory is bytes that need no check, such as those that were just made.
type Memory []byte

// Len implements Bytes.
func (m Memory) Len() int64 { return int64(len(m)) }

// Range implements Bytes. The error says that the range is beyond the bytes.
func (m Memory) Range(off, n int64) ([]byte, error) {
	if off < 0 || n < 0 || off > m.Len() || n > m.Len()-off {
		return nil, m.Corrupt(fmt.Errorf("%d bytes at %d, beyond the %d bytes there", n, off, m.Len()))
	}
	return m[off : off+n : off+n], nil
}

// Corrupt implements Bytes: it returns the reason.
func (m Memory) Corrupt(reason error) error { return reason }
