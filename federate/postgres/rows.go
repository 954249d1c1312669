package postgres

import (
	"context"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rollcall-db/rollcall/federate/source"
)

// field is a column as a result describes it.
type field = pgconn.FieldDescription

// binaryFormat asks for values in binary.
var binaryFormat = []int16{1}

// run starts a statement whose rows come in binary.
//
// Note: the binary format of COPY has the same values, and is no faster: 2.4 seconds
// instead of 2.0 for 5 million rows of six columns.
func (t *session) run(ctx context.Context, statement string) *pgconn.ResultReader {
	return t.conn.ExecParams(ctx, statement, nil, nil, nil, binaryFormat)
}

// reader makes batches of rows.
type reader struct {
	source  *Source
	what    string // is read, for errors
	columns []described
	values  []column
	schema  *arrow.Schema // nil until a batch was made
	nans    []int64       // by column
	nRows   int           // collected
	nBytes  int
}

func newReader(s *Source, what string, columns []described) *reader {
	r := &reader{source: s, what: what, columns: columns, nans: make([]int64, len(columns))}
	for i := range columns {
		r.values = append(r.values, newColumn(s.mem, &columns[i].how, &r.nans[i]))
	}
	return r
}

func (r *reader) release() {
	for _, v := range r.values {
		v.release()
	}
}

// rows collects the rows of a result, gives batches to send as they are full, and
// compares the number of rows with what the server says it sent. After an error there
// may be rows left, which are not waited for: the session's end gives up the connection.
func (r *reader) rows(result *pgconn.ResultReader, send func(arrow.RecordBatch) error) error {
	received := int64(0)
	for result.NextRow() {
		if err := r.add(result.Values()); err != nil {
			return err
		}
		received++
		if r.nRows >= batchRows || r.nBytes >= batchBytes {
			if err := r.flush(send); err != nil {
				return err
			}
		}
	}
	tag, err := result.Close()
	if err != nil {
		return err
	}
	if sent := tag.RowsAffected(); sent != received {
		return fmt.Errorf("%d rows came of a statement for which the server sent %d", received, sent)
	}
	return nil
}

// add collects a row.
func (r *reader) add(row [][]byte) error {
	if len(row) != len(r.values) {
		return fmt.Errorf("a row of %d values, expected %d", len(row), len(r.values))
	}
	for i, v := range row {
		if v == nil {
			r.values[i].null()
			continue
		}
		if err := r.values[i].value(v); err != nil {
			return &source.ReadError{Path: r.what, Column: r.columns[i].name, Err: err}
		}
		r.nBytes += len(v)
	}
	r.nRows++
	return nil
}

// flush sends what was collected, if anything was.
func (r *reader) flush(send func(arrow.RecordBatch) error) error {
	if r.nRows == 0 {
		return nil
	}
	return send(r.batch())
}

// batch takes what was collected. The types of columns are those of the first batch.
func (r *reader) batch() arrow.RecordBatch {
	arrays := make([]arrow.Array, len(r.values))
	for i, v := range r.values {
		arrays[i] = v.take()
		defer arrays[i].Release()
	}
	if r.schema == nil {
		fields := make([]arrow.Field, len(arrays))
		for i := range arrays {
			fields[i] = arrow.Field{Name: r.columns[i].name, Type: arrays[i].DataType(), Nullable: true}
		}
		r.schema = arrow.NewSchema(fields, nil)
	}
	batch := array.NewRecordBatch(r.schema, arrays, int64(r.nRows))
	r.nRows, r.nBytes = 0, 0
	return batch
}
