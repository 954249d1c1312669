package index

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
	"github.com/rollcall-db/rollcall/engine/window"
)

// ranksFields are fields of which the first two get ranks: the third has too many
// values, the fourth values of which none are counted.
var ranksFields = []model.Field{
	{Name: "category", Type: model.Type{Kind: model.String}},
	{Name: "campaign", Type: whole},
	{Name: "product", Type: whole},
	{Name: "amount", Type: model.Type{Kind: model.Number, Repr: model.Float64}},
}

// ranksEvents collects n events of up to two blocks on some days.
func ranksEvents(r *rand.Rand, n, customers, days int, nulls bool) *Collected {
	c := NewCollected(ranksFields)
	c.Times.Grow(n)
	for _, v := range c.Values {
		v.Grow(n)
	}
	for i := range n {
		c.Rows = append(c.Rows, uint32(r.IntN(2)*bitmap.BlockRows+r.IntN(customers)))
		if r.IntN(10) > 0 {
			c.Times.SetInt(i, r.Int64N(int64(days)*24)*hour)
		}
		c.Values[0].SetString(i, fmt.Sprint("category ", r.IntN(5)))
		if !nulls || r.IntN(5) > 0 {
			c.Values[1].SetInt(i, []int64{-7, 3, 1 << 40, 3000, 5, 1023, 1024}[r.IntN(7)])
		}
		c.Values[2].SetInt(i, int64(i))
	}
	return c
}

// buildRanks builds the ranks of the events of parts, with several counters.
func buildRanks(t testing.TB, events *Events, days []window.Interval, limits RankLimits) inMemory {
	t.Helper()
	b := NewRanksBuilder(ranksFields, days, limits)
	counters := []*RankCounter{b.Counter(), b.Counter()}
	for block := range 2 {
		e, err := events.Block(block)
		if err != nil {
			t.Fatal(err)
		}
		if err := counters[block].Count(e, bitmap.BlockRows); err != nil {
			t.Fatal(err)
		}
		b.Add(block, counters[block])
	}
	file := inMemory{}
	if err := b.Finish(file.add); err != nil {
		t.Fatal(err)
	}
	return file
}

// naive is what a customer's ranks are worked out from.
type naive struct {
	days   []int         // of all dated events
	latest []map[any]int // by field: of each value
}

// histories sorts the events of parts by customer.
func histories(parts []*Collected, days []window.Interval) map[uint32]*naive {
	all := map[uint32]*naive{}
	for _, c := range parts {
		for i, row := range c.Rows {
			at, ok := c.Times.Int(i)
			if !ok {
				continue
			}
			h := all[row]
			if h == nil {
				h = &naive{latest: []map[any]int{{}, {}}}
				all[row] = h
			}
			day := slices.IndexFunc(days, func(d window.Interval) bool { return lies(at, d) }) + 1
			h.days = append(h.days, day)
			for f := range h.latest {
				if !c.Values[f].IsNull(i) {
					value := c.Values[f].Text(i)
					h.latest[f][value] = max(h.latest[f][value], day)
				}
			}
		}
	}
	for _, h := range all {
		slices.SortFunc(h.days, func(x, y int) int { return y - x })
	}
	return all
}

// number returns what digits hold for a row.
func number(t testing.TB, d *Digits, row uint32) int {
	t.Helper()
	n, weight := 0, 1
	for place, base := range d.Bases() {
		for value := base - 1; value > 0; value-- {
			var w bitmap.Words
			digitView(t, d, place, value).OrInto(&w, uint16(row/bitmap.BlockRows))
			if w.Has(uint16(row)) {
				n += weight * value
				break
			}
		}
		weight *= base
	}
	return n
}

