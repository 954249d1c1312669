package engine_test

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/ingest"
)

// asked is queries of one snapshot, with the keys that each selects.
type asked struct {
	snap    *engine.Snapshot
	queries []*engine.Query
	keys    []map[string]bool
}

// add adds a query.
func (a *asked) add(t *testing.T, q *engine.Query) {
	t.Helper()
	a.queries = append(a.queries, q)
	a.keys = append(a.keys, setOf(t, q.Keys(t.Context())))
}

// setOf collects keys, each of which comes once.
func setOf(t *testing.T, keys iter.Seq2[string, error]) map[string]bool {
	t.Helper()
	set := map[string]bool{}
	for key, err := range keys {
		if err != nil {
			t.Fatal(err)
		}
		if set[key] {
			t.Errorf("key %s comes twice", key)
		}
		set[key] = true
	}
	return set
}

// shot opens the current version until the end of the test.
func shot(t *testing.T, db *engine.DB) *engine.Snapshot {
	t.Helper()
	snap, err := db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeOf(t, snap) })
	return snap
}

// askOf returns a query of a snapshot at a time.
func askOf(t *testing.T, snap *engine.Snapshot, text string, at time.Time) *engine.Query {
	t.Helper()
	q, err := snap.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	return q.At(at)
}

// masks returns by key in which audiences a customer is, those in one at least.
func (a *asked) masks() map[string]int {
	masks := map[string]int{}
	for i, keys := range a.keys {
		for key := range keys {
			masks[key] |= 1 << i
		}
	}
	return masks
}

func (a *asked) checkOverlap(t *testing.T) {
	t.Helper()
	got, err := a.snap.Overlap(t.Context(), a.queries...)
	if err != nil {
		t.Fatal(err)
	}
	want, all, masks := map[uint8]uint64{}, uint64(0), a.masks()
	for _, mask := range masks {
		want[uint8(mask)]++
		if mask == 1<<len(a.keys)-1 {
			all++
		}
	}
	last := uint8(0)
	for _, region := range got.Regions {
		if want[region.Members] != region.Count || region.Members <= last {
			t.Errorf("seed %d: region %b: %d customers after %b, want %d", *seed, region.Members, region.Count, last, want[region.Members])
		}
		last = region.Members
	}
	if len(got.Regions) != len(want) || got.Union != uint64(len(masks)) || got.Common != all || got.Customers != a.snap.Manifest().Customers {
		t.Errorf("seed %d: %+v, want %d regions, %d in any, %d in all", *seed, got, len(want), len(masks), all)
	}
	for i := range a.keys {
		if got.Sets[i].Count != uint64(len(a.keys[i])) {
			t.Errorf("seed %d: rule %d selects %d, want %d", *seed, i, got.Sets[i].Count, len(a.keys[i]))
		}
		for j := range a.keys {
			both, either := 0, 0
			for _, mask := range masks {
				in, there := mask>>i&1, mask>>j&1
				both, either = both+(in&there), either+(in|there)
			}
			want := 0.0
			if either > 0 {
				want = float64(both) / float64(either)
			}
			if got.Both(i, j) != uint64(both) || got.Jaccard(i, j) != want {
				t.Errorf("seed %d: rules %d and %d: %d in both, Jaccard %v; want %d, %v", *seed, i, j, got.Both(i, j), got.Jaccard(i, j), both, want)
			}
		}
	}
}

func (a *asked) checkWaterfall(t *testing.T) {
	t.Helper()
	got, err := a.snap.Waterfall(t.Context(), a.queries...)
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]bool{}
	for i, keys := range a.keys {
		taken := uint64(0)
		for key := range keys {
			if !given[key] {
				given[key], taken = true, taken+1
			}
		}
		step := &got.Steps[i]
		if step.Taken != taken || step.Alone() != uint64(len(keys)) || step.Lost() != uint64(len(keys))-taken {
			t.Errorf("seed %d: rule %d: %d taken of %d, want %d of %d", *seed, i, step.Taken, step.Alone(), taken, len(keys))
		}
	}
	if want := a.snap.Manifest().Customers - uint64(len(given)); got.Rest != want {
		t.Errorf("seed %d: %d are left, want %d", *seed, got.Rest, want)
	}
}

