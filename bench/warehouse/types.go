package warehouse

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
)

// typeNames are the names of types, in Databricks and in DuckDB.
var typeNames = []struct {
	of       arrow.Type
	sql, own string
}{
	{arrow.BOOL, "BOOLEAN", "BOOLEAN"},
	{arrow.INT8, "TINYINT", "TINYINT"},
	{arrow.INT16, "SMALLINT", "SMALLINT"},
	{arrow.INT32, "INT", "INTEGER"},
	{arrow.INT64, "BIGINT", "BIGINT"},
	{arrow.FLOAT32, "FLOAT", "FLOAT"},
	{arrow.FLOAT64, "DOUBLE", "DOUBLE"},
	{arrow.STRING, "STRING", "VARCHAR"},
	{arrow.BINARY, "BINARY", "BLOB"},
	{arrow.DATE32, "DATE", "DATE"},
}

// sqlType returns the name of a type in Databricks.
func sqlType(t arrow.DataType) string {
	switch t := t.(type) {
	case *arrow.TimestampType:
		if t.TimeZone == "" {
			return "TIMESTAMP_NTZ"
		}
		return "TIMESTAMP"
	case *arrow.Decimal128Type:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Precision, t.Scale)
	case *arrow.MapType:
		return "MAP<" + sqlType(t.KeyType()) + ", " + sqlType(t.ItemType()) + ">"
	case *arrow.ListType:
		return "ARRAY<" + sqlType(t.Elem()) + ">"
	case *arrow.StructType:
		var fields []string
		for _, f := range t.Fields() {
			fields = append(fields, f.Name+": "+sqlType(f.Type))
		}
		return "STRUCT<" + strings.Join(fields, ", ") + ">"
	}
	for _, n := range typeNames {
		if n.of == t.ID() {
			return n.sql
		}
	}
	return "STRING"
}

// catalogType returns the name of a type as the catalog has it.
func catalogType(t arrow.DataType) string {
	return strings.ToLower(strings.NewReplacer(", ", ",", ": ", ":").Replace(sqlType(t)))
}

// duckType returns the name of a type in DuckDB.
func duckType(t arrow.DataType) string {
	switch t := t.(type) {
	case *arrow.TimestampType:
		if t.TimeZone == "" {
			return "TIMESTAMP"
		}
		return "TIMESTAMPTZ"
	case *arrow.Decimal128Type:
		return sqlType(t)
	case *arrow.MapType:
		return "MAP(" + duckType(t.KeyType()) + ", " + duckType(t.ItemType()) + ")"
	case *arrow.ListType:
		return duckType(t.Elem()) + "[]"
	case *arrow.StructType:
		var fields []string
		for _, f := range t.Fields() {
			fields = append(fields, duckName(f.Name)+" "+duckType(f.Type))
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	}
	for _, n := range typeNames {
		if n.of == t.ID() {
			return n.own
		}
	}
	return "VARCHAR"
}

// shortType returns the name of a type without what stands in brackets, as
// information_schema has it in data_type.
func shortType(t arrow.DataType) string {
	name, _, _ := strings.Cut(sqlType(t), "(")
	name, _, _ = strings.Cut(name, "<")
	return name
}

// scalarTypes are the names of types without parameters in SQL.
var scalarTypes = map[string]arrow.DataType{
	"BOOLEAN": arrow.FixedWidthTypes.Boolean,
	"TINYINT": arrow.PrimitiveTypes.Int8, "BYTE": arrow.PrimitiveTypes.Int8,
	"SMALLINT": arrow.PrimitiveTypes.Int16, "SHORT": arrow.PrimitiveTypes.Int16,
	"INT": arrow.PrimitiveTypes.Int32, "INTEGER": arrow.PrimitiveTypes.Int32,
	"BIGINT": arrow.PrimitiveTypes.Int64, "LONG": arrow.PrimitiveTypes.Int64,
	"FLOAT": arrow.PrimitiveTypes.Float32, "REAL": arrow.PrimitiveTypes.Float32,
	"DOUBLE": arrow.PrimitiveTypes.Float64,
	"STRING": arrow.BinaryTypes.String, "VARCHAR": arrow.BinaryTypes.String, "CHAR": arrow.BinaryTypes.String,
	"BINARY": arrow.BinaryTypes.Binary, "DATE": arrow.FixedWidthTypes.Date32,
	"TIMESTAMP": instantType, "TIMESTAMP_LTZ": instantType, "TIMESTAMP_NTZ": localType,
	"VOID": arrow.BinaryTypes.String,
}

// The types of times. The zone is that of a session where rows are read.
var (
	instantType arrow.DataType = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: defaultZone}
	localType   arrow.DataType = &arrow.TimestampType{Unit: arrow.Microsecond}
)

