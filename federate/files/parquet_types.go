package files

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// conversion says what the values of a leaf become.
type conversion struct {
	arrow arrow.DataType
	how   how
}

// how names the step from a physical value to an Arrow value.
type how uint8

const (
	howPlain    how = iota // the same value in the wider type
	howUnsigned            // the same bits read as an unsigned integer
	howDecimal             // an unscaled integer
	howUUID                // 16 bytes as text
	howNothing             // only NULL may occur
)

// conversionOf maps a leaf to Arrow, or names the type that has no place there.
func conversionOf(n *parquetNode) (conversion, string) {
	switch lt := n.LogicalType.Value.(type) {
	case nil:
		return legacyConversion(n)
	case *format.StringType, *format.EnumType, *format.JsonType:
		return textConversion(n, lt.String())
	case *format.UUIDType:
		if n.Type.V == format.FixedLenByteArray && n.TypeLength.V == 16 {
			return conversion{arrow.BinaryTypes.String, howUUID}, ""
		}
		return mismatch(n, "UUID")
	case *format.DecimalType:
		return decimalConversion(n, lt.Precision, lt.Scale)
	case *format.DateType:
		return dateConversion(n)
	case *format.TimestampType:
		return timestampConversion(n, lt)
	case *format.IntType:
		return intConversion(n, lt.BitWidth == 64, lt.IsSigned)
	case *format.NullType:
		return conversion{arrow.BinaryTypes.String, howNothing}, ""
	default:
		return conversion{}, lt.String()
	}
}

// legacyConversion maps a leaf that has no logical type: by its converted
// type, as writers before 2017 have it, else by its physical type.
func legacyConversion(n *parquetNode) (conversion, string) {
	if !n.ConvertedType.Valid {
		return physicalConversion(n)
	}
	stamp := func(unit format.TimeUnitValue) (conversion, string) {
		return timestampConversion(n, &format.TimestampType{IsAdjustedToUTC: true, Unit: format.TimeUnit{Value: unit}})
	}
	t := n.ConvertedType.V
	switch t {
	case deprecated.UTF8, deprecated.Enum, deprecated.Json:
		return textConversion(n, "text")
	case deprecated.Decimal:
		return decimalConversion(n, n.Precision.V, n.Scale.V)
	case deprecated.Date:
		return dateConversion(n)
	case deprecated.TimestampMillis:
		return stamp(&format.MilliSeconds{})
	case deprecated.TimestampMicros:
		return stamp(&format.MicroSeconds{})
	case deprecated.Int8, deprecated.Int16, deprecated.Int32, deprecated.Int64:
		return intConversion(n, t == deprecated.Int64, true)
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		return intConversion(n, t == deprecated.Uint64, false)
	case deprecated.TimeMillis, deprecated.TimeMicros:
		return conversion{}, "TIME"
	case deprecated.Bson:
		return conversion{}, "BSON"
	case deprecated.Interval:
		return conversion{}, "INTERVAL"
	default:
		return conversion{}, fmt.Sprintf("converted type %d", t)
	}
}

func physicalConversion(n *parquetNode) (conversion, string) {
	switch n.Type.V {
	case format.Boolean:
		return conversion{arrow: arrow.FixedWidthTypes.Boolean}, ""
	case format.Int32, format.Int64:
		return conversion{arrow: arrow.PrimitiveTypes.Int64}, ""
	case format.Int96:
		return conversion{arrow: arrow.FixedWidthTypes.Timestamp_ns}, ""
	case format.Float, format.Double:
		return conversion{arrow: arrow.PrimitiveTypes.Float64}, ""
	case format.ByteArray, format.FixedLenByteArray:
		return conversion{arrow: arrow.BinaryTypes.Binary}, ""
	}
	return conversion{}, n.Type.V.String()
}

// mismatch names a logical type on a physical type that cannot hold it.
func mismatch(n *parquetNode, logical string) (conversion, string) {
	return conversion{}, fmt.Sprintf("%s held as %s", logical, n.Type.V)
}

func textConversion(n *parquetNode, name string) (conversion, string) {
	if n.Type.V != format.ByteArray { // parquet-go would not read fixed lengths
		return mismatch(n, name)
	}
	return conversion{arrow: arrow.BinaryTypes.String}, ""
}

func dateConversion(n *parquetNode) (conversion, string) {
	if n.Type.V != format.Int32 {
		return mismatch(n, "DATE")
	}
	return conversion{arrow: arrow.FixedWidthTypes.Date32}, ""
}

func intConversion(n *parquetNode, wide, signed bool) (conversion, string) {
	physical := format.Int32
	if wide {
		physical = format.Int64
	}
	switch {
	case n.Type.V != physical:
		return mismatch(n, "INT")
	case signed:
		return conversion{arrow: arrow.PrimitiveTypes.Int64}, ""
	case wide:
		return conversion{&arrow.Decimal128Type{Precision: 20}, howUnsigned}, ""
	}
	return conversion{arrow.PrimitiveTypes.Int64, howUnsigned}, ""
}

func decimalConversion(n *parquetNode, precision, scale int32) (conversion, string) {
	name := fmt.Sprintf("DECIMAL(%d,%d)", precision, scale)
	switch n.Type.V {
	case format.Int32, format.Int64, format.ByteArray, format.FixedLenByteArray:
	default:
		return mismatch(n, name)
	}
	if precision < 1 || precision > 38 || scale < 0 || scale > precision {
		return conversion{}, name
	}
	return conversion{&arrow.Decimal128Type{Precision: precision, Scale: scale}, howDecimal}, ""
}

func timestampConversion(n *parquetNode, lt *format.TimestampType) (conversion, string) {
	if n.Type.V != format.Int64 {
		return mismatch(n, "TIMESTAMP")
	}
	t := &arrow.TimestampType{}
	switch lt.Unit.Value.(type) {
	case *format.MilliSeconds:
		t.Unit = arrow.Millisecond
	case *format.MicroSeconds:
		t.Unit = arrow.Microsecond
	case *format.NanoSeconds:
		t.Unit = arrow.Nanosecond
	default:
		return conversion{}, lt.String()
	}
	if lt.IsAdjustedToUTC {
		t.TimeZone = "UTC"
	}
	return conversion{arrow: t}, ""
}
