package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// TestTrendOfDayLeftOut goes by days over the one that Samoa left out, 2011-12-30.
func TestTrendOfDayLeftOut(t *testing.T) {
	apia, err := window.LoadLocation("Pacific/Apia")
	if err != nil {
		t.Fatal(err)
	}
	for _, clock := range []int{0, 12} {
		span := engine.TrendSpan{
			From: time.Date(2011, 12, 28, clock, 0, 0, 0, apia), To: time.Date(2012, 1, 1, clock, 0, 0, 0, apia), Every: window.Day,
		}
		times, err := span.Times(apia)
		if err != nil {
			t.Fatal(err)
		}
		var days []int
		for _, at := range times {
			days = append(days, at.Day())
			if at.Hour() != clock {
				t.Errorf("%v, want %d o'clock", at, clock)
			}
		}
		if want := []int{28, 29, 31, 1}; !slices.Equal(days, want) {
			t.Errorf("days %v, want %v", days, want)
		}
	}
}

// TestTrendOfYears looks from the ends of the years that there are, and past them.
func TestTrendOfYears(t *testing.T) {
	year := func(n int) time.Time { return time.Date(n, 1, 1, 0, 0, 0, 0, time.UTC) }
	times, err := engine.TrendSpan{From: year(1), To: year(9999), Every: window.Year, N: 2}.Times(time.UTC)
	if err != nil || len(times) != 5000 || !times[4999].Equal(year(9999)) {
		t.Errorf("%d points, %v, want 5000 up to the year 9999", len(times), err)
	}
	if times, err := (engine.TrendSpan{From: time.Time{}, To: year(9999), Every: window.Year, N: 10_000}).Times(time.UTC); err != nil || len(times) != 1 {
		t.Errorf("%d points, %v, want one", len(times), err)
	}
	for _, c := range []struct{ from, to, found int }{{-400_000, -400_000, -400_000}, {0, 1, 0}, {1, 10_000, 10_000}, {400_000, 400_000, 400_000}} {
		_, err := engine.TrendSpan{From: year(c.from), To: year(c.to), Every: window.Month}.Times(time.UTC)
		if want := fmt.Sprintf("a trend lies in the years 1 to 9999, found the year %d", c.found); err == nil || err.Error() != want {
			t.Errorf("%d to %d: %v, want %s", c.from, c.to, err, want)
		}
	}
}

// TestHintOfTimes has windows after the newest event, as of times that were given: an
// as_of plays no part.
func TestHintOfTimes(t *testing.T) {
	q := ask(t, open(t, snapshot), "purchase in last 30 days")
	late := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	trend, err := q.Trend(t.Context(), engine.TrendSpan{From: late, To: late, Every: window.Day})
	if err != nil {
		t.Fatal(err)
	}
	diff, err := q.Diff(t.Context(), late, late)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`"purchase in last 30 days" looks at the time from 2019-12-02T00:00:00Z on, but the newest purchase is of 1998-06-30T00:00:00Z; look at earlier times`}
	for _, a := range []*engine.Answer{&trend.Answer, &diff.Before, &diff.After} {
		if !slices.Equal(a.Warnings, want) {
			t.Errorf("%q, want %q", a.Warnings, want)
		}
	}
}

