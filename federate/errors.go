package federate

import (
	"errors"
	"fmt"
)

// Codes of errors, for programs that tell them apart.
const (
	CodeUnsupported = "UNSUPPORTED_IN_PLACE"
	CodeNoEngine    = "NO_SQL_ENGINE"
	CodeNoCustomer  = "NO_SUCH_CUSTOMER"
	CodeOverflow    = "OVERFLOW"
	CodeOutOfRange  = "OUT_OF_RANGE"
)

// errIncomplete is the error for a Place that was not filled in.
var errIncomplete = errors.New("a place needs an engine, a schema and a layout")

// errNoRule is the error for a rule that is nil.
var errNoRule = errors.New("an audience needs a checked rule")

// errBroken ends a stream that nobody listens to any more.
var errBroken = errors.New("broken off")

// UnsupportedError says what cannot be asked in place so that the answer is
// exactly that of a snapshot, and what to do.
type UnsupportedError struct {
	Code string // CodeUnsupported
	Do   string // what to do, as a sentence without its stop
	Err  error  // what cannot be asked, and why; often a *sqlgen.UnsupportedError
}

// Error returns one line: code, what and what to do.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s: %v; %s", e.Code, e.Err, e.Do)
}

// Unwrap returns what cannot be asked.
func (e *UnsupportedError) Unwrap() error { return e.Err }

// unsupported returns the error for what only a snapshot answers.
func unsupported(err error) error {
	return &UnsupportedError{Code: CodeUnsupported, Do: "build a snapshot and ask there", Err: err}
}

// NoEngineError says that a source does not run SQL.
type NoEngineError struct {
	Code   string // CodeNoEngine
	Source string // URI
}

// Error names the source and says what to do.
func (e *NoEngineError) Error() string {
	return fmt.Sprintf("%s: %s runs no SQL, so rules cannot be asked there; build a snapshot of it and ask there", e.Code, e.Source)
}

// NoCustomerError says that nobody has a key.
type NoCustomerError struct {
	Code string // CodeNoCustomer
	Key  string // as asked for
}

// Error names the key.
func (e *NoCustomerError) Error() string {
	return fmt.Sprintf("%s: no customer has the key %q", e.Code, e.Key)
}
