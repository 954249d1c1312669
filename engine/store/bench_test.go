package store

import (
	"path/filepath"
	"testing"
)

// BenchmarkOpen maps the files of a small snapshot and lets go of them.
func BenchmarkOpen(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "snap")
	w, err := Create(OS, dir)
	if err != nil {
		b.Fatal(err)
	}
	if err := w.WriteBytes(KeysFile, make([]byte, 1<<20)); err != nil {
		b.Fatal(err)
	}
	if err := w.Commit(small()); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s, err := Open(dir)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
