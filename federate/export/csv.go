package export

import (
	"context"
	"encoding/csv"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
)

// csvEncoder writes CSV.
type csvEncoder struct {
	to     io.Writer // where out writes
	out    *csv.Writer
	record []string
	ends   []int  // in text, of the fields of a row
	text   []byte // of a row
}

// newCSVEncoder starts a CSV file with its header.
func newCSVEncoder(out io.Writer, schema *arrow.Schema) (encoder, error) {
	n := schema.NumFields()
	e := &csvEncoder{to: out, out: csv.NewWriter(out), record: make([]string, n), ends: make([]int, n)}
	for i, f := range schema.Fields() {
		e.record[i] = f.Name
	}
	return e, e.writeRecord()
}

func (e *csvEncoder) write(ctx context.Context, batch arrow.RecordBatch) error {
	columns := make([]appendText, batch.NumCols())
	for i, arr := range batch.Columns() {
		columns[i] = textOf(arr)
	}
	for row := range int(batch.NumRows()) {
		if row%sliceRows == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if err := e.writeRow(columns, row); err != nil {
			return err
		}
	}
	return nil
}

// writeRow writes one row. Its fields are slices of one string, so that a row
// costs one allocation.
func (e *csvEncoder) writeRow(columns []appendText, row int) error {
	e.text = e.text[:0]
	for i, appendTo := range columns {
		e.text = appendTo(e.text, row)
		e.ends[i] = len(e.text)
	}
	text, start := string(e.text), 0
	for i, end := range e.ends {
		e.record[i], start = text[start:end], end
	}
	return e.writeRecord()
}

// writeRecord writes a line. A record of one empty field would be an empty line,
// which readers skip, so that one is quoted by hand.
func (e *csvEncoder) writeRecord() error {
	if len(e.record) > 1 || e.record[0] != "" {
		return e.out.Write(e.record)
	}
	if err := e.flush(); err != nil {
		return err
	}
	_, err := io.WriteString(e.to, "\"\"\n")
	return err
}

func (e *csvEncoder) close(context.Context) error { return e.flush() }

// flush writes the lines that are held.
func (e *csvEncoder) flush() error {
	e.out.Flush()
	return e.out.Error()
}

func (e *csvEncoder) stop() error { return nil }
