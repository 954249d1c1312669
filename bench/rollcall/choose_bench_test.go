package rollcall

import (
	"fmt"
	"testing"

	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine"
)

// BenchmarkChoose shows customers, and takes some of an audience and divides it. What
// a card takes depends on the events of a block of customers, not on how many
// customers there are: -events-per-customer 20 is what the other figures are of.
func BenchmarkChoose(b *testing.B) {
	snap := benchSnapshot(b)
	end := workload.End.AddDate(0, 0, 1)
	q, err := snap.Query(`purchase in last 180 days`)
	if err != nil {
		b.Fatal(err)
	}
	q = q.At(end)
	keys := benchKeys(b, q)
	b.Run(fmt.Sprintf("profile/customers=%d", *benchCustomers), func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := snap.Profile(b.Context(), keys[i%len(keys)], engine.ProfileOptions{AsOf: &end, Events: 5}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, pick := range []engine.Pick{
		{Top: 1000}, {Top: 1000, OrderBy: "lifetime_value"}, {Percent: engine.Hundred / 10, OrderBy: "lifetime_value"},
		{Top: 1000, OrderBy: "lifetime_value", Per: "country", PerTop: 100},
	} {
		b.Run(fmt.Sprintf("pick/%s/customers=%d", pick, *benchCustomers), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s, err := q.Pick(pick) // a new one: what was picked is remembered
				if err != nil {
					b.Fatal(err)
				}
				if _, err := s.Count(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run(fmt.Sprintf("split/customers=%d", *benchCustomers), func(b *testing.B) {
		parts := []engine.Part{{Name: "holdout", Share: engine.Hundred / 10}, {Name: "mail", Share: engine.Hundred / 10 * 9}}
		s, err := q.Split(engine.Split{Salt: "spring", Parts: parts})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Count(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// benchKeys returns keys of some members, from a few blocks, whose bytes are warm.
func benchKeys(b *testing.B, q *engine.Query) (keys []string) {
	b.Helper()
	n := 0
	for key, err := range q.Keys(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		if n++; n%1009 == 0 {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		b.Fatal("nobody to show")
	}
	return keys
}
