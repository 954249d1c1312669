package dbtest

import (
	"bytes"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/pierrec/lz4/v4"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// encoding is how the rows of a result are sent.
type encoding struct {
	schema  *arrow.Schema // as it is sent
	header  []byte        // IPC message of schema
	stale   []byte        // the same with another name for the first column
	columns thrift.List   // of the Thrift schema
	asText  []bool        // columns that are sent as text: decimals
	form    form
}

// staleSuffix is what a name has in addition that is another's.
const staleSuffix = "_stale"

// newEncoding decides how a result with the given schema is sent.
func newEncoding(in *arrow.Schema, f form) (*encoding, error) {
	e := &encoding{asText: make([]bool, in.NumFields()), form: f}
	fields := make([]arrow.Field, in.NumFields())
	for i, from := range in.Fields() {
		number, name, err := sqlType(from.Type)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", from.Name, err)
		}
		if known, ok := from.Metadata.GetValue(SQLNameKey); ok {
			name = known
		}
		fields[i] = arrow.Field{
			Name: from.Name, Type: from.Type, Nullable: true,
			Metadata: arrow.NewMetadata([]string{SQLNameKey}, []string{name}),
		}
		e.columns = append(e.columns, thriftColumn(from, number, i+1))
		if number == typeDecimal && !f.decimals {
			e.asText[i], fields[i].Type = true, arrow.BinaryTypes.String
		}
	}
	e.schema = arrow.NewSchema(fields, nil)
	e.header = schemaMessage(e.schema)
	if len(fields) > 0 {
		fields[0].Name += staleSuffix
	}
	e.stale = schemaMessage(arrow.NewSchema(fields, nil))
	return e, nil
}

// schemaMessage is the IPC message of a schema, without an end of stream.
func schemaMessage(schema *arrow.Schema) []byte {
	var b bytes.Buffer
	payload := ipc.GetSchemaPayload(schema, memory.DefaultAllocator)
	defer payload.Release()
	_, _ = payload.WritePayload(&b) // a buffer takes everything
	return b.Bytes()
}

// convert returns a batch of the engine as it is sent. The caller releases it.
func (e *encoding) convert(batch arrow.RecordBatch) (arrow.RecordBatch, error) {
	if int(batch.NumCols()) != len(e.asText) {
		return nil, fmt.Errorf("a batch has %d columns, the result %d", batch.NumCols(), len(e.asText))
	}
	columns := make([]arrow.Array, len(e.asText))
	for i, column := range batch.Columns() {
		columns[i] = column
		if e.asText[i] {
			columns[i] = textOf(column)
			defer columns[i].Release()
		}
		if !arrow.TypeEqual(columns[i].DataType(), e.schema.Field(i).Type) {
			return nil, fmt.Errorf("column %q of a batch has the type %s, that of the result %s", e.schema.Field(i).Name, columns[i].DataType(), e.schema.Field(i).Type)
		}
	}
	return array.NewRecordBatch(e.schema, columns, batch.NumRows()), nil
}

// textOf writes the values of a column as text.
func textOf(column arrow.Array) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	for i := range column.Len() {
		if column.IsNull(i) {
			b.AppendNull()
			continue
		}
		b.Append(column.ValueStr(i))
	}
	return b.NewArray()
}

// message is the IPC message of a record batch. It writes the batch's own memory.
type message struct {
	payload ipc.Payload
	batch   arrow.RecordBatch
	size    int
}

// message makes the message of a batch, which it retains.
func (e *encoding) message(batch arrow.RecordBatch) (*message, error) {
	payload, err := ipc.GetRecordBatchPayload(batch, ipc.WithSchema(e.schema))
	if err != nil {
		return nil, err
	}
	var n counter
	if _, err := payload.WritePayload(&n); err != nil {
		payload.Release()
		return nil, err
	}
	batch.Retain()
	return &message{payload: payload, batch: batch, size: int(n)}, nil
}

// Size is the number of bytes of the message.
func (m *message) Size() int { return m.size }

// WriteTo writes the message.
func (m *message) WriteTo(w io.Writer) (int64, error) {
	var n counter
	_, err := m.payload.WritePayload(io.MultiWriter(w, &n))
	return int64(n), err
}

func (m *message) release() {
	m.payload.Release()
	m.batch.Release()
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// blob is a message that lies in memory.
type blob []byte

// Size is the number of bytes.
func (b blob) Size() int { return len(b) }

// WriteTo writes the bytes.
func (b blob) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(b)
	return int64(n), err
}

// endOfStream ends an IPC stream: a message of no length.
var endOfStream = blob{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}

// collect returns the bytes that pieces write.
func collect(pieces ...thrift.Streamed) ([]byte, error) {
	var b bytes.Buffer
	for _, p := range pieces {
		b.Grow(p.Size())
		if _, err := p.WriteTo(&b); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// compressed returns pieces as one LZ4 frame.
func compressed(pieces ...thrift.Streamed) (blob, error) {
	var b bytes.Buffer
	w := lz4.NewWriter(&b)
	for _, p := range pieces {
		if _, err := p.WriteTo(w); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Where an Arrow message is damaged: the place of its flatbuffer's root, after the
// mark of a message and its length.
const (
	damageAt   = 8
	damageEnd  = 12
	damageByte = 0x7f
)

// damaged returns a message that points outside of itself.
func damaged(p thrift.Streamed) (blob, error) {
	b, err := collect(p)
	if err != nil {
		return nil, err
	}
	for i := damageAt; i < min(damageEnd, len(b)); i++ {
		b[i] = damageByte
	}
	return b, nil
}
