package index

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/toc"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Timeline is the customers with an event of a behavior on each day of the
// parent segment's calendar. A day is kept with its first instant and the first
// one after it, so that no later change of time-zone data can move it. The last day
// of all ends at math.MaxInt64, and has that instant. A Timeline is immutable and
// safe for concurrent use.
type Timeline struct {
	calendars []*calendar // one for each part
	days      int         // distinct ones
}

// calendar is the days of one part.
type calendar struct {
	dates      []int32                   // of the days, since 1970-01-01; ascending
	days       []window.Interval         // ascending, disjoint; only days with events
	views      *column.Lazy[bitmap.View] // one per day
	groups     []group                   // of days, that have bitmaps, too; in the order of their places
	groupViews *column.Lazy[bitmap.View] // one per group
}

var timelineFields = []arrow.Field{
	{Name: "day", Type: arrow.FixedWidthTypes.Date32},
	{Name: "from", Type: arrow.FixedWidthTypes.Timestamp_us},
	{Name: "to", Type: arrow.FixedWidthTypes.Timestamp_us},
}

// TimelineBuilder builds a timeline, a block of customers at a time. It is not
// safe for concurrent use.
type TimelineBuilder struct {
	days    *window.Days
	buckets map[int32]*bucket
	words   bitmap.Words // of one day of the block being added
}

// bucket is one day of a timeline on its way.
type bucket struct {
	span      window.Interval
	customers bitmap.Builder
	rows      []uint32 // of the block being added, as often as they have events
}

// NewTimelineBuilder returns a builder of a timeline of days in loc.
func NewTimelineBuilder(loc *time.Location) *TimelineBuilder {
	return &TimelineBuilder{days: window.NewDays(loc), buckets: map[int32]*bucket{}}
}

// Add adds events in any order: rows[i] has one at times[i], in microseconds
// since 1970-01-01 UTC. All events of a block of customers come in one call.
func (b *TimelineBuilder) Add(rows []uint32, times []int64) {
	var last *bucket // of the day that the previous event was on
	var touched []*bucket
	for i, row := range rows {
		if last == nil || times[i] < last.span.Lo || times[i] >= last.span.Hi {
			day, lo, hi := b.days.Of(times[i])
			if last = b.buckets[day]; last == nil {
				last = &bucket{span: window.Interval{Lo: lo, Hi: hi}}
				b.buckets[day] = last
			}
			if len(last.rows) == 0 {
				touched = append(touched, last)
			}
		}
		last.rows = append(last.rows, row)
	}
	for _, t := range touched {
		b.words.Clear()
		for _, row := range t.rows {
			b.words.Add(uint16(row))
		}
		t.customers.AddWords(int(t.rows[0]/bitmap.BlockRows), &b.words)
		t.rows = t.rows[:0]
	}
}

// Finish returns the directory and the bitmaps of the timeline. The builder is
// of no use afterwards.
func (b *TimelineBuilder) Finish() (directory arrow.RecordBatch, bitmaps []byte, err error) {
	dayColumn := array.NewDate32Builder(memory.DefaultAllocator)
	spans := [2]*array.TimestampBuilder{}
	for i := range spans {
		spans[i] = array.NewTimestampBuilder(memory.DefaultAllocator, arrow.FixedWidthTypes.Timestamp_us.(*arrow.TimestampType))
	}
	w := newBitmapWriter()
	for _, day := range sortedKeys(b.buckets) {
		bucket := b.buckets[day]
		dayColumn.Append(arrow.Date32(day))
		spans[0].Append(arrow.Timestamp(bucket.span.Lo))
		spans[1].Append(arrow.Timestamp(bucket.span.Hi))
		if err := w.append(&bucket.customers); err != nil {
			return nil, nil, err
		}
		delete(b.buckets, day) // its bitmap is in the bytes now
	}
	columns := []arrow.Array{dayColumn.NewArray(), spans[0].NewArray(), spans[1].NewArray()}
	return w.directory(timelineFields, columns), w.bytes, nil
}

// OpenTimeline returns the timeline whose directory and bitmaps these are. It
// keeps the bitmaps, and reads one when it is first asked for. The days must ascend,
// and no two may overlap.
func OpenTimeline(directory arrow.RecordBatch, bitmaps toc.Bytes) (*Timeline, error) {
	if err := checkFields(directory, timelineFields); err != nil {
		return nil, err
	}
	views, err := openBitmaps(directory, bitmaps)
	if err != nil {
		return nil, err
	}
	c := &calendar{views: views}
	if err := c.openDays(directory); err != nil {
		return nil, err
	}
	return &Timeline{calendars: []*calendar{c}, days: views.Len()}, nil
}

// TimelineDays returns the days of a timeline whose directory this is, ascending
// and disjoint.
func TimelineDays(directory arrow.RecordBatch) ([]window.Interval, error) {
	if err := checkFields(directory, timelineFields); err != nil {
		return nil, err
	}
	var c calendar
	err := c.openDays(directory)
	return c.days, err
}

// openDays takes the days from a directory.
func (c *calendar) openDays(directory arrow.RecordBatch) error {
	dates := directory.Column(0).(*array.Date32).Date32Values()
	from := directory.Column(1).(*array.Timestamp).TimestampValues()
	to := directory.Column(2).(*array.Timestamp).TimestampValues()
	c.dates, c.days = make([]int32, len(dates)), make([]window.Interval, len(dates))
	for i := range dates {
		c.dates[i], c.days[i] = int32(dates[i]), window.Interval{Lo: int64(from[i]), Hi: int64(to[i])}
		if from[i] >= to[i] || i > 0 && (from[i] < to[i-1] || dates[i] <= dates[i-1]) {
			return fmt.Errorf("day %d is from %d to %d, which is not after the one before it", i, from[i], to[i])
		}
	}
	return nil
}

// sortedKeys returns the keys of m, ascending.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
