package dbtest

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// plain makes a page as a server does that knows no Arrow: rows or columns of
// texts.
func (c *call) plain(o *operation, maxRows int64) (thrift.Fields, int32, error) {
	taken, err := c.take(o.rows, maxRows)
	defer func() {
		for _, b := range taken {
			b.Release()
		}
	}()
	if err != nil {
		return nil, 0, err
	}
	if c.hit.is(PlainRows) {
		return thrift.Fields{{Number: thrift.RowsRows, Value: plainRows(taken)}}, thrift.FormatRows, nil
	}
	c.hit.is(PlainColumns)
	return thrift.Fields{
		{Number: thrift.RowsRows, Value: thrift.List{}},
		{Number: thrift.RowsColumns, Value: plainColumns(taken)},
	}, thrift.FormatColumns, nil
}

// plainRows are the rows of batches, each a list of values, all of them texts.
func plainRows(batches []arrow.RecordBatch) thrift.List {
	rows := thrift.List{}
	for _, batch := range batches {
		for i := range int(batch.NumRows()) {
			values := thrift.List{}
			for _, column := range batch.Columns() {
				text := thrift.Fields{{Number: thrift.ValueText, Value: column.ValueStr(i)}}
				if column.IsNull(i) {
					text = thrift.Fields{}
				}
				values = append(values, thrift.Fields{{Number: thrift.ValueOfString, Value: text}})
			}
			rows = append(rows, thrift.Fields{{Number: thrift.RowValues, Value: values}})
		}
	}
	return rows
}

// plainColumns are the columns of batches, all of them texts, with a bitmap of
// NULLs.
func plainColumns(batches []arrow.RecordBatch) thrift.List {
	columns := thrift.List{}
	if len(batches) == 0 {
		return columns
	}
	for i := range int(batches[0].NumCols()) {
		values, nulls := thrift.List{}, []byte{}
		for _, batch := range batches {
			column := batch.Column(i)
			for j := range column.Len() {
				if len(values)%bitsPerByte == 0 {
					nulls = append(nulls, 0)
				}
				if column.IsNull(j) {
					nulls[len(nulls)-1] |= 1 << (len(values) % bitsPerByte)
				}
				values = append(values, column.ValueStr(j))
			}
		}
		text := thrift.Fields{{Number: thrift.ColumnValues, Value: values}, {Number: thrift.ColumnNulls, Value: nulls}}
		columns = append(columns, thrift.Fields{{Number: thrift.ValueOfString, Value: text}})
	}
	return columns
}
