package access_test

import (
	"bytes"
	"errors"
	"log"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
)

// tempFolder returns a folder for an example, and what removes it.
func tempFolder() (string, func()) {
	folder, err := os.MkdirTemp("", "tokens")
	if err != nil {
		log.Fatal(err)
	}
	return folder, func() {
		if err := os.RemoveAll(folder); err != nil {
			log.Fatal(err)
		}
	}
}

func FuzzFind(f *testing.F) {
	s := open(f, filepath.Join(f.TempDir(), "tokens.json"))
	_, text := add(f, s, "Ada", access.Counts, time.Time{})
	for _, seed := range []string{"", "rc_", text, text[:20], text + "=", text[:45] + "\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		_, err := s.Find(given, noon)
		if given == text && err != nil {
			t.Fatalf("the token is denied: %v", err)
		}
		if e := (*access.DeniedError)(nil); given != text && !errors.As(err, &e) {
			t.Fatalf("%q is not denied: %v", given, err)
		}
	})
}

// FuzzFile reads any bytes; what is read without an error survives a change.
func FuzzFile(f *testing.F) {
	f.Add([]byte(file("", "")))
	f.Add([]byte(file(`"sha256"`, `"expires":"2027-01-01T00:00:00Z","revoked":"2026-12-01T00:00:00+02:00","sha256"`)))
	f.Add([]byte(`{"format":1,"tokens":[]}`))
	f.Add([]byte(file("counts", "root")))
	path := filepath.Join(f.TempDir(), "tokens.json")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := errors.Join(os.RemoveAll(path), os.WriteFile(path, data, 0o600)); err != nil {
			t.Fatal(err)
		}
		s, err := access.Open(path)
		if e := (*access.FileError)(nil); err != nil {
			if !errors.As(err, &e) {
				t.Fatalf("%v is no FileError", err)
			}
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, data) {
				t.Fatalf("the file has changed: %v", err)
			}
			return
		}
		before := s.List()
		if len(before) == access.MaxTokens {
			return
		}
		token, text := add(t, s, "Bea", access.Admin, time.Time{})
		s = open(t, path)
		if diff := cmp.Diff(append(before, token), s.List()); diff != "" {
			t.Fatalf("tokens (-want +got):\n%s", diff)
		}
		if _, err := s.Find(text, noon); err != nil {
			t.Fatal(err)
		}
	})
}
