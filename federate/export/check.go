package export

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// checkSchema returns an error if a schema cannot be written in every format.
func checkSchema(schema *arrow.Schema) error {
	switch n := schema.NumFields(); {
	case n == 0:
		return errors.New("the schema has no columns, expected at least one")
	case n > maxColumns:
		return fmt.Errorf("the schema has %d columns, expected at most %d", n, maxColumns)
	}
	seen := make(map[string]bool)
	for _, f := range schema.Fields() {
		if seen[f.Name] {
			return fmt.Errorf("two columns are called %q, expected every name once", f.Name)
		}
		seen[f.Name] = true
		if err := checkType(f.Name, f.Type); err != nil {
			return err
		}
	}
	return nil
}

// checkType returns an error if a column's type cannot be written.
func checkType(name string, typ arrow.DataType) error {
	elem := typ
	if list, ok := typ.(*arrow.ListType); ok {
		elem = list.Elem()
	}
	switch elem := elem.(type) {
	case *arrow.StringType, *arrow.Int64Type, *arrow.Float64Type, *arrow.BooleanType, *arrow.Date32Type:
		return nil
	case *arrow.TimestampType:
		if elem.Unit == arrow.Microsecond && elem.TimeZone == "UTC" {
			return nil
		}
	case *arrow.Decimal128Type:
		if elem.Precision >= 1 && elem.Precision <= 38 && elem.Scale >= 0 && elem.Scale <= elem.Precision {
			return nil
		}
		return fmt.Errorf("column %q has type %s, expected 1 to 38 digits and a scale from 0 to these", name, typ)
	}
	return fmt.Errorf("column %q has type %s, expected string, int64, float64, decimal128, bool, date32, timestamp[us, UTC] or a list of one of these", name, typ)
}

// checkBatch returns an error if a batch is not what the schema says: encoders
// rely on it.
func checkBatch(schema *arrow.Schema, batch arrow.RecordBatch) error {
	if found, expected := int(batch.NumCols()), schema.NumFields(); found != expected {
		return fmt.Errorf("a batch has %d columns, expected the %d of the schema", found, expected)
	}
	for i, f := range schema.Fields() {
		col := batch.Column(i)
		if !arrow.TypeEqual(col.DataType(), f.Type) {
			return fmt.Errorf("column %q of a batch has type %s, expected %s of the schema", f.Name, col.DataType(), f.Type)
		}
		if list, ok := col.(*array.List); ok {
			// Arrow counts NULLs when first asked, in memory that columns may share.
			_ = list.ListValues().NullN()
		}
		if n := col.NullN(); n > 0 && !f.Nullable {
			return fmt.Errorf("column %q: found %d NULL values in a batch, expected none as the schema says", f.Name, n)
		}
		if err := checkDecimals(f.Name, col); err != nil {
			return err
		}
	}
	return nil
}

// checkDecimals returns an error if a decimal has more digits than its type:
// Parquet would keep the lower ones.
func checkDecimals(name string, arr arrow.Array) error {
	if list, ok := arr.(*array.List); ok {
		arr = list.ListValues()
	}
	decimals, ok := arr.(*array.Decimal128)
	if !ok {
		return nil
	}
	typ := decimals.DataType().(*arrow.Decimal128Type)
	for i, d := range decimals.Values() {
		if !d.FitsInPrecision(typ.Precision) && decimals.IsValid(i) {
			return fmt.Errorf("column %q: found the value %s, expected at most %d digits", name, d.ToString(typ.Scale), typ.Precision)
		}
	}
	return nil
}
