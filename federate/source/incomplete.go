package source

import "fmt"

// IncompleteError says that the rows of a table did not all arrive. What came
// before it must not be used.
type IncompleteError struct {
	Table    string // qualified name, or what the statement was about
	Version  string // that was read; empty where the table has none
	Received int64  // rows
	Expected int64  // rows; -1: the source had not said
	Err      error  // the cause; nil where there is only the difference
}

// Error names the table, the rows received and expected, and the cause.
func (e *IncompleteError) Error() string {
	s := e.Table
	if e.Version != "" {
		s += " at version " + e.Version
	}
	s += fmt.Sprintf(": incomplete: %d rows received", e.Received)
	if e.Expected >= 0 {
		s += fmt.Sprintf(", %d expected", e.Expected)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *IncompleteError) Unwrap() error { return e.Err }
