package databricks

import (
	"context"
	"encoding/base64"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// signedAddress finds the query of an address, which is what signs it, and bearer
// what a request proves itself with.
var (
	signedAddress = regexp.MustCompile(`(https?://[^\s"'?]+)\?[^\s"']*`)
	bearer        = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+`)
)

// redactedText stands where a secret stood.
const redactedText = "[redacted]"

// minSecret is the length below which a secret is not looked for in texts, where
// it would make words unreadable. Real ones have more than thirty characters.
const minSecret = 4

// secret is text that is never printed, whatever the verb and whatever it lies in:
// package fmt follows no pointer to a string, and asks no field that is not exported.
// The zero value is no secret.
type secret struct{ text *string }

// newSecret returns text as a secret; empty text is none.
func newSecret(text string) secret {
	if text == "" {
		return secret{}
	}
	return secret{&text}
}

// reveal returns the text.
func (s secret) reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// known reports whether there is a text.
func (s secret) known() bool { return s.text != nil }

// String hides the text.
func (secret) String() string { return redactedText }

// GoString hides the text.
func (secret) GoString() string { return redactedText }

// Redactor takes secrets out of texts and errors: those that it was told of, the
// queries of addresses, and what follows the word Bearer or Basic. It is safe for
// concurrent use. The zero value knows no secret yet.
type Redactor struct {
	mu      sync.Mutex               // held while secrets change
	secrets atomic.Pointer[[]string] // longest first, so that none is left in part
}

// Add has the redactor know one more secret, in the forms that it is sent in.
func (r *Redactor) Add(text string) {
	if len(text) < minSecret {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	known := slices.Clone(r.list())
	for _, form := range []string{text, url.QueryEscape(text), base64.StdEncoding.EncodeToString([]byte(text))} {
		if !slices.Contains(known, form) {
			known = append(known, form)
		}
	}
	slices.SortFunc(known, func(a, b string) int { return len(b) - len(a) })
	r.secrets.Store(&known)
}

// list returns the secrets.
func (r *Redactor) list() []string {
	if known := r.secrets.Load(); known != nil {
		return *known
	}
	return nil
}

// Text returns text without secrets.
func (r *Redactor) Text(text string) string {
	for _, s := range r.list() {
		text = strings.ReplaceAll(text, s, redactedText)
	}
	text = signedAddress.ReplaceAllString(text, "$1?"+redactedText)
	return bearer.ReplaceAllString(text, "$1 "+redactedText)
}

// Error returns err without secrets in its text; nil for nil. Errors of this
// package, which hold none, are found in it by errors.As, and those of a context
// by errors.Is. Others are not: the driver's own error would tell all.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	text := r.Text(err.Error())
	if own := ownError(err); own != nil {
		if own.Error() == text {
			return own
		}
		return &redactedError{text: text, kept: own}
	}
	for _, end := range []error{errClosed, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			return &redactedError{text: text, kept: end}
		}
	}
	return &redactedError{text: text}
}

// redactedError is the text of an error, and what can safely be found in it.
type redactedError struct {
	text string
	kept error
}

// Error returns the text.
func (e *redactedError) Error() string { return e.text }

// Unwrap returns what is safe to be found.
func (e *redactedError) Unwrap() error { return e.kept }
