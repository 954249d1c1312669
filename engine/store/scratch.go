package store

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// Scratch is a table that a build puts aside on disk, in the folder of the
// version that it makes. It is in no manifest: what a crash leaves of it goes
// with the unfinished version. It is not safe for concurrent use.
type Scratch struct {
	file   scratchAt
	reader *ipc.FileReader
}

// WriteScratch puts a table aside and releases its batches. However many there
// are, none keeps a file open.
func (w *Writer) WriteScratch(schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) (s *Scratch, err error) {
	path := filepath.Join(versionDir(w.dir, w.version), scratchFile(w.scratches))
	w.scratches++
	f, err := w.fs.Create(path)
	if err != nil {
		return nil, err
	}
	size := &counter{}
	err = buffered(io.MultiWriter(f, size), func(out io.Writer) error { return writeArrow(out, schema, batches) })
	if err = errors.Join(err, f.Close()); err != nil { // nothing to sync: a crash loses the version
		return nil, fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	s = &Scratch{file: scratchAt{fs: w.fs, path: path}}
	s.reader, err = ipc.NewFileReader(io.NewSectionReader(s.file, 0, size.n))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", filepath.Base(path), err)
	}
	return s, nil
}

// NumBatches returns the number of record batches.
func (s *Scratch) NumBatches() int { return s.reader.NumRecords() }

// Batch reads record batch i. The caller releases it.
func (s *Scratch) Batch(i int) (arrow.RecordBatch, error) {
	batch, err := s.reader.RecordBatchAt(i)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", filepath.Base(s.file.path), err)
	}
	return batch, nil
}

// Remove takes the table off the disk.
func (s *Scratch) Remove() error {
	return errors.Join(s.reader.Close(), s.file.fs.Remove(s.file.path))
}

// scratchAt reads parts of a file, which it opens for each.
type scratchAt struct {
	fs   FS
	path string
}

// ReadAt implements io.ReaderAt.
func (s scratchAt) ReadAt(p []byte, off int64) (n int, err error) {
	f, err := s.fs.Open(s.path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.ReadAt(p, off)
}

// counter counts the bytes written to it.
type counter struct{ n int64 }

// Write implements io.Writer; it does not fail.
func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
