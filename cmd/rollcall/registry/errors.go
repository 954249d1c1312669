package registry

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrClosed is what a closed [Registry] answers.
var ErrClosed = errors.New("registry: it is closed")

// LockedError says that another process, or another [Registry] of this one, has
// the folder open.
type LockedError struct{ Dir string }

// Error asks for the other process.
func (e *LockedError) Error() string {
	return fmt.Sprintf("registry: is another rollcall serve running on %s? Its %s is in use", e.Dir, databaseName)
}

// DamageError is a file that is not as it was written. Where it came up while
// reading or changing the database, every later call gives it again.
type DamageError struct {
	File    string // path
	Problem string // what was found, and what was expected
}

// Error names the file.
func (e *DamageError) Error() string { return fmt.Sprintf("registry: %s: %s", e.File, e.Problem) }

// InvalidError is a value that cannot be taken.
type InvalidError struct {
	What    string // "connection name", "URI", "limit" …
	Problem string // what was found, and what was expected; never a secret
}

// Error says what was found and what was expected.
func (e *InvalidError) Error() string { return e.What + ": " + e.Problem }

// Thing is what a message calls a kind of record.
type Thing string

// The things.
const (
	AConnection Thing = "connection"
	AParent     Thing = "parent segment"
	ASegment    Thing = "segment"
	AVersion    Thing = "version"
	AJob        Thing = "job"
	ASecret     Thing = "secret"
)

// NotFoundError is something that is asked for and not there.
type NotFoundError struct {
	Thing   Thing
	Name    string
	Nearest string // name of another that may be meant; empty for none
}

// Error names the nearest.
func (e *NotFoundError) Error() string {
	text := fmt.Sprintf("there is no %s %q", e.Thing, e.Name)
	if e.Nearest != "" {
		text += fmt.Sprintf("; did you mean %q?", e.Nearest)
	}
	return text
}

// ExistsError is a name that something else has.
type ExistsError struct {
	Thing Thing
	Name  string
}

// Error names what is there.
func (e *ExistsError) Error() string { return fmt.Sprintf("there is a %s %q already", e.Thing, e.Name) }

// InUseError is something that cannot be removed since others need it.
type InUseError struct {
	Thing Thing
	Name  string
	Users []string // what needs it, the first few: `segment "Gold"`
	More  int      // how many there are besides
}

// Error names those that need it.
func (e *InUseError) Error() string {
	text := fmt.Sprintf("the %s %q is used by %s", e.Thing, e.Name, strings.Join(e.Users, ", "))
	if e.More > 0 {
		text += fmt.Sprintf(" and %d more", e.More)
	}
	return text
}

// ConflictError is a change of a version of a segment that is not the current one.
type ConflictError struct {
	Expected uint64  // the version that the change is of
	Current  Segment // as it is now
}

// Error says which version is there, and whose it is.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("the segment %q is at version %d by %s, the change is of version %d: read it again and change that",
		e.Current.Path, e.Current.Version, strconv.Quote(e.Current.Updated.By), e.Expected)
}

// StateError is a step that a job cannot take.
type StateError struct {
	ID   uint64
	From JobState
	To   JobState
}

// Error names the states.
func (e *StateError) Error() string {
	return fmt.Sprintf("job %d is %s and cannot become %s", e.ID, e.From, e.To)
}
