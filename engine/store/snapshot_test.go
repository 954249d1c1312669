package store

import (
	"errors"
	"path/filepath"
	"testing"
)

// TestPinKeepsFilesMapped closes a snapshot that is in use.
func TestPinKeepsFilesMapped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	w, err := Create(OS, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteBytes("attribute-0000.bitmaps", []byte("bitmaps")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{KeysFile, KeyTableFile} {
		if err := w.WriteBytes(name, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(small(), 1); err != nil {
		t.Fatal(err)
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Pin(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if data, err := s.files["attribute-0000.bitmaps"].all(); err != nil || string(data) != "bitmaps" {
		t.Errorf("pinned and closed: %q, %v", data, err)
	}
	if err := s.Pin(); !errors.Is(err, ErrClosed) {
		t.Errorf("Pin after Close: %v, want %v", err, ErrClosed)
	}
	s.Unpin()
}