// TestCompareAtOneInstant compares queries without an as_of while the clock goes on.
func TestCompareAtOneInstant(t *testing.T) {
	now := asOf
	clock := func() time.Time {
		now = now.Add(10 * day)
		return now
	}
	db, err := engine.Open(snapshot, &engine.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer closeOf(t, db)
	snap := shot(t, db)
	recent := func(text string) *engine.Query {
		q, err := snap.Query(text)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	d, err := engine.Compare(t.Context(), recent("purchase in last 90 days"), recent("purchase in last 60 days"))
	if err != nil {
		t.Fatal(err)
	}
	if !d.Before.AsOf.Equal(d.After.AsOf) || d.Entered != 0 {
		t.Errorf("as of %v and %v, %d entered; want one instant, and that nobody did", d.Before.AsOf, d.After.AsOf, d.Entered)
	}
	if left := setOf(t, d.LeftKeys(t.Context())); d.Left == 0 || uint64(len(left)) != d.Left {
		t.Errorf("%d keys, want those of %d who left", len(left), d.Left)
	}
}

// TestComparisonsNameTheSum compares rules one of which meets a sum of too many digits.
func TestComparisonsNameTheSum(t *testing.T) {
	nines := strings.Repeat("9", 38)
	s := memorySource{}
	s.add(t, "people", []arrow.Field{field("id", arrow.BinaryTypes.String)}, `{"id": "a"}`)
	s.add(t, "buy", []arrow.Field{
		field("id", arrow.BinaryTypes.String), field("ts", instants), field("n", &arrow.Decimal128Type{Precision: 38, Scale: 0}),
	}, fmt.Sprintf(`
{"id": "a", "ts": "2024-01-01T00:00:00Z", "n": "%[1]s"}
{"id": "a", "ts": "2024-01-03T00:00:00Z", "n": "1"}`, nines))
	snap, other := shot(t, open(t, s.build(t, "UTC"))), shot(t, open(t, s.build(t, "UTC")))
	early := time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC)
	fine, sum := askOf(t, snap, "buy", shopTime), askOf(t, snap, "buy sum(n) > 0", shopTime)
	const overflow = `OVERFLOW: the sum of "n" over the events of "buy" has more than 38 digits for the customer in row 0, in "buy sum(n) > 0"`
	for name, c := range map[string]struct {
		ask  func() error
		want string
	}{
		"overlap":   {func() error { _, err := snap.Overlap(t.Context(), fine, sum); return err }, "rule 2: " + overflow},
		"waterfall": {func() error { _, err := snap.Waterfall(t.Context(), fine, fine, sum); return err }, "rule 3: " + overflow},
		"trend": {func() error {
			_, err := sum.Trend(t.Context(), engine.TrendSpan{From: early, To: early.Add(2 * day), Every: window.Day})
			return err
		}, "as of 2024-01-04T00:00:00Z: " + overflow},
		"before":       {func() error { _, err := engine.Compare(t.Context(), sum, askOf(t, other, "buy", shopTime)); return err }, "in version 1: " + overflow},
		"after":        {func() error { _, err := engine.Compare(t.Context(), askOf(t, other, "buy", shopTime), sum); return err }, "in version 1: " + overflow},
		"diff, after":  {func() error { _, err := sum.Diff(t.Context(), early, shopTime); return err }, "as of 2024-06-15T12:00:00Z: " + overflow},
		"diff, before": {func() error { _, err := sum.Diff(t.Context(), shopTime, early); return err }, "as of 2024-06-15T12:00:00Z: " + overflow},
		"diff, both":   {func() error { _, err := sum.Diff(t.Context(), shopTime, shopTime); return err }, overflow},
	} {
		err := c.ask()
		if found := (*engine.OverflowError)(nil); err == nil || err.Error() != c.want || !errors.As(err, &found) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// TestCompareNamesTheVersion asks for an attribute that one of two versions has not.
func TestCompareNamesTheVersion(t *testing.T) {
	dir, build := shopOf("1,DE")
	db := open(t, dir)
	q := mustQuery(t, db, "country = 'DE'").At(asOf)
	build("1,DE", "2,DE")
	old := askOf(t, shot(t, open(t, dir+"@1")), "country = 'DE'", asOf)
	if d, err := engine.Compare(t.Context(), old, q); err != nil || d.Entered != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	// Somebody makes the snapshot anew, where countries are numbers.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	build("1,49")
	var unfit *engine.InVersionError
	_, err := engine.Compare(t.Context(), old, q)
	if !errors.As(err, &unfit) || unfit.Version != 1 || !errors.As(err, new(rule.Errors)) || !strings.HasPrefix(err.Error(), "in version 1: ") {
		t.Errorf("%v, want what is wrong with the rule in version 1", err)
	}
}

// TestCompareWhoCameBack compares versions before, while and after customers are gone.
func TestCompareWhoCameBack(t *testing.T) {
	dir, build := shopOf("1,DE", "2,DE", "3,FR")
	first := open(t, dir+"@1")
	build("1,DE", "3,FR")
	second := open(t, dir+"@2")
	build("4,DE", "2,DE", "3,DE")
	var states []*asked
	for _, db := range []*engine.DB{first, second, open(t, dir)} {
		a := &asked{snap: shot(t, db)}
		a.add(t, askOf(t, a.snap, "country = 'DE'", asOf))
		states = append(states, a)
	}
	for _, before := range states {
		for _, after := range states {
			d, err := engine.Compare(t.Context(), before.queries[0], after.queries[0])
			if err != nil {
				t.Fatal(err)
			}
			checkDiff(t, d, before.keys[0], after.keys[0])
		}
	}
}

// TestCompareBlocks compares versions of more than a block, whose customers have other
// rows and whole numbers for keys.
func TestCompareBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 7))
	persons, _ := people(r, 70_000)
	rest := slices.Clone(persons[20_000:])
	r.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	before, after := &asked{snap: shot(t, open(t, buildPeople(t, persons, nil)))}, &asked{snap: shot(t, open(t, buildPeople(t, rest, nil)))}
	before.add(t, askOf(t, before.snap, "tier = 'Gold' or score > 900000", asOf))
	after.add(t, askOf(t, after.snap, "tier is not null and score > 500000", asOf))
	for _, sides := range [][2]*asked{{before, after}, {after, before}} {
		d, err := engine.Compare(t.Context(), sides[0].queries[0], sides[1].queries[0])
		if err != nil {
			t.Fatal(err)
		}
		checkDiff(t, d, sides[0].keys[0], sides[1].keys[0])
	}
}
