package source

import "context"

// Resumable is a table that can tell what has come since some of its parts were
// read, however it came to be stored: one with versions and a record of changes.
type Resumable interface {
	Parted
	// Since compares the table, at the version that it has, with parts that were read
	// before, as [Parted] listed them then. The error is that of asking; a history
	// that is too short is a note.
	Since(ctx context.Context, was []Part) (*Since, error)
}

// Since is a table as it goes on from parts that were read before.
type Since struct {
	// Table is the table with parts that go on from those:
	//
	//   - Where all that changed can be told, all of them, as they were, and then parts
	//     of the rows that came since. Where none came they are all.
	//   - Where it cannot, parts none of which is among them: the whole table is to be
	//     read.
	Table Parted
	// Removed is the rows that were in one of the parts, or came since, and are no
	// more: the rows of all parts less these, each as often as it is there, are those
	// of the table. A row that was changed went as it was before, and came as it is
	// after; one that changed several times did so each time. Rows of its Info is
	// exact. Nil: none went.
	Removed Table
	// Note says why the whole table is to be read, in words for a load report: the
	// reason alone, since it is for who reads to say what he does. Empty: it is not.
	Note string
}
