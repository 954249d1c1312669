package index

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/toc"
	"github.com/rollcall-db/rollcall/engine/window"
)

// withLevels returns the timeline of events with levels, and the sections of these.
func withLevels(t testing.TB, plain *Timeline, blocks int, least uint64) (*Timeline, inMemory) {
	t.Helper()
	file := inMemory{}
	if _, err := BuildLevels(plain, blocks, least, file.add); err != nil {
		t.Fatal(err)
	}
	leveled, err := OpenLevels(plain, file)
	if err != nil {
		t.Fatal(err)
	}
	return leveled, file
}

// TestLevelsCoverAsDaysDo compares covers of random windows by days and by groups
// of them.
func TestLevelsCoverAsDaysDo(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 31))
	for round := range 60 {
		b := NewTimelineBuilder(time.UTC)
		const blocks = 2
		span := 1 + r.IntN(200)
		first := r.IntN(400) - 200
		for block := range blocks {
			var rows []uint32
			var times []int64
			for range r.IntN(2000) {
				rows = append(rows, uint32(block*bitmap.BlockRows+r.IntN(1+r.IntN(30_000))))
				times = append(times, int64(first+r.IntN(span))*24*hour+r.Int64N(24*hour))
			}
			b.Add(rows, times)
		}
		directory, bitmaps, err := b.Finish()
		if err != nil {
			t.Fatal(err)
		}
		plain, err := OpenTimeline(directory, toc.Memory(bitmaps))
		if err != nil {
			t.Fatal(err)
		}
		leveled, _ := withLevels(t, plain, blocks, []uint64{1, 200}[r.IntN(2)])
		checkLevels(t, leveled, blocks)
		for range 30 {
			in := window.Interval{Lo: int64(first+r.IntN(span)) * 24 * hour, Hi: int64(first+r.IntN(span)+1)*24*hour + r.Int64N(2)}
			name := fmt.Sprintf("seed %d, round %d, %+v", *seed, round, in)
			days, whole, edges := covered(t, plain, in, true)
			sameDays, grouped, sameEdges := covered(t, leveled, in, true)
			if days != sameDays || !slices.Equal(edges, sameEdges) || len(grouped) > len(whole) {
				t.Fatalf("%s: %d days in %d bitmaps and edges %v; by levels %d in %d and %v", name, days, len(whole), edges, sameDays, len(grouped), sameEdges)
			}
			if _, ungrouped, _ := covered(t, leveled, in, false); len(ungrouped) != len(whole) {
				t.Fatalf("%s: %d bitmaps without levels, want %d", name, len(ungrouped), len(whole))
			}
			for block := range uint16(blocks) {
				if united(whole, block) != united(grouped, block) {
					t.Fatalf("%s: other customers in block %d by levels", name, block)
				}
			}
		}
	}
}

func united(views []bitmap.View, block uint16) bitmap.Words {
	var w bitmap.Words
	for i := range views {
		views[i].OrInto(&w, block)
	}
	return w
}