// checkDiff compares two of the queries.
func (a *asked) checkDiff(t *testing.T, i, j int) {
	t.Helper()
	got, err := engine.Compare(t.Context(), a.queries[i], a.queries[j])
	if err != nil {
		t.Fatal(err)
	}
	checkDiff(t, got, a.keys[i], a.keys[j])
	checkDiffRows(t, got, a.queries[i], a.queries[j], attributeNames(a.queries[i])...)
}

// checkDiff compares a diff with the keys before and after.
func checkDiff(t *testing.T, got *engine.Diff, before, after map[string]bool) {
	t.Helper()
	entered, left := without(after, before), without(before, after)
	if got.Before.Count != uint64(len(before)) || got.After.Count != uint64(len(after)) ||
		got.Entered != uint64(len(entered)) || got.Left != uint64(len(left)) || got.Stayed != uint64(len(after)-len(entered)) {
		t.Errorf("seed %d: %+v, want %d, then %d: %d entered, %d left", *seed, got, len(before), len(after), len(entered), len(left))
	}
	if keys := sorted(setOf(t, got.EnteredKeys(t.Context()))); !slices.Equal(keys, entered) {
		t.Errorf("seed %d: %d keys entered, want %d", *seed, len(keys), len(entered))
	}
	if keys := sorted(setOf(t, got.LeftKeys(t.Context()))); !slices.Equal(keys, left) {
		t.Errorf("seed %d: %d keys left, want %d", *seed, len(keys), len(left))
	}
}

// without returns the keys of one set that another has not, ascending.
func without(set, other map[string]bool) []string {
	rest := map[string]bool{}
	for key := range set {
		if !other[key] {
			rest[key] = true
		}
	}
	return sorted(rest)
}

