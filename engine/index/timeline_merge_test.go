package index

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/toc"
	"github.com/rollcall-db/rollcall/engine/window"
)

const hour = int64(time.Hour / time.Microsecond)

// dated is an event in a test of timelines.
type dated struct {
	row  uint16
	time int64
}

// timelineOf makes the timeline of events.
func timelineOf(t *testing.T, loc *time.Location, events []dated) *Timeline {
	t.Helper()
	b := NewTimelineBuilder(loc)
	var rows []uint32
	var times []int64
	for _, e := range events {
		rows, times = append(rows, uint32(e.row)), append(times, e.time)
	}
	b.Add(rows, times)
	directory, bitmaps, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	timeline, err := OpenTimeline(directory, toc.Memory(bitmaps))
	if err != nil {
		t.Fatal(err)
	}
	return timeline
}

// TestMergedTimelines compares the days and edges of random windows over up to
// four parts with the events that lie in the window. Some parts have days of
// another zone, as after a change of time-zone data.
func TestMergedTimelines(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 8))
	zones := []*time.Location{time.UTC, time.UTC, time.FixedZone("east", 3600)}
	for round := range 100 {
		var all []dated
		parts := make([]*Timeline, r.IntN(5))
		for i := range parts {
			zone := time.UTC
			if round%2 == 1 {
				zone = zones[r.IntN(len(zones))]
			}
			events := make([]dated, r.IntN(30))
			for k := range events {
				events[k] = dated{uint16(r.IntN(1000)), r.Int64N(20*24) * hour}
			}
			parts[i] = timelineOf(t, zone, events)
			all = append(all, events...)
		}
		merged := MergeTimelines(parts)
		for range 50 {
			in := window.Interval{Lo: r.Int64N(20*24) * hour, Hi: r.Int64N(20*24) * hour}
			checkCover(t, fmt.Sprintf("seed %d, round %d", *seed, round), merged, in, all)
		}
	}
}

// checkCover compares the days and edges of a window with the events in it.
// covered covers a window by bitmaps that can be read.
func covered(t testing.TB, timeline *Timeline, in window.Interval, levels bool) (days int, whole []bitmap.View, edges []window.Interval) {
	t.Helper()
	days, whole, edges, err := timeline.Cover(in, levels)
	if err != nil {
		t.Fatal(err)
	}
	return days, whole, edges
}

func checkCover(t *testing.T, name string, timeline *Timeline, in window.Interval, all []dated) {
	t.Helper()
	days, whole, edges := covered(t, timeline, in, true)
	var want, got bitmap.Words
	for i := range whole {
		whole[i].OrInto(&got, 0)
	}
	for _, e := range all {
		if lies(e.time, in) {
			want.Add(e.row)
		}
		for _, edge := range edges {
			if edge.Lo < in.Lo || edge.Hi > in.Hi {
				t.Fatalf("%s: %+v has the edge %+v", name, in, edge)
			}
			if lies(e.time, edge) {
				got.Add(e.row)
			}
		}
	}
	if got != want || len(edges) > 2 || len(edges) == 2 && edges[0].Hi > edges[1].Lo || days > len(whole) || days > timeline.Len() {
		t.Fatalf("%s: %+v selects %d customers, want %d; %d days of %d, %d bitmaps, %d edges",
			name, in, got.Count(), want.Count(), days, timeline.Len(), len(whole), len(edges))
	}
}

// TestShiftedDaysAreCoveredByThemselves merges parts with an event an hour, whose
// days start at different hours: a window of whole days in the one or the other
// looks at little more than a day's events, and every date counts once.
func TestShiftedDaysAreCoveredByThemselves(t *testing.T) {
	const count = 100
	zones := []*time.Location{time.UTC, time.FixedZone("east", 3600), time.FixedZone("west", -3600), time.UTC}
	var parts []*Timeline
	var all []dated
	for i, zone := range zones {
		var events []dated
		for h := range int64(count * 24) {
			events = append(events, dated{uint16(h)*4 + uint16(i), h * hour})
		}
		parts = append(parts, timelineOf(t, zone, events))
		all = append(all, events...)
	}
	merged := MergeTimelines(parts)
	// The east has begun another day when the last event comes, the west has not
	// ended the day before when the first one does.
	if n := merged.Len(); n != count+2 {
		t.Errorf("%d days, want %d", n, count+2)
	}
	in := window.Interval{Lo: 10 * 24 * hour, Hi: 20 * 24 * hour}
	checkCover(t, "ten days", merged, in, all)
	days, whole, edges := covered(t, merged, in, false)
	looked := int64(0)
	for _, e := range edges {
		looked += e.Hi - e.Lo
	}
	if days != 10 || len(whole) != 2*10+9+9 || looked != 46*hour {
		t.Errorf("%d days of %d bitmaps, and %d hours; want 10, 38 and 46", days, len(whole), looked/hour)
	}
}

// TestMergedDaysAreCounted merges parts that have a day in common.
func TestMergedDaysAreCounted(t *testing.T) {
	day := 24 * hour
	one := timelineOf(t, time.UTC, []dated{{1, 0}, {2, day}})
	two := timelineOf(t, time.UTC, []dated{{3, day}, {4, 2 * day}})
	if merged := MergeTimelines([]*Timeline{one}); merged != one {
		t.Error("the timeline of one part is not that part's")
	}
	merged := MergeTimelines([]*Timeline{one, two})
	days, whole, edges := covered(t, merged, window.Interval{Lo: 1, Hi: 3 * day}, true)
	if merged.Len() != 3 || days != 2 || len(whole) != 3 || len(edges) != 1 {
		t.Errorf("%d days in all; the window has %d, with %d bitmaps and %d edges; want 3, 2, 3 and 1", merged.Len(), days, len(whole), len(edges))
	}
}
