package store

import (
	"bytes"
	"testing"
)

// begunFile notes what it is told to begin with.
type begunFile struct {
	bytes.Buffer
	begun, end int64 // bytes, and where the last of them are
	wrong      bool
}

func (f *begunFile) Begin(offset, n int64) {
	f.wrong = f.wrong || offset != f.end || n < writebackBytes
	f.begun, f.end = f.begun+n, offset+n
}
func (*begunFile) Sync() error  { return nil }
func (*begunFile) Close() error { return nil }

// TestFilesAreBegunEarly writes some pieces: all of them come, and what is begun with
// is large and in order.
func TestFilesAreBegunEarly(t *testing.T) {
	f, b := &begunFile{}, &writeback{}
	w := b.of(f)
	total := 0
	for _, n := range []int{5, writebackBytes, 7, writebackBytes - 7, 9, 3 * writebackBytes} {
		if written, err := w.Write(make([]byte, n)); written != n || err != nil {
			t.Fatalf("%d bytes: %d, %v", n, written, err)
		}
		total += n
	}
	b.end()
	if f.Len() != total {
		t.Errorf("%d bytes came, expected %d", f.Len(), total)
	}
	if f.wrong || f.begun < writebackBytes || f.begun > int64(total) {
		t.Errorf("begun with %d of %d bytes, or not in order: %t", f.begun, total, f.wrong)
	}
	b.end() // does nothing
}
