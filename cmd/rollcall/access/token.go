package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

const (
	// Prefix starts the text of every token, so that searches for leaked secrets
	// find it.
	Prefix = "rc_"
	// secretBytes is how many random bytes a token has.
	secretBytes = 32
	// MaxNameBytes is the length of the longest name of who has a token.
	MaxNameBytes = 128
)

// Token is what is known of a token; the secret is not, and its hash is not shown.
type Token struct {
	ID      string    `json:"id"`   // eight characters of a to z and 2 to 7; not secret
	Name    string    `json:"name"` // who has it; two may have one
	Roles   Roles     `json:"roles"`
	Created time.Time `json:"created"`          // UTC
	Expires time.Time `json:"expires,omitzero"` // UTC; not valid from then on; zero: never
	Revoked time.Time `json:"revoked,omitzero"` // UTC; zero: it is not
}

// record is a token as it is kept.
type record struct {
	Token
	hash [sha256.Size]byte // of the bytes of the secret
}

// Valid reports whether a token lets somebody in at a time.
func (t Token) Valid(now time.Time) bool { return t.state(now) == "" }

// state returns why a token is not valid, "" where it is.
func (t Token) state(now time.Time) Reason {
	switch {
	case !t.Revoked.IsZero():
		return Revoked
	case !t.Expires.IsZero() && !now.Before(t.Expires):
		return Expired
	}
	return ""
}

// check returns an error for what no token may be.
func (t Token) check() error {
	switch {
	case !idText.MatchString(t.ID):
		return errors.New("the id is not one: expected eight characters of a to z and 2 to 7")
	case t.Name == "" || len(t.Name) > MaxNameBytes:
		return fmt.Errorf("the name has %d bytes, expected 1 to %d", len(t.Name), MaxNameBytes)
	case !utf8.ValidString(t.Name) || strings.ContainsFunc(t.Name, unprintable) || strings.TrimSpace(t.Name) != t.Name:
		return errors.New("the name has characters that do not print, or blanks at an end")
	case secretText.MatchString(t.Name):
		return errors.New("the name looks like a token, expected who has it")
	case t.Created.IsZero():
		return errors.New("it was never made")
	case !t.Expires.IsZero() && !t.Expires.After(t.Created):
		return errors.New("it ends before it is made")
	}
	return t.Roles.check()
}

var (
	idText     = regexp.MustCompile(`^[a-z2-7]{8}$`)
	secretText = regexp.MustCompile(Prefix + `[A-Za-z0-9_-]{43}`)
)

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// textChars is how many characters follow the prefix.
var textChars = encoding.EncodedLen(secretBytes)

// encoding has one text for all bytes alone: Strict refuses stray last bits.
var encoding = base64.RawURLEncoding.Strict()

// newRecord returns a token and its secret.
func newRecord() (record, registry.Secret) {
	var secret [secretBytes]byte
	_, _ = rand.Read(secret[:]) // never fails
	r := record{hash: sha256.Sum256(secret[:])}
	r.ID = strings.ToLower(rand.Text()[:8])
	return r, registry.NewSecret(Prefix + encoding.EncodeToString(secret[:]))
}

// hashOf returns the hash of a token's text. It is false, and the hash that of no
// token, for a text that is not one.
func hashOf(text string) (hash [sha256.Size]byte, ok bool) {
	rest, ok := strings.CutPrefix(text, Prefix)
	if !ok || len(rest) != textChars || strings.ContainsAny(rest, "\r\n") { // base64 skips line breaks
		return sha256.Sum256(nil), false
	}
	secret, err := encoding.DecodeString(rest)
	if err != nil || len(secret) != secretBytes {
		return sha256.Sum256(nil), false
	}
	return sha256.Sum256(secret), true
}
