package files

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/federate/source"
)

// typeCases has a column for every type that is supported, with its type in
// Arrow and its values as text.
func typeCases() (columns []column, want []string) {
	fixed := func(n int) parquet.Node { return parquet.Leaf(parquet.FixedLenByteArrayType(n)) }
	uuid := [16]byte{0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3, 0xa4, 0x56, 0x42, 0x66, 0x14, 0x17, 0x40, 0x00}
	add := func(name string, node parquet.Node, typ, text string, values ...any) {
		columns = append(columns, column{name, node, values})
		want = append(want, name+" "+typ+" "+text)
	}
	add("bool", parquet.Leaf(parquet.BooleanType), "bool", "true false", true, false)
	add("int8", parquet.Int(8), "int64", "-128 127", int32(-128), int32(127))
	add("int32", parquet.Leaf(parquet.Int32Type), "int64", "-1 2", int32(-1), int32(2))
	add("uint32", parquet.Uint(32), "int64", "4294967295 1", int32(-1), int32(1))
	add("int64", parquet.Leaf(parquet.Int64Type), "int64", "-1 2", int64(-1), int64(2))
	add("uint64", parquet.Uint(64), "decimal(20, 0)", "18446744073709551615 1", int64(-1), int64(1))
	add("float", parquet.Leaf(parquet.FloatType), "float64", "1.5 -0.25", float32(1.5), float32(-0.25))
	add("double", parquet.Leaf(parquet.DoubleType), "float64", "0.1 -2", 0.1, -2.0)
	add("dec32", parquet.Decimal(2, 9, parquet.Int32Type), "decimal(9, 2)", "-1.23 0.05", int32(-123), int32(5))
	add("dec64", parquet.Decimal(3, 18, parquet.Int64Type), "decimal(18, 3)", "-1.234 0.005", int64(-1234), int64(5))
	add("decfix", parquet.Decimal(1, 5, parquet.FixedLenByteArrayType(3)), "decimal(5, 1)", "-0.1 25.6", []byte{255, 255, 255}, []byte{0, 1, 0})
	add("decbytes", parquet.Decimal(1, 38, parquet.ByteArrayType), "decimal(38, 1)", "-12.8 12.8",
		[]byte{0x80}, append(make([]byte, 20), 0x80))
	add("date", parquet.Date(), "date32", "1970-01-02 1969-12-31", int32(1), int32(-1))
	add("millis", parquet.Timestamp(parquet.Millisecond), "timestamp[ms, tz=UTC]", "1970-01-01T00:00:00.001Z 1970-01-01T00:00:00Z", int64(1), int64(0))
	add("nanos", parquet.TimestampAdjusted(parquet.Nanosecond, false), "timestamp[ns]", "1970-01-01T00:00:00.000000001 1970-01-01T00:00:00", int64(1), int64(0))
	add("int96", parquet.Leaf(parquet.Int96Type), "timestamp[ns, tz=UTC]", "1970-01-02T00:00:00.000000005Z 1969-12-31T00:00:00Z",
		deprecated.Int96{5, 0, 2_440_589}, deprecated.Int96{0, 0, 2_440_587})
	add("string", parquet.String(), "utf8", "é x", "é", "x")
	add("enum", parquet.Enum(), "utf8", "A B", "A", "B")
	add("json", parquet.JSON(), "utf8", "{} []", "{}", "[]")
	add("uuid", parquet.UUID(), "utf8", "123e4567-e89b-12d3-a456-426614174000 00000000-0000-0000-0000-000000000000", uuid[:], make([]byte, 16))
	add("bytes", parquet.Leaf(parquet.ByteArrayType), "binary", "/w== ", []byte{255}, []byte{})
	add("fixed", fixed(2), "binary", "AAE= AgM=", []byte{0, 1}, []byte{2, 3})
	add("optional", parquet.Optional(parquet.String()), "utf8", "(null) x", nil, "x")
	add("list", parquet.Optional(parquet.List(parquet.Optional(parquet.String()))), "list<item: utf8, nullable>", `["a",null] (null)`, []any{"a", nil}, nil)
	add("required", parquet.List(parquet.Leaf(parquet.Int32Type)), "list<item: int64, nullable>", `[] [1,2]`, []any{}, []any{int32(1), int32(2)})
	add("repeated", parquet.Repeated(parquet.Leaf(parquet.Int64Type)), "list<item: int64, nullable>", `[3] []`, []any{int64(3)}, []any{})
	return columns, want
}

