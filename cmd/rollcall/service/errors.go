package service

import (
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
)

// ErrClosed is what a closed Service answers.
var ErrClosed = errors.New("the service is shutting down")

// DeniedError is an operation that a caller may not do.
type DeniedError struct {
	Operation string       // as the table of operations names it
	Name      string       // of the caller
	Role      access.Roles // that is needed
	Why       string       // what else is in the way; empty: the role is
}

// Error names the caller, the operation and the role.
func (e *DeniedError) Error() string {
	if e.Why != "" {
		return fmt.Sprintf("%s may not do this (%s): %s", e.Name, e.Operation, e.Why)
	}
	return fmt.Sprintf("%s has not the role %s, which %s needs", e.Name, e.Role, e.Operation)
}

// InputError is something in a request that makes no sense.
type InputError struct {
	Field string // of the request, by its name in JSON
	Err   error  // what was found, and what was expected
}

// Error names the field.
func (e *InputError) Error() string { return e.Field + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *InputError) Unwrap() error { return e.Err }

// inputf returns an *InputError.
func inputf(field, format string, args ...any) error {
	return &InputError{field, fmt.Errorf(format, args...)}
}

// NotBuiltError is a question to a copied parent segment that has no snapshot yet.
type NotBuiltError struct {
	Parent string
	Job    uint64 // that builds it; 0: none does
}

// Error says what to wait for.
func (e *NotBuiltError) Error() string {
	if e.Job != 0 {
		return fmt.Sprintf("the parent segment %q has no snapshot yet: job %d builds it", e.Parent, e.Job)
	}
	return fmt.Sprintf("the parent segment %q has no snapshot yet, and no job builds it: refresh it", e.Parent)
}

// NeedsVersionError is a change of a segment that does not say of which version it is.
type NeedsVersionError struct{ Path string }

// Error says what is missing.
func (e *NeedsVersionError) Error() string {
	return fmt.Sprintf("the version of the segment %q that the change is of is missing: send If-Match with the version that you have read", e.Path)
}

// SourceError is a source that could not be opened or asked. Its message holds no
// secret.
type SourceError struct {
	Connections []string // names; those that were opened together
	Err         error
}

// Error names the connections.
func (e *SourceError) Error() string {
	return fmt.Sprintf("connection %s: %s", quotedList(e.Connections), e.Err)
}

// Unwrap returns the source's error.
func (e *SourceError) Unwrap() error { return e.Err }

// OutsideError is a folder of files that no root of the operator holds.
type OutsideError struct{ Connection string }

// Error says what the operator can do. It does not say whether the folder is there.
func (e *OutsideError) Error() string {
	return fmt.Sprintf("the folder of the connection %q is in none of the folders that files may be read from: the operator names these with --files", e.Connection)
}

// ConfigurationError is a parent segment's configuration that does not fit what is asked
// of it.
type ConfigurationError struct {
	Code string
	Err  error
}

// Error says what was found, and what was expected.
func (e *ConfigurationError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e *ConfigurationError) Unwrap() error { return e.Err }

// RefusedError is a question that a door has refused before the service was asked: there is
// no place for it, or its caller asks more often than it may.
type RefusedError struct{ Problem Problem }

// Error says what is wrong.
func (e *RefusedError) Error() string { return e.Problem.Detail }
