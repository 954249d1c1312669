package store

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"golang.org/x/sys/unix"
)

// mapping is a file of a version, mapped read-only. It is safe for concurrent
// use until unmap.
type mapping struct {
	path string
	info FileInfo
	data []byte

	mu       sync.Mutex
	verified bool // the checksum has been found right
}

// openMapping maps a file, whose size must be as the manifest says. The bytes
// are not read.
func openMapping(path string, info FileInfo) (m *mapping, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if st.Size() != info.Size {
		return nil, &CorruptError{Path: path, Reason: fmt.Errorf("%d bytes, expected %d", st.Size(), info.Size)}
	}
	m = &mapping{path: path, info: info}
	if info.Size == 0 { // cannot be mapped
		return m, nil
	}
	if m.data, err = unix.Mmap(int(f.Fd()), 0, int(info.Size), unix.PROT_READ, unix.MAP_SHARED); err != nil {
		return nil, &os.PathError{Op: "mmap", Path: path, Err: err}
	}
	return m, nil
}

// unmap releases the bytes. Nothing may use them afterwards.
func (m *mapping) unmap() error {
	if m.data == nil {
		return nil
	}
	return unix.Munmap(m.data)
}

// bytes returns the bytes of the file, which it checks until it has found them
// right once (I3). Summing may end in a fault, where somebody has cut the file
// short: then nothing has been found right, and the next caller checks again.
func (m *mapping) bytes() ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.verified {
		if found := sum(m.data); found != m.info.Sum {
			return nil, m.Corrupt(fmt.Errorf("checksum is %s, expected %s", found, m.info.Sum))
		}
		m.verified = true
	}
	return m.data, nil
}

// Corrupt makes an error about the file.
func (m *mapping) Corrupt(reason error) error { return &CorruptError{Path: m.path, Reason: reason} }

// table is a mapped Arrow IPC file. It implements column.Batches.
type table struct {
	*mapping
	batches int // as the manifest leads to expect

	readerMu sync.Mutex
	reader   *ipc.FileReader
}

// NumBatches returns the number of record batches.
func (t *table) NumBatches() int { return t.batches }

// Batch returns record batch i, whose arrays lie in the mapping.
func (t *table) Batch(i int) (batch arrow.RecordBatch, err error) {
	t.readerMu.Lock()
	defer t.readerMu.Unlock()
	defer func() {
		// The bytes are as written, so this is a fault of ours or a checksum that
		// was made to fit: still no reason to end the caller's process.
		if r := recover(); r != nil {
			batch, err = nil, t.Corrupt(fmt.Errorf("reading record batch %d: %v", i, r))
		}
	}()
	if err := t.open(); err != nil {
		return nil, err
	}
	if batch, err = t.reader.RecordBatchAt(i); err != nil {
		return nil, t.Corrupt(fmt.Errorf("reading record batch %d: %w", i, err))
	}
	return batch, nil
}

// open reads the footer of the file, once.
func (t *table) open() error {
	if t.reader != nil {
		return nil
	}
	data, err := t.bytes()
	if err != nil {
		return err
	}
	r, err := ipc.NewMappedFileReader(data)
	if err != nil {
		return t.Corrupt(err)
	}
	if r.NumRecords() != t.batches {
		return t.Corrupt(fmt.Errorf("%d record batches, expected %d", r.NumRecords(), t.batches))
	}
	t.reader = r
	return nil
}
