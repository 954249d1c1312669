package contendertest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// nClients is the number of clients that ask at a time.
const nClients = 8

// answers compares counts and keys with those of plain Go over the rows.
func (s *contract) answers(t *testing.T) { s.check(t, s.data.before(), workload.End) }

// before returns the customers with the events before the appended day only.
func (d *Data) before() []Customer {
	end := workload.End.UnixMicro()
	customers := slices.Clone(d.Customers)
	for i := range customers {
		c := &customers[i]
		c.Purchases = slices.DeleteFunc(slices.Clone(c.Purchases), func(e Purchase) bool { return e.Time >= end })
		c.PageViews = slices.DeleteFunc(slices.Clone(c.PageViews), func(e PageView) bool { return e.Time >= end })
		c.Opens = slices.DeleteFunc(slices.Clone(c.Opens), func(e Open) bool { return e.Time >= end })
	}
	return customers
}

// check asks every question at an as_of and compares the answers.
func (s *contract) check(t *testing.T, customers []Customer, asOf time.Time) {
	t.Helper()
	for i := range s.Questions {
		q := &s.Questions[i]
		t.Run(q.ID, func(t *testing.T) {
			checkAnswer(t, s.prepare(t, q.Query(asOf)), q.Keys(customers, asOf))
		})
	}
}

// checkAnswer compares count and keys of a prepared query with the keys that are
// right.
func checkAnswer(t *testing.T, p contender.Prepared, want []int64) {
	t.Helper()
	for range 2 { // a query can be asked again
		n, took, err := p.Count(t.Context())
		if err != nil {
			t.Fatalf("Count: %v", err)
		}
		if n != int64(len(want)) {
			t.Errorf("Count is %d, want %d", n, len(want))
		}
		if took <= 0 {
			t.Errorf("Count took %v, want more than nothing", took)
		}
		got, err := p.Keys(t.Context())
		if err != nil {
			t.Fatalf("Keys: %v", err)
		}
		if diff := cmp.Diff(want, append([]int64{}, got...)); diff != "" {
			t.Errorf("Keys (-want +got):\n%s", diff)
		}
	}
}

// concurrent has several clients ask every question at a time, each with its own
// and all with a shared prepared query.
func (s *contract) concurrent(t *testing.T) {
	customers := s.data.before()
	for i := range s.Questions {
		q := &s.Questions[i]
		want := int64(len(q.Keys(customers, workload.End)))
		query := q.Query(workload.End)
		shared := s.prepare(t, query)
		var clients sync.WaitGroup
		for range nClients {
			clients.Go(func() {
				own, err := s.engine.Prepare(t.Context(), query)
				if err != nil {
					t.Errorf("query %s: Prepare: %v", q.ID, err)
					return
				}
				for _, p := range []contender.Prepared{shared, own, shared} {
					if n, _, err := p.Count(t.Context()); err != nil || n != want {
						t.Errorf("query %s: Count is %d, %v, want %d", q.ID, n, err, want)
					}
				}
				if err := own.Close(); err != nil {
					t.Errorf("query %s: closing: %v", q.ID, err)
				}
			})
		}
		clients.Wait()
	}
}

// cancelled checks that a context which has ended ends what is asked with it, and
// that the engine answers the next question all the same.
func (s *contract) cancelled(t *testing.T) {
	q := &s.Questions[0]
	want := q.Keys(s.data.before(), workload.End)
	query := q.Query(workload.End)
	p := s.prepare(t, query)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n, _, err := p.Count(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Count with a cancelled context is %d, %v; want context.Canceled", n, err)
	}
	if keys, err := p.Keys(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Keys with a cancelled context are %d keys, %v; want context.Canceled", len(keys), err)
	}
	checkAnswer(t, p, want)
	// Wherever the end comes, the answer is right or there is none.
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		var ended sync.WaitGroup
		ended.Go(cancel)
		if n, _, err := p.Count(ctx); err == nil && n != int64(len(want)) {
			t.Errorf("Count while the context ends is %d, want %d or an error", n, len(want))
		}
		ended.Wait()
	}
	checkAnswer(t, p, want)
}

// unsupported checks what an engine says of a query that is in no language.
func (s *contract) unsupported(t *testing.T) {
	none := &suite.Query{ID: "none", AsOf: workload.End}
	if p, err := s.engine.Prepare(t.Context(), none); !errors.Is(err, contender.ErrUnsupported) {
		t.Errorf("Prepare of a query without rule and SQL is %v, %v; want ErrUnsupported", p, err)
	}
	if s.Questions[0].Bare == "" {
		return
	}
	unknown := &suite.Query{ID: "unknown", Bare: "no such loop", AsOf: workload.End}
	if p, err := s.engine.Prepare(t.Context(), unknown); !errors.Is(err, contender.ErrUnsupported) {
		t.Errorf("Prepare of a plain loop that there is not is %v, %v; want ErrUnsupported", p, err)
	}
}
