package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// parts returns a split by name=share.
func parts(t *testing.T, salt string, all ...string) engine.Split {
	t.Helper()
	s := engine.Split{Salt: salt}
	for _, text := range all {
		name, share, _ := strings.Cut(text, "=")
		p, err := engine.ParsePercent(share)
		if err != nil {
			t.Fatal(err)
		}
		s.Parts = append(s.Parts, engine.Part{Name: name, Share: p})
	}
	return s
}

// TestSplitsStayAsTheyAre has the parts of a few keys, which must be the same in
// every version of this program. They were
// computed by a program of another language, from the formula.
func TestSplitsStayAsTheyAre(t *testing.T) {
	s := parts(t, "rollcall", "holdout=10", "a=45", "b=45")
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	got := ""
	for i := range 60 {
		got += s.Parts[s.PartOf(fmt.Sprint(i))].Name[:1]
	}
	const want = "abbbahahaaabbahbaabbaaahabhahaabbaababababaabhbababbaabaabbb"
	if got != want {
		t.Errorf("the parts of 0 to 59 are\n%s, want\n%s", got, want)
	}
	for key, slot := range map[string]engine.Percent{
		"1": 72_259_200_396, "00048": 23_529_084_901, "customer-with-a-rather-long-key@example.com": 9_997_748_288,
	} {
		for share, want := range map[engine.Percent]int{slot: 1, slot + 1: 0} { // the slots below the share are the first part's
			s := engine.Split{Salt: "rollcall", Parts: []engine.Part{{Name: "a", Share: share}, {Name: "b", Share: engine.Hundred - share}}}
			if got := s.PartOf(key); got != want {
				t.Errorf("%s is in part %d where the first has %s percent, want %d", key, got, share, want)
			}
		}
	}
}

// TestPartsFollowTheFormula works slots out as the documentation says, in exact
// numbers.
func TestPartsFollowTheFormula(t *testing.T) {
	rng := rand.New(rand.NewPCG(*seed, 90))
	for range 2000 {
		n := 2 + rng.IntN(5)
		s := engine.Split{Salt: fmt.Sprint(rng.IntN(9))}
		left := engine.Hundred
		for i := range n {
			share := left
			if i < n-1 {
				share = 1 + engine.Percent(rng.Uint64N(uint64(left)-uint64(n)))
			}
			left -= share
			s.Parts = append(s.Parts, engine.Part{Name: fmt.Sprint("p", i), Share: share})
		}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprint(rng.Uint64())
		slot := new(big.Int).SetUint64(xxhash.Sum64String(s.Salt + "\x00" + key))
		slot.Mul(slot, new(big.Int).SetUint64(uint64(engine.Hundred)))
		slot.Rsh(slot, 64)
		want, end := -1, engine.Percent(0)
		for i, p := range s.Parts {
			if end += p.Share; want < 0 && slot.Uint64() < uint64(end) {
				want = i
			}
		}
		if got := s.PartOf(key); got != want {
			t.Fatalf("seed %d: %q of %v is in part %d, want %d", *seed, key, s, got, want)
		}
	}
}

// TestSharesOfAMillion has every part within a quarter of a percentage point of its
// share.
func TestSharesOfAMillion(t *testing.T) {
	const customers = 1_000_000
	s := parts(t, "spring", "holdout=5", "a=31.7", "b=63.3")
	counts := make([]int, len(s.Parts))
	for i := range customers {
		counts[s.PartOf(fmt.Sprintf("C%07d", i))]++
	}
	for i, p := range s.Parts {
		want := float64(p.Share) / float64(engine.Hundred) * 100
		if got := float64(counts[i]) / customers * 100; math.Abs(got-want) > 0.25 {
			t.Errorf("part %s has %.3f percent, want %.3f", p.Name, got, want)
		}
	}
}

// TestSplitsOfRandomAudiences divides audiences and finds everybody in the part that
// the key alone says.
func TestSplitsOfRandomAudiences(t *testing.T) {
	const tables, rules = 3, 5
	for n := range uint64(tables) {
		at := *seed + n
		rng := rand.New(rand.NewPCG(at, 91))
		dir, table := randomSnapshot(t, at, rng)
		for range rules {
			c := oracle.RandomCase(rng, table, 2)
			q := mustQuery(t, openWith(t, dir, plan.Choice{}, libraryOf(t, c)), c.Rule).At(c.AsOf)
			checkDivision(t, q, parts(t, fmt.Sprint(rng.IntN(5)), "a=20", "b=30", "c=50"))
		}
	}
}