func checkLevels(t *testing.T, leveled *Timeline, blocks int) {
	t.Helper()
	check := leveled.CheckLevels()
	for block := range blocks {
		if err := check.Block(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := check.Finish(); err != nil {
		t.Fatal(err)
	}
}

// daily is a timeline of one customer a day on the days from 0 on.
func daily(t testing.TB, days int) *Timeline {
	t.Helper()
	b := NewTimelineBuilder(time.UTC)
	rows, times := make([]uint32, days), make([]int64, days)
	for i := range rows {
		rows[i], times[i] = uint32(i), int64(i)*24*hour
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

// TestLevelsAreFew counts the bitmaps of windows.
func TestLevelsAreFew(t *testing.T) {
	leveled, _ := withLevels(t, daily(t, 128), 1, 1)
	for _, c := range []struct{ first, end, want int }{
		{0, 64, 1}, {0, 128, 2}, {1, 64, 3 + 4}, {1, 4, 3}, {0, 5, 2}, {60, 68, 2}, {0, 0, 0}, {3, 127, 5 + 7},
	} {
		in := window.Interval{Lo: int64(c.first) * 24 * hour, Hi: int64(c.end) * 24 * hour}
		if days, whole, _ := covered(t, leveled, in, true); days != c.end-c.first || len(whole) != c.want {
			t.Errorf("days %d to %d: %d days in %d bitmaps, want %d", c.first, c.end, days, len(whole), c.want)
		}
	}
	if n, err := BuildLevels(daily(t, 128), 1, 1000, inMemory{}.add); err != nil || n != 0 {
		t.Errorf("%d groups that spare nothing, %v", n, err)
	}
}

// TestLevelsAreChecked finds wrong groups.
func TestLevelsAreChecked(t *testing.T) {
	plain := daily(t, 8)
	other, err := bitmap.Append(nil, []uint32{0, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	beyond, err := bitmap.Append(nil, []uint32{0, 1, 2, 3, 4, 5, 6, 7, bitmap.BlockRows})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rows []byte
		want string
	}{
		{other, "customers of group 0: those of block 0 are not those of its days"},
		{beyond, "customers of group 0: 9 rows, 8 of them in the blocks there are"},
	} {
		_, file := withLevels(t, plain, 1, 1)
		file[place{tagGroupRows, 0}] = c.rows
		leveled, err := OpenLevels(plain, file)
		if err != nil {
			t.Fatal(err)
		}
		check := leveled.CheckLevels()
		err = check.Block(0)
		if err == nil {
			err = check.Finish()
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// TestOpenLevelsRefuses opens spoilt files.
func TestOpenLevelsRefuses(t *testing.T) {
	plain := daily(t, 8)
	groups := func(places ...uint32) []byte {
		var data []byte
		for _, p := range places {
			data = append(data, byte(p), byte(p>>8), byte(p>>16), byte(p>>24))
		}
		return data
	}
	const apart = ", which neither follow those of group 0 nor lie among them"
	for _, c := range []struct {
		tag  toc.Tag
		data []byte
		want string
	}{
		{tagGroups, nil, "groups of days: it is missing"},
		{tagGroups, []byte{1}, "groups of days: its size is not that of whole groups"},
		{tagGroups, groups(0, 9), "groups of days: group 0 is of the days 0 to 8, expected two or more of 8"},
		{tagGroups, groups(3, 4), "groups of days: group 0 is of the days 3 to 3, expected two or more of 8"},
		{tagGroups, groups(1<<32-1, 0), "groups of days: group 0 is of the days 4294967295 to -1, expected two or more of 8"},
		{tagGroups, groups(0, 4, 3, 6), "groups of days: group 1 is of the days 3 to 5" + apart},
		{tagGroups, groups(0, 4, 0, 4), "groups of days: group 1 is of the days 0 to 3" + apart},
		{tagGroups, groups(4, 8, 0, 4), "groups of days: group 1 is of the days 0 to 3" + apart},
		{tagGroupRows, nil, "customers of group 0: it is missing"},
		{tagGroupRows, []byte{1}, "customers of group 0: bitmap: 1 bytes are too few for a header"},
	} {
		_, file := withLevels(t, plain, 1, 1)
		if file[place{c.tag, 0}] = c.data; c.data == nil {
			delete(file, place{c.tag, 0})
		}
		leveled, err := OpenLevels(plain, file)
		if err == nil {
			err = leveled.CheckLevels().Block(0)
		}
		if !errors.Is(err, errCorrupt) || err.Error() != "corrupt: "+c.want {
			t.Errorf("%v, want corrupt: %s", err, c.want)
		}
	}
}

// FuzzOpenLevels opens arbitrary sections: what is accepted can be read.
func FuzzOpenLevels(f *testing.F) {
	plain := daily(f, 8)
	_, file := withLevels(f, plain, 1, 1)
	f.Add(file[place{tagGroups, 0}], file[place{tagGroupRows, 0}])
	f.Add([]byte{0, 0, 0, 0, 4, 0, 0, 0}, []byte{})
	f.Fuzz(func(t *testing.T, groups, rows []byte) {
		file := inMemory{place{tagGroups, 0}: groups}
		for i := range len(groups) / groupBytes {
			file[place{tagGroupRows, uint32(i)}] = rows
		}
		leveled, err := OpenLevels(plain, file)
		if err != nil {
			if !errors.Is(err, errCorrupt) {
				t.Fatalf("%v, expected an error that is %v", err, errCorrupt)
			}
			return
		}
		_, whole, _, err := leveled.Cover(window.Interval{Lo: 0, Hi: 8 * 24 * hour}, true)
		if err != nil && !errors.Is(err, errCorrupt) {
			t.Fatalf("%v, expected an error that is %v", err, errCorrupt)
		}
		united(whole, 0)
		_ = leveled.CheckLevels().Block(0)
	})
}
