package source

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Source is a place that holds tables. Implementations are safe for
// concurrent use until Close.
type Source interface {
	// URI names the source in messages and reports. It holds no secret.
	URI() string
	// Tables lists every table, sorted by name.
	Tables(ctx context.Context) ([]model.TableRef, error)
	// Table finds one table. A table that is not there is a *NotFoundError.
	Table(ctx context.Context, ref model.TableRef) (Table, error)
	// Close releases what the source holds. Tables are unusable after it.
	Close() error
}

// UnsupportedKey is the key of a field's metadata under which a source names
// the type of a column that it cannot read ("MAP", "STRUCT"). Such a field has
// type null, and scanning it is an error.
const UnsupportedKey = "unsupported"

// Table is one table of a source, at one version of its data where the source
// has versions. It is safe for concurrent use.
type Table interface {
	// Ref is the name under which the table was found.
	Ref() model.TableRef
	// Schema gives the columns. Types are Arrow's: a zone-less timestamp has an
	// empty time zone, an instant has "UTC". Every column is nullable.
	Schema() *arrow.Schema
	// Info says what was read, for the load report.
	Info() Info
	// Scan streams the named columns, in the order asked for, in batches of at
	// most a few ten thousand rows. A batch is valid until the next iteration;
	// who keeps it retains it. The first error ends the stream; a stream that
	// ends without one has delivered every row. Breaking off the loop releases
	// everything. An empty projection delivers row counts only.
	Scan(ctx context.Context, columns []string) iter.Seq2[arrow.RecordBatch, error]
}

// Texter is a table without types of its own, such as one of CSV files: those of
// its schema were inferred from text.
type Texter interface {
	Table
	// Text returns the same data with one column as the text that is there; ok is
	// false where there is no such column, or it has no text.
	Text(column string) (t Table, ok bool)
}

// NoteKey is the key of a field's metadata under which a source says what people
// should know of how the column is read; a load report repeats it.
const NoteKey = "note"

// CollationKey is the key of a field's metadata under which a source that runs SQL
// names the way in which it compares the strings of a column, where that is not byte
// by byte. A rule cannot be asked about such a column in place.
const CollationKey = "collation"

// Info describes the data behind a table.
type Info struct {
	Location string `json:"location"`        // path or qualified name, for people
	Rows     int64  `json:"rows"`            // declared by the source; -1 where it does not say
	Bytes    int64  `json:"bytes,omitempty"` // size of the data at rest; 0 where unknown
	// Version is what was read, where the source has versions: the same one gives
	// the same rows.
	Version string `json:"version,omitempty"`
	// Unpinned says that a scan and a statement may see different rows, because the
	// source cannot hold the table in one state.
	Unpinned bool `json:"unpinned,omitempty"`
	// Notes is what people should know of how the table is read, for a load report:
	// that it has no version to be pinned to, for one.
	Notes []string `json:"notes,omitempty"`
}

// NotFoundError says that a source has no such table, and what it has instead.
type NotFoundError struct {
	Source  string         // URI of the source
	Ref     model.TableRef // as asked for
	Looked  []string       // places looked in, for people
	Nearest []string       // names of tables that are there, best first
}

// Error names the table, the places looked in and the nearest tables.
func (e *NotFoundError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "table %s is not in %s", e.Ref, e.Source)
	if len(e.Looked) > 0 {
		fmt.Fprintf(&b, " (looked for %s)", strings.Join(e.Looked, ", "))
	}
	if len(e.Nearest) > 0 {
		fmt.Fprintf(&b, "; tables there: %s", strings.Join(e.Nearest, ", "))
	}
	return b.String()
}

// ReadError says that the bytes of a table could not be read, and where.
type ReadError struct {
	Path   string // file, or qualified table name
	Column string // empty where the problem is not in one column
	Row    int64  // 1-based line or row, 0 where unknown
	Err    error
}

// Error gives path, row and column as far as they are known, then the cause.
func (e *ReadError) Error() string {
	s := e.Path
	if e.Row > 0 {
		s += fmt.Sprintf(":%d", e.Row)
	}
	if e.Column != "" {
		s += fmt.Sprintf(": column %q", e.Column)
	}
	return s + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.Err }

// Column finds a column of a table's schema by name: exactly, else the only
// one that matches ignoring case. The error names the nearest columns.
func Column(t Table, name string) (int, error) {
	fields := t.Schema().Fields()
	found := -1
	for i := range fields {
		if fields[i].Name == name {
			return i, nil
		}
		if strings.EqualFold(fields[i].Name, name) {
			if found >= 0 {
				return -1, fmt.Errorf("table %s (%s): column %q is ambiguous: %q and %q differ only in case",
					t.Ref(), t.Info().Location, name, fields[found].Name, fields[i].Name)
			}
			found = i
		}
	}
	if found >= 0 {
		return found, nil
	}
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].Name
	}
	return -1, fmt.Errorf("table %s (%s): no column %q; columns there: %s",
		t.Ref(), t.Info().Location, name, strings.Join(names, ", "))
}
