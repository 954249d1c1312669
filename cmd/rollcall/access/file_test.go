package access_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
)

func TestFileModes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	add(t, open(t, path), "Ada", access.Counts, time.Time{})
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("the file is %v, %v", info.Mode(), err)
	}
	for mode, shown := range map[os.FileMode]string{0o640: "0640", 0o604: "0604", 0o622: "0622"} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		want := "tokens: " + path + ": its mode is " + shown + ", expected 0600: others may read or change it"
		if _, err := access.Open(path); err == nil || err.Error() != want {
			t.Errorf("got %v, expected %s", err, want)
		}
	}
	folder := t.TempDir()
	if _, err := access.Open(folder); err == nil || err.Error() != "tokens: "+folder+": it is not a regular file" {
		t.Errorf("got %v", err)
	}
}

// file is a file of one token, with a change.
func file(old, changed string) string {
	const good = `{"format":1,"tokens":[{"id":"abcdefgh","name":"Ada","roles":["counts"],"created":"2026-11-23T12:00:00Z","sha256":"0000000000000000000000000000000000000000000000000000000000000001"}]}`
	return strings.Replace(good, old, changed, 1)
}

func TestDamagedFiles(t *testing.T) {
	one := file("", "")
	token := one[strings.Index(one, "[{")+1 : len(one)-2]
	tests := []struct{ data, want string }{
		{"", "it is damaged near byte 0 of 0: it is not the JSON that was written"},
		{file("counts", "count"), "it is damaged near byte"},
		{one[:100], "it is damaged near byte"},
		{one + "x", "it is damaged: something follows the tokens, which end at byte"},
		{file("name", "nickname"), "it is damaged near byte"},
		{file(":1,", ":2,"), "it has format 2, expected 1: a newer rollcall may have written it"},
		{`{"format":1}`, "it is damaged: it has no list of at most 4096 tokens"},
		{file("abcdefgh", "abc"), "it is damaged: token 1: the id is not one: expected eight characters of a to z and 2 to 7"},
		{file(`["counts"]`, "[]"), "it is damaged: token 1: no role, expected one or more of counts, members, segments, admin"},
		{file("2026-11-23T12", "0001-01-01T00"), "it is damaged: token 1: it was never made"},
		{file("01\"", "\""), "it is damaged: token 1: sha256 is not 64 hexadecimal digits"},
		{file(token, token+","+token), "it is damaged: token 2 is there twice"},
		{file("", strings.Repeat(" ", 8<<20)), "it has more than 8388608 bytes"},
	}
	path := filepath.Join(t.TempDir(), "tokens.json")
	for _, test := range tests {
		if err := os.WriteFile(path, []byte(test.data), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := access.Open(path)
		var e *access.FileError
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), "tokens: "+path+": "+test.want) {
			t.Errorf("got %v, expected %s", err, test.want)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != test.data {
			t.Errorf("the file has changed: %v", err)
		}
	}
}

// TestNothingIsLost damages the file under an open set: no change may replace it.
func TestNothingIsLost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	s := open(t, path)
	token, text := add(t, s, "Ada", access.Counts, time.Time{})
	damages := map[string]func() error{
		"its mode is 0644, expected 0600":     func() error { return os.Chmod(path, 0o644) },
		"it is damaged near byte":             func() error { return os.WriteFile(path, []byte("{"), 0o600) },
		"it is gone, expected 1 tokens in it": func() error { return os.Remove(path) },
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for want, damage := range damages {
		if err := errors.Join(os.RemoveAll(path), os.WriteFile(path, data, 0o600), damage()); err != nil {
			t.Fatal(err)
		}
		_, _, added := s.Add("Bea", access.Counts, time.Time{}, noon)
		for _, err := range []error{added, s.Revoke(token.ID, noon), s.Reload()} {
			if err == nil || !strings.HasPrefix(err.Error(), "tokens: "+path+": "+want) {
				t.Errorf("got %v, expected %s", err, want)
			}
		}
		if _, err := s.Find(text, noon); err != nil {
			t.Errorf("%s: the token is lost: %v", want, err)
		}
	}
	if entries, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
