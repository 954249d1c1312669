package engine

import (
	"testing"
	"time"
)

// TestSettled says which manifests a query leaves alone.
func TestSettled(t *testing.T) {
	open, broken, other := stamp{inode: 1}, stamp{inode: 2}, stamp{inode: 3}
	later, before := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	for _, c := range []struct {
		name string
		f    followed
		seen stamp
		want bool
	}{
		{"the one that is open", followed{seen: open}, open, true},
		{"a new one", followed{seen: open}, other, false},
		{"one that could not be opened just now", followed{seen: open, failed: broken, retry: later}, broken, true},
		{"one that could not be opened a while ago", followed{seen: open, failed: broken, retry: before}, broken, false},
		{"a new one after that", followed{seen: open, failed: broken, retry: later}, other, false},
		{"the one before, back again", followed{seen: open, failed: broken, retry: later}, open, true},
	} {
		if got := c.f.settled(c.seen); got != c.want {
			t.Errorf("%s: settled %t, want %t", c.name, got, c.want)
		}
	}
}

// TestHoldersOfAVersion holds a version, lets go of it, and cannot hold it once
// nobody does.
func TestHoldersOfAVersion(t *testing.T) {
	v := &version{}
	v.holders.Store(1)
	if !v.retain() || v.holders.Load() != 2 {
		t.Fatalf("%d holders, want 2", v.holders.Load())
	}
	if err := v.release(); err != nil {
		t.Fatal(err)
	}
	v.holders.Store(0) // as the last release leaves it
	if v.retain() {
		t.Error("a closed version is held again")
	}
}