// defaultPrecision is that of a DECIMAL that names none.
const defaultPrecision = 10

// typeAt reads a type and returns the place behind it.
func (p *parser) typeAt(at int) (arrow.DataType, int, error) {
	t := p.token(at)
	if t.kind != wordToken {
		return nil, 0, p.unexpected(at)
	}
	switch t.upper {
	case "DECIMAL", "DEC", "NUMERIC":
		return p.decimalType(at + 1)
	case "ARRAY", "MAP", "STRUCT":
		return p.nestedType(t.upper, at+1)
	}
	of, ok := scalarTypes[t.upper]
	if !ok {
		return nil, 0, &sqlFailure{"UNSUPPORTED_DATATYPE", "0A000", fmt.Sprintf("Unsupported data type %q.", t.upper)}
	}
	at++
	if t.is("VARCHAR", "CHAR") && p.token(at).is("(") {
		at = p.closing(at) + 1
	}
	return of, at, nil
}

func (p *parser) decimalType(at int) (arrow.DataType, int, error) {
	of := &arrow.Decimal128Type{Precision: defaultPrecision}
	if !p.token(at).is("(") {
		return of, at, nil
	}
	end := p.closing(at)
	var err error
	if of.Precision, err = p.small(at + 1); err != nil {
		return nil, 0, err
	}
	if p.token(at + 2).is(",") {
		if of.Scale, err = p.small(at + 3); err != nil { //nolint:mnd // ( p , s )
			return nil, 0, err
		}
	}
	if of.Precision < 1 || of.Precision > maxDigits || of.Scale > of.Precision {
		return nil, 0, &sqlFailure{"DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003",
			fmt.Sprintf("Decimal precision %d exceeds max precision %d.", of.Precision, maxDigits)}
	}
	return of, end + 1, nil
}

// nestedType reads what stands behind ARRAY, MAP or STRUCT.
func (p *parser) nestedType(of string, at int) (arrow.DataType, int, error) {
	if !p.token(at).is("<") {
		return nil, 0, p.unexpected(at)
	}
	var fields []arrow.Field
	for at++; ; at++ {
		var f arrow.Field
		if of == "STRUCT" {
			f.Name = p.token(at).text
			if at++; p.token(at).is(":") {
				at++
			}
		}
		var err error
		if f.Type, at, err = p.typeAt(at); err != nil {
			return nil, 0, err
		}
		f.Nullable = true
		fields = append(fields, f)
		if !p.token(at).is(",") {
			break
		}
	}
	if !p.token(at).is(">") {
		return nil, 0, p.unexpected(at)
	}
	const pair = 2
	switch {
	case of == "STRUCT":
		return arrow.StructOf(fields...), at + 1, nil
	case of == "ARRAY" && len(fields) == 1:
		return arrow.ListOf(fields[0].Type), at + 1, nil
	case of == "MAP" && len(fields) == pair:
		return arrow.MapOf(fields[0].Type, fields[1].Type), at + 1, nil
	}
	return nil, 0, p.unexpected(at)
}
