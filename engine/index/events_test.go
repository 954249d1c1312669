package index

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
	"github.com/rollcall-db/rollcall/engine/window"
)

// blockOf returns the block of an event's customer.
func blockOf(c *Collected, event uint32) int { return int(c.Rows[event] / bitmap.BlockRows) }

// everyType is a field of every type.
var everyType = []model.Field{
	{Name: "text", Type: model.Type{Kind: model.String}},
	{Name: "note", Type: model.Type{Kind: model.String}},
	{Name: "int", Type: whole},
	{Name: "float", Type: model.Type{Kind: model.Number, Repr: model.Float64}},
	{Name: "narrow", Type: model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 10, Scale: 2}},
	{Name: "wide", Type: model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 30, Scale: 5}},
	{Name: "bool", Type: model.Type{Kind: model.Boolean}},
	{Name: "date", Type: model.Type{Kind: model.Date}},
	{Name: "instant", Type: instants},
	{Name: "texts", Type: model.Type{Kind: model.StringArray}},
	{Name: "ints", Type: model.Type{Kind: model.NumberArray, Repr: model.Int64}},
}

// set sets a row of a builder to a random value.
func set(r *rand.Rand, b *column.Builder, row int) {
	switch t := b.Type(); {
	case t.IsArray():
		elems, first := b.SetList(row, r.IntN(3))
		for i := first; i < elems.Len(); i++ {
			if r.IntN(4) > 0 {
				set(r, elems, i)
			}
		}
	case t.Kind == model.String:
		b.SetString(row, strings.Repeat("x", r.IntN(3))+fmt.Sprint(r.IntN(1+r.IntN(1000))))
	case t.Kind == model.Boolean:
		b.SetInt(row, r.Int64N(2))
	case t.Kind == model.Date:
		b.SetInt(row, 19_000+r.Int64N(900))
	case t.Repr == model.Float64:
		b.SetFloat(row, math.Ldexp(r.Float64(), r.IntN(20)))
	case t.Repr == model.Decimal && t.Precision > 18:
		b.SetDecimal(row, decimal128.New(r.Int64N(1000)-500, r.Uint64()))
	case t.Repr == model.Decimal:
		b.SetDecimal(row, decimal128.FromI64(r.Int64N(10_000)-5000))
	default:
		b.SetInt(row, r.Int64()>>r.IntN(63))
	}
}

// eventsOfEveryType collects n events of up to three blocks, some undated, with
// NULLs.
func eventsOfEveryType(r *rand.Rand, n int) *Collected {
	c := NewCollected(everyType)
	c.Times.Grow(n)
	blocks, customers := 1+r.IntN(3), 1+r.IntN(bitmap.BlockRows)
	for _, v := range c.Values {
		v.Grow(n)
	}
	for i := range n {
		c.Rows = append(c.Rows, uint32(r.IntN(blocks)*bitmap.BlockRows+r.IntN(customers)))
		if r.IntN(8) > 0 {
			c.Times.SetInt(i, r.Int64N(1_000_000)-500_000)
		}
		for _, v := range c.Values {
			if r.IntN(5) > 0 {
				set(r, v, i)
			}
		}
	}
	return c
}

// copyEvent appends event i of c to d.
func copyEvent(t *testing.T, d, c *Collected, i int) {
	t.Helper()
	order := []uint32{uint32(i)}
	d.Rows = append(d.Rows, c.Rows[i])
	for k, b := range append([]*column.Builder{c.Times}, c.Values...) {
		to := append([]*column.Builder{d.Times}, d.Values...)[k]
		arr, err := b.Take(order)
		if err != nil {
			t.Fatal(err)
		}
		if err := to.Append(arr); err != nil {
			t.Fatal(err)
		}
	}
}

// tables returns the event table of every block that has events.
func tables(t *testing.T, c *Collected) map[int]arrow.RecordBatch {
	t.Helper()
	blocks := map[int][]uint32{}
	for _, i := range c.Order() {
		blocks[blockOf(c, i)] = append(blocks[blockOf(c, i)], i)
	}
	all := map[int]arrow.RecordBatch{}
	for block, order := range blocks {
		batch, err := c.Batch(order)
		if err != nil {
			t.Fatal(err)
		}
		all[block] = batch
	}
	return all
}

// sameTables reports whether two sets of events are equal.
func sameTables(x, y map[int]arrow.RecordBatch) bool {
	if len(x) != len(y) {
		return false
	}
	for block := range x {
		if y[block] == nil || !array.RecordEqual(x[block], y[block]) {
			return false
		}
	}
	return true
}

