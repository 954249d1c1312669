package store_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine/store"
)

// TestEveryByte flips bytes all over a small snapshot of two versions, and cuts
// its files off there: the file is named, by every version that has it.
func TestEveryByte(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	content{rows: 3, parts: 1, keep: 2}.mustCommit(t, dir)
	content{rows: 3, parts: 2, adopt: true, dead: map[uint32]bool{0: true}, keep: 2}.mustCommit(t, dir)
	flips := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for at := 0; at < len(data); at += *flipEvery {
			flips++
			data[at] ^= 0xff
			expectNamed(t, dir, path, data, fmt.Sprintf("byte %d flipped", at))
			data[at] ^= 0xff
			expectNamed(t, dir, path, data[:at], fmt.Sprintf("cut off at %d", at))
		}
		return os.WriteFile(path, data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes flipped", flips)
	if got := verify(t, store.OS, dir); got != "" {
		t.Errorf("after all that: %s", got)
	}
}

// expectNamed puts other bytes into a file and expects that verifying the
// versions names it.
func expectNamed(t *testing.T, dir, path string, data []byte, what string) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, version := range []uint64{1, 2} {
		report, err := store.Verify(context.Background(), store.OS, dir, version, nil)
		if err != nil {
			found = append(found, err.Error())
			continue
		}
		for _, p := range report.Problems {
			found = append(found, p.Error())
		}
	}
	isNamed := func(problem string) bool { return strings.HasPrefix(problem, path+" is corrupt: ") }
	if len(found) == 0 || !slices.ContainsFunc(found, isNamed) {
		t.Errorf("%s of %s: %q", what, path, found)
	}
}
