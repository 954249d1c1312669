package service

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/export"
)

// leave leaves what a process leaves that is killed while it writes a file, and returns it.
func leave(t *testing.T, dir string) string {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o700))
	var left string
	must(t, export.ReplacePrivateFile(filepath.Join(dir, "file"), func(io.Writer) error {
		names, err := filepath.Glob(filepath.Join(dir, ".rollcall-*.tmp"))
		must(t, err)
		for _, name := range names {
			if info, err := os.Stat(name); err == nil && info.Size() == 0 {
				left = name
			}
		}
		return nil
	}))
	must(t, os.Remove(filepath.Join(dir, "file")))
	must(t, os.WriteFile(left, []byte("secret"), 0o600))
	return left
}

// TestSweepTemporary starts over folders with what was left of files, and with what only
// looks like it.
func TestSweepTemporary(t *testing.T) {
	dir := t.TempDir()
	gone := []string{leave(t, dir), leave(t, dir), leave(t, filepath.Join(dir, "exports")), filepath.Join(dir, "secrets.json.new")}
	must(t, os.WriteFile(gone[3], []byte("secret"), 0o600))
	stay := []string{
		filepath.Join(dir, "notes.tmp"), filepath.Join(dir, ".rollcall-mine.tmp"), filepath.Join(dir, "exports", ".rollcall.tmp"),
		leave(t, filepath.Join(dir, "else")), leave(t, filepath.Join(dir, ".rollcall-"+strings.Repeat("A", 26)+".tmp")),
	}
	for _, path := range stay[:3] {
		must(t, os.WriteFile(path, nil, 0o600))
	}
	link := filepath.Join(dir, ".rollcall-"+strings.Repeat("B", 26)+".tmp")
	must(t, os.Symlink(stay[0], link))
	openStudio(t, dir)
	for _, path := range gone {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, expected it to be swept", path, err)
		}
	}
	for _, path := range append(stay, link) {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%v, expected it to stay", err)
		}
	}
}

// TestSweepWaitsForTokens starts while a command changes the tokens: what it writes stays.
func TestSweepWaitsForTokens(t *testing.T) {
	dir := t.TempDir()
	left := leave(t, dir)
	tokens, err := access.Open(filepath.Join(dir, "tokens.json"))
	must(t, err)
	must(t, tokens.Hold(func() error {
		s := openStudio(t, dir)
		_, err := s.AddToken(context.Background(), admin, TokenRequest{Name: "x", Roles: []string{"counts"}})
		var input *InputError
		var locked *store.LockedError
		if !errors.As(err, &input) || !errors.As(err, &locked) {
			t.Errorf("another changes tokens meanwhile: %v", err)
		}
		return nil
	}))
	if _, err := os.Stat(left); err != nil {
		t.Error(err)
	}
}
