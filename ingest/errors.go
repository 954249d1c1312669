package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// ConfigError says in which ways a parent segment does not fit its source.
type ConfigError struct {
	Problems []Problem // at least one
}

// Problem is one thing wrong with a configuration, given the source.
type Problem struct {
	Code string // UNKNOWN_TABLE, UNKNOWN_COLUMN, KEY_TYPE, TYPE_MISMATCH, UNSUPPORTED_TYPE, AMBIGUOUS_NAME
	Path string // in the configuration, with the name: attributes[2] (tier).value_column
	Err  error
}

// MarshalJSON writes code, path and message.
func (p Problem) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Code    string `json:"code"`
		Path    string `json:"path"`
		Message string `json:"message"`
	}{p.Code, p.Path, p.Err.Error()})
}

// Error lists the problems, one a line.
func (e *ConfigError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = fmt.Sprintf("%s: %v [%s]", p.Path, p.Err, p.Code)
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the causes.
func (e *ConfigError) Unwrap() []error {
	errs := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		errs[i] = p.Err
	}
	return errs
}

// OverlapError says that a refresh with an overlap cannot go on from what is
// stored: it would have to read a table of events whole, and lose what the source
// has dropped.
type OverlapError struct {
	Behavior string // empty: of any behavior, since customers would be numbered anew
}

// Error names the behavior, what has changed and the way out.
func (e *OverlapError) Error() string {
	changed := "the master table, its key, its filters or the time zone have changed, so that every table must be read whole"
	if e.Behavior != "" {
		changed = fmt.Sprintf("behavior %q: its fields, its place or its keep have changed, so that its table must be read whole", e.Behavior)
	}
	return changed + ", and events that the source has dropped would be lost; build without an overlap to do that"
}

// maxNamedKeys is how many offending keys a message names; all are counted.
const maxNamedKeys = 10

// DuplicateKeyError says that a table which must have one row per customer has
// several for some.
type DuplicateKeyError struct {
	Table    string
	Location string
	Column   string   // of the key
	Keys     []string // some of them in ascending order, at most 10
	Count    int64    // keys with more than one row
}

// Error names the table, the column and the first keys.
func (e *DuplicateKeyError) Error() string {
	more := ""
	if n := e.Count - int64(len(e.Keys)); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	quoted := make([]string, len(e.Keys))
	for i, k := range e.Keys {
		quoted[i] = fmt.Sprintf("%q", k)
	}
	return fmt.Sprintf("table %s (%s): column %q must be unique, but %d of its values occur in several rows: %s%s",
		e.Table, e.Location, e.Column, e.Count, strings.Join(quoted, ", "), more)
}

// ValueError says that a value of a table cannot be loaded.
type ValueError struct {
	Table    string
	Location string
	Column   string
	Row      int64 // 1-based position in the scan
	Err      error
}

// Error names the table, the column, the row and the value.
func (e *ValueError) Error() string {
	return fmt.Sprintf("table %s (%s): column %q, row %d: %v", e.Table, e.Location, e.Column, e.Row, e.Err)
}

// Unwrap returns the cause.
func (e *ValueError) Unwrap() error { return e.Err }
