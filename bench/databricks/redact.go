package databricks

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// signedAddress finds the query of an address, which is what signs it, and bearer
// what a request proves itself with.
var (
	signedAddress = regexp.MustCompile(`(https?://[^\s"'?]+)\?[^\s"']*`)
	bearer        = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+`)
)

// redactor takes secrets out of errors. It is safe for concurrent use.
type redactor struct {
	mu      sync.Mutex
	secrets []string
}

// add has the redactor know one more secret.
func (r *redactor) add(s secret) {
	if s == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = append(r.secrets, string(s), url.QueryEscape(string(s)))
}

// text returns text without secrets.
func (r *redactor) text(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.secrets {
		text = strings.ReplaceAll(text, s, "[redacted]")
	}
	text = signedAddress.ReplaceAllString(text, "$1?[redacted]")
	return bearer.ReplaceAllString(text, "$1 [redacted]")
}

// error returns err without secrets in its text; nil for nil. errors.Is finds what
// it found in err. errors.As does not: the driver's own error would tell all.
func (r *redactor) error(err error) error {
	if err == nil {
		return nil
	}
	return &redacted{text: r.text(err.Error()), err: err}
}

type redacted struct {
	text string
	err  error
}

func (e *redacted) Error() string        { return e.text }
func (e *redacted) GoString() string     { return e.text }
func (e *redacted) Is(target error) bool { return errors.Is(e.err, target) }