// TestRanks compares ranks with what the events of each customer say.
func TestRanks(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 32))
	for round := range 25 {
		span, customers := 1+r.IntN(300), 1+r.IntN(8)
		var parts []*Collected
		var files []toc.Sections
		var days [][]window.Interval
		for range 1 + r.IntN(3) {
			c := ranksEvents(r, 1+r.IntN(400), customers, span, round%2 == 0)
			parts, files = append(parts, c), append(files, write(t, c))
			days = append(days, daysOf(c))
		}
		all, ok := RankDays(days)
		if !ok {
			t.Fatal("days of parts overlap")
		}
		if len(all) == 0 {
			continue
		}
		limits := RankLimits{Recent: 1 + r.IntN(6), Distinct: 1 + r.IntN(4), Values: 7}
		events := OpenEvents(ranksFields, 2, files)
		ranks, err := OpenRanks(ranksFields, buildRanks(t, events, all, limits))
		if err != nil {
			t.Fatal(err)
		}
		if ranks.Limits() != limits || !slices.Equal(ranks.Days(), all) {
			t.Fatalf("limits %+v and %d days, want %+v and %d", ranks.Limits(), len(ranks.Days()), limits, len(all))
		}
		checkRanks(t, fmt.Sprintf("seed %d, round %d", *seed, round), ranks, limits, customers, histories(parts, all))
		check, err := ranks.Check()
		if err != nil {
			t.Fatal(err)
		}
		for block := range 2 {
			e, _ := events.Block(block)
			if err := check.Block(block, e, bitmap.BlockRows); err != nil {
				t.Fatal(err)
			}
		}
		if err := check.Finish(); err != nil {
			t.Fatal(err)
		}
	}
}

// daysOf returns the days on which there are events.
func daysOf(c *Collected) []window.Interval {
	found := map[int64]bool{}
	for i := range c.Rows {
		if at, ok := c.Times.Int(i); ok {
			found[at/(24*hour)] = true
		}
	}
	var days []window.Interval
	for _, day := range slices.Sorted(maps.Keys(found)) {
		days = append(days, window.Interval{Lo: day * 24 * hour, Hi: (day + 1) * 24 * hour})
	}
	return days
}

// checkRanks compares the ranks of the first customers of two blocks.
func checkRanks(t *testing.T, name string, ranks *Ranks, limits RankLimits, customers int, all map[uint32]*naive) {
	t.Helper()
	check := func(what string, row uint32, d *Digits, err error, want int) {
		if err != nil || d == nil || number(t, d, row) != want {
			t.Fatalf("%s: %s of row %d: %v, want %d; %v", name, what, row, d != nil, want, err)
		}
	}
	at := func(days []int, k int) int {
		if k >= len(days) {
			return 0
		}
		return days[k]
	}
	for i := range 2 * customers {
		row := uint32(i%2*bitmap.BlockRows + i/2)
		h := all[row]
		if h == nil {
			h = &naive{latest: []map[any]int{{}, {}}}
		}
		for k := range limits.Recent {
			d, err := ranks.Recent(k + 1)
			check(fmt.Sprint("rank ", k+1), row, d, err, at(h.days, k))
		}
		d, err := ranks.First()
		first := 0
		if n := len(h.days); n > 0 {
			first = h.days[n-1]
		}
		check("first", row, d, err, first)
		for f, latest := range h.latest {
			days := slices.Sorted(maps.Values(latest))
			slices.Reverse(days)
			for k := range limits.Distinct {
				d, err := ranks.Distinct(f, k+1)
				check(fmt.Sprintf("distinct %d of field %d", k+1, f), row, d, err, at(days, k))
			}
		}
	}
	for _, none := range []func() (*Digits, error){
		func() (*Digits, error) { return ranks.Recent(limits.Recent + 1) },
		func() (*Digits, error) { return ranks.Distinct(0, limits.Distinct+1) },
		func() (*Digits, error) { return ranks.Distinct(3, 1) },
	} {
		if d, err := none(); d != nil || err != nil {
			t.Fatalf("%s: a rank that nobody asked for, %v", name, err)
		}
	}
}

// TestRankedValues counts distinct values around the limit.
func TestRankedValues(t *testing.T) {
	c := ranksEvents(rand.New(rand.NewPCG(1, 1)), 500, 5, 20, false)
	days := daysOf(c)
	events := OpenEvents(ranksFields, 2, []toc.Sections{write(t, c)})
	for _, limit := range []struct {
		values int
		want   string
	}{{4, ""}, {5, "category"}, {6, "category"}, {7, "category campaign"}} {
		ranks, err := OpenRanks(ranksFields, buildRanks(t, events, days, RankLimits{Recent: 1, Distinct: 2, Values: limit.values}))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for f := range ranksFields {
			if d, err := ranks.Distinct(f, 2); err != nil {
				t.Fatal(err)
			} else if d != nil {
				got = append(got, ranksFields[f].Name)
			}
		}
		if strings.Join(got, " ") != limit.want {
			t.Errorf("at most %d values: ranks of %q, want %q", limit.values, got, limit.want)
		}
	}
}

