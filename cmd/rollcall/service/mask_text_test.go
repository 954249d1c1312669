package service

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/export"
)

// TestMaskedText compares the hashes of random values of every type with those of an
// export.
func TestMaskedText(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 3))
	salt := []byte("0123456789abcdef")
	m := &masker{masks: map[string]export.Mask{"v": export.Hash}, salt: salt}
	for _, typ := range []model.Type{
		{Kind: model.String}, {Kind: model.Number, Repr: model.Int64}, {Kind: model.Number, Repr: model.Float64},
		{Kind: model.Number, Repr: model.Decimal, Precision: 20, Scale: 4}, {Kind: model.Boolean}, {Kind: model.Date}, {Kind: model.Timestamp},
		{Kind: model.StringArray}, {Kind: model.NumberArray, Repr: model.Float64}, {Kind: model.NumberArray, Repr: model.Int64},
	} {
		builder := array.NewBuilder(memory.DefaultAllocator, typ.Arrow())
		for range 200 {
			appendRandom(builder, random)
		}
		values := builder.NewArray()
		schema := arrow.NewSchema([]arrow.Field{{Name: "v", Type: typ.Arrow(), Nullable: true}}, nil)
		batch := array.NewRecordBatch(schema, []arrow.Array{values}, int64(values.Len()))
		_, hashed, err := (&export.Masking{Columns: m.masks, Salt: salt}).Apply(context.Background(), schema, func(yield func(arrow.RecordBatch, error) bool) { yield(batch, nil) })
		must(t, err)
		vector, err := column.NewVector(typ, values)
		must(t, err)
		for out, err := range hashed {
			must(t, err)
			texts := out.Column(0).(*array.String)
			for i := range texts.Len() {
				var want any
				if !texts.IsNull(i) {
					want = texts.Value(i)
				}
				if got := m.value("v", vector.Value(i)); got != want {
					t.Fatalf("%s: %v is %v, expected %v", typ, vector.Value(i), got, want)
				}
			}
		}
	}
}

// appendRandom appends a random value, sometimes NULL.
func appendRandom(b array.Builder, random *rand.Rand) {
	if random.IntN(8) == 0 {
		b.AppendNull()
		return
	}
	texts := []string{"", "x", "é🙂", "a<b>&\"c\"\\", "tab\tline\n", "'quoted'"}
	floats := []float64{0, 1, -2.5, 1e21, 1e-7, 123456.789, math.Inf(1), math.Inf(-1), 1e20, 5e-324}
	switch b := b.(type) {
	case *array.StringBuilder:
		b.Append(texts[random.IntN(len(texts))])
	case *array.Int64Builder:
		b.Append(random.Int64() - random.Int64())
	case *array.Float64Builder:
		b.Append(floats[random.IntN(len(floats))])
	case *array.Decimal128Builder:
		b.Append(decimal128.FromI64(random.Int64N(1_000_000) - 500_000))
	case *array.BooleanBuilder:
		b.Append(random.IntN(2) == 0)
	case *array.Date32Builder:
		b.Append(arrow.Date32(random.IntN(40000) - 20000))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(random.Int64N(1 << 52)))
	case *array.ListBuilder:
		b.Append(true)
		for range random.IntN(4) {
			appendRandom(b.ValueBuilder(), random)
		}
	}
}
