package warehouse

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
)

// rowGroupRows is small, so that a table is more than one row group.
const rowGroupRows = 400

// WriteParquet writes every table to a file of a folder, SCHEMA/TABLE.parquet.
func (w *Warehouse) WriteParquet(dir string) error {
	for _, t := range w.Tables {
		if err := t.writeParquet(t.Path(dir)); err != nil {
			return fmt.Errorf("table %s: %w", t.Ref, err)
		}
	}
	return nil
}

func (t *Table) writeParquet(path string) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	group := parquet.Group{}
	for _, c := range t.Columns {
		group[c.Name] = parquet.Optional(c.parquetNode())
	}
	w := parquet.NewGenericWriter[any](f, parquet.NewSchema("table", group), parquet.MaxRowsPerRowGroup(rowGroupRows))
	if _, err := w.WriteRows(t.parquetRows()); err != nil {
		return err
	}
	return w.Close()
}

// parquetRows returns the rows. The columns of a group are in the order of their
// names.
func (t *Table) parquetRows() []parquet.Row {
	columns := slices.SortedFunc(slices.Values(t.Columns), func(a, b *Column) int { return cmp.Compare(a.Name, b.Name) })
	rows := make([]parquet.Row, t.rows())
	for row := range rows {
		for i, c := range columns {
			rows[row] = c.appendLevels(rows[row], c.Values[row], i)
		}
	}
	return rows
}

// appendLevels appends a value of column i with its levels.
func (s storage) appendLevels(row parquet.Row, v any, i int) parquet.Row {
	list, isList := v.([]any)
	switch {
	case v == nil:
		return append(row, parquet.NullValue().Level(0, 0, i))
	case !isList:
		return append(row, s.parquetValue(v).Level(0, 1, i))
	case len(list) == 0:
		return append(row, parquet.NullValue().Level(0, 1, i))
	}
	for at, element := range list {
		value, definition := parquet.NullValue(), 2
		if element != nil {
			value, definition = s.elem().parquetValue(element), 3
		}
		row = append(row, value.Level(min(at, 1), definition, i))
	}
	return row
}

// elem returns how the elements of a list are held.
func (s storage) elem() storage {
	s.Type = s.Elem()
	return s
}

// The greatest numbers of digits of which 32 and 64 bits hold all.
const (
	digits32 = 9
	digits64 = 18
)

// decimalBytes is the length of a decimal of more digits, big-endian.
const decimalBytes = 16

// parquetNode returns the type that the column has in a Parquet file, short of
// being optional.
func (s storage) parquetNode() parquet.Node {
	switch {
	case s.IsArray():
		return parquet.List(parquet.Optional(s.elem().parquetNode()))
	case s.encoding == model.EncodedSeconds:
		return parquet.Int(64)
	case s.encoding == model.EncodedLocal:
		return parquet.TimestampAdjusted(parquet.Microsecond, false)
	case s.narrow && s.Repr == model.Float64:
		return parquet.Leaf(parquet.FloatType)
	case s.narrow && s.Repr == model.Int64:
		return parquet.Int(32)
	}
	switch s.Kind {
	case model.String:
		return parquet.String()
	case model.Boolean:
		return parquet.Leaf(parquet.BooleanType)
	case model.Date:
		return parquet.Date()
	case model.Timestamp:
		return parquet.TimestampAdjusted(parquet.Microsecond, true)
	}
	switch s.Repr {
	case model.Float64:
		return parquet.Leaf(parquet.DoubleType)
	case model.Decimal:
		return parquet.Decimal(int(s.Scale), int(s.Precision), s.decimalType())
	}
	return parquet.Int(64)
}

func (s storage) decimalType() parquet.Type {
	switch {
	case s.Precision <= digits32:
		return parquet.Int32Type
	case s.Precision <= digits64:
		return parquet.Int64Type
	}
	return parquet.FixedLenByteArrayType(decimalBytes)
}

// parquetValue returns a value, which is not NULL, as the column holds it.
func (s storage) parquetValue(v any) parquet.Value {
	switch v := v.(type) {
	case string:
		return parquet.ByteArrayValue([]byte(v))
	case bool:
		return parquet.BooleanValue(v)
	case oracle.Day:
		return parquet.Int32Value(int32(v))
	case float64:
		if s.narrow {
			return parquet.FloatValue(float32(v))
		}
		return parquet.DoubleValue(v)
	case oracle.Decimal:
		switch {
		case s.Precision <= digits32:
			return parquet.Int32Value(int32(v.Unscaled.Int64()))
		case s.Precision <= digits64:
			return parquet.Int64Value(v.Unscaled.Int64())
		}
		return parquet.FixedLenByteArrayValue(twosComplement(v.Unscaled))
	}
	n := v.(int64)
	if s.narrow {
		return parquet.Int32Value(int32(n))
	}
	return parquet.Int64Value(n)
}

// twosComplement returns n in decimalBytes bytes, big-endian.
func twosComplement(n *big.Int) []byte {
	if n.Sign() < 0 {
		n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), 8*decimalBytes))
	}
	return n.FillBytes(make([]byte, decimalBytes))
}
