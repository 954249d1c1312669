package duck

import (
	"github.com/apache/arrow-go/v18/arrow"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// plainTypes are the types that are read as they are.
var plainTypes = map[bindings.Type]arrow.DataType{
	bindings.TypeBoolean:   arrow.FixedWidthTypes.Boolean,
	bindings.TypeTinyInt:   arrow.PrimitiveTypes.Int8,
	bindings.TypeSmallInt:  arrow.PrimitiveTypes.Int16,
	bindings.TypeInteger:   arrow.PrimitiveTypes.Int32,
	bindings.TypeBigInt:    arrow.PrimitiveTypes.Int64,
	bindings.TypeFloat:     arrow.PrimitiveTypes.Float32,
	bindings.TypeDouble:    arrow.PrimitiveTypes.Float64,
	bindings.TypeVarchar:   arrow.BinaryTypes.String,
	bindings.TypeBlob:      arrow.BinaryTypes.Binary,
	bindings.TypeDate:      arrow.FixedWidthTypes.Date32,
	bindings.TypeTimestamp: &arrow.TimestampType{Unit: arrow.Microsecond},
}

// Digits of the decimals that whole numbers beyond 64 bits become.
const (
	maxDigits    = 38
	uint64Digits = 20
)

// castTypes are the types to which others are cast.
var castTypes = map[bindings.Type]arrow.DataType{
	bindings.TypeUTinyInt:    arrow.PrimitiveTypes.Int16,
	bindings.TypeUSmallInt:   arrow.PrimitiveTypes.Int32,
	bindings.TypeUInteger:    arrow.PrimitiveTypes.Int64,
	bindings.TypeUBigInt:     &arrow.Decimal128Type{Precision: uint64Digits},
	bindings.TypeHugeInt:     arrow.PrimitiveTypes.Int64, // the type of a sum of whole numbers
	bindings.TypeUHugeInt:    &arrow.Decimal128Type{Precision: maxDigits},
	bindings.TypeTimestampS:  &arrow.TimestampType{Unit: arrow.Microsecond},
	bindings.TypeTimestampMS: &arrow.TimestampType{Unit: arrow.Microsecond},
	bindings.TypeTimestampNS: &arrow.TimestampType{Unit: arrow.Microsecond},
}

// arrowType returns the type that a warehouse would send, and whether DuckDB's is
// the same.
func arrowType(t bindings.LogicalType, zone string) (to arrow.DataType, exact bool) {
	id := bindings.GetTypeId(t)
	if plain, ok := plainTypes[id]; ok {
		return plain, true
	}
	switch id {
	case bindings.TypeTimestampTZ:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: zone}, true
	case bindings.TypeDecimal:
		return &arrow.Decimal128Type{Precision: int32(bindings.DecimalWidth(t)), Scale: int32(bindings.DecimalScale(t))}, true
	case bindings.TypeList:
		element, exact := child(bindings.ListTypeChildType(t), zone)
		return arrow.ListOf(element), exact
	case bindings.TypeArray:
		element, _ := child(bindings.ArrayTypeChildType(t), zone)
		return arrow.ListOf(element), false
	case bindings.TypeMap:
		key, exactKey := child(bindings.MapTypeKeyType(t), zone)
		item, exactItem := child(bindings.MapTypeValueType(t), zone)
		return arrow.MapOf(key, item), exactKey && exactItem
	case bindings.TypeStruct:
		return structType(t, zone)
	}
	if cast, ok := castTypes[id]; ok {
		return cast, false
	}
	return arrow.BinaryTypes.String, false
}

func structType(t bindings.LogicalType, zone string) (to arrow.DataType, exact bool) {
	exact = true
	fields := make([]arrow.Field, int(bindings.StructTypeChildCount(t)))
	for i := range fields {
		n := bindings.IdxT(i)
		of, same := child(bindings.StructTypeChildType(t, n), zone)
		fields[i] = arrow.Field{Name: bindings.StructTypeChildName(t, n), Type: of, Nullable: true}
		exact = exact && same
	}
	return arrow.StructOf(fields...), exact
}

// child returns the type of a part of a type, which it frees.
func child(t bindings.LogicalType, zone string) (to arrow.DataType, exact bool) {
	defer bindings.DestroyLogicalType(&t)
	return arrowType(t, zone)
}
