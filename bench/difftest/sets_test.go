package difftest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine"
)

// audience returns the keys of the customers that a rule selects in the engine,
// sorted. It fails the test unless keys are distinct and sorted as they come, and
// as many as every other way of asking says.
func audience(t *testing.T, db *engine.DB, text string, asOf time.Time) []string {
	t.Helper()
	q, err := db.Query(text)
	if err != nil {
		t.Fatalf("rule %s: %v", text, err)
	}
	return audienceOf(t, q.At(asOf))
}

func audienceOf(t *testing.T, q *engine.Query) []string {
	t.Helper()
	ctx := t.Context()
	var keys []string
	for key, err := range q.Keys(ctx) {
		if err != nil {
			t.Fatalf("rule %s: keys: %v", q, err)
		}
		// The keys of the data are numbered in ascending order.
		if len(keys) > 0 && key <= keys[len(keys)-1] {
			t.Fatalf("rule %s: key %q comes after %q", q, key, keys[len(keys)-1])
		}
		keys = append(keys, key)
	}
	n, err := q.Count(ctx)
	if err != nil {
		t.Fatalf("rule %s: count: %v", q, err)
	}
	a, err := q.Answer(ctx)
	if err != nil {
		t.Fatalf("rule %s: answer: %v", q, err)
	}
	if len(keys) != int(n) || a.Count != n {
		t.Fatalf("rule %s: %d keys, count %d, answer %d", q, len(keys), n, a.Count)
	}
	return keys
}

// minus returns the keys of a that b lacks. Both are sorted.
func minus(a, b []string) []string {
	var rest []string
	for _, key := range a {
		if _, found := slices.BinarySearch(b, key); !found {
			rest = append(rest, key)
		}
	}
	return rest
}

// intersection returns the keys in both. Both are sorted.
func intersection(a, b []string) []string { return minus(a, minus(a, b)) }

// union returns the keys in either, sorted.
func union(a, b []string) []string {
	all := append(minus(a, b), b...)
	slices.Sort(all)
	return all
}

// someOf shows the number of keys and the first of them.
func someOf(keys []string) string {
	const shown = 10
	text := strings.Join(keys[:min(shown, len(keys))], " ")
	if len(keys) > shown {
		text += " …"
	}
	return fmt.Sprintf("%d: %s", len(keys), text)
}

// windowsOf shows the windows of a query as the engine resolves them.
func windowsOf(ctx context.Context, q *engine.Query) string {
	a, err := q.Answer(ctx)
	if err != nil {
		return err.Error()
	}
	bound := func(t *time.Time) string {
		if t == nil {
			return "unbounded"
		}
		return t.Format(time.RFC3339Nano)
	}
	var b strings.Builder
	for _, w := range a.Windows {
		fmt.Fprintf(&b, "\n  [%s, %s) of %s", bound(w.From), bound(w.To), w.Condition)
	}
	return b.String()
}
