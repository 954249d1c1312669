package databricks

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/federate/source"
)

// record is a row of a small result, by the names of columns in lower case:
// strings as they are, whole numbers in decimal, times as microseconds since
// 1970-01-01 UTC. NULLs and values of other types are left out.
type record map[string]string

// number returns a value that must be a whole number.
func (r record) number(column string) (int64, error) {
	n, err := strconv.ParseInt(r[column], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("column %q of the answer is %q, expected a whole number", column, r[column])
	}
	return n, nil
}

// ask runs a statement with a small result and returns its rows. what is the
// subject of errors.
func (s *Source) ask(ctx context.Context, what, statement string) ([]record, error) {
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	var rows []record
	for batch, err := range s.client.ask(ctx, what, statement) {
		if err != nil {
			return nil, asked(what, err)
		}
		for i := range int(batch.NumRows()) {
			rows = append(rows, recordOf(batch, i))
		}
	}
	return rows, nil
}

// asked says what an error is about, where it does not say it itself.
func asked(what string, err error) error {
	var incomplete *source.IncompleteError
	if errors.As(err, &incomplete) || strings.HasPrefix(err.Error(), what) {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

func recordOf(batch arrow.RecordBatch, row int) record {
	r := make(record, batch.NumCols())
	for k, column := range batch.Columns() {
		if text, ok := valueText(column, row); ok {
			r[strings.ToLower(batch.ColumnName(k))] = text
		}
	}
	return r
}

// valueText returns a value as a record has it.
func valueText(column arrow.Array, row int) (text string, ok bool) {
	if column.IsNull(row) {
		return "", false
	}
	switch a := column.(type) {
	case *array.String:
		return strings.Clone(a.Value(row)), true
	case *array.Int8, *array.Int16, *array.Int32, *array.Int64, *array.Decimal128:
		return column.ValueStr(row), true
	case *array.Timestamp:
		unit := a.DataType().(*arrow.TimestampType).Unit
		return strconv.FormatInt(a.Value(row).ToTime(unit).UnixMicro(), 10), true
	}
	return "", false
}

// askNumber runs a statement whose result is one whole number.
func (s *Source) askNumber(ctx context.Context, what, statement string) (int64, error) {
	rows, err := s.ask(ctx, what, statement)
	if err != nil {
		return 0, err
	}
	if len(rows) != 1 || len(rows[0]) != 1 {
		return 0, fmt.Errorf("%s: the answer has %d rows, expected one number", what, len(rows))
	}
	n := int64(0)
	for column := range rows[0] {
		if n, err = rows[0].number(column); err != nil {
			return 0, fmt.Errorf("%s: %w", what, err)
		}
	}
	return n, nil
}