// TestEventsComeBack writes events of every type as one to four parts and reads
// them all back.
func TestEventsComeBack(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 3))
	for range 30 {
		c := eventsOfEveryType(r, r.IntN(500))
		parts := make([]*Collected, 1+r.IntN(4))
		for i := range parts {
			parts[i] = NewCollected(everyType)
		}
		for i := range c.Rows {
			copyEvent(t, parts[r.IntN(len(parts))], c, i)
		}
		var sections []toc.Sections
		for _, p := range parts {
			sections = append(sections, write(t, p))
		}
		events := OpenEvents(everyType, 3, sections)
		back := NewCollected(everyType)
		for block := range 3 {
			b, err := events.Block(block)
			if err != nil {
				t.Fatalf("seed %d: %v", *seed, err)
			}
			for _, p := range b.Parts {
				if err := p.Check(bitmap.BlockRows); err != nil {
					t.Fatalf("seed %d: %v", *seed, err)
				}
			}
			if err := b.AppendTo(back, uint32(block*bitmap.BlockRows), nil); err != nil {
				t.Fatalf("seed %d: %v", *seed, err)
			}
		}
		if !sameTables(tables(t, c), tables(t, back)) {
			t.Fatalf("seed %d: %d events in %d parts do not come back", *seed, len(c.Rows), len(parts))
		}
	}
}

// TestAppendToKeeps appends some of the events.
func TestAppendToKeeps(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 4))
	for _, outOf := range []int{2, 100} { // one of so many is left out
		c := eventsOfEveryType(r, 3000)
		keep := func(row uint16, at int64, dated bool) bool {
			return (int(row)+int(at)%7+len(fmt.Sprint(dated)))%outOf > 0
		}
		want := NewCollected(everyType)
		for i := range c.Rows {
			at, dated := c.Times.Int(i)
			if !dated {
				at = 0
			}
			if keep(uint16(c.Rows[i]%bitmap.BlockRows), at, dated) {
				copyEvent(t, want, c, i)
			}
		}
		events, got := OpenEvents(everyType, 3, []toc.Sections{write(t, c)}), NewCollected(everyType)
		for block := range 3 {
			b, err := events.Block(block)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.AppendTo(got, uint32(block*bitmap.BlockRows), keep); err != nil {
				t.Fatal(err)
			}
		}
		if !sameTables(tables(t, want), tables(t, got)) {
			t.Fatalf("seed %d: got %d events, want %d", *seed, len(got.Rows), len(want.Rows))
		}
	}
}

// lies reports whether an instant lies in an interval.
func lies(at int64, in window.Interval) bool {
	return in.Lo < in.Hi && at >= in.Lo && (at < in.Hi || in.Hi == math.MaxInt64)
}

// TestSpan finds the events of random windows.
func TestSpan(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 5))
	c := randomEvents(r, 2000, true)
	events := OpenEvents(c.Fields, 3, []toc.Sections{write(t, c)})
	instants := []int64{math.MinInt64, -2, -1, 0, 1, 2, 256, 257, 1 << 50, math.MaxInt64}
	for block := range 3 {
		b, err := events.Block(block)
		if err != nil {
			t.Fatal(err)
		}
		p := b.Parts[0]
		var times []int64
		for i := range c.Rows {
			if at, dated := c.Times.Int(i); dated && blockOf(c, uint32(i)) == block {
				times = append(times, at)
			}
		}
		slices.Sort(times)
		if lo, hi := p.Undated(); p.Dated() != len(times) || lo != len(times) || hi != len(p.Rows) {
			t.Fatalf("seed %d: %d dated, undated from %d to %d; want %d of %d", *seed, p.Dated(), lo, hi, len(times), len(p.Rows))
		}
		for _, from := range instants {
			for _, to := range instants {
				lo, hi, err := p.Span(window.Interval{Lo: from, Hi: to})
				want := 0
				for _, at := range times {
					if lies(at, window.Interval{Lo: from, Hi: to}) {
						want++
					}
				}
				if err != nil || hi-lo != want || want > 0 && (times[lo] < from || times[hi-1] >= to && to != math.MaxInt64) {
					t.Fatalf("seed %d: [%d, %d) has the positions %d to %d of %d, want %d; %v", *seed, from, to, lo, hi, len(times), want, err)
				}
			}
		}
	}
}

// TestChunkForgets decodes every column of a part, and lets go of it: no vector may
// keep the part's memory.
func TestChunkForgets(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 7))
	b, err := OpenEvents(everyType, 3, []toc.Sections{write(t, eventsOfEveryType(r, 1000))}).Block(0)
	if err != nil {
		t.Fatal(err)
	}
	var chunk Chunk
	chunk.Load(b.Parts[0], 0, len(b.Parts[0].Rows))
	if _, err := chunk.Time(); err != nil {
		t.Fatal(err)
	}
	for i := range everyType {
		if _, err := chunk.Field(i); err != nil {
			t.Fatal(err)
		}
	}
	chunk.Forget()
	held := func(name string, buffer reflect.Value) {
		for ; ; buffer = buffer.FieldByName("elems").Elem() {
			if !buffer.FieldByName("vector").IsZero() {
				t.Errorf("seed %d: %s: a vector is kept", *seed, name)
			}
			if buffer.FieldByName("elems").IsNil() {
				return
			}
		}
	}
	held("time", reflect.ValueOf(chunk.time.buffer))
	for i, f := range chunk.fields {
		held(everyType[i].Name, reflect.ValueOf(f.buffer))
	}
}

