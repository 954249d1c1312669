package index

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/toc"
	"github.com/rollcall-db/rollcall/engine/window"
)

var seed = flag.Uint64("seed", bitmaptest.Seed(), "seed of random tests")

var (
	instants = model.Type{Kind: model.Timestamp}
	whole    = model.Type{Kind: model.Number, Repr: model.Int64}
)

// randomEvents collects n events of a few customers at a few times, so that
// ties are common.
func randomEvents(r *rand.Rand, n int, undated bool) *Collected {
	c := &Collected{
		Times: column.NewBuilder(instants, n), Values: []*column.Builder{column.NewBuilder(whole, n)},
		Fields: []model.Field{{Name: "amount", Type: whole}},
	}
	for i := range n {
		c.Rows = append(c.Rows, uint32(r.IntN(3))*bitmap.BlockRows+uint32(r.IntN(300)))
		if !undated || r.IntN(5) > 0 {
			c.Times.SetInt(i, []int64{math.MinInt64, -1, 0, 1, 256, 1 << 50, math.MaxInt64}[r.IntN(7)])
		}
		if r.IntN(3) > 0 {
			c.Values[0].SetInt(i, int64(r.IntN(3)))
		}
	}
	return c
}

// compareEvents is the order that Order promises, said plainly.
func compareEvents(c *Collected, x, y uint32) int {
	i, j := int(x), int(y)
	dated := func(i int) int {
		if c.Times.IsNull(i) {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(c.Rows[i]/bitmap.BlockRows, c.Rows[j]/bitmap.BlockRows),
		cmp.Compare(dated(i), dated(j)), c.Times.Compare(i, j), cmp.Compare(c.Rows[i], c.Rows[j]), c.Values[0].Compare(i, j),
	)
}

func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 1))
	for i := range 200 {
		c := randomEvents(r, r.IntN(400), i%2 == 0)
		order := c.Order()
		if !slices.IsSortedFunc(order, func(x, y uint32) int { return compareEvents(c, x, y) }) {
			t.Fatalf("seed %d: set %d of %d events is not in order", *seed, i, len(order))
		}
		slices.Sort(order)
		for position, x := range order {
			if x != uint32(position) {
				t.Fatalf("seed %d: set %d: event %d is missing", *seed, i, position)
			}
		}
	}
}

// TestCoverHoldsEveryEventOnce compares the days and edges of random windows
// with the events that lie in the window.
func TestCoverHoldsEveryEventOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 2))
	for _, zone := range []string{"UTC", "America/Los_Angeles", "Asia/Kolkata", "America/Sao_Paulo"} {
		loc, err := window.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Date(2017, 10, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
		var rows []uint32
		var times []int64
		for range 400 {
			rows = append(rows, uint32(r.IntN(1000)))
			at := start + r.Int64N(60*86_400_000_000)
			if r.IntN(3) == 0 { // the edges of a day
				at = window.DayStart(window.DayOf(at, loc), loc) - int64(r.IntN(2))
			}
			if r.IntN(20) == 0 { // the last day of all
				at = math.MaxInt64 - r.Int64N(3)
			}
			times = append(times, at)
		}
		builder := NewTimelineBuilder(loc)
		builder.Add(rows, times)
		directory, bitmaps, err := builder.Finish()
		if err != nil {
			t.Fatal(err)
		}
		timeline, err := OpenTimeline(directory, toc.Memory(bitmaps))
		if err != nil {
			t.Fatal(err)
		}
		for range 500 {
			in := window.Interval{Lo: times[r.IntN(400)] - int64(r.IntN(3)), Hi: times[r.IntN(400)] - int64(r.IntN(3))}
			switch r.IntN(6) {
			case 0:
				in.Lo = math.MinInt64
			case 1:
				in.Hi = math.MaxInt64
			}
			var want, got bitmap.Words
			_, whole, edges := covered(t, timeline, in, true)
			for i := range whole {
				whole[i].OrInto(&got, 0)
			}
			for i, at := range times {
				if lies(at, in) {
					want.Add(uint16(rows[i]))
				}
				for _, edge := range edges {
					if lies(at, edge) {
						got.Add(uint16(rows[i]))
					}
				}
			}
			if got != want {
				t.Fatalf("seed %d: %s: %+v selects %d customers, want %d", *seed, zone, in, got.Count(), want.Count())
			}
			if len(edges) > 2 {
				t.Fatalf("seed %d: %s: %+v has %d edges", *seed, zone, in, len(edges))
			}
		}
	}
}