// TestRankDays puts the days of parts together.
func TestRankDays(t *testing.T) {
	day := func(lo, hi int64) window.Interval { return window.Interval{Lo: lo, Hi: hi} }
	var many []window.Interval
	for i := range int64(MaxRankDays + 3) {
		many = append(many, day(i*10, i*10+10))
	}
	for _, c := range []struct {
		parts [][]window.Interval
		want  string
	}{
		{nil, "[] true"},
		{[][]window.Interval{{day(0, 10), day(20, 30)}, {day(10, 20), day(20, 30)}}, "[{0 10} {10 20} {20 30}] true"},
		{[][]window.Interval{{day(0, 10)}, {day(5, 15)}}, "[] false"},
		{[][]window.Interval{{day(0, 10)}, {day(0, 11)}}, "[] false"},
	} {
		days, ok := RankDays(c.parts)
		if got := fmt.Sprint(days, ok); got != c.want {
			t.Errorf("%v: %s, want %s", c.parts, got, c.want)
		}
	}
	days, ok := RankDays([][]window.Interval{many})
	if !ok || len(days) != MaxRankDays || days[0] != day(0, 40) || days[1] != day(40, 50) {
		t.Errorf("of %d days: %d, the first %v and %v", len(many), len(days), days[0], days[1])
	}
}

// TestRankBases finds digits that have room for all numbers, and no more of them
// than there need be.
func TestRankBases(t *testing.T) {
	for _, c := range []struct {
		days, places int
		want         string
	}{{1, 2, "[2]"}, {2, 2, "[2 2]"}, {3, 2, "[2 2]"}, {365, 2, "[20 19]"}, {365, 3, "[8 7 7]"}, {MaxRankDays, 2, "[64 64]"}, {MaxRankDays, 3, "[16 16 16]"}} {
		bases := rankBases(c.days, c.places)
		if got := fmt.Sprint(bases); got != c.want {
			t.Errorf("%d days in %d digits: %s, want %s", c.days, c.places, got, c.want)
		}
		if limit, err := DigitsLimit(bases); err != nil || limit <= c.days {
			t.Errorf("%d days in digits of bases %v: room for %d, %v", c.days, bases, limit, err)
		}
	}
}

// smallRanks is the file of ranks of a few events, and the events.
func smallRanks(t testing.TB) (inMemory, *Events) {
	t.Helper()
	c := ranksEvents(rand.New(rand.NewPCG(1, 2)), 60, 5, 4, true)
	events := OpenEvents(ranksFields, 2, []toc.Sections{write(t, c)})
	return buildRanks(t, events, daysOf(c), RankLimits{Recent: 2, Distinct: 2, Values: 5}), events
}

