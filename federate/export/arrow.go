package export

import (
	"context"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// arrowEncoder writes the Arrow IPC file format.
type arrowEncoder struct {
	schema *arrow.Schema // with the metadata
	out    *ipc.FileWriter
}

// newArrowEncoder starts an Arrow file whose schema carries metadata.
func newArrowEncoder(out io.Writer, schema *arrow.Schema, metadata map[string]string) (encoder, error) {
	keys := sortedKeys(metadata)
	values := make([]string, len(keys))
	for i, key := range keys {
		values[i] = metadata[key]
	}
	md := arrow.NewMetadata(keys, values)
	schema = arrow.NewSchema(schema.Fields(), &md)
	w, err := ipc.NewFileWriter(out, ipc.WithSchema(schema))
	return &arrowEncoder{schema: schema, out: w}, err
}

func (e *arrowEncoder) write(_ context.Context, batch arrow.RecordBatch) error {
	batch = array.NewRecordBatch(e.schema, batch.Columns(), batch.NumRows())
	defer batch.Release()
	return e.out.Write(batch)
}

func (e *arrowEncoder) close(context.Context) error { return e.out.Close() }

func (e *arrowEncoder) stop() error { return nil }
