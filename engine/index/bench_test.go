package index

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
	"github.com/rollcall-db/rollcall/engine/window"
)

// year is the time that the events of benchmarks are spread over.
var year = window.Interval{
	Lo: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(),
	Hi: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(),
}

// blockEvents collects n events of one block's customers.
func blockEvents(n int) *Collected {
	r := rand.New(rand.NewPCG(1, 1))
	c := NewCollected([]model.Field{{Name: "amount", Type: whole}})
	c.Times.Grow(n)
	c.Values[0].Grow(n)
	for i := range n {
		c.Rows = append(c.Rows, uint32(r.IntN(bitmap.BlockRows)))
		c.Times.SetInt(i, year.Lo+r.Int64N(year.Hi-year.Lo))
		c.Values[0].SetInt(i, r.Int64N(1000))
	}
	return c
}

// benchEvents is how many events a benchmark looks at.
const benchEvents = 1 << 19

// perEvent reports nanoseconds for each of benchEvents events.
func perEvent(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchEvents, "ns/event")
}

// BenchmarkOrder puts the events of a block in the order of files.
func BenchmarkOrder(b *testing.B) {
	const n = benchEvents
	c := blockEvents(n)
	for b.Loop() {
		c.Order()
	}
	perEvent(b)
}

// BenchmarkTimelineAdd adds a block's events, in order of time, to a timeline.
func BenchmarkTimelineAdd(b *testing.B) {
	const n = benchEvents
	rows, times := orderedEvents(n)
	for b.Loop() {
		t := NewTimelineBuilder(time.UTC)
		t.Add(rows, times)
	}
	perEvent(b)
}

func orderedEvents(n int) (rows []uint32, times []int64) {
	c := blockEvents(n)
	for _, i := range c.Order() {
		at, _ := c.Times.Int(int(i))
		rows, times = append(rows, c.Rows[i]), append(times, at)
	}
	return rows, times
}

// BenchmarkCover finds the days of a window and its edges.
func BenchmarkCover(b *testing.B) {
	t := NewTimelineBuilder(time.UTC)
	t.Add(orderedEvents(1 << 16))
	directory, bitmaps, err := t.Finish()
	if err != nil {
		b.Fatal(err)
	}
	timeline, err := OpenTimeline(directory, toc.Memory(bitmaps))
	if err != nil {
		b.Fatal(err)
	}
	in := window.Interval{Lo: year.Hi - 30*86_400_000_000 + 1, Hi: year.Hi - 1}
	b.ReportAllocs()
	for b.Loop() {
		if _, whole, edges, err := timeline.Cover(in, true); err != nil || len(whole) != 28 || len(edges) != 2 {
			b.Fatalf("%d whole days, %d edges", len(whole), len(edges))
		}
	}
}

// BenchmarkBuildValues builds the value index of a block's worth of text.
func BenchmarkBuildValues(b *testing.B) {
	values := column.NewBuilder(model.Type{Kind: model.String}, bitmap.BlockRows)
	for row := range bitmap.BlockRows {
		values.SetString(row, []string{"Gold", "Silver", "Bronze"}[row%3])
	}
	for b.Loop() {
		if _, _, ok, err := BuildValues(values); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/bitmap.BlockRows, "ns/row")
}

// BenchmarkChunk decodes columns of events, a chunk after the other.
func BenchmarkChunk(b *testing.B) {
	const n = benchEvents
	r := rand.New(rand.NewPCG(1, 1))
	c := blockEvents(n)
	c.Fields = append(c.Fields, model.Field{Name: "place", Type: model.Type{Kind: model.String}})
	places := column.NewBuilder(model.Type{Kind: model.String}, n)
	for i := range n {
		places.SetString(i, []string{"home", "park", "work", "shop", "sea"}[r.IntN(5)])
	}
	c.Values = append(c.Values, places)
	events := OpenEvents(c.Fields, 1, []toc.Sections{write(b, c)})
	block, err := events.Block(0)
	if err != nil {
		b.Fatal(err)
	}
	p := block.Parts[0]
	for _, bench := range []struct {
		name   string
		decode func(c *Chunk) error
	}{
		{"times", func(c *Chunk) error { _, err := c.Times(); return err }},
		{"int", func(c *Chunk) error { _, err := c.Field(0); return err }},
		{"text", func(c *Chunk) error { _, err := c.Field(1); return err }},
	} {
		b.Run("column="+bench.name, func(b *testing.B) {
			var chunk Chunk
			b.ReportAllocs()
			for b.Loop() {
				for lo := 0; lo < n; lo += bitmap.BlockRows {
					chunk.Load(p, lo, lo+bitmap.BlockRows)
					if err := bench.decode(&chunk); err != nil {
						b.Fatal(err)
					}
				}
			}
			perEvent(b)
		})
	}
}

// BenchmarkSpan finds the events of windows.
func BenchmarkSpan(b *testing.B) {
	block, err := OpenEvents(blockEvents(0).Fields, 1, []toc.Sections{write(b, blockEvents(1<<19))}).Block(0)
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for b.Loop() {
		at := year.Lo + r.Int64N(year.Hi-year.Lo)
		if lo, hi, err := block.Parts[0].Span(window.Interval{Lo: at, Hi: at + 86_400_000_000}); err != nil || lo > hi {
			b.Fatal(lo, hi, err)
		}
	}
}