func openParquetTable(t testing.TB, root string) (source.Table, error) {
	t.Helper()
	return mustOpen(t, root).Table(t.Context(), ref("t"))
}

func TestParquetTypes(t *testing.T) {
	columns, want := typeCases()
	for _, version := range []int{1, 2} {
		root := t.TempDir()
		writeColumns(t, filepath.Join(root, "t.parquet"), columns, 1, parquet.DataPageVersion(version))
		table, err := openParquetTable(t, root)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range table.Schema().Fields() {
			text, err := content(t, table, f.Name)
			if err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
			got = append(got, f.Name+" "+typeName(f)+" "+strings.ReplaceAll(text, "\n", " "))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("data pages v%d (-want +got):\n%s", version, diff)
		}
	}
}

func TestParquetUnsupported(t *testing.T) {
	type row struct {
		ID     int64
		Map    map[string]int64
		Struct struct{ A, B int64 }
		Time   time.Duration `parquet:"time,time(millisecond)"`
		Nested [][]int64     `parquet:"nested,list"`
	}
	root := t.TempDir()
	path := filepath.Join(root, "t.parquet")
	if err := parquet.WriteFile(path, []row{{ID: 1, Map: map[string]int64{"a": 1}}}); err != nil {
		t.Fatal(err)
	}
	table, err := openParquetTable(t, root)
	if err != nil {
		t.Fatal(err)
	}
	for column, want := range map[string]string{
		"Map":    `ROOT/t.parquet: column "Map": values of type MAP are not supported`,
		"Struct": `ROOT/t.parquet: column "Struct": values of type STRUCT are not supported`,
		"time":   `ROOT/t.parquet: column "time": values of type TIME(isAdjustedToUTC=true,unit=MILLIS) are not supported`,
	} {
		_, err := content(t, table, "ID", column)
		checkError(t, err, root, want)
	}
	if got, err := content(t, table, "id"); got != "1" || err != nil {
		t.Errorf("the supported column: %q, %v", got, err)
	}
}

func TestParquetBadValues(t *testing.T) {
	for _, c := range []struct {
		node   parquet.Node
		good   any
		bad    any
		reason string
	}{
		{parquet.String(), "ok", "\xff", `"\xff" is not valid UTF-8`},
		{parquet.Decimal(0, 2, parquet.Int32Type), int32(99), int32(100), "100 has more than the 2 digits declared"},
		{parquet.Decimal(0, 2, parquet.ByteArrayType), []byte{99}, []byte{100}, "a decimal of 1 bytes has more than the 2 digits declared"},
		{parquet.Leaf(parquet.Int96Type), deprecated.Int96{0, 0, 2_440_588}, deprecated.Int96{0, 0, 1}, "an INT96 time outside of the years 1678 to 2262"},
	} {
		root := t.TempDir()
		values := []any{c.good, nil, c.good, c.good, c.bad, c.good}
		writeColumns(t, filepath.Join(root, "t.parquet"), []column{{"c", parquet.Optional(c.node), values}}, 3)
		table, err := openParquetTable(t, root)
		if err != nil {
			t.Fatal(err)
		}
		_, err = content(t, table, "c")
		checkError(t, err, root, `ROOT/t.parquet:5: column "c": `+c.reason)
	}
}

