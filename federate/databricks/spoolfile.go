package databricks

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/cespare/xxhash/v2"
)

// fileBuffer is how many bytes of a part are written at a time.
const fileBuffer = 1 << 20

// partFile is the file of a part, an Arrow IPC file, while it is written. It has a
// name that nobody takes up until it is whole.
//
// It is not synced: the name has a checksum, so that a file which lost something
// when the machine went down is not taken for a part.
type partFile struct {
	part   int
	file   *os.File
	disk   io.Writer // the file
	buffer *bufio.Writer
	hash   *xxhash.Digest
	writer *ipc.FileWriter
	err    error // the first of the file, which the writer may not pass on as it was
}

func (s spool) newPartFile(dir string, part int, schema *arrow.Schema) (*partFile, error) {
	file, err := os.CreateTemp(dir, fmt.Sprintf("part-%05d-*.tmp", part)) // with mode 0600
	if err != nil {
		return nil, &spoolError{dir, err}
	}
	p := &partFile{part: part, file: file, disk: file, hash: xxhash.New()}
	if s.disk != nil {
		p.disk = s.disk(file)
	}
	p.buffer = bufio.NewWriterSize(p, fileBuffer)
	if p.writer, err = ipc.NewFileWriter(p.buffer, ipc.WithSchema(schema)); err != nil {
		p.discard()
		return nil, &spoolError{dir, err}
	}
	return p, nil
}

// Write writes bytes to the file, and hashes them. It is for the buffer.
func (p *partFile) Write(data []byte) (int, error) {
	n, err := p.disk.Write(data)
	if err != nil && p.err == nil {
		p.err = err
	}
	_, _ = p.hash.Write(data[:n]) // never fails
	return n, err
}

// add writes a batch.
func (p *partFile) add(batch arrow.RecordBatch) error {
	if err := p.writer.Write(batch); err != nil {
		return p.failed(err)
	}
	return nil
}

func (p *partFile) failed(err error) error {
	if p.err != nil {
		err = p.err
	}
	return &spoolError{filepath.Dir(p.file.Name()), err}
}

// publish ends the file, which has so many rows, and gives it the name under which
// it can be taken up. It returns the path.
func (p *partFile) publish(rows int64) (string, error) {
	err := p.writer.Close()
	if err == nil {
		err = p.buffer.Flush()
	}
	if err = errors.Join(err, p.file.Close()); err != nil {
		return "", p.failed(errors.Join(err, os.Remove(p.file.Name())))
	}
	dir := filepath.Dir(p.file.Name())
	path := filepath.Join(dir, partName{p.part, rows, p.hash.Sum64()}.String())
	if err := os.Rename(p.file.Name(), path); err != nil {
		return "", p.failed(err)
	}
	return path, nil
}

// discard removes the file. What cannot be removed goes with its folder.
func (p *partFile) discard() {
	_ = p.file.Close()
	_ = os.Remove(p.file.Name())
}

// holder takes in the rows of a part: up to limit bytes in memory, and all of them
// in the spool where there are more.
type holder struct {
	schema *arrow.Schema
	limit  int64
	create func() (*partFile, error)

	rows  int64
	bytes int64
	held  []arrow.RecordBatch
	file  *partFile // nil: all is in memory
}

func newHolder(schema *arrow.Schema, limit int64, create func() (*partFile, error)) *holder {
	return &holder{schema: schema, limit: limit, create: create}
}

// add takes in a batch.
func (h *holder) add(batch arrow.RecordBatch) error {
	if batch.NumRows() == 0 {
		return nil
	}
	h.rows += batch.NumRows()
	if h.file == nil {
		h.bytes += batchBytes(batch)
		if h.bytes <= h.limit {
			batch.Retain()
			h.held = append(h.held, batch)
			return nil
		}
		var err error
		if h.file, err = h.create(); err != nil {
			return err
		}
		for _, before := range h.held {
			if err := h.file.add(before); err != nil {
				return err
			}
		}
		h.release()
	}
	return h.file.add(batch)
}

// batchBytes returns the size of the memory behind a batch.
func batchBytes(batch arrow.RecordBatch) int64 {
	bytes := int64(0)
	for _, column := range batch.Columns() {
		bytes += arrayBytes(column.Data())
	}
	return bytes
}

func arrayBytes(data arrow.ArrayData) int64 {
	bytes := int64(0)
	for _, buffer := range data.Buffers() {
		if buffer != nil {
			bytes += int64(buffer.Len())
		}
	}
	for _, child := range data.Children() {
		bytes += arrayBytes(child)
	}
	return bytes
}

func (h *holder) release() {
	for _, batch := range h.held {
		batch.Release()
	}
	h.held = nil
}

// finish returns the part, which is whole. The holder has nothing then.
func (h *holder) finish() (*heldPart, error) {
	part := &heldPart{rows: h.rows}
	if h.file == nil {
		part.held, h.held = h.held, nil
		return part, nil
	}
	file := h.file
	h.file = nil
	var err error
	part.path, err = file.publish(h.rows)
	return part, err
}

// discard lets go of what the holder has.
func (h *holder) discard() {
	h.release()
	if h.file != nil {
		h.file.discard()
		h.file = nil
	}
}

// heldPart is a part that was fetched: in memory, or a file of the spool.
type heldPart struct {
	rows int64
	held []arrow.RecordBatch
	path string // empty: in memory
}

// batches gives the rows of the part. A batch is valid until the next iteration.
func (h *heldPart) batches(schema *arrow.Schema) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for _, batch := range h.held {
			if !yield(batch, nil) {
				return
			}
		}
		if h.path == "" {
			return
		}
		if err := readPart(h.path, schema, func(b arrow.RecordBatch) bool { return yield(b, nil) }); err != nil {
			yield(nil, &spoolError{h.path, err})
		}
	}
}

// release lets go of what is in memory. The file stays.
func (h *heldPart) release() {
	for _, batch := range h.held {
		batch.Release()
	}
	h.held = nil
}

// readPart gives the batches of a file, one in memory at a time, until yield says
// that it wants no more.
func readPart(path string, schema *arrow.Schema, yield func(arrow.RecordBatch) bool) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	reader, err := openPart(file)
	if err != nil {
		return err
	}
	if !reader.Schema().Equal(schema) {
		return fmt.Errorf("has the columns %s, expected %s", reader.Schema(), schema)
	}
	for i := range reader.NumRecords() {
		batch, err := batchOf(reader, i)
		if err != nil {
			return err
		}
		more := yield(batch)
		batch.Release()
		if !more {
			return nil
		}
	}
	return nil
}

// openPart reads the footer of a file. The reader panics at some damages.
func openPart(file *os.File) (reader *ipc.FileReader, err error) {
	defer recovered(&err)
	return ipc.NewFileReader(file)
}

// batchOf reads a batch of a file.
func batchOf(reader *ipc.FileReader, i int) (batch arrow.RecordBatch, err error) {
	defer recovered(&err)
	return reader.RecordBatchAt(i)
}

func recovered(err *error) {
	if found := recover(); found != nil {
		*err = fmt.Errorf("the file is damaged: %v", found)
	}
}
