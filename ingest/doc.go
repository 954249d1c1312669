// Package ingest makes snapshots: it pulls the tables of a parent segment from a
// source as Arrow record batches, joins them to the customers, builds columns and
// indexes, and commits them as a new version of a snapshot directory.
//
// [Build] goes through these steps:
//
//  1. Resolve the configuration against the source's tables: every table and
//     column must be there, with a type that fits. All problems are reported
//     together, before anything is read. Then compare it with the version that is
//     there: see [Drift].
//  2. Scan the master table's keys. A full build numbers them in ascending order,
//     so that equal data gives equal bytes, in whatever order it arrives.
//  3. Scan each attribute table once, and set each value in its customer's row.
//  4. Scan each behavior, leave out events older than it keeps, and put the others
//     in order of customer block and time.
//  5. Compute the attributes that come of events.
//  6. Build indexes, write files, commit.
//
// Rows that cannot be loaded are left out and counted in the load report
// ([store.LoadReport]); data that contradicts the model (a customer twice) fails
// the build, and the snapshot stays as it was.
//
// # Refresh
//
// Where there is a version already, a build goes on from it, and gives what a full
// build gives. It reads a table only where it may have changed, which a source
// that can tell parts of a table apart says ([source.Parted]):
//
//   - The master table, if any part of it has changed: customers keep their rows,
//     new ones get the next, those who are not there any more are deleted, which
//     is a mark on their row.
//   - A table of attributes, if any part of it has changed, or if somebody has
//     joined and some of its rows had no customer. A column that turns out as it
//     was is not written.
//   - Of a behavior, the parts that were not there. Where a part has changed or is
//     gone, or somebody has joined and some events had no customer, the whole
//     table is read.
//
// A table with versions is asked what has come since the one that was read
// ([source.Resumable]), and no other rows are read. Of the master table and of tables
// of attributes each row that came is set against one that went, and what is left
// must fit to what is stored (see changedCustomers and changedAttributes). Where rows
// of events went, too, their events are taken out of what is stored: those that
// came are set against them, what is left is looked for in the parts, and the parts
// from the oldest one with such an event on are written anew (see changedEvents).
// The rows of those who have joined are asked for by their keys, where they are few.
// Whatever does not fit, such as an event that went and is not stored, makes the
// build read the whole table and say why. What is read whole is always the table as
// it is, which then is what the next refresh goes on from: see tableData.resume.
//
// New events are written as a part of the snapshot of their own; see
// behaviorLoad.mergeSmall for how these are kept few. Another master table, key,
// filter or time zone makes the build a full one, as Options.Full does.
//
// With Options.Overlap the source may also change by growing, or give events
// again: of parts that have changed, what is older than the overlap is taken as
// stored; and of events that are as recent, undated ones included, those are added
// that have no equal among the stored ones. Of a table that cannot say what has come
// only recent rows are read, where the source can leave the others out.
//
// [Compact] writes a version anew without what nobody can see, such as deleted
// customers, and removes the older ones.
//
// # Filters
//
// A source may leave rows out where the data is ([source.Filterer]): those that the
// filters of the master table exclude, events that are too old, and with an overlap
// those that are taken as stored. It need not be exact: what comes is looked at as
// ever. What does not come is counted all the same, by how many rows the table has.
//
// # Memory
//
// Keys are sorted in bounded memory and looked up in the file that they are
// written to, or, where they are whole numbers close to each other, by their place.
// The attributes of one table are held in memory while it is read. Of events a
// bounded part is held: more go to scratch files in the folder of the new version,
// and come back a block of customers at a time (see eventLog). The events of an
// overlap are all held.
//
// # Side by side
//
// A build uses all processors, but only for work whose result does not depend on
// who does it when: sources read ahead, attributes and blocks of events are computed
// a few at a time. Files are written by the goroutine of the caller alone, in one
// order.
package ingest
