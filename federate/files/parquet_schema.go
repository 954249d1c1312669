package files

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// parquetDepth bounds the nesting of a schema; the root is at depth 0.
const parquetDepth = 64

// parquetNode is an element of a Parquet schema in its place in the tree.
type parquetNode struct {
	*format.SchemaElement
	children []*parquetNode
	leaf     int // position among the leaves in file order; of a group, its first leaf
	maxDef   int // definition level of a value that is present
	maxRep   int // repetition level of a value in the innermost list
}

// parquetColumn is a top-level column of a Parquet file: where its values are
// and what they become.
type parquetColumn struct {
	field   arrow.Field // its type is Null and its metadata say so where unsupported
	leaf    *parquetNode
	convert conversion
	isList  bool
	listDef int // definition level of a list that is there but empty
}

// parquetTree builds the tree of a schema and returns its root and the number
// of its leaves.
func parquetTree(elements []format.SchemaElement) (*parquetNode, int, error) {
	b := treeBuilder{rest: elements}
	root, err := b.node(nil, 0)
	switch {
	case err != nil:
		return nil, 0, err
	case len(b.rest) > 0:
		return nil, 0, fmt.Errorf("the schema has %d elements outside of its tree", len(b.rest))
	case root.Type.Valid:
		return nil, 0, fmt.Errorf("the schema's root is a value")
	}
	return root, b.leaves, nil
}

type treeBuilder struct {
	rest   []format.SchemaElement // in depth-first order
	leaves int
}

func (b *treeBuilder) node(parent *parquetNode, depth int) (*parquetNode, error) {
	if len(b.rest) == 0 {
		return nil, fmt.Errorf("the schema ends early")
	}
	if depth > parquetDepth {
		return nil, fmt.Errorf("the schema is nested more than %d deep", parquetDepth)
	}
	n := &parquetNode{SchemaElement: &b.rest[0], leaf: b.leaves}
	b.rest = b.rest[1:]
	if parent != nil {
		n.maxDef, n.maxRep = parent.maxDef, parent.maxRep
		switch n.repetition() {
		case format.Optional:
			n.maxDef++
		case format.Repeated:
			n.maxDef++
			n.maxRep++
		}
	}
	if n.Type.Valid {
		b.leaves++
		return n, nil
	}
	if n.NumChildren.V < 0 || int(n.NumChildren.V) > len(b.rest) {
		return nil, fmt.Errorf("group %q declares %d columns, %d are left", n.Name, n.NumChildren.V, len(b.rest))
	}
	for range n.NumChildren.V {
		child, err := b.node(n, depth+1)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, child)
	}
	return n, nil
}

func (n *parquetNode) repetition() format.FieldRepetitionType {
	if n.RepetitionType.Valid {
		return n.RepetitionType.V
	}
	return format.Required
}

func (n *parquetNode) converted(t deprecated.ConvertedType) bool {
	return n.ConvertedType.Valid && n.ConvertedType.V == t
}

// parquetColumns maps the columns of a schema to Arrow.
func parquetColumns(root *parquetNode) []parquetColumn {
	columns := make([]parquetColumn, len(root.children))
	for i, n := range root.children {
		c := parquetColumnOf(n)
		c.field.Name, c.field.Nullable = n.Name, true
		columns[i] = c
	}
	return columns
}

// parquetColumnOf maps one top-level column: a value, a list of values, or
// something else that is listed but cannot be read.
func parquetColumnOf(n *parquetNode) parquetColumn {
	leaf, listDef := n, 0
	isList := true
	switch {
	case n.Type.Valid && n.repetition() == format.Repeated: // a list without a LIST around it
	case n.Type.Valid:
		isList = false
	default:
		var reason string
		if leaf, reason = listElement(n); reason != "" {
			return unsupportedParquet(reason)
		}
		listDef = n.maxDef
	}
	conv, reason := conversionOf(leaf)
	if reason != "" {
		if isList {
			reason = "LIST of " + reason
		}
		return unsupportedParquet(reason)
	}
	typ := conv.arrow
	if isList {
		typ = arrow.ListOf(typ)
	}
	return parquetColumn{field: arrow.Field{Type: typ}, leaf: leaf, convert: conv, isList: isList, listDef: listDef}
}

func unsupportedParquet(reason string) parquetColumn {
	return parquetColumn{field: unsupportedField(reason)}
}

// listElement finds the element of a group that is a list of values, or says
// what else the group is.
//
// The rules are the format's: a LIST group holds one repeated field. That is
// the element itself where it is a value (two levels, as old writers have it);
// else it is a group around the element (three levels).
func listElement(n *parquetNode) (leaf *parquetNode, reason string) {
	if _, ok := n.LogicalType.Value.(*format.ListType); !ok && !n.converted(deprecated.List) {
		return nil, groupName(n)
	}
	if n.repetition() == format.Repeated || len(n.children) != 1 || n.children[0].repetition() != format.Repeated {
		return nil, "malformed LIST"
	}
	inner := n.children[0]
	if inner.Type.Valid {
		return inner, ""
	}
	isStruct := len(inner.children) != 1 || inner.Name == "array" || inner.Name == n.Name+"_tuple"
	if isStruct {
		return nil, "LIST of STRUCT"
	}
	element := inner.children[0]
	switch {
	case !element.Type.Valid:
		return nil, "LIST of " + groupName(element)
	case element.repetition() == format.Repeated:
		return nil, "LIST of LIST"
	}
	return element, ""
}

// groupName says what a group without values of its own is.
func groupName(n *parquetNode) string {
	switch n.LogicalType.Value.(type) {
	case *format.MapType:
		return "MAP"
	case *format.ListType:
		return "LIST"
	case *format.VariantType:
		return "VARIANT"
	}
	switch {
	case n.converted(deprecated.Map), n.converted(deprecated.MapKeyValue):
		return "MAP"
	case n.converted(deprecated.List):
		return "LIST"
	}
	return "STRUCT"
}
