package workload

import (
	"fmt"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// column describes a column of a table.
type column struct {
	name       string
	physical   parquet.Type
	logical    schema.LogicalType // nil: none
	nullable   bool
	dictionary bool // it has few distinct values
}

// The columns' types.
func bigint(name string) column {
	return column{name: name, physical: parquet.Types.Int64}
}

func timestamp(name string) column {
	return column{name: name, physical: parquet.Types.Int64, logical: schema.NewTimestampLogicalType(true, schema.TimeUnitMicros)}
}

func decimal(name string, precision int32) column {
	return column{name: name, physical: parquet.Types.Int64, logical: schema.NewDecimalLogicalType(precision, 2)}
}

func boolean(name string) column {
	return column{name: name, physical: parquet.Types.Boolean}
}

func text(name string) column {
	return column{name: name, physical: parquet.Types.ByteArray, logical: schema.StringLogicalType{}, dictionary: true}
}

func (c column) orNull() column {
	c.nullable = true
	return c
}

func (c column) repeated() column {
	c.dictionary = true
	return c
}

// node returns the column as Parquet describes it.
func (c column) node() (schema.Node, error) {
	repetition := parquet.Repetitions.Required
	if c.nullable {
		repetition = parquet.Repetitions.Optional
	}
	logical := c.logical
	if logical == nil {
		logical = schema.NoLogicalType{}
	}
	node, err := schema.NewPrimitiveNodeLogical(c.name, repetition, logical, c.physical, -1, -1)
	if err != nil {
		return nil, fmt.Errorf("column %s: %w", c.name, err)
	}
	return node, nil
}

// values are those of one column in the row group that is being filled: one of the
// first three, by the column's type, without NULLs. Where a column is nullable,
// levels has 1 for each row with a value and 0 for each NULL.
type values struct {
	ints   []int64
	texts  []parquet.ByteArray
	bools  []bool
	levels []int16
}

// addText appends a value of a nullable column; nil is NULL.
func (v *values) addText(t parquet.ByteArray) {
	if t == nil {
		v.levels = append(v.levels, 0)
		return
	}
	v.levels = append(v.levels, 1)
	v.texts = append(v.texts, t)
}

func (v *values) reset() {
	v.ints, v.texts, v.bools, v.levels = v.ints[:0], v.texts[:0], v.bools[:0], v.levels[:0]
}

// write writes the values to a column of a row group.
func (v *values) write(out file.ColumnChunkWriter) error {
	var err error
	switch out := out.(type) {
	case *file.Int64ColumnChunkWriter:
		_, err = out.WriteBatch(v.ints, v.levels, nil)
	case *file.ByteArrayColumnChunkWriter:
		_, err = out.WriteBatch(v.texts, v.levels, nil)
	case *file.BooleanColumnChunkWriter:
		_, err = out.WriteBatch(v.bools, v.levels, nil)
	default:
		err = fmt.Errorf("a column of type %T", out)
	}
	return err
}

// rows are the rows of a row group that is being filled.
type rows struct {
	columns []values
	n       int
	arena   []byte // of texts that are made for this row group
}

func newRows(columns int) *rows { return &rows{columns: make([]values, columns)} }

func (r *rows) reset() {
	for i := range r.columns {
		r.columns[i].reset()
	}
	r.n, r.arena = 0, r.arena[:0]
}
