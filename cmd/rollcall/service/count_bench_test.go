package service

import (
	"context"
	"testing"

	"github.com/rollcall-db/rollcall/engine"
)

// BenchmarkCount compares a count of the service with one of the engine alone, each from
// the text of the rule to the number.
func BenchmarkCount(b *testing.B) {
	ctx := context.Background()
	s := newStudio(b)
	s.built()
	b.Run("service", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			out, err := s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Rule: gold, AsOf: "1998-07-01"}})
			if err != nil || out.Count != 315 {
				b.Fatal(err)
			}
		}
	})
	b.Run("engine", func(b *testing.B) {
		e, err := s.entryOf(ctx, "CDNOW")
		must(b, err)
		db, err := engine.Open(s.folder(&e.Parent), &engine.Options{ResultCacheBytes: resultCacheBytes})
		must(b, err)
		b.ReportAllocs()
		for b.Loop() {
			q, err := db.Query(gold)
			must(b, err)
			out, err := q.At(demoTime).Answer(ctx)
			if err != nil || out.Count != 315 {
				b.Fatal(err)
			}
		}
		must(b, db.Close())
	})
}
