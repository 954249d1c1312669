package source

import "context"

// Resumable is a table that can tell what has come since some of its parts were
// read, however it came to be stored: one with versions and a record of changes.
type Resumable interface {
	Parted
	// Since returns the table, at the version that it has, with parts that go on
	// from those that were read before, as [Parted] listed them then:
	//
	//   - Where rows were only ever added, all of was, as they were, and then parts of
	//     the rows that came since. Where none came these are all.
	//   - Where rows have changed or gone, or where that cannot be told any more, parts
	//     none of which is among was: the whole table is to be read. note says why, in
	//     words for a load report: the reason alone, since it is for who reads to say
	//     what he does.
	//
	// The error is that of asking; a history that is too short is a note.
	Since(ctx context.Context, was []Part) (t Parted, note string, err error)
}
