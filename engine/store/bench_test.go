package store_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/rollcall-db/rollcall/engine/store"
)

// BenchmarkOpen maps the files of a snapshot and lets go of them.
func BenchmarkOpen(b *testing.B) {
	for _, parts := range []int{1, 64} {
		dir := filepath.Join(b.TempDir(), "snap")
		content{rows: 1000, parts: parts, keep: 1}.mustCommit(b, dir)
		m, err := store.ReadManifest(store.OS, dir, 0)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("files=%d", len(m.Files)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s, err := store.Open(dir)
				if err != nil {
					b.Fatal(err)
				}
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkVerify checks a snapshot of two blocks.
func BenchmarkVerify(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "snap")
	content{rows: 100_000, parts: 2, keep: 1}.mustCommit(b, dir)
	for b.Loop() {
		if got := verify(b, store.OS, dir); got != "" {
			b.Fatal(got)
		}
	}
}
