package export

import (
	"cmp"
	"context"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// parquetEncoder writes a Parquet file, column by column in slices of rows.
type parquetEncoder struct {
	out     *parquet.GenericWriter[any]
	columns []*parquetColumn

	maxRows, maxBytes int64 // of a row group
	groupRows         int64 // rows of the row group under way
	groupAt           int64 // where it starts in the file, in bytes
}

// newParquetEncoder starts a Parquet file.
func newParquetEncoder(out io.Writer, schema *arrow.Schema, opts Options) encoder {
	settings := []parquet.WriterOption{
		parquetSchema(schema),
		// The library would put its own version here; equal input gives equal
		// bytes for as long as this stays.
		parquet.CreatedBy("rollcall", "1", "parquet-go"),
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
		// Version 1 is what every reader knows.
		parquet.DataPageVersion(1),
		// Least and greatest values stand in the footer and the page index.
		parquet.DataPageStatistics(false),
		parquet.PageBufferSize(pageBytes),
		parquet.DictionaryMaxBytes(maxDictionaryBytes),
		parquet.WriteBufferSize(0), // Write buffers
	}
	for key, value := range opts.Metadata { // the writer sorts them
		settings = append(settings, parquet.KeyValueMetadata(key, value))
	}
	// Not as one parquet.WriterConfig: what is off there, the library turns on.
	e := &parquetEncoder{
		out:      parquet.NewGenericWriter[any](out, settings...),
		maxRows:  cmp.Or(opts.RowGroupRows, maxRowGroupRows),
		maxBytes: cmp.Or(opts.rowGroupBytes, maxRowGroupBytes),
	}
	for i, w := range e.out.ColumnWriters() { // every column has one leaf
		e.columns = append(e.columns, newParquetColumn(w, i, schema.Field(i)))
	}
	return e
}

func (e *parquetEncoder) write(ctx context.Context, batch arrow.RecordBatch) error {
	n := int(batch.NumRows())
	for lo, hi := 0, 0; lo < n; lo = hi {
		if err := ctx.Err(); err != nil {
			return err
		}
		hi = lo + int(min(int64(n-lo), sliceRows, e.maxRows-e.groupRows))
		for i, c := range e.columns {
			if err := c.write(batch.Column(i), lo, hi); err != nil {
				return err
			}
		}
		e.groupRows += int64(hi - lo)
		if e.groupRows == e.maxRows || e.out.Size()-e.groupAt >= e.maxBytes {
			if err := e.endGroup(); err != nil {
				return err
			}
		}
	}
	return nil
}

// endGroup writes the row group under way to the file.
func (e *parquetEncoder) endGroup() error {
	if err := e.out.Flush(); err != nil {
		return err
	}
	for _, c := range e.columns {
		c.pageText = 0
	}
	e.groupRows, e.groupAt = 0, e.out.Size()
	return nil
}

func (e *parquetEncoder) close() error { return e.out.Close() }
