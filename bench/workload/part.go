package workload

import (
	"bufio"
	"context"
	"errors"
	"os"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// fileBufferBytes is how much of a part file is gathered before it is written.
const fileBufferBytes = 1 << 20

// partFile writes one Parquet file.
type partFile struct {
	file  *os.File
	buf   *bufio.Writer
	out   *file.Writer
	bytes int64 // written so far
	told  int64 // of them, those that grown has returned
}

// createPart starts a file, which must not exist.
func createPart(path string, columns []column) (*partFile, error) {
	nodes := make(schema.FieldList, len(columns))
	options := []parquet.WriterProperty{
		// The library would put its own version here; equal input gives equal bytes for
		// as long as this stays.
		parquet.WithCreatedBy("rollcall-bench version 1"),
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithCompressionLevel(1),
		parquet.WithDictionaryDefault(false),
		parquet.WithStats(true),
	}
	for i, c := range columns {
		var err error
		if nodes[i], err = c.node(); err != nil {
			return nil, err
		}
		if c.dictionary {
			options = append(options, parquet.WithDictionaryFor(c.name, true))
		}
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, nodes, -1)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	p := &partFile{file: f, buf: bufio.NewWriterSize(f, fileBufferBytes)}
	p.out = file.NewParquetWriter(p, root, file.WithWriterProps(parquet.NewWriterProperties(options...)))
	return p, nil
}

// Write takes the bytes of the file.
func (p *partFile) Write(b []byte) (int, error) {
	n, err := p.buf.Write(b)
	p.bytes += int64(n)
	return n, err
}

// writeGroup writes a row group.
func (p *partFile) writeGroup(ctx context.Context, r *rows) error {
	group, err := p.out.AppendRowGroupChecked()
	if err != nil {
		return err
	}
	for i := range r.columns {
		if err := ctx.Err(); err != nil {
			return err
		}
		out, err := group.NextColumn()
		if err != nil {
			return err
		}
		if err := errors.Join(r.columns[i].write(out), out.Close()); err != nil {
			return err
		}
	}
	return group.Close()
}

// grown returns how many bytes were written since it was asked last.
func (p *partFile) grown() int64 {
	n := p.bytes - p.told
	p.told = p.bytes
	return n
}

// close completes the file.
func (p *partFile) close() error {
	return errors.Join(p.out.Close(), p.buf.Flush(), p.file.Close())
}

// discard closes the file as it is; it is of no use.
func (p *partFile) discard() { _ = p.file.Close() } // what it is discarded for is told
