package access

import "fmt"

// Reason is why a token was denied. It is for the log, never for who asks.
type Reason string

// The reasons.
const (
	Missing   Reason = "missing"   // no token was given
	Malformed Reason = "malformed" // the text is no token
	Unknown   Reason = "unknown"   // nobody has this token
	Expired   Reason = "expired"
	Revoked   Reason = "revoked"
)

// DeniedError is that a token does not open anything. Its message is the same for
// every reason.
type DeniedError struct {
	reason Reason
	id     string
}

// Error says that access is denied, not why.
func (e *DeniedError) Error() string { return "access denied: expected a valid token" }

// Reason returns why, for the log.
func (e *DeniedError) Reason() Reason { return e.reason }

// ID returns the id of the token, for the log; "" where nobody has it.
func (e *DeniedError) ID() string { return e.id }

// FileError is that the file of tokens cannot be used. The file stays as it is.
type FileError struct {
	Path    string
	Problem string // what was found, and what was expected; nothing of what the file holds
}

// Error says which file it is and what is wrong with it.
func (e *FileError) Error() string { return fmt.Sprintf("tokens: %s: %s", e.Path, e.Problem) }

// UnknownTokenError is that no token has an id.
type UnknownTokenError struct {
	ID      string
	Nearest string // an id that is like it, or ""
}

// Error says which id, and which one may be meant. An id that may be a token is not
// shown.
func (e *UnknownTokenError) Error() string {
	if !idText.MatchString(e.ID) {
		return "no token has this id: expected eight characters of a to z and 2 to 7"
	}
	if e.Nearest != "" {
		return fmt.Sprintf("no token has the id %q; did you mean %q?", e.ID, e.Nearest)
	}
	return fmt.Sprintf("no token has the id %q", e.ID)
}
