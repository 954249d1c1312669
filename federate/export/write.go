package export

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
)

// Options say how to write. The zero value is right for WriteFile.
type Options struct {
	// Format is the format of the output. Zero is for WriteFile only, which
	// then goes by the path's ending.
	Format Format
	// Metadata is written into Parquet and Arrow, in the order of the keys. The
	// caller chooses the keys, such as rollcall.rule and rollcall.as_of. CSV has
	// no place for it.
	Metadata map[string]string
	// Progress, if not nil, is called after every batch with the number of rows
	// written so far, from the goroutine that called Write.
	Progress func(rows int64)
	// RowGroupRows is the number of rows after which a row group of Parquet ends, if
	// it was not ended before for its size. 0: 1,048,576; less is an error. Other formats have none.
	RowGroupRows int64

	rowGroupBytes int64 // for tests of small row groups; 0 is maxRowGroupBytes
	sliceRows     int64 // for tests; 0 is parquetSliceRows
}

// encoder writes record batches in one format.
type encoder interface {
	// write appends the rows of a batch that fits the schema. It returns when
	// ctx ends, and may retain the batch until close or stop returns.
	write(ctx context.Context, batch arrow.RecordBatch) error
	// close writes what ends the file. It returns when ctx ends.
	close(ctx context.Context) error
	// stop waits until nothing runs any more. It may be called at any time, and
	// again.
	stop() error
}

// Write writes the batches to w in the format of opts and returns the number of
// rows. Batches without rows may occur and leave no trace. Where it returns an
// error, an error of the sequence or the end of ctx included, what w got is not
// a whole file; the number is then how many rows went into it. Write does not
// close w.
func Write(ctx context.Context, w io.Writer, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error], opts Options) (rows int64, err error) {
	if err := checkSchema(schema); err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(w, bufferBytes)
	enc, err := newEncoder(out, schema, opts)
	if err != nil {
		return 0, err
	}
	defer func() { err = cmp.Or(err, enc.stop()) }()
	for batch, err := range batches {
		if err == nil {
			err = writeBatch(ctx, enc, schema, batch)
		}
		if err != nil {
			return rows, err
		}
		rows += batch.NumRows()
		if opts.Progress != nil {
			opts.Progress(rows)
		}
	}
	if err := ctx.Err(); err != nil { // the sequence may have ended because of it
		return rows, err
	}
	if err := enc.close(ctx); err != nil {
		return rows, err
	}
	return rows, out.Flush()
}

// newEncoder starts a file of the format that opts ask for.
func newEncoder(out io.Writer, schema *arrow.Schema, opts Options) (encoder, error) {
	switch opts.Format {
	case Parquet:
		return newParquetEncoder(out, schema, opts)
	case CSV:
		return newCSVEncoder(out, schema)
	case Arrow:
		return newArrowEncoder(out, schema, opts.Metadata)
	}
	return nil, fmt.Errorf("format is %s, expected parquet, csv or arrow", opts.Format)
}

// writeBatch writes one batch of the sequence, if it is what the schema says.
func writeBatch(ctx context.Context, enc encoder, schema *arrow.Schema, batch arrow.RecordBatch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkBatch(schema, batch); err != nil {
		return err
	}
	if batch.NumRows() == 0 {
		return nil
	}
	return enc.write(ctx, batch)
}

// sortedKeys gives the keys of metadata in ascending order.
func sortedKeys(metadata map[string]string) []string {
	return slices.Sorted(maps.Keys(metadata))
}
