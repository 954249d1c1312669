package oracle

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// TestFollow: what all choices give is what the earliest event that will do for
// each step gives, from the last step to the first, as executions look for it.
func TestFollow(t *testing.T) {
	r := random{newRand(t)}
	passing := 0
	for range 30_000 {
		steps := make([]rule.SequenceStep, 2+r.IntN(5))
		times := make([][]int64, len(steps))
		for i := range steps {
			for range r.IntN(5) {
				times[i] = append(times[i], r.between(0, 9))
			}
			if i > 0 {
				steps[i].Absent = r.chance(3)
				steps[i].Within = r.between(0, 3) * r.between(0, 2)
			}
		}
		want := follow(steps, times, nil)
		if got := len(backwards(steps, times)) > 0; got != want {
			t.Fatalf("steps %+v with events at %v: all choices give %t, the earliest events %t", steps, times, want, got)
		}
		if want {
			passing++
		}
	}
	if passing < 3_000 || passing > 27_000 {
		t.Errorf("%d of 30000 customers pass, want some and not all", passing)
	}
}

// backwards returns the times of the first step's events that the others can
// follow.
func backwards(steps []rule.SequenceStep, times [][]int64) []int64 {
	next := 1
	for next < len(steps) && steps[next].Absent {
		next++
	}
	absent := steps[1:next]
	var later []int64
	if next < len(steps) {
		later = backwards(steps[next:], times[next:])
	}
	return slices.DeleteFunc(slices.Clone(times[0]), func(at int64) bool {
		end := int64(math.MaxInt64) // of the time in which the absent ones are missing
		if next < len(steps) {
			for _, after := range later {
				if after > at {
					end = min(end, after)
				}
			}
			if end == math.MaxInt64 || steps[next].Within > 0 && end-at > steps[next].Within {
				return true
			}
		}
		for i, s := range absent {
			for _, other := range times[1+i] {
				if other > at && other < end && (s.Within == 0 || other-at <= s.Within) {
					return true
				}
			}
		}
		return false
	})
}

// TestWithinExtremes: the distance of times at both ends of their range.
func TestWithinExtremes(t *testing.T) {
	steps := []rule.SequenceStep{{}, {Within: math.MaxInt64}}
	for _, c := range []struct {
		first, second int64
		want          bool
	}{
		{math.MinInt64, math.MaxInt64, false},
		{math.MinInt64, 0, false},
		{math.MinInt64 + 1, 0, true},
		{0, math.MaxInt64, true},
		{math.MaxInt64, math.MinInt64, false},
	} {
		if got := follow(steps, [][]int64{{c.first}, {c.second}}, nil); got != c.want {
			t.Errorf("%d then %d: %t, want %t", c.first, c.second, got, c.want)
		}
	}
}

// TestRandomSequences: random rules have sequences often enough, and enough of
// them select some customers and not all; their funnels only shrink, and end with
// what they select.
func TestRandomSequences(t *testing.T) {
	rng := newRand(t)
	sequences, some, rules := 0, 0, 0
	for range 150 {
		table := RandomTable(rng, Options{MaxCustomers: 60})
		for range 20 {
			c := RandomCase(rng, table, 0)
			rules++
			if len(c.tree.test.then) == 0 {
				continue
			}
			sequences++
			keys := checkRandomCase(t, c)
			if 0 < len(keys) && len(keys) < len(table.Keys) {
				some++
			}
			checkFunnel(t, c, keys)
		}
	}
	t.Logf("%d of %d rules are sequences, %d select some customers and not all", sequences, rules, some)
	if sequences < rules/40 || some < sequences/8 {
		t.Errorf("%d of %d rules are sequences, %d select some customers and not all", sequences, rules, some)
	}
}

// checkFunnel: whom a step of a funnel selects, the one before it does, too, and
// the last one selects whom the rule does.
func checkFunnel(t *testing.T, c *Case, want []any) {
	t.Helper()
	r, err := rule.Parse(c.Rule)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := rule.Funnel(r)
	if err != nil {
		t.Fatal(err)
	}
	before := c.Table.Keys
	var texts []string
	for _, s := range steps {
		checked, err := rule.Check(s.Rule, c.Table.Schema, nil)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := Select(c.Table, checked, c.AsOf)
		if err != nil {
			t.Fatal(err)
		}
		keys := c.Table.Selected(rows)
		for _, key := range keys {
			if !slices.Contains(before, key) {
				t.Fatalf("step %s selects %v, the one before does not\n%s", s.Text, key, c)
			}
		}
		before, texts = keys, append(texts, s.Text)
	}
	if !slices.Equal(before, want) {
		t.Fatalf("the last step of the funnel selects %v, the rule %v\n%s", before, want, c)
	}
	if text := strings.Join(texts, " then "); text != r.String() {
		t.Fatalf("the steps are %s, the rule %s", text, r)
	}
}

// TestShrinkSequence: a sequence shrinks to the steps that fail.
func TestShrinkSequence(t *testing.T) {
	rng := newRand(t)
	for {
		c := RandomCase(rng, RandomTable(rng, Options{MaxCustomers: 20}), 2)
		if !strings.Contains(c.Rule, "then not ") {
			continue
		}
		small := Shrink(c, func(c *Case) bool { return strings.Contains(c.Rule, "then not ") })
		if len(small.Segments) > 0 || len(small.tree.test.then) != 1 || len(strings.Fields(small.Rule)) != 4 || len(small.Table.Keys) > 0 {
			t.Errorf("shrunk to %s", small)
		}
		return
	}
}
