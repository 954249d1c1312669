package export

import (
	"reflect"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/parquet-go/parquet-go"
)

// parquetSchema returns the Parquet schema of an Arrow schema that checkSchema
// has passed.
func parquetSchema(schema *arrow.Schema) *parquet.Schema {
	root := new(group)
	for _, f := range schema.Fields() {
		root.fields = append(root.fields, field{Node: parquetNode(f), name: f.Name})
	}
	return parquet.NewSchema("audience", root)
}

// parquetNode returns the node of one column.
func parquetNode(f arrow.Field) parquet.Node {
	var node parquet.Node
	if list, ok := f.Type.(*arrow.ListType); ok {
		node = parquet.List(parquet.Optional(parquetLeaf(list.Elem(), false)))
	} else {
		node = parquetLeaf(f.Type, !f.Nullable)
	}
	if f.Nullable {
		return parquet.Optional(node)
	}
	return parquet.Required(node)
}

// parquetLeaf returns the node of single values. Where they are all different,
// as those of a key, a dictionary would be a waste.
func parquetLeaf(typ arrow.DataType, distinct bool) parquet.Node {
	node := plainLeaf(typ)
	if _, coded := newPageValues(typ); coded == nil || distinct {
		return parquet.Encoded(node, &parquet.Plain)
	}
	return parquet.Encoded(node, &parquet.RLEDictionary)
}

// plainLeaf returns the node of single values of a type.
func plainLeaf(typ arrow.DataType) parquet.Node {
	switch typ := typ.(type) {
	case *arrow.StringType:
		return parquet.String()
	case *arrow.Float64Type:
		return parquet.Leaf(parquet.DoubleType)
	case *arrow.BooleanType:
		return parquet.Leaf(parquet.BooleanType)
	case *arrow.Date32Type:
		return parquet.Date()
	case *arrow.TimestampType:
		return parquet.Timestamp(parquet.Microsecond)
	case *arrow.Decimal128Type:
		return decimalNode(int(typ.Precision), int(typ.Scale))
	}
	return parquet.Leaf(parquet.Int64Type)
}

// group is the root of a schema. Unlike a parquet.Group, from which it has the
// rest, it keeps its fields in order.
type group struct {
	parquet.Group
	fields []parquet.Field
}

// Fields returns the columns in order.
func (g *group) Fields() []parquet.Field { return g.fields }

// field is a column of a group.
type field struct {
	parquet.Node
	name string
}

// Name returns the name of the column.
func (f field) Name() string { return f.name }

// Value returns the value of the column in a Go map by name. The encoder writes
// columns, not Go values, and does not use it.
func (f field) Value(base reflect.Value) reflect.Value {
	return base.MapIndex(reflect.ValueOf(f.name))
}
