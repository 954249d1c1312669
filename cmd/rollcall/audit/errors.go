package audit

import (
	"errors"
	"fmt"
)

// ErrClosed is what a closed [Log] answers.
var ErrClosed = errors.New("audit: the log is closed")

// DamageError is a file of the log that is not as it was written.
type DamageError struct {
	File    string // path
	Line    int    // from 1; 0: the file as a whole
	Problem string // what was found, and what was expected
}

// Error names the file and the line.
func (e *DamageError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("audit: %s: %s", e.File, e.Problem)
	}
	return fmt.Sprintf("audit: %s:%d: %s", e.File, e.Line, e.Problem)
}

// LockedError says that another process, or another [Log] of this one, has the
// folder open.
type LockedError struct{ Dir string }

// Error names the folder.
func (e *LockedError) Error() string {
	return fmt.Sprintf("audit: %s is in use: is another rollcall serve running on it?", e.Dir)
}

// EventError is an [Event] that cannot be logged.
type EventError struct {
	Field   string // its name in JSON
	Problem string // what was found, and what was expected; without the value
}

// Error names the field.
func (e *EventError) Error() string { return fmt.Sprintf("audit: %s: %s", e.Field, e.Problem) }