// TestValuesLimit builds indexes around the limit, NULLs aside.
func TestValuesLimit(t *testing.T) {
	for _, c := range []struct {
		distinct int
		want     bool
	}{{0, true}, {1, true}, {MaxValues, true}, {MaxValues + 1, false}} {
		b := column.NewBuilder(whole, c.distinct+1) // the last row is NULL
		for i := range c.distinct {
			b.SetInt(i, int64(-i))
		}
		directory, bitmaps, ok, err := BuildValues(b)
		if err != nil || ok != c.want {
			t.Fatalf("%d values: %v, %v, want %v", c.distinct, ok, err, c.want)
		}
		if !ok {
			continue
		}
		x, err := OpenValues(whole, directory, toc.Memory(bitmaps))
		if err != nil {
			t.Fatal(err)
		}
		if x.Len() != c.distinct+1 {
			t.Errorf("%d values: %d bitmaps", c.distinct, x.Len())
		}
		all := &rule.Values{Ints: []rule.Range[int64]{{Lo: math.MinInt64, Hi: math.MaxInt64}}}
		if views, err := x.Select(t.Context(), column.Test{Values: all}); err != nil || len(views) != c.distinct {
			t.Errorf("%d values: everything selects %d bitmaps, %v", c.distinct, len(views), err)
		}
		if views, err := x.Select(t.Context(), column.Test{IsNull: true}); err != nil || len(views) != 1 {
			t.Errorf("%d values: NULL selects %d bitmaps, %v", c.distinct, len(views), err)
		}
	}
}

// TestOpenTimelineRefuses opens timelines whose days do not follow each other.
func TestOpenTimelineRefuses(t *testing.T) {
	var empty bitmap.Builder
	for _, c := range []struct {
		days []int64 // in threes: date, from, to
		want string
	}{
		{[]int64{1, 10, 20, 2, 20, 30}, ""},
		{[]int64{1, 10, 10}, "day 0 is from 10 to 10, which is not after the one before it"},
		{[]int64{1, 20, 10}, "day 0 is from 20 to 10, which is not after the one before it"},
		{[]int64{1, 10, 20, 2, 19, 30}, "day 1 is from 19 to 30, which is not after the one before it"},
		{[]int64{1, 10, 20, 2, 0, 5}, "day 1 is from 0 to 5, which is not after the one before it"},
		{[]int64{1, 10, 20, 1, 20, 30}, "day 1 is from 20 to 30, which is not after the one before it"},
	} {
		w, dates := newBitmapWriter(), array.NewDate32Builder(memory.DefaultAllocator)
		var spans [2]*array.TimestampBuilder
		for i := range spans {
			spans[i] = array.NewTimestampBuilder(memory.DefaultAllocator, arrow.FixedWidthTypes.Timestamp_us.(*arrow.TimestampType))
		}
		for day := c.days; len(day) > 0; day = day[3:] {
			dates.Append(arrow.Date32(day[0]))
			spans[0].Append(arrow.Timestamp(day[1]))
			spans[1].Append(arrow.Timestamp(day[2]))
			if err := w.append(&empty); err != nil {
				t.Fatal(err)
			}
		}
		directory := w.directory(timelineFields, []arrow.Array{dates.NewArray(), spans[0].NewArray(), spans[1].NewArray()})
		if _, err := OpenTimeline(directory, toc.Memory(w.bytes)); fmt.Sprint(err) != cmp.Or(c.want, "<nil>") {
			t.Errorf("%v: %v, want %s", c.days, err, c.want)
		}
	}
}

// TestOpenValuesRefusesManyValues opens a directory of more values than are matched
// at once.
func TestOpenValuesRefusesManyValues(t *testing.T) {
	for _, n := range []int{bitmap.BlockRows, bitmap.BlockRows + 1} {
		b, rows := column.NewBuilder(whole, n), make([]uint32, n)
		w := newBitmapWriter()
		var empty bitmap.Builder
		for i := range rows {
			rows[i] = uint32(i)
			b.SetInt(i, int64(i))
			if err := w.append(&empty); err != nil {
				t.Fatal(err)
			}
		}
		values, err := b.Take(rows)
		if err != nil {
			t.Fatal(err)
		}
		x, err := OpenValues(whole, w.directory(valueFields(whole), []arrow.Array{values}), toc.Memory(w.bytes))
		if n == bitmap.BlockRows {
			if err != nil || x.Len() != n {
				t.Errorf("%d values: %v", n, err)
			}
			continue
		}
		if want := "65537 values, expected at most 65536"; err == nil || err.Error() != want {
			t.Errorf("%d values: %v, want %s", n, err, want)
		}
	}
}

// TestOpenRefuses opens directories that do not fit.
func TestOpenRefuses(t *testing.T) {
	b := column.NewBuilder(whole, 3)
	b.SetInt(0, 7)
	directory, bitmaps, _, err := BuildValues(b)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, err error, want string) {
		t.Helper()
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	_, err = OpenValues(whole, directory, toc.Memory(bitmaps[:len(bitmaps)-1]))
	check("bitmaps cut short", err, "bitmap 1 is at 18 to 38, beyond the 37 bytes there")
	_, err = OpenValues(model.Type{Kind: model.String}, directory, toc.Memory(bitmaps))
	check("another type", err, "column 0 is value int64, expected value utf8")
	_, err = OpenTimeline(directory, toc.Memory(bitmaps))
	check("another directory", err, "4 columns, expected 6")
	spoilt := slices.Clone(bitmaps)
	spoilt[0] ^= 0xff
	x, err := OpenValues(whole, directory, toc.Memory(spoilt))
	if err != nil {
		t.Fatal(err)
	}
	_, err = x.Select(t.Context(), column.Test{Values: &rule.Values{Ints: []rule.Range[int64]{{Lo: 7, Hi: 7}}}})
	check("a spoilt bitmap", err, "bitmap 0: bitmap: unknown cookie 12485")
}
