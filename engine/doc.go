// Package engine is what services embed: open a snapshot, ask how many
// customers a rule selects, who they are, and why it is fast.
//
//	db, err := engine.Open("customers.rollcall", nil)
//	if err != nil { … }
//	defer db.Close()
//	q, err := db.Query(`loyalty_tier = 'Gold' and purchase in last 30 days`)
//	if err != nil { … }
//	n, err := q.Count(ctx)
//
// A [DB] is one version of a snapshot, read-only and safe for concurrent use. A
// [Query] is a rule that has been parsed and checked once; it is asked any
// number of times, now or as of another time ([Query.At]).
//
// The engine never logs, never exits, and starts no goroutine. It stops with
// the context's error when that is done. Errors to tell apart: [ErrCorrupt],
// [ErrFormatVersion], [ErrNotSnapshot], [ErrClosed] with errors.Is; *[rule.Error]
// (what is wrong with a rule, and where), *[ColumnError] and *[OverflowError] with
// errors.As.
//
// The rule language is described in package rule, the files of a snapshot in
// docs/format.md. Snapshots are built by package ingest.
package engine