func sorted(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// TestComparisonsOfBlocks compares audiences of more than a block.
func TestComparisonsOfBlocks(t *testing.T) {
	for _, n := range []int{0, 1, 65537} {
		r := rand.New(rand.NewPCG(*seed, uint64(n)))
		persons, visits := people(r, n)
		snap := shot(t, open(t, buildPeople(t, persons, visits)))
		for range 4 {
			a := &asked{snap: snap}
			for range engine.MinOverlap + r.IntN(engine.MaxOverlap-engine.MinOverlap+1) {
				a.add(t, askOf(t, snap, blockRules[r.IntN(len(blockRules))].rule, asOf.Add(-time.Duration(r.IntN(2)*20)*day)))
			}
			a.checkOverlap(t)
			a.checkWaterfall(t)
			a.checkDiff(t, 0, 1)
		}
		checkTrend(t, askOf(t, snap, blockRules[5].rule, asOf), engine.TrendSpan{From: asOf.Add(-20 * day), To: asOf.Add(5 * day), Every: window.Day})
	}
}

// checkTrend compares a trend with a count of every point.
func checkTrend(t *testing.T, q *engine.Query, span engine.TrendSpan) {
	t.Helper()
	got, err := q.Trend(t.Context(), span)
	if err != nil {
		t.Fatal(err)
	}
	times, err := span.Times(q.DB().Location())
	if err != nil || len(times) != len(got.Points) {
		t.Fatalf("%d points, want those of %v, %v", len(got.Points), times, err)
	}
	for i, at := range times {
		n, err := q.At(at).Count(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if p := got.Points[i]; !p.AsOf.Equal(at) || p.Count != n {
			t.Errorf("seed %d: %s: %v, want %d at %v", *seed, q, p, n, at)
		}
	}
	if last := got.Points[len(times)-1]; got.Count != last.Count || !got.AsOf.Equal(last.AsOf) {
		t.Errorf("seed %d: the answer is %d at %v, want that of %v", *seed, got.Count, got.AsOf, last)
	}
}

// TestComparisonsOfRandomRules compares audiences of random rules over random tables.
func TestComparisonsOfRandomRules(t *testing.T) {
	const tables, groups, depth = 3, 4, 3
	for n := range uint64(tables) {
		at := *seed + n
		rng := rand.New(rand.NewPCG(at, 64))
		dir, table := randomSnapshot(t, at, rng)
		for range groups {
			var segments *rule.Library
			a := &asked{}
			for len(a.queries) < engine.MaxOverlap {
				c := oracle.RandomCase(rng, table, rng.IntN(depth))
				if a.snap == nil {
					segments = libraryOf(t, c)
					a.snap = shot(t, openWith(t, dir, plan.Choice{}, segments))
				}
				q, err := a.snap.Query(c.Rule)
				if err != nil {
					continue // it names a segment of its own library
				}
				q = q.At(c.AsOf)
				if _, err := q.Count(t.Context()); err != nil {
					continue // a sum of more digits than there are
				}
				a.add(t, q)
				checkTrend(t, q, engine.TrendSpan{From: c.AsOf, To: c.AsOf.Add(200 * time.Hour), Every: window.Hour, N: 1 + rng.IntN(90)})
			}
			a.checkOverlap(t)
			a.checkWaterfall(t)
			a.checkDiff(t, 2, 3)
			again, err := a.queries[4].Diff(t.Context(), asOf, asOf.Add(day))
			if err != nil {
				t.Fatal(err)
			}
			checkDiff(t, again, setOf(t, a.queries[4].At(asOf).Keys(t.Context())), setOf(t, a.queries[4].At(asOf.Add(day)).Keys(t.Context())))
		}
	}
}

// TestComparisonsLeaveOutWhoIsGone compares audiences of customers of whom one has
// gone.
func TestComparisonsLeaveOutWhoIsGone(t *testing.T) {
	dir, build := shopOf("1,DE", "2,FR", "3,DE")
	build("1,DE", "3,DE")
	a := &asked{snap: shot(t, open(t, dir))}
	for _, text := range []string{"country is not null", "country = 'DE'", "not country = 'DE'"} {
		a.add(t, askOf(t, a.snap, text, asOf))
	}
	a.checkOverlap(t)
	a.checkWaterfall(t)
	a.checkDiff(t, 1, 2)
}

// TestCompareVersions compares versions whose customers have other rows.
func TestCompareVersions(t *testing.T) {
	dir, build := shopOf("5,DE", "2,FR", "7,DE", "9,FR")
	old := open(t, dir+"@1")
	build("1,DE", "2,DE", "7,FR", "9,FR", "3,DE")
	if _, err := ingest.Compact(t.Context(), dir, &ingest.CompactOptions{Renumber: true}); err != nil {
		t.Fatal(err)
	}
	current := open(t, dir)
	before, after := askOf(t, shot(t, old), "country = 'DE'", asOf), askOf(t, shot(t, current), "country = 'DE'", asOf)
	for _, pair := range [][2]*engine.Query{{before, after}, {after, before}, {before, before}, {mustQuery(t, old, "country = 'FR'"), mustQuery(t, current, "country is not null")}} {
		d, err := engine.Compare(t.Context(), pair[0], pair[1])
		if err != nil {
			t.Fatal(err)
		}
		checkDiff(t, d, setOf(t, pair[0].Keys(t.Context())), setOf(t, pair[1].Keys(t.Context())))
	}
	d, err := engine.Compare(t.Context(), before, after)
	if err != nil || d.Entered != 3 || d.Left != 2 || d.Before.Manifest.Version != 1 || d.After.Manifest.Version != 3 {
		t.Errorf("%+v, %v; want 1, 2, 3 in place of 5, 7", d, err)
	}
	for range d.EnteredKeys(t.Context()) {
		break // who wants no more is asked no more
	}
}

// TestTrendRemembers counts a trend again where counts are remembered.
func TestTrendRemembers(t *testing.T) {
	db, err := engine.Open(snapshot, &engine.Options{ResultCacheBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer closeOf(t, db)
	for _, text := range plannedRules {
		for range 2 {
			checkTrend(t, ask(t, db, text), engine.TrendSpan{From: asOf.Add(-70 * day), To: asOf.Add(10 * day), Every: window.Week})
		}
	}
}

// TestTrendSays checks what a trend says beside the numbers.
func TestTrendSays(t *testing.T) {
	q := ask(t, open(t, snapshot), "loyalty_tier = 'Gold' and not orders > 2 and purchase in last 30 days")
	late := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	got, err := q.Trend(t.Context(), engine.TrendSpan{From: late, To: late.AddDate(0, 0, 89), Every: window.Day})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Points) != 90 || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "from 2020-02-29T00:00:00Z on, but the newest purchase is of 1998-") {
		t.Errorf("%d points, %q; want one warning, of the last point", len(got.Points), got.Warnings)
	}
	if want := `attributes have no history: at every time the values of "orders", "loyalty_tier" are those of the version asked`; !slices.Equal(got.Notes, []string{want}) {
		t.Errorf("%q, want %q", got.Notes, want)
	}
	if none, err := ask(t, open(t, snapshot), "purchase").Trend(t.Context(), engine.TrendSpan{From: asOf, To: asOf, Every: window.Year}); err != nil || len(none.Points) != 1 || none.Notes != nil {
		t.Errorf("%+v, %v; want one point and no notes", none, err)
	}
}

// TestComparisonsOfNonsense checks what is said of questions that make no sense.
func TestComparisonsOfNonsense(t *testing.T) {
	db := open(t, snapshot)
	snap := shot(t, db)
	q := askOf(t, snap, "orders > 1", asOf)
	other := ask(t, open(t, snapshot), "orders > 1")
	numbers := ask(t, open(t, buildPeople(t, nil, nil)), "tier is null")
	nine := slices.Repeat([]*engine.Query{q}, 9)
	overlap := func(queries ...*engine.Query) func() error {
		return func() error { _, err := snap.Overlap(t.Context(), queries...); return err }
	}
	trend := func(span engine.TrendSpan) func() error {
		return func() error { _, err := q.Trend(t.Context(), span); return err }
	}
	for name, c := range map[string]struct {
		ask  func() error
		want string
	}{
		"one":        {overlap(q), "an overlap takes 2 to 8 rules, found 1"},
		"nine":       {overlap(nine...), "an overlap takes 2 to 8 rules, found 9"},
		"other":      {overlap(q, other), "rule 2: the query is of another database than the snapshot that is asked"},
		"no steps":   {func() error { _, err := snap.Waterfall(t.Context()); return err }, "a waterfall takes 1 to 64 rules, found 0"},
		"backwards":  {trend(engine.TrendSpan{From: asOf, To: asOf.Add(-day), Every: window.Day}), "the trend is from 1998-07-01T00:00:00Z to 1998-06-30T00:00:00Z, which is before"},
		"no unit":    {trend(engine.TrendSpan{From: asOf, To: asOf}), `a trend goes by hour, day, week, month, quarter or year, found "Unit(0)"`},
		"minutes":    {trend(engine.TrendSpan{From: asOf, To: asOf, Every: window.Minute}), `a trend goes by hour, day, week, month, quarter or year, found "minute"`},
		"steps back": {trend(engine.TrendSpan{From: asOf, To: asOf, Every: window.Day, N: -1}), "a trend goes by 1 to 10000 units at a time, found -1"},
		"too many": {trend(engine.TrendSpan{From: asOf, To: asOf.Add(10_000 * time.Hour), Every: window.Hour}),
			"from 1998-07-01T00:00:00Z to 1999-08-21T16:00:00Z there are more than 10000 points, the most of a trend; look at a shorter time, or by a longer unit than hour"},
		"other keys": {func() error { _, err := engine.Compare(t.Context(), q, numbers); return err }, "the two versions have keys of different types: their customers cannot be compared"},
	} {
		if err := c.ask(); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := q.Trend(t.Context(), engine.TrendSpan{From: asOf, To: asOf.Add(9_999 * time.Hour), Every: window.Hour}); err != nil {
		t.Errorf("10,000 points: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	_, inOverlap := snap.Overlap(ended, q, q)
	_, inFall := snap.Waterfall(ended, q)
	_, inTrend := q.Trend(ended, engine.TrendSpan{From: asOf, To: asOf, Every: window.Day})
	_, inDiff := q.Diff(ended, asOf, asOf)
	for i, err := range []error{inOverlap, inFall, inTrend, inDiff} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("comparison %d with an ended context: %v", i, err)
		}
	}
	closeOf(t, snap)
	if _, err := snap.Overlap(t.Context(), q, q); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("a closed snapshot: %v, want ErrClosed", err)
	}
}
