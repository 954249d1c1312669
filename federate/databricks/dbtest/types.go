package dbtest

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// Numbers of SQL types in a Thrift schema.
const (
	typeBoolean   int32 = 0
	typeTinyint   int32 = 1
	typeSmallint  int32 = 2
	typeInt       int32 = 3
	typeBigint    int32 = 4
	typeFloat     int32 = 5
	typeDouble    int32 = 6
	typeString    int32 = 7
	typeTimestamp int32 = 8
	typeBinary    int32 = 9
	typeArray     int32 = 10
	typeMap       int32 = 11
	typeStruct    int32 = 12
	typeDecimal   int32 = 15
	typeNull      int32 = 16
	typeDate      int32 = 17
)

// sqlType is the SQL type that an Arrow type stands for. An Arrow type that a
// warehouse does not send is an error.
func sqlType(t arrow.DataType) (number int32, name string, err error) {
	switch t := t.(type) {
	case *arrow.BooleanType:
		return typeBoolean, "BOOLEAN", nil
	case *arrow.Int8Type:
		return typeTinyint, "TINYINT", nil
	case *arrow.Int16Type:
		return typeSmallint, "SMALLINT", nil
	case *arrow.Int32Type:
		return typeInt, "INT", nil
	case *arrow.Int64Type:
		return typeBigint, "BIGINT", nil
	case *arrow.Float32Type:
		return typeFloat, "FLOAT", nil
	case *arrow.Float64Type:
		return typeDouble, "DOUBLE", nil
	case *arrow.StringType:
		return typeString, "STRING", nil
	case *arrow.BinaryType:
		return typeBinary, "BINARY", nil
	case *arrow.Date32Type:
		return typeDate, "DATE", nil
	case *arrow.NullType:
		return typeNull, "VOID", nil
	case *arrow.Decimal128Type:
		return typeDecimal, fmt.Sprintf("DECIMAL(%d,%d)", t.Precision, t.Scale), nil
	case *arrow.TimestampType:
		return timestampType(t)
	case *arrow.ListType, *arrow.MapType, *arrow.StructType:
		return nestedType(t)
	}
	return 0, "", fmt.Errorf("a warehouse sends no Arrow type %s", t)
}

func timestampType(t *arrow.TimestampType) (int32, string, error) {
	switch {
	case t.Unit != arrow.Microsecond:
		return 0, "", fmt.Errorf("a warehouse sends no Arrow type %s, times are in microseconds", t)
	case t.TimeZone == "":
		return typeTimestamp, "TIMESTAMP_NTZ", nil
	}
	return typeTimestamp, "TIMESTAMP", nil
}

func nestedType(t arrow.DataType) (number int32, name string, err error) {
	var fields []arrow.Field
	switch t := t.(type) {
	case *arrow.ListType:
		number, fields = typeArray, []arrow.Field{t.ElemField()}
	case *arrow.MapType:
		number, fields = typeMap, []arrow.Field{t.KeyField(), t.ItemField()}
	case *arrow.StructType:
		number, fields = typeStruct, t.Fields()
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		if _, names[i], err = sqlType(f.Type); err != nil {
			return 0, "", err
		}
		if number == typeStruct {
			names[i] = f.Name + ": " + names[i]
		}
	}
	return number, map[int32]string{typeArray: "ARRAY", typeMap: "MAP", typeStruct: "STRUCT"}[number] + "<" + strings.Join(names, ", ") + ">", nil
}

// thriftColumn describes a column of the Thrift schema.
func thriftColumn(f arrow.Field, number int32, position int) thrift.Fields {
	primitive := thrift.Fields{{Number: thrift.PrimitiveType, Value: number}}
	if d, ok := f.Type.(*arrow.Decimal128Type); ok {
		primitive = append(primitive, thrift.Field{Number: thrift.PrimitiveQualifiers, Value: decimalQualifiers(d)})
	}
	entry := thrift.Fields{{Number: thrift.TypePrimitive, Value: primitive}}
	return thrift.Fields{
		{Number: thrift.ColumnName, Value: f.Name},
		{Number: thrift.ColumnType, Value: thrift.Fields{{Number: thrift.TypeEntries, Value: thrift.List{entry}}}},
		{Number: thrift.ColumnPosition, Value: int32(position)},
		{Number: thrift.ColumnComment, Value: ""},
	}
}

func decimalQualifiers(d *arrow.Decimal128Type) thrift.Fields {
	number := func(n int32) thrift.Fields { return thrift.Fields{{Number: thrift.QualifierInt, Value: n}} }
	return thrift.Fields{{Number: thrift.Qualifiers, Value: thrift.Structs{
		"precision": number(d.Precision), "scale": number(d.Scale),
	}}}
}
