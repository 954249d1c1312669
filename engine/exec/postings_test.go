package exec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// filtered is what is made of the visits that pass a filter.
var filtered = []string{
	"count where (place = 'home')", "count where (place is null)", "count where (not place = 'home')", "count where (place = 'nowhere')",
	"count where (place in ('home', 'park') and n > 3)", "count where (place = 'home' and not ok = true)",
	"count where ((place = 'home' or place = 'work') and (n > 3 or n is null))", "count where (n > 3 and n < 6 and ok = true)",
	"count in last 30 days where (ok = true)", "count in last 61 days where (due = '2024-03-25')",
	"sum(n) where (place = 'home')", "sum(paid) in last 40 days where (place = 'park')", "avg(paid) where (place in ('home', 'work'))",
	"sum(rate) where (place = 'home')", "avg(n) in last 70 days where (ok = false)", "sum(paid) where (n = 3 and ok = true)",
	"min(n) where (place = 'home')", "max(paid) in last 20 days where (place = 'home')", "min(rate) where (n = 2)",
	"count distinct n where (place = 'home')", "count distinct paid where (n > 5)", "count distinct rate where (ok = true)",
	"count distinct ok where (place = 'home')", "sum(n) where (n = 3)", "sum(big) where (place = 'home')",
}

// withPostings makes postings of parts of one block.
func withPostings(t testing.TB, fields int, parts []toc.Sections, limits index.PostingLimits) []toc.Sections {
	t.Helper()
	all := make([]toc.Sections, len(parts))
	for i, part := range parts {
		m := inMemory{}
		w := index.NewPostingsWriter(visits.Behaviors[0].Fields[:fields], limits, func(tag toc.Tag, index uint32, data []byte) error {
			m[place{tag, index}] = slices.Clone(data)
			return nil
		})
		b, err := index.OpenEvents(visits.Behaviors[0].Fields[:fields], 1, []toc.Sections{part}).Block(0)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Parts {
			if err := w.Block(p); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Finish(); err != nil {
			t.Fatal(err)
		}
		all[i] = m
	}
	return all
}

// TestPostingsAnswerAsScans answers filters by postings, and without.
func TestPostingsAnswerAsScans(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 11))
	limits := index.PostingLimits{Values: 300, Events: 1, Bytes: 1000}
	used := 0
	for _, n := range []int{1, 600, 5000, 90_000} {
		c := randomVisits(r, n)
		for _, parts := range []int{1, 3} {
			sections := split(t, r, c, parts)
			events := index.OpenEventsWith(c.Fields, 1, sections, withPostings(t, len(c.Fields), sections, limits))
			for _, text := range filtered {
				name := fmt.Sprintf("seed %d: %d events in %d parts: %s", *seedFlag, n, parts, text)
				one, want := computed(t, text, events)
				many, _ := computed(t, text, events)
				many.Postings = plan.PostingsOf(many.Where, madeOf(many.Fold))
				for i := range many.Postings {
					many.Postings[i].Always = r.IntN(4) > 0
					has, err := events.HasPostings(many.Postings[i].Field, many.Postings[i].Copies)
					if err != nil {
						t.Fatal(err)
					}
					if has {
						used++
					}
				}
				checkFold(t, r, name, one, many, want)
			}
		}
	}
	if used < len(filtered) {
		t.Errorf("seed %d: postings could answer %d times", *seedFlag, used)
	}
}

// madeOf returns the fields that a fold reads.
func madeOf(f *plan.Folding) []int {
	if f.Op == rule.AggregateCount {
		return nil
	}
	return []int{f.Field}
}

// TestPostingsAllocateNothing answers filters by postings again.
func TestPostingsAllocateNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(*seedFlag, 12))
	c := randomVisits(r, 20_000)
	sections := split(t, r, c, 2)
	events := index.OpenEventsWith(c.Fields, 1, sections,
		withPostings(t, len(c.Fields), sections, index.PostingLimits{Values: 300, Events: 1, Bytes: 1000}))
	for _, text := range filtered {
		node, values := computed(t, text, events)
		if _, ok := randomPassing(r, node.Fold, values); !ok || node.Fold.Op == rule.AggregateAvg {
			continue // a bound of averages is made for every block
		}
		node.Postings = plan.PostingsOf(node.Where, madeOf(node.Fold))
		checkAllocations(t, text, node)
	}
}
