package index

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/model"
)

// TestPackedEventsComeBack packs events in pieces and compares what they make with
// the events themselves.
func TestPackedEventsComeBack(t *testing.T) {
	fields := []model.Field{
		{Name: "text", Type: model.Type{Kind: model.String}},
		{Name: "whole", Type: model.Type{Kind: model.Number, Repr: model.Int64}},
		{Name: "float", Type: model.Type{Kind: model.Number, Repr: model.Float64}},
		{Name: "price", Type: model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 10, Scale: 2}},
		{Name: "flag", Type: model.Type{Kind: model.Boolean}},
	}
	seed := bitmaptest.Seed()
	rng := rand.New(rand.NewPCG(seed, 0))
	const base = 5 << 16
	texts := NewSharedTexts(fields)
	all, back := NewSharedCollected(fields, texts), NewSharedCollected(fields, texts)
	var packer EventPacker
	for _, n := range []int{3000, 1, 0, 70} {
		c := NewSharedCollected(fields, texts)
		for range n {
			addRandomEvent(rng, c, base)
		}
		if !c.CanPack() {
			t.Fatalf("seed %d: the events cannot be packed", seed)
		}
		positions := make([]uint32, n)
		for i := range positions {
			positions[i] = uint32(i)
		}
		all.AppendFrom(c, positions)
		packed := packer.Pack(c)
		if packed.Len() != n || n > 100 && packed.Bytes() >= c.Bytes() {
			t.Errorf("seed %d: %d events of %d bytes are packed as %d of %d", seed, n, c.Bytes(), packed.Len(), packed.Bytes())
		}
		if err := back.AppendPacked(packed, base); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	order := all.Order()
	if got, want := sectionsOf(t, back, back.Order()), sectionsOf(t, all, order); !slices.Equal(got, want) {
		t.Errorf("seed %d: the events that come back are others", seed)
	}
}

// addRandomEvent adds an event with some NULLs.
func addRandomEvent(rng *rand.Rand, c *Collected, base uint32) {
	i := len(c.Rows)
	c.Rows = append(c.Rows, base+rng.Uint32N(1<<16))
	c.Times.Grow(1)
	if rng.IntN(10) > 0 {
		c.Times.SetInt(i, rng.Int64N(1000)*1e6)
	}
	for _, v := range c.Values {
		v.Grow(1)
		if rng.IntN(5) == 0 {
			continue
		}
		switch x := rng.Int64N(50); {
		case v.Type().Kind == model.String:
			v.SetString(i, strconv.FormatInt(x, 10))
		case v.Type().Repr == model.Float64:
			v.SetFloat(i, float64(x)/7)
		case v.Type().Repr == model.Decimal:
			v.SetDecimal(i, decimal128.FromI64(x))
		case v.Type().Kind == model.Boolean:
			v.SetInt(i, x%2)
		default:
			v.SetInt(i, x-25)
		}
	}
}

// sectionsOf returns the bytes that the events of block 5 are stored as.
func sectionsOf(t *testing.T, c *Collected, order []uint32) []byte {
	t.Helper()
	var s BlockSections
	w := NewEventWriter(c.Fields, nil)
	if err := w.Encode(&s, 5, c, order, func(code func() error) error { return code() }); err != nil {
		t.Fatal(err)
	}
	return s.data
}

// TestWhatCannotBePacked is events that stay as they are.
func TestWhatCannotBePacked(t *testing.T) {
	for name, typ := range map[string]model.Type{
		"a list":       {Kind: model.StringArray},
		"wide decimal": {Kind: model.Number, Repr: model.Decimal, Precision: 38, Scale: 2},
	} {
		fields := []model.Field{{Name: "f", Type: typ}}
		if NewSharedCollected(fields, NewSharedTexts(fields)).CanPack() {
			t.Errorf("%s can be packed", name)
		}
	}
	fields := []model.Field{{Name: "text", Type: model.Type{Kind: model.String}}}
	c := NewSharedCollected(fields, NewSharedTexts(fields))
	c.Values[0].Grow(1)
	c.Values[0].SetString(0, strings.Repeat("long", 1000))
	if c.CanPack() {
		t.Error("a text that is not shared can be packed")
	}
}
