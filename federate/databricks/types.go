package databricks

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/federate/source"
)

// sqlNameKey is the metadata of a field under which a warehouse sends the name of
// its SQL type, such as "DECIMAL(10,2)".
const sqlNameKey = "Spark:DataType:SqlName"

// fieldOf returns the field of a table's schema, given the one that the warehouse
// sends. A column that cannot be read has type null and [source.UnsupportedKey].
// Columns with metadata are not compared with values in the warehouse.
func fieldOf(sent *arrow.Field) arrow.Field {
	name, _ := sent.Metadata.GetValue(sqlNameKey)
	name = strings.ToUpper(name)
	f := arrow.Field{Name: sent.Name, Nullable: true}
	if f.Type = typeOf(sent.Type, name); f.Type != nil {
		if collation := collationOf(name); collation != "" {
			f.Metadata = arrow.MetadataFrom(map[string]string{
				source.NoteKey:      "the warehouse compares its strings by the collation " + collation + ", not byte by byte",
				source.CollationKey: collation,
			})
		}
		return f
	}
	if name == "" {
		name = strings.ToUpper(sent.Type.Name())
	}
	f.Type = arrow.Null
	f.Metadata = arrow.MetadataFrom(map[string]string{source.UnsupportedKey: name})
	return f
}

// collationOf returns how a warehouse compares strings of a type where it is not
// byte by byte, else nothing. CHAR(n) is padded before it is compared.
func collationOf(sqlName string) string {
	if _, collation, ok := strings.Cut(sqlName, " COLLATE "); ok && collation != "UTF8_BINARY" {
		return collation
	}
	if strings.HasPrefix(sqlName, "CHAR(") {
		return sqlName
	}
	return ""
}

// typeOf returns the type that rollcall reads a column as, nil where it does not.
// sqlName is that of the type; empty: not known.
func typeOf(sent arrow.DataType, sqlName string) arrow.DataType {
	switch sent := sent.(type) {
	case *arrow.StringType:
		if !isText(sqlName) { // types such as VARIANT and INTERVAL are sent as text
			return nil
		}
		return sent
	case *arrow.BooleanType, *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type,
		*arrow.Float32Type, *arrow.Float64Type, *arrow.Date32Type, *arrow.Decimal128Type:
		return sent
	case *arrow.TimestampType:
		switch {
		case sent.Unit != arrow.Microsecond:
			return nil
		case sqlName == "TIMESTAMP_NTZ", sqlName != "TIMESTAMP" && sent.TimeZone == "":
			return &arrow.TimestampType{Unit: arrow.Microsecond}
		}
		return arrow.FixedWidthTypes.Timestamp_us // values are UTC whatever the zone's name
	case *arrow.ListType:
		element := strings.TrimSuffix(strings.TrimPrefix(sqlName, "ARRAY<"), ">")
		if _, nested := sent.Elem().(*arrow.ListType); nested || sqlName == element && sqlName != "" {
			return nil
		}
		if t := typeOf(sent.Elem(), element); t != nil {
			return arrow.ListOf(t)
		}
	}
	return nil
}

// isText reports whether an SQL type is one of strings.
func isText(sqlName string) bool {
	base, _, _ := strings.Cut(sqlName, "(")
	base, _, _ = strings.Cut(base, " ") // STRING COLLATE …
	return base == "" || base == "STRING" || base == "VARCHAR" || base == "CHAR"
}

// relabel returns an array as one of type t, which typeOf returned for its own: the
// same memory under another name. The caller releases it.
func relabel(a arrow.Array, t arrow.DataType) arrow.Array {
	list, isList := a.(*array.List)
	if arrow.TypeEqual(a.DataType(), t) && !isList {
		a.Retain()
		return a
	}
	data := a.Data()
	var children []arrow.ArrayData
	if listType, ok := t.(*arrow.ListType); ok && isList { // its elements may have another name
		child := relabel(list.ListValues(), listType.Elem())
		defer child.Release()
		children = []arrow.ArrayData{child.Data()}
	}
	renamed := array.NewData(t, data.Len(), data.Buffers(), children, data.NullN(), data.Offset())
	defer renamed.Release()
	return array.MakeFromData(renamed)
}

// plainBatch returns a batch with the types that tables have, where it can: the
// caller releases it.
func plainBatch(batch arrow.RecordBatch) arrow.RecordBatch {
	fields := make([]arrow.Field, batch.NumCols())
	arrays := make([]arrow.Array, batch.NumCols())
	for k, column := range batch.Columns() {
		sent := batch.Schema().Field(k)
		fields[k] = fieldOf(&sent)
		if fields[k].Type == arrow.Null || fields[k].HasMetadata() {
			fields[k] = arrow.Field{Name: sent.Name, Type: sent.Type, Nullable: true}
		}
		arrays[k] = relabel(column, fields[k].Type)
		defer arrays[k].Release()
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), arrays, batch.NumRows())
}

// shapeError says that a result has not the columns that it was to have. Another
// attempt would end alike.
type shapeError struct{ found, expected string }

func (e *shapeError) Error() string {
	return fmt.Sprintf("the result has %s, expected %s; did the table change?", e.found, e.expected)
}

// checkShape compares the columns of a result with those that were asked for.
func checkShape(got, want *arrow.Schema) error {
	if got.NumFields() != want.NumFields() {
		return &shapeError{fmt.Sprintf("%d columns", got.NumFields()), fmt.Sprint(want.NumFields())}
	}
	for k := range want.NumFields() {
		sent, wanted := got.Field(k), want.Field(k)
		found := fieldOf(&sent)
		if found.Name != wanted.Name || !arrow.TypeEqual(found.Type, wanted.Type) {
			return &shapeError{
				fmt.Sprintf("column %q of type %s as column %d", sent.Name, sent.Type, k+1),
				fmt.Sprintf("%q of type %s", wanted.Name, wanted.Type),
			}
		}
	}
	return nil
}
