package access_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/engine/store"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, path string) *access.Set {
	t.Helper()
	s, err := access.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// add adds a token and returns it and its text.
func add(t testing.TB, s *access.Set, name string, roles access.Roles, expires time.Time) (access.Token, string) {
	t.Helper()
	token, secret, err := s.Add(name, roles, expires, noon)
	if err != nil {
		t.Fatal(err)
	}
	return token, secret.Reveal()
}

// denied checks that a text is denied for a reason, with the message of all.
func denied(t *testing.T, s *access.Set, text string, now time.Time, want access.Reason) {
	t.Helper()
	token, err := s.Find(text, now)
	var e *access.DeniedError
	if !errors.As(err, &e) || e.Reason() != want || e.Error() != "access denied: expected a valid token" || token != (access.Token{}) {
		t.Errorf("got %+v, %v, expected it to be denied as %s", token, err, want)
	}
}

func TestTokens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	s := open(t, path)
	denied(t, s, "", noon, access.Missing)
	lasting, first := add(t, s, "Ada", access.Counts|access.Segments, time.Time{})
	ends, second := add(t, s, "Ada", access.Admin, noon.Add(time.Hour))
	for range 2 { // again from the file
		for text, want := range map[string]access.Token{first: lasting, second: ends} {
			if got, err := s.Find(text, noon); err != nil || got != want {
				t.Errorf("got %+v, %v, expected %+v", got, err, want)
			}
		}
		if diff := cmp.Diff([]access.Token{lasting, ends}, s.List()); diff != "" {
			t.Errorf("list (-want +got):\n%s", diff)
		}
		s = open(t, path)
	}
	denied(t, s, second, noon.Add(time.Hour), access.Expired)
	denied(t, s, first[:len(first)-2]+"AA", noon, access.Unknown)
	for _, text := range []string{"x", access.Prefix, first + "A", first[:len(first)-1], "RC_" + first[3:], " " + first, first + "\n", first[:20] + "\n" + first[20:len(first)-1], strings.Repeat("x", 1<<20)} {
		denied(t, s, text, noon, access.Malformed)
	}
	// The last character has two bits that no byte has.
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(digits, first[len(first)-1])
	denied(t, s, first[:len(first)-1]+digits[last+1:last+2], noon, access.Malformed)

	if err := s.Revoke(lasting.ID, noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := s.Revoke(lasting.ID, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	denied(t, s, first, noon.Add(time.Minute), access.Revoked)
	s = open(t, path)
	denied(t, s, first, noon.Add(time.Minute), access.Revoked)
	if got := s.List()[0].Revoked; !got.Equal(noon.Add(time.Minute)) {
		t.Errorf("revoked at %v", got)
	}
	_, err := s.Find(first, noon)
	var e *access.DeniedError
	if !errors.As(err, &e) || e.ID() != lasting.ID {
		t.Errorf("the log is not told which token: %v", err)
	}
}

// TestByID looks tokens up by their ids, as they are after every change.
func TestByID(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	s := open(t, path)
	if _, ok := s.ByID("aaaaaaaa"); ok || s.Len() != 0 {
		t.Error("there is a token before one was made")
	}
	for range 3 {
		add(t, s, "Ada", access.Counts, noon.Add(time.Hour))
	}
	if err := s.Revoke(s.List()[1].ID, noon); err != nil {
		t.Fatal(err)
	}
	for _, set := range []*access.Set{s, open(t, path)} {
		for i, want := range s.List() {
			got, ok := set.ByID(want.ID)
			if !ok || got != want || got.Valid(noon) != (i != 1) || got.Valid(noon.Add(time.Hour)) {
				t.Errorf("token %d is %+v, %t, want %+v", i, got, ok, want)
			}
		}
		if _, ok := set.ByID("aaaaaaa1"); ok || set.Len() != 3 {
			t.Errorf("%d tokens", set.Len())
		}
	}
}

func TestRevokeUnknown(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tokens.json"))
	token, text := add(t, s, "Ada", access.Counts, time.Time{})
	near := token.ID[1:2] + token.ID[:1] + token.ID[2:]
	if near == token.ID {
		near = token.ID[:7] + "a"
	}
	far := "aaaaaaaa"
	for id, want := range map[string]string{
		far:  fmt.Sprintf("no token has the id %q", far),
		text: "no token has this id: expected eight characters of a to z and 2 to 7",
	} {
		var e *access.UnknownTokenError
		if err := s.Revoke(id, noon); !errors.As(err, &e) || err.Error() != want {
			t.Errorf("got %v, expected %s", err, want)
		}
	}
	if err := s.Revoke(near, noon); near != token.ID && (err == nil || err.Error() != fmt.Sprintf("no token has the id %q; did you mean %q?", near, token.ID)) {
		t.Errorf("got %v", err)
	}
}

func TestAddRefuses(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tokens.json"))
	_, text := add(t, s, "Ada", access.Counts, time.Time{})
	tests := []struct {
		name    string
		roles   access.Roles
		expires time.Time
		want    string
	}{
		{"", access.Counts, time.Time{}, "a new token: the name has 0 bytes, expected 1 to 128"},
		{strings.Repeat("x", 129), access.Counts, time.Time{}, "a new token: the name has 129 bytes, expected 1 to 128"},
		{"Ada\n", access.Counts, time.Time{}, "a new token: the name has characters that do not print, or blanks at an end"},
		{"\xff", access.Counts, time.Time{}, "a new token: the name has characters that do not print, or blanks at an end"},
		{"the " + text, access.Counts, time.Time{}, "a new token: the name looks like a token, expected who has it"},
		{"Ada", 0, time.Time{}, "a new token: no role, expected one or more of counts, members, segments, admin"},
		{"Ada", 1 << 7, time.Time{}, "a new token: no role, expected one or more of counts, members, segments, admin"},
		{"Ada", access.Counts, noon, "a new token: it ends before it is made"},
	}
	for _, test := range tests {
		if _, secret, err := s.Add(test.name, test.roles, test.expires, noon); err == nil || err.Error() != test.want || secret.Reveal() != "" {
			t.Errorf("got %v, expected %s", err, test.want)
		}
	}
	if n := len(s.List()); n != 1 {
		t.Errorf("there are %d tokens", n)
	}
}

// TestNothingShowsSecrets prints whatever there is in every way.
func TestNothingShowsSecrets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	s := open(t, path)
	token, secret, err := s.Add("Ada", access.Admin, noon.Add(time.Hour), noon)
	if err != nil {
		t.Fatal(err)
	}
	text := secret.Reveal()
	_, expired := s.Find(text, noon.Add(2*time.Hour))
	_, unknown := s.Find(text[:len(text)-2]+"AA", noon)
	_, malformed := s.Find(text+text, noon)
	_, _, named := s.Add(text, access.Admin, time.Time{}, noon)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var kept struct {
		Tokens []struct{ SHA256 string }
	}
	if err := json.Unmarshal(data, &kept); err != nil || len(kept.Tokens) != 1 || len(kept.Tokens[0].SHA256) != 64 {
		t.Fatalf("the file has %+v, %v", kept, err)
	}
	if strings.Contains(string(data), text[3:23]) {
		t.Error("the file has the secret")
	}
	damaged := strings.Replace(string(data), `"admin"`, `"`+text+`"`, 1)
	if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
		t.Fatal(err)
	}
	_, damage := access.Open(path)
	var shown bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&shown, nil))
	for _, value := range []any{s, token, s.List(), secret, &secret, struct{ X any }{secret}, expired, unknown, malformed, named, damage, s.Revoke(text, noon)} {
		if value == nil {
			t.Fatal("an error is missing")
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&shown, verb+"\n", value)
		}
		logger.Info("value", "value", value)
		if err := json.NewEncoder(&shown).Encode(value); err != nil {
			t.Fatal(err)
		}
	}
	secretBytes, err := base64.RawURLEncoding.DecodeString(text[3:])
	if err != nil {
		t.Fatal(err)
	}
	hash, err := hex.DecodeString(kept.Tokens[0].SHA256)
	if err != nil {
		t.Fatal(err)
	}
	for what, hidden := range map[string]string{
		"the text": text[3:19], "the text in hexadecimal digits": hex.EncodeToString([]byte(text[3:19])), "the bytes": hex.EncodeToString(secretBytes[:8]),
		"the hash": kept.Tokens[0].SHA256[:16], "the hash as Go has it": fmt.Sprintf("%d", hash[:8])[1:20], "the hash as Go source": fmt.Sprintf("%#v", hash[:8])[8:30],
	} {
		if strings.Contains(shown.String(), hidden) {
			t.Errorf("%s is shown:\n%s", what, shown.String())
		}
	}
}

func TestChangesAtOneTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	s, other := open(t, path), open(t, path) // as another process has it
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			set := []*access.Set{s, other}[i%2]
			for {
				_, secret, err := set.Add(fmt.Sprint("number ", i), access.Counts, time.Time{}, noon)
				if locked := (*store.LockedError)(nil); errors.As(err, &locked) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := set.Find(secret.Reveal(), noon); err != nil {
					t.Error(err)
				}
				return
			}
		})
	}
	wait.Wait()
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	if n := len(s.List()); n != 16 {
		t.Errorf("there are %d tokens, expected 16", n)
	}
}