// TestChunks reads random slices of a part's columns.
func TestChunks(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 6))
	c := eventsOfEveryType(r, 1000)
	table := tables(t, c)[0]
	b, err := OpenEvents(everyType, 3, []toc.Sections{write(t, c)}).Block(0)
	if err != nil {
		t.Fatal(err)
	}
	p, chunk := b.Parts[0], Chunk{}
	for range 200 {
		lo := r.IntN(len(p.Rows) + 1)
		hi := lo + r.IntN(len(p.Rows)-lo+1)
		chunk.Load(p, lo, hi)
		for f := -1; f < len(everyType); f++ {
			typ, v := instants, (*column.Vector)(nil)
			if f < 0 {
				v, err = chunk.Time()
			} else {
				typ = everyType[f].Type
				v, err = chunk.Field(f)
			}
			if err != nil {
				t.Fatal(err)
			}
			want, err := column.NewVector(typ, table.Column(2+f))
			if err != nil {
				t.Fatal(err)
			}
			for i := lo; i < hi; i++ {
				if got, want := fmt.Sprint(v.Value(i-lo)), fmt.Sprint(want.Value(i)); got != want || v.Len() != hi-lo {
					t.Fatalf("seed %d: column %d, events %d to %d: event %d is %s, want %s", *seed, f, lo, hi, i, got, want)
				}
			}
		}
		for i, row := range chunk.Rows {
			if want := table.Column(0).(*array.Uint16).Value(lo + i); row != want {
				t.Fatalf("seed %d: event %d is of row %d, want %d", *seed, lo+i, row, want)
			}
		}
	}
}

// TestEventWriterRefuses gives a writer what is not in order.
func TestEventWriterRefuses(t *testing.T) {
	events := func(rows []uint32, times ...int64) *Collected {
		c := NewCollected(nil)
		c.Rows = rows
		c.Times.Grow(len(rows))
		for i, at := range times {
			if at >= 0 {
				c.Times.SetInt(i, at)
			}
		}
		return c
	}
	for _, c := range []struct {
		name  string
		block int
		c     *Collected
		want  string
	}{
		{"another block", 2, events([]uint32{5}), "index: an event of row 5 is given for block 2"},
		{"times", 0, events([]uint32{5, 5}, 2, 1), "index: events of block 0 are not in order of time"},
		{"undated first", 0, events([]uint32{5, 5}, -1, 1), "index: events of block 0 are not in order of time"},
	} {
		order := make([]uint32, len(c.c.Rows))
		for i := range order {
			order[i] = uint32(i)
		}
		if err := NewEventWriter(nil, inMemory{}.add).Block(c.block, c.c, order); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	w := NewEventWriter(nil, inMemory{}.add)
	if err := w.Block(4, events(nil), nil); err != nil {
		t.Fatal(err)
	}
	if err, want := w.Block(4, events(nil), nil), "index: block 4 comes after block 4"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestAppendToOfManyChunks appends more events than one chunk holds.
func TestAppendToOfManyChunks(t *testing.T) {
	c := blockEvents(bitmap.BlockRows + 1000)
	b, err := OpenEvents(c.Fields, 1, []toc.Sections{write(t, c)}).Block(0)
	if err != nil {
		t.Fatal(err)
	}
	even := func(row uint16, _ int64, _ bool) bool { return row%2 == 0 }
	for _, keep := range []func(uint16, int64, bool) bool{nil, even} {
		got := NewCollected(c.Fields)
		if err := b.AppendTo(got, 0, keep); err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, i := range c.Order() {
			if keep != nil && !keep(uint16(c.Rows[i]), 0, true) {
				continue
			}
			time, _ := c.Times.Int(int(i))
			amount, _ := c.Values[0].Int(int(i))
			gotTime, _ := got.Times.Int(at)
			if gotAmount, _ := got.Values[0].Int(at); got.Rows[at] != c.Rows[i] || gotTime != time || gotAmount != amount {
				t.Fatalf("event %d is of row %d at %d, %d; want row %d at %d, %d", at, got.Rows[at], gotTime, gotAmount, c.Rows[i], time, amount)
			}
			at++
		}
		if len(got.Rows) != at {
			t.Errorf("%d events, want %d", len(got.Rows), at)
		}
	}
}
