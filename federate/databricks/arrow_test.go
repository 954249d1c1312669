package databricks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	arrow12 "github.com/apache/arrow/go/v12/arrow"
	array12 "github.com/apache/arrow/go/v12/arrow/array"
	memory12 "github.com/apache/arrow/go/v12/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// Every type comes through, inline and in files, with rows and without.
func TestTypes(t *testing.T) {
	want := map[string]string{
		"bool": "bool", "tiny": "int8", "small": "int16", "int": "int32", "big": "int64", "float": "float32", "double": "float64",
		"string": "utf8", "binary": "binary", "date": "date32", "decimal": "decimal(38, 2)", "instant": "timestamp[us, tz=UTC]",
		"local": "timestamp[us]", "list": "list<item: utf8, nullable>", "struct": "struct<x: int32 nullable>",
	}
	for _, server := range []dbtest.Options{
		{}, {CloudFetch: true}, {DirectWait: -1},
		{CloudFetch: true, Faults: []dbtest.Fault{{Method: "ExecuteStatement", Kind: dbtest.EmptyLink}}},
	} {
		w := newWarehouse(t, server)
		c := connect(t, w.config(t, "", w.patEnv()))
		batches := 0
		for b, err := range c.query(t.Context(), "the table", "types") {
			if err != nil {
				t.Fatal(err)
			}
			batches++
			got := map[string]string{}
			for i, f := range b.Schema().Fields() {
				got[f.Name] = f.Type.String()
				if !f.Nullable || f.Type.ID() != b.Column(i).DataType().ID() {
					t.Errorf("field %s, column of type %s", f, b.Column(i).DataType())
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			text, err := b.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			sameJSON(t, text, []byte(everyTypeJSON))
		}
		if batches != 1 {
			t.Errorf("%d batches", batches)
		}
	}
}

// sameJSON compares the rows of a batch with those expected.
func sameJSON(t *testing.T, got, want []byte) {
	t.Helper()
	var a, b []map[string]any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(want, &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b, a); diff != "" {
		t.Error(diff)
	}
}

// schemaMessage is a schema as the warehouse sends it.
func schemaMessage(t *testing.T, fields ...arrow.Field) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := ipc.NewWriter(&b, ipc.WithSchema(arrow.NewSchema(fields, nil))).Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()[:b.Len()-8] // without the mark of its end
}

// Values are not copied on their way.
func TestCarrierShares(t *testing.T) {
	to, err := newCarrier(schemaMessage(t, arrow.Field{Name: "n", Type: arrow.PrimitiveTypes.Int64}))
	if err != nil {
		t.Fatal(err)
	}
	schema := arrow12.NewSchema([]arrow12.Field{{Name: "n", Type: arrow12.PrimitiveTypes.Int64}}, nil)
	builder := array12.NewRecordBuilder(memory12.DefaultAllocator, schema)
	builder.Field(0).(*array12.Int64Builder).AppendValues([]int64{1, 2, 3}, nil)
	old := builder.NewRecord()
	sliced := old.NewSlice(1, 3)
	b, err := to.batch(sliced)
	if err != nil {
		t.Fatal(err)
	}
	got := b.Column(0).(*array.Int64)
	if got.Len() != 2 || got.Value(0) != 2 || &got.Int64Values()[0] != &old.Column(0).(*array12.Int64).Int64Values()[1] {
		t.Errorf("%v, copied", got)
	}
}

// What is not as it should be is an error, and reading its values no panic.
func TestCarrierErrors(t *testing.T) {
	for _, schema := range [][]byte{nil, {}, []byte("no schema at all")} {
		if _, err := newCarrier(schema); err == nil {
			t.Errorf("schema %q is carried", schema)
		}
	}
	to, err := newCarrier(schemaMessage(t, arrow.Field{Name: "s", Type: arrow.BinaryTypes.String}))
	if err != nil {
		t.Fatal(err)
	}
	text := func(offsets ...int32) arrow12.ArrayData {
		return array12.NewData(arrow12.BinaryTypes.String, len(offsets)-1,
			[]*memory12.Buffer{nil, memory12.NewBufferBytes(arrow12.Int32Traits.CastToBytes(offsets)), memory12.NewBufferBytes([]byte("abcdef"))}, nil, 0, 0)
	}
	record := func(name string, data ...arrow12.ArrayData) arrow12.Record {
		var columns []arrow12.Array
		var fields []arrow12.Field
		for _, d := range data {
			columns = append(columns, array12.MakeFromData(d))
			fields = append(fields, arrow12.Field{Name: name, Type: d.DataType()})
		}
		return array12.NewRecord(arrow12.NewSchema(fields, nil), columns, int64(columns[0].Len()))
	}
	number := array12.NewData(arrow12.PrimitiveTypes.Int64, 1, []*memory12.Buffer{nil, memory12.NewBufferBytes(make([]byte, 8))}, nil, 0, 0)
	for _, test := range []struct {
		record arrow12.Record
		err    string
	}{
		{record("s", text(0, 2, 6)), ""},
		{record("other", text(0, 2, 6)), ""}, // a stale name
		{record("s", text(0, 2, 6), text(0, 2, 6)), "a batch has 2 columns, expected 1"},
		{record("s", number), `column "s" is of type int64 in a batch, expected utf8`},
		{record("s", text(0, 5, 2)), `column "s" of a batch: place 2 of its values is 2, after 5`},
		{record("s", text(-1, 2, 6)), `column "s" of a batch: place 0 of its values is -1, after 0`},
	} {
		b, err := to.batch(test.record)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != test.err {
			t.Errorf("error %q, want %q", got, test.err)
		}
		if err == nil && (b.Column(0).(*array.String).Value(1) != "cdef" || b.Schema().Field(0).Name != "s") {
			t.Errorf("%v of %v", b.Column(0), b.Schema())
		}
	}
}

// What lies within lists, structs and maps is looked at, too.
func TestValidateWithin(t *testing.T) {
	places := func(p ...int32) *memory.Buffer { return memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(p)) }
	text := arrow.BinaryTypes.String
	row := arrow.StructOf(arrow.Field{Name: "x", Type: text}, arrow.Field{Name: "y", Type: text})
	for _, test := range []struct {
		name string
		of   func(x arrow.ArrayData) arrow.ArrayData
	}{
		{"list", func(x arrow.ArrayData) arrow.ArrayData {
			return array.NewData(arrow.ListOf(text), 1, []*memory.Buffer{nil, places(0, 2)}, []arrow.ArrayData{x}, 0, 0)
		}},
		{"struct", func(x arrow.ArrayData) arrow.ArrayData {
			return array.NewData(row, 2, []*memory.Buffer{nil}, []arrow.ArrayData{x, x}, 0, 0)
		}},
		{"list of structs", func(x arrow.ArrayData) arrow.ArrayData {
			rows := array.NewData(row, 2, []*memory.Buffer{nil}, []arrow.ArrayData{x, x}, 0, 0)
			return array.NewData(arrow.ListOf(row), 2, []*memory.Buffer{nil, places(0, 1, 2)}, []arrow.ArrayData{rows}, 0, 0)
		}},
		{"map", func(x arrow.ArrayData) arrow.ArrayData {
			of := arrow.MapOf(text, text)
			rows := array.NewData(of.Elem(), 2, []*memory.Buffer{nil}, []arrow.ArrayData{x, x}, 0, 0)
			return array.NewData(of, 1, []*memory.Buffer{nil, places(0, 2)}, []arrow.ArrayData{rows}, 0, 0)
		}},
	} {
		for _, c := range []struct {
			middle int32
			err    string
		}{{2, ""}, {9, "place 2 of its values is 6, after 9"}} {
			x := array.NewData(text, 2, []*memory.Buffer{nil, places(0, c.middle, 6), memory.NewBufferBytes([]byte("abcdef"))}, nil, 0, 0)
			err := validate(array.MakeFromData(test.of(x)))
			if got := fmt.Sprint(err); got != c.err && (err != nil || c.err != "") {
				t.Errorf("%s: error %s, want %q", test.name, got, c.err)
			}
		}
	}
	upside := array.NewData(arrow.MapOf(text, text), 2, []*memory.Buffer{nil, places(0, 2, 1)}, []arrow.ArrayData{
		array.NewData(arrow.MapOf(text, text).Elem(), 2, []*memory.Buffer{nil}, []arrow.ArrayData{
			array.NewData(text, 2, []*memory.Buffer{nil, places(0, 1, 2), memory.NewBufferBytes([]byte("ab"))}, nil, 0, 0),
			array.NewData(text, 2, []*memory.Buffer{nil, places(0, 1, 2), memory.NewBufferBytes([]byte("ab"))}, nil, 0, 0),
		}, 0, 0),
	}, 0, 0)
	if err := validate(array.MakeFromData(upside)); err == nil || err.Error() != "place 2 of its values is 1, after 2" {
		t.Errorf("a map whose places descend: error %v", err)
	}
}

// Batches are cut to size, and an empty one has all columns.
func TestPieces(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int8}}, nil)
	builder := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	builder.Field(0).(*array.Int8Builder).AppendValues(make([]int8, 2*maxBatchRows+1), nil)
	var sizes []int64
	if !pieces(builder.NewRecordBatch(), func(b arrow.RecordBatch) bool {
		sizes = append(sizes, b.NumRows())
		b.Release()
		return true
	}) {
		t.Error("broken off")
	}
	if diff := cmp.Diff([]int64{maxBatchRows, maxBatchRows, 1}, sizes); diff != "" {
		t.Error(diff)
	}
}