func checkDivision(t *testing.T, q *engine.Query, s engine.Split) {
	t.Helper()
	d, err := q.Split(s)
	if err != nil {
		t.Fatal(err)
	}
	want := make([][]string, len(s.Parts))
	all := 0
	for key, err := range q.Keys(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		part := s.PartOf(key)
		want[part] = append(want[part], key)
		all++
	}
	counted, err := d.Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if counted.Count != uint64(all) {
		t.Errorf("%s: %d members, want %d", q, counted.Count, all)
	}
	batched := make([]int, len(s.Parts))
	var names []string
	for _, a := range q.DB().Schema().Attributes {
		names = append(names, a.Name)
	}
	for b, err := range d.Batches(t.Context(), names...) {
		if err != nil {
			t.Fatal(err)
		}
		batched[b.Part] += int(b.Batch.NumRows())
	}
	for i := range s.Parts {
		part := d.Part(i)
		var got []string
		for key, err := range part.Keys(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, key)
		}
		n, err := part.Count(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want[i]) || counted.Counts[i] != uint64(len(want[i])) || n != uint64(len(want[i])) || batched[i] != len(want[i]) {
			t.Errorf("%s: part %d has %q, counts %d and %d, batches %d, want %q", q, i, got, counted.Counts[i], n, batched[i], want[i])
		}
	}
}

// TestSplitOfAPick divides the best customers, and nobody else.
func TestSplitOfAPick(t *testing.T) {
	best, err := mustQuery(t, openWith(t, snapshot, plan.Choice{}, nil), "orders > 1").At(asOf).Pick(engine.Pick{Top: 100, OrderBy: "lifetime_value"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := best.Split(parts(t, "x", "a=50", "b=50"))
	if err != nil {
		t.Fatal(err)
	}
	counted, err := d.Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if counted.Count != 100 || counted.Counts[0]+counted.Counts[1] != 100 {
		t.Errorf("%v of %d members, want 100", counted.Counts, counted.Count)
	}
	if n, err := d.Part(1).Count(t.Context()); err != nil || n != counted.Counts[1] {
		t.Errorf("%d, %v, want %d", n, err, counted.Counts[1])
	}
	const want = "a part of a split is not split again; give the split more parts"
	if _, err := d.Part(0).Split(parts(t, "y", "a=50", "b=50")); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestSplitKeepsValues compares the columns of parts with those of the audience.
func TestSplitKeepsValues(t *testing.T) {
	q := mustQuery(t, openWith(t, snapshot, plan.Choice{}, nil), "orders > 3").At(asOf)
	s := parts(t, "x", "a=50", "b=50")
	d, err := q.Split(s)
	if err != nil {
		t.Fatal(err)
	}
	lines := func(batch arrow.RecordBatch) (out []string) {
		for row := range int(batch.NumRows()) {
			var b bytes.Buffer
			for _, c := range batch.Columns() {
				fmt.Fprint(&b, c.ValueStr(row), "|")
			}
			out = append(out, b.String())
		}
		return out
	}
	var want, got []string
	for batch, err := range q.Batches(t.Context(), "lifetime_value", "loyalty_tier", "first_purchase_date") {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, lines(batch)...)
	}
	for b, err := range d.Batches(t.Context(), "lifetime_value", "loyalty_tier", "first_purchase_date") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, lines(b.Batch)...)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%d rows in parts are not the %d of the audience", len(got), len(want))
	}
}

// TestBadSplits says what is wrong with splits.
func TestBadSplits(t *testing.T) {
	many := engine.Split{}
	for i := range 101 {
		many.Parts = append(many.Parts, engine.Part{Name: fmt.Sprint(i), Share: 1})
	}
	name := func(name string) string {
		return `the part's name "` + name + `" is not fit for a file; expected up to 64 letters, digits, "_", "-" and ".", starting with a letter, a digit or "_"`
	}
	for _, c := range []struct {
		split engine.Split
		want  string
	}{
		{parts(t, ""), "a split has 2 to 100 parts, found 0"},
		{parts(t, "", "a=100"), "a split has 2 to 100 parts, found 1"},
		{many, "a split has 2 to 100 parts, found 101"},
		{parts(t, "x\x00", "a=50", "b=50"), `the salt "x\x00" has a zero byte, which stands between the salt and the key`},
		{parts(t, "", "a=50", "b=49.5"), "the shares add up to 99.5 percent, expected exactly 100"},
		{parts(t, "", "a=50", "b=50", "c=50"), "the shares add up to 150 percent, expected exactly 100"},
		{parts(t, "", "a=0.5", "b=0.5"), "the shares add up to 1, expected 100: they are percentages, 10 rather than 0.1"},
		{parts(t, "", "a=100", "b=0"), `the share of "b" is 0 percent, expected more than 0 and at most 100`},
		{parts(t, "", "Holdout=50", "holdout=50"), `the parts "Holdout" and "holdout" have one name; files of some systems know no case`},
		{parts(t, "", "a/b=50", "b=50"), name("a/b")},
		{parts(t, "", "..=50", "b=50"), name("..")},
		{parts(t, "", "=50", "b=50"), name("")},
		{parts(t, "", strings.Repeat("a", 65)+"=50", "b=50"), name(strings.Repeat("a", 65))},
	} {
		err := c.split.Check()
		if bad := (*engine.SplitError)(nil); !errors.As(err, &bad) || err.Error() != c.want {
			t.Errorf("%v: %v, want %s", c.split, err, c.want)
		}
	}
}
