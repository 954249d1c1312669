package postgres

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgtype"
)

// encode writes a value as pgx does, with its length in front; nil is NULL.
func encode(t *testing.T, oid uint32, value any) []byte {
	t.Helper()
	if value == nil {
		return []byte{0xff, 0xff, 0xff, 0xff}
	}
	text, err := pgtype.NewMap().Encode(oid, pgtype.BinaryFormatCode, value, nil)
	if err != nil {
		t.Fatal(err)
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)
}

// decode reads a numeric as pgx does.
func decode(t *testing.T, encoded []byte) string {
	t.Helper()
	if n := binary.BigEndian.Uint32(encoded); int(n) != len(encoded)-4 {
		t.Fatalf("length is %d, %d bytes follow", n, len(encoded)-4)
	}
	var n pgtype.Numeric
	if err := pgtype.NewMap().Scan(pgtype.NumericOID, pgtype.BinaryFormatCode, encoded[4:], &n); err != nil {
		t.Fatal(err)
	}
	value := new(big.Rat).SetInt(n.Int)
	for ; n.Exp < 0; n.Exp++ {
		value.Quo(value, big.NewRat(10, 1))
	}
	for ; n.Exp > 0; n.Exp-- {
		value.Mul(value, big.NewRat(10, 1))
	}
	return value.FloatString(15)
}

// exact returns unscaled / 10^scale.
func exact(unscaled int64, scale int) string {
	value := new(big.Rat).SetInt64(unscaled)
	for range scale {
		value.Quo(value, big.NewRat(10, 1))
	}
	return value.FloatString(15)
}

func TestAppendNumericBytes(t *testing.T) {
	for _, test := range []struct {
		unscaled int64
		scale    int
		want     string // number of digits, weight, sign, scale, digits
	}{
		{0, 2, "00000000 0000 0002"},
		{1, 2, "0001ffff 0000 0002 0064"},
		{100, 2, "00010000 0000 0002 0001"},
		{-12345_67, 2, "00030001 4000 0002 0001 0929 1a2c"},
		{20_000_00, 2, "00010001 0000 0002 0002"},
		{7, 0, "00010000 0000 0000 0007"},
	} {
		got := fmt.Sprintf("%x", appendNumeric(nil, test.unscaled, test.scale)[4:])
		want := ""
		for _, r := range test.want {
			if r != ' ' {
				want += string(r)
			}
		}
		if got != want {
			t.Errorf("%d / 10^%d: got %s, want %s", test.unscaled, test.scale, got, want)
		}
	}
}

func TestAppendNumericRandom(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	limit := int64(1)
	for range maxDecimalDigits {
		limit *= 10
	}
	for range 20_000 {
		unscaled := r.Int64N(limit) >> r.IntN(50)
		if r.IntN(2) == 0 {
			unscaled = -unscaled
		}
		scale := r.IntN(maxDecimalDigits + 1)
		if got, want := decode(t, appendNumeric(nil, unscaled, scale)), exact(unscaled, scale); got != want {
			t.Fatalf("seed %d: %d / 10^%d is written as %s, want %s", seed, unscaled, scale, got, want)
		}
	}
	for _, unscaled := range []int64{limit - 1, 1 - limit} {
		for scale := range maxDecimalDigits + 1 {
			if got, want := decode(t, appendNumeric(nil, unscaled, scale)), exact(unscaled, scale); got != want {
				t.Errorf("%d / 10^%d is written as %s, want %s", unscaled, scale, got, want)
			}
		}
	}
}

// testSchema has a column of every type that is loaded.
func testSchema() *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{
		{Name: "customer_id", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "tier", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "opt_in", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
		{Name: "time", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, Nullable: true},
		{Name: "value", Type: &arrow.Decimal128Type{Precision: 12, Scale: 2}, Nullable: true},
	}, nil)
}

func TestAppendRows(t *testing.T) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, testSchema())
	defer b.Release()
	at := time.Date(1999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
	rows := [][]any{
		{int64(-5), "Gold", true, at, int64(12345)},
		{nil, nil, nil, nil, nil},
		{int64(1) << 40, "", false, at.AddDate(30, 0, 0), int64(-1)},
		{int64(0), "zwölf ' \\ \t", true, at.AddDate(-40, 0, 0), int64(0)},
	}
	want := []byte{}
	for _, row := range rows {
		want = append(want, 0, byte(len(row)))
		for c, value := range row {
			oid := []uint32{pgtype.Int8OID, pgtype.TextOID, pgtype.BoolOID, pgtype.TimestamptzOID, pgtype.NumericOID}[c]
			if value == nil {
				b.Field(c).AppendNull()
				want = append(want, encode(t, oid, nil)...)
				continue
			}
			switch f := b.Field(c).(type) {
			case *array.Int64Builder:
				f.Append(value.(int64))
			case *array.StringBuilder:
				f.Append(value.(string))
			case *array.BooleanBuilder:
				f.Append(value.(bool))
			case *array.TimestampBuilder:
				f.Append(arrow.Timestamp(value.(time.Time).UnixMicro()))
			case *array.Decimal128Builder:
				f.Append(decimal128.FromI64(value.(int64)))
				want = appendNumeric(want, value.(int64), 2) // has tests of its own
				continue
			}
			want = append(want, encode(t, oid, value)...)
		}
	}
	batch := b.NewRecordBatch()
	defer batch.Release()
	got, err := appendRows(nil, batch, func(b []byte) ([]byte, error) { return b, nil })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestSQLType(t *testing.T) {
	for _, test := range []struct {
		typ  arrow.DataType
		want string // "": refused
	}{
		{arrow.PrimitiveTypes.Int64, "bigint"},
		{arrow.BinaryTypes.String, "text"},
		{arrow.FixedWidthTypes.Boolean, "boolean"},
		{&arrow.Decimal128Type{Precision: 12, Scale: 2}, "numeric(12,2)"},
		{&arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, "timestamptz"},
		{&arrow.TimestampType{Unit: arrow.Microsecond}, ""},
		{&arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "UTC"}, ""},
		{&arrow.Decimal128Type{Precision: maxDecimalDigits + 1, Scale: 2}, ""},
		{arrow.PrimitiveTypes.Float64, ""},
		{arrow.ListOf(arrow.BinaryTypes.String), ""},
	} {
		got, err := sqlType(test.typ)
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%s: got %q, %v, want %q", test.typ, got, err, test.want)
		}
	}
}
