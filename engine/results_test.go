package engine

import (
	"fmt"
	"sync"
	"testing"
)

func TestResultsForgetTheLeastRecentlyAsked(t *testing.T) {
	asked := func(rule string) question { return question{rule: rule} }
	r := newResults(3 * cost(asked("a")))
	for i, rule := range []string{"a", "b", "c"} {
		r.put(asked(rule), uint64(i))
	}
	if _, ok := r.get(asked("a")); !ok { // now b is the one not asked for longest
		t.Fatal("a is forgotten though all three fit")
	}
	r.put(asked("d"), 3)
	for rule, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if _, ok := r.get(asked(rule)); ok != want {
			t.Errorf("%s remembered: %t, want %t", rule, ok, want)
		}
	}
}

func TestResultsTellMomentsApart(t *testing.T) {
	r := newResults(1 << 20)
	r.put(question{"a", "then"}, 7)
	if _, ok := r.get(question{"a", "now"}); ok {
		t.Error("a count is given for other moments")
	}
	if n, ok := r.get(question{"a", "then"}); !ok || n != 7 {
		t.Errorf("got %d, %t, want 7, true", n, ok)
	}
}

func TestResultsStayWithinTheirBytes(t *testing.T) {
	const limit = 10_000
	r := newResults(limit)
	var clients sync.WaitGroup
	for c := range 8 {
		clients.Go(func() {
			for i := range 500 {
				q := question{rule: fmt.Sprint(c%2, " and ", i)}
				r.put(q, uint64(i))
				if n, ok := r.get(q); ok && n != uint64(i) {
					t.Errorf("%s: got %d", q.rule, n)
				}
			}
		})
	}
	clients.Wait()
	used := int64(0)
	for q := range r.found {
		used += cost(q)
	}
	if used > limit || r.left != limit-used || r.used.Len() != len(r.found) {
		t.Errorf("%d bytes used of %d, %d left, %d in order, %d found", used, limit, r.left, r.used.Len(), len(r.found))
	}
	remembered := len(r.found)
	r.put(question{rule: string(make([]byte, limit))}, 1) // larger than everything
	if len(r.found) != remembered {
		t.Errorf("%d counts are remembered after one that is too large, %d before", len(r.found), remembered)
	}
}

func TestNoResultsWithoutBytes(t *testing.T) {
	r := newResults(0)
	r.put(question{rule: "a"}, 1)
	if _, ok := r.get(question{rule: "a"}); ok {
		t.Error("a count is remembered in no bytes")
	}
}
