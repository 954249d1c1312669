package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/model"
)

// byBlock divides events into collections of one block each.
func byBlock(c *Collected, empty func() *Collected) []*Collected {
	var blocks []*Collected
	for i, row := range c.Rows {
		block := int(row / bitmap.BlockRows)
		for len(blocks) <= block {
			blocks = append(blocks, nil)
		}
		if blocks[block] == nil {
			blocks[block] = empty()
		}
		blocks[block].AppendFrom(c, []uint32{uint32(i)})
	}
	return blocks
}

// TestAsideComesBack puts events of every type aside, in collections that share
// their texts and in others, and takes them back behind others.
func TestAsideComesBack(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 9))
	for round := range 20 {
		c := eventsOfEveryType(r, 1+r.IntN(400))
		texts := NewSharedTexts(everyType)
		empty := func() *Collected { return NewSharedCollected(everyType, texts) }
		if round%2 == 1 {
			empty = func() *Collected { return NewCollected(everyType) }
		}
		blocks := byBlock(c, empty)
		aside := NewAside(everyType, blocks)
		back := NewCollected(everyType)
		for block, events := range blocks {
			if events == nil {
				continue
			}
			batch, err := aside.Batch(events)
			if err != nil {
				t.Fatal(err)
			}
			again := empty()
			again.AppendFrom(events, []uint32{0})
			if err := again.TakeBack(batch, uint32(block)*bitmap.BlockRows); err != nil {
				t.Fatal(err)
			}
			rest := make([]uint32, len(events.Rows))
			for i := range rest {
				rest[i] = uint32(i + 1)
			}
			back.AppendFrom(again, rest)
			batch.Release()
		}
		if !sameTables(tables(t, c), tables(t, back)) {
			t.Fatalf("seed %d, round %d: the events are other ones", *seed, round)
		}
	}
}

// TestAsideCodes puts texts aside as numbers, where all are shared.
func TestAsideCodes(t *testing.T) {
	fields := []model.Field{{Name: "note", Type: model.Type{Kind: model.String}}}
	for _, c := range []struct {
		texts int
		want  arrow.Type
	}{{10, arrow.UINT32}, {dictionaryTexts, arrow.UINT32}, {dictionaryTexts + 1, arrow.STRING}} {
		events := NewSharedCollected(fields, NewSharedTexts(fields))
		events.Times.Grow(c.texts)
		events.Values[0].Grow(c.texts)
		for i := range c.texts {
			events.Rows = append(events.Rows, uint32(i%10))
			events.Values[0].SetString(i, fmt.Sprint(i))
		}
		if got := NewAside(fields, []*Collected{nil, events}).Schema().Field(2).Type.ID(); got != c.want {
			t.Errorf("%d texts are put aside as %s, want %s", c.texts, got, c.want)
		}
	}
}

// TestOrderOfMany orders more events than are sorted by insertion, whose times are
// far apart, near each other, or all the same.
func TestOrderOfMany(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 10))
	var o Orderer
	for round := range 24 {
		c := randomEvents(r, 3000, round%2 == 0)
		times := []func() int64{
			func() int64 { return int64(r.Uint64()) },
			func() int64 { return 1_700_000_000_000_000 + r.Int64N(1<<45) },
			func() int64 { return r.Int64N(20) * 86_400_000_000 },
			func() int64 { return 5 },
		}[round%4]
		for i := range c.Rows {
			if !c.Times.IsNull(i) {
				c.Times.SetInt(i, times())
			}
			if round%3 == 0 {
				c.Rows[i] = uint32(r.IntN(1 << 32))
			}
		}
		order := o.Order(c)
		if !slices.IsSortedFunc(order, func(x, y uint32) int { return compareEvents(c, x, y) }) {
			t.Fatalf("seed %d, round %d: not in order", *seed, round)
		}
		seen := slices.Clone(order)
		slices.Sort(seen)
		if len(slices.Compact(seen)) != len(c.Rows) {
			t.Fatalf("seed %d, round %d: an event is missing", *seed, round)
		}
	}
}
