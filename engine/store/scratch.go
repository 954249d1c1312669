package store

import (
	"bufio"
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
	fs     FS
	path   string
	file   ReaderAt
	reader *ipc.FileReader
}

// WriteScratch puts a table aside and releases its batches.
func (w *Writer) WriteScratch(schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) (s *Scratch, err error) {
	path := filepath.Join(versionDir(w.dir, w.version), scratchFile(w.scratches))
	w.scratches++
	f, err := w.fs.Create(path)
	if err != nil {
		return nil, err
	}
	size := &counter{}
	buf := bufio.NewWriterSize(io.MultiWriter(f, size), 1<<18)
	err = writeArrow(buf, schema, batches)
	if err == nil {
		err = buf.Flush()
	}
	if err = errors.Join(err, f.Close()); err != nil { // nothing to sync: a crash loses the version
		return nil, fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	s = &Scratch{fs: w.fs, path: path}
	if s.file, err = w.fs.Open(path); err != nil {
		return nil, err
	}
	s.reader, err = ipc.NewFileReader(io.NewSectionReader(s.file, 0, size.n))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading %s: %w", filepath.Base(path), err), s.file.Close())
	}
	return s, nil
}

// Batch reads record batch i. The caller releases it.
func (s *Scratch) Batch(i int) (arrow.RecordBatch, error) {
	batch, err := s.reader.RecordBatchAt(i)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", filepath.Base(s.path), err)
	}
	return batch, nil
}

// Remove closes the table and takes it off the disk.
func (s *Scratch) Remove() error {
	return errors.Join(s.reader.Close(), s.file.Close(), s.fs.Remove(s.path))
}
