package files

import (
	"math/big"
	"os"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go"
)

// column is a column of a Parquet file that a test writes: its node and its
// values, nil for NULL, []any for lists.
type column struct {
	name   string
	node   parquet.Node
	values []any
}

// ordered is a group whose columns keep their order; parquet.Group sorts them.
type ordered struct {
	parquet.Group
	names []string
}

// Fields gives the columns in the order of names.
func (o ordered) Fields() []parquet.Field {
	byName := map[string]parquet.Field{}
	for _, f := range o.Group.Fields() {
		byName[f.Name()] = f
	}
	fields := make([]parquet.Field, len(o.names))
	for i, name := range o.names {
		fields[i] = byName[name]
	}
	return fields
}

// writeColumns writes a Parquet file row by row; a row group ends after every
// groupRows rows, 0 for one group.
func writeColumns(t testing.TB, path string, columns []column, groupRows int, options ...parquet.WriterOption) {
	t.Helper()
	group := ordered{Group: parquet.Group{}}
	byName := map[string]column{}
	for _, c := range columns {
		group.Group[c.name] = c.node
		group.names = append(group.names, c.name)
		byName[c.name] = c
	}
	schema := parquet.NewSchema("table", group)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := parquet.NewWriter(f, append(options, schema)...)
	leaves := schema.Columns()
	for row := range columns[0].values {
		var r parquet.Row
		for i, leafPath := range leaves {
			leaf, _ := schema.Lookup(leafPath...)
			r = append(r, levels(byName[leafPath[0]].values[row], i, leaf)...)
		}
		if _, err := w.WriteRows([]parquet.Row{r}); err != nil {
			t.Fatal(err)
		}
		if groupRows > 0 && (row+1)%groupRows == 0 {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// levels gives one row of a leaf with its levels.
func levels(v any, i int, leaf parquet.LeafColumn) []parquet.Value {
	list, isList := v.([]any)
	switch {
	case v == nil:
		return []parquet.Value{parquet.Value{}.Level(0, 0, i)}
	case !isList:
		return []parquet.Value{parquet.ValueOf(v).Level(0, leaf.MaxDefinitionLevel, i)}
	case len(list) == 0: // a repeated level and an optional element lie above an empty list
		empty := leaf.MaxDefinitionLevel - 1
		if leaf.Node.Optional() {
			empty--
		}
		return []parquet.Value{parquet.Value{}.Level(0, empty, i)}
	}
	var out []parquet.Value
	for k, e := range list {
		rep := min(k, 1)
		if e == nil {
			out = append(out, parquet.Value{}.Level(rep, leaf.MaxDefinitionLevel-1, i))
		} else {
			out = append(out, parquet.ValueOf(e).Level(rep, leaf.MaxDefinitionLevel, i))
		}
	}
	return out
}

// writeParquet writes a batch of the contract's types.
func writeParquet(t testing.TB, path string, b arrow.RecordBatch, options ...parquet.WriterOption) {
	t.Helper()
	columns := make([]column, b.NumCols())
	for i := range columns {
		columns[i] = column{b.ColumnName(i), parquet.Optional(nodeOf(b.Column(i).DataType())), make([]any, b.NumRows())}
		for row := range columns[i].values {
			columns[i].values[row] = valueOf(b.Column(i), row)
		}
	}
	if b.NumRows() == 0 { // writeColumns takes the rows from the values
		columns[0].values = nil
	}
	writeColumns(t, path, columns, 40_000, options...)
}

func nodeOf(t arrow.DataType) parquet.Node {
	switch t := t.(type) {
	case *arrow.StringType:
		return parquet.String()
	case *arrow.Int64Type:
		return parquet.Int(64)
	case *arrow.Float64Type:
		return parquet.Leaf(parquet.DoubleType)
	case *arrow.BooleanType:
		return parquet.Leaf(parquet.BooleanType)
	case *arrow.Date32Type:
		return parquet.Date()
	case *arrow.TimestampType:
		return parquet.Timestamp(parquet.Microsecond)
	case *arrow.Decimal128Type:
		return parquet.Decimal(int(t.Scale), int(t.Precision), parquet.FixedLenByteArrayType(16))
	case *arrow.ListType:
		return parquet.List(parquet.Optional(nodeOf(t.Elem())))
	}
	panic("no node for " + t.String())
}

func valueOf(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	switch a := a.(type) {
	case *array.String:
		return a.Value(i)
	case *array.Int64:
		return a.Value(i)
	case *array.Float64:
		return a.Value(i)
	case *array.Boolean:
		return a.Value(i)
	case *array.Date32:
		return int32(a.Value(i))
	case *array.Timestamp:
		return int64(a.Value(i))
	case *array.Decimal128:
		return bigEndian(a.Value(i).BigInt())
	case *array.List:
		lo, hi := a.ValueOffsets(i)
		list := []any{}
		for k := lo; k < hi; k++ {
			list = append(list, valueOf(a.ListValues(), int(k)))
		}
		return list
	}
	panic("no value of " + a.DataType().String())
}

// bigEndian writes n as 16 bytes of two's complement.
func bigEndian(n *big.Int) []byte {
	if n.Sign() < 0 {
		n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), 128))
	}
	return n.FillBytes(make([]byte, 16))
}