// TestRanksAreChecked finds ranks that are not those of the events.
func TestRanksAreChecked(t *testing.T) {
	wrong, err := bitmap.Append(nil, []uint32{9})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		spoil func(file inMemory)
		want  string
	}{
		{func(inMemory) {}, "<nil>"},
		{
			func(file inMemory) { file[place{tagRankDigits0 + 1, 1}] = wrong },
			"corrupt: digit 0 from 1 on of the day of event 2, counted from the latest: the customers of block 0 are not those whose events say so",
		},
		{
			func(file inMemory) { file[place{tagRankTable, 0}][1*rankEntryBytes+rankLimitsBytes+2] = 9 },
			"corrupt: table of ranks: rank 1 is the day of event 9, counted from the latest, which is not the next of those asked for",
		},
		{
			func(file inMemory) {
				at := place{tagRankTable, 0}
				file[at] = file[at][:len(file[at])-rankEntryBytes]
			},
			`corrupt: table of ranks: that it has the day of distinct value 2 of field "category" is false, expected true`,
		},
	} {
		file, events := smallRanks(t)
		c.spoil(file)
		if got := fmt.Sprint(checkFile(file, events)); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// checkFile checks a file of ranks.
func checkFile(file inMemory, events *Events) error {
	ranks, err := OpenRanks(ranksFields, file)
	if err != nil {
		return err
	}
	check, err := ranks.Check()
	if err != nil {
		return err
	}
	for block := range 2 {
		e, err := events.Block(block)
		if err != nil {
			return err
		}
		if err := check.Block(block, e, bitmap.BlockRows); err != nil {
			return err
		}
	}
	return check.Finish()
}

// TestOpenRanksRefuses opens spoilt files.
func TestOpenRanksRefuses(t *testing.T) {
	entry := func(kind, places, k, field byte) []byte {
		return append(make([]byte, rankLimitsBytes), kind, places, k, 0, field, 0, 0, 0, 2, 0, 2, 0, 2, 0, 2, 0)
	}
	for _, c := range []struct {
		tag  toc.Tag
		data []byte
		want string
	}{
		{tagRankDays, nil, "days: it is missing"},
		{tagRankDays, []byte{1}, "days: its size is not that of whole entries"},
		{tagRankDays, make([]byte, 16), "days: day 0 is from 0 to 0, which is not after the one before it"},
		{tagRankDays, make([]byte, 16*(MaxRankDays+1)), "days: 4096 days, expected at most 4095"},
		{tagRankTable, nil, "table of ranks: it is missing"},
		{tagRankTable, make([]byte, 17), "table of ranks: its size is not that of whole entries"},
		{tagRankTable, append([]byte{65}, make([]byte, 15)...), "table of ranks: 65 ranks, 0 of values that are at most 0, expected at most 64 of 65534"},
		{tagRankTable, entry(3, 3, 1, 0), "table of ranks: rank 0: kind 3, expected 0 to 2"},
		{tagRankTable, entry(0, 3, 0, 0), "table of ranks: rank 0: its number is 0, expected 1 or more"},
		{tagRankTable, entry(2, 3, 1, 4), "table of ranks: rank 0: field 4, of 4"},
		{tagRankTable, entry(0, 5, 1, 0), "table of ranks: rank 0: 5 digits, expected at most 4"},
		{tagRankTable, entry(0, 0, 1, 0), "table of ranks: rank 0: the digits of the first rank, which has none"},
		{tagRankTable, entry(0, 2, 1, 0), "table of ranks: rank 0: digits for numbers below 4, of 4 days"},
		{tagRankDigits0, []byte{1}, "digit 0 from 1 on of the day of event 1, counted from the latest: bitmap: 1 bytes are too few for a header"},
	} {
		file, events := smallRanks(t)
		at := place{c.tag, 0}
		if c.tag == tagRankDigits0 {
			at.index = 1
		}
		if file[at] = c.data; c.data == nil {
			delete(file, at)
		}
		err := checkFile(file, events)
		if !errors.Is(err, errCorrupt) {
			t.Errorf("%v, want an error that is %v", err, errCorrupt)
		} else if c.tag != tagRankDigits0 && err.Error() != "corrupt: "+c.want {
			t.Errorf("%v, want corrupt: %s", err, c.want)
		}
	}
}

// FuzzOpenRanks opens arbitrary sections: what is accepted can be read.
func FuzzOpenRanks(f *testing.F) {
	file, events := smallRanks(f)
	f.Add(file[place{tagRankDays, 0}], file[place{tagRankTable, 0}], file[place{tagRankDigits0, 1}])
	f.Fuzz(func(t *testing.T, days, table, rows []byte) {
		file := inMemory{place{tagRankDays, 0}: days, place{tagRankTable, 0}: table}
		for entry := range uint32(8) {
			file[place{tagRankDigits0 + toc.Tag(entry), 1}] = rows
		}
		if err := checkFile(file, events); err != nil && !errors.Is(err, errCorrupt) {
			t.Fatalf("%v, expected an error that is %v", err, errCorrupt)
		}
	})
}

// BenchmarkRankCount counts the events of a block.
func BenchmarkRankCount(b *testing.B) {
	const n = 1 << 19
	c := blockEvents(n)
	c.Fields = ranksFields[1:2]
	events := OpenEvents(c.Fields, 1, []toc.Sections{write(b, c)})
	block, err := events.Block(0)
	if err != nil {
		b.Fatal(err)
	}
	days := window.NewDays(time.UTC)
	var spans []window.Interval
	for at := year.Lo; at < year.Hi; {
		_, lo, hi := days.Of(at)
		spans, at = append(spans, window.Interval{Lo: lo, Hi: hi}), hi
	}
	builder := NewRanksBuilder(c.Fields, spans, RankLimits{Recent: 4, Distinct: 3, Values: 1000})
	counter := builder.Counter()
	for b.Loop() {
		if err := counter.Count(block, bitmap.BlockRows); err != nil {
			b.Fatal(err)
		}
	}
	perEvent(b)
}
