// Package ingest builds snapshots: it pulls the tables of a parent segment from
// a source as Arrow record batches, joins them to the customers, builds columns
// and indexes, and commits them as a new version of a snapshot directory.
//
// [Build] goes through these steps:
//
//  1. Resolve the configuration against the source's tables: every table and
//     column must be there, with a type that fits. All problems are reported
//     together, before anything is read.
//  2. Scan the master table's keys. They are numbered in ascending order, so
//     that equal data gives equal bytes, in whatever order it arrives.
//  3. Scan each attribute table once, and set each value in its customer's row.
//  4. Scan each behavior, leave out events older than it keeps, put the others in
//     order of customer block and time, and compute the attributes that come of
//     them.
//  5. Build indexes, write files, commit.
//
// Before step 2 the configuration is compared with the version that the build is
// to replace: see [Drift].
//
// Rows that cannot be loaded are left out and counted in the load report
// ([store.LoadReport]); data that contradicts the model (a customer twice) fails
// the build, and the snapshot stays as it was.
//
// A build holds all customers in memory, and of the events that it reads a
// bounded part: more go to scratch files in the folder of the version that it
// makes, and come back a block of customers at a time (see eventLog).
package ingest