func TestParquetEncodingsAndCompressions(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	const rows = 5_000
	strs, ints, floats := make([]any, rows), make([]any, rows), make([]any, rows)
	var want []string
	for i := range rows {
		strs[i], ints[i], floats[i] = fmt.Sprintf("value-%d", r.IntN(300)), int64(r.Uint64())>>r.IntN(64), r.Float64()
		if r.IntN(4) == 0 {
			ints[i] = nil
		}
		text := fmt.Sprint(strs[i], "|", "(null)")
		if ints[i] != nil {
			text = fmt.Sprint(strs[i], "|", ints[i])
		}
		want = append(want, text)
	}
	for _, s := range []parquet.Node{
		parquet.Encoded(parquet.String(), &parquet.Plain), parquet.Encoded(parquet.String(), &parquet.RLEDictionary),
		parquet.Encoded(parquet.String(), &parquet.DeltaByteArray), parquet.Encoded(parquet.String(), &parquet.DeltaLengthByteArray),
	} {
		for _, n := range []parquet.Node{
			parquet.Encoded(parquet.Int(64), &parquet.Plain), parquet.Encoded(parquet.Int(64), &parquet.DeltaBinaryPacked),
			parquet.Encoded(parquet.Int(64), &parquet.RLEDictionary), parquet.Encoded(parquet.Int(64), &parquet.ByteStreamSplit),
		} {
			for _, codec := range []compress.Codec{
				&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Zstd, &parquet.Brotli,
			} {
				root := t.TempDir()
				writeColumns(t, filepath.Join(root, "t.parquet"), []column{{"s", s, strs}, {"n", parquet.Optional(n), ints}}, 2_000,
					parquet.Compression(codec), parquet.PageBufferSize(4_096))
				table, err := openParquetTable(t, root)
				if err != nil {
					t.Fatal(err)
				}
				got, err := content(t, table, "s", "n")
				if got != strings.Join(want, "\n") || err != nil {
					t.Errorf("%s, %s, %s: other rows, %v", s.Encoding(), n.Encoding(), codec, err)
				}
			}
		}
	}
}

func TestParquetPartsDiffer(t *testing.T) {
	text, number := parquet.String(), parquet.Int(64)
	for _, c := range []struct {
		b    []column
		want string
	}{
		{[]column{{"a", parquet.Int(32), []any{int32(7)}}, {"b", text, []any{"y"}}}, ""},
		{[]column{{"b", text, []any{"y"}}, {"a", number, []any{int64(7)}}}, ""},
		{[]column{{"a", number, []any{int64(7)}}}, `ROOT/t/b.parquet: column "b": is not there, but it is in ROOT/t/a.parquet`},
		{[]column{{"a", text, []any{"7"}}, {"b", text, []any{"y"}}}, `ROOT/t/b.parquet: column "a": is utf8, but int64 in ROOT/t/a.parquet`},
		{[]column{{"a", number, []any{int64(7)}}, {"b", text, []any{"y"}}, {"c", text, []any{"z"}}},
			`ROOT/t/a.parquet: column "c": is not there, but it is in ROOT/t/b.parquet`},
	} {
		root := tree(t, "t/_SUCCESS", "")
		writeColumns(t, filepath.Join(root, "t", "a.parquet"), []column{{"a", number, []any{int64(1)}}, {"b", text, []any{"x"}}}, 0)
		writeColumns(t, filepath.Join(root, "t", "b.parquet"), c.b, 0)
		table, err := openParquetTable(t, root)
		if c.want != "" {
			checkError(t, err, root, c.want)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := content(t, table, "a", "b"); got != "1|x\n7|y" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
}

func TestParquetTypesHeldWrongly(t *testing.T) {
	logical := func(v format.LogicalTypeValue, physical format.Type) parquetNode {
		e := format.SchemaElement{LogicalType: format.LogicalType{Value: v}}
		e.Type.V, e.Type.Valid = physical, true
		return parquetNode{SchemaElement: &e}
	}
	for _, c := range []struct {
		node parquetNode
		want string
	}{
		{logical(&format.StringType{}, format.FixedLenByteArray), "STRING held as FIXED_LEN_BYTE_ARRAY"},
		{logical(&format.IntType{BitWidth: 32, IsSigned: true}, format.Int64), "INT held as INT64"},
		{logical(&format.IntType{BitWidth: 64}, format.Int32), "INT held as INT32"},
		{logical(&format.DateType{}, format.Int64), "DATE held as INT64"},
		{logical(&format.UUIDType{}, format.ByteArray), "UUID held as BYTE_ARRAY"},
		{logical(&format.DecimalType{Precision: 5}, format.Double), "DECIMAL(5,0) held as DOUBLE"},
	} {
		if _, got := conversionOf(&c.node); got != c.want {
			t.Errorf("the type is %q, want %q", got, c.want)
		}
	}
}
