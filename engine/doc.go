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
// A [DB] is an open snapshot directory, read-only and safe for concurrent use. A
// [Query] is a rule that has been parsed and checked; it is asked any number of
// times, now or as of another time ([Query.At]).
//
// Beside the count there are the customers with their attributes and what they did
// ([Query.Rows], [Query.Batches], [Columns]), the plan ([Query.Explain]), an audience by
// the values of attributes ([Query.Breakdown], [Query.Breakdowns]), why a customer is in
// it ([Query.Why]), its size over time and who came and went ([Query.Trend],
// [Query.Diff]), how far customers come in a sequence ([Query.Funnel]), the first of them
// ([Query.Pick]) and parts of them ([Query.Split]). A Snapshot compares several audiences
// ([Snapshot.Overlap], [Snapshot.Waterfall]), counts a library of segments
// ([Snapshot.Segments]) and shows a customer ([Snapshot.Profile]).
//
// # Versions
//
// A build makes a new version of the directory while others read it. Each query
// sees one version from its start to its end: the one that is current when it
// starts, which a look at the manifest's inode tells (no goroutine watches, and
// no query waits for a build). A version that a later one has replaced stays
// mapped until the last query of it ends, even where its files have been removed.
//
// What belongs together is asked of one [Snapshot], a version that is held open:
//
//	s, err := db.Snapshot()
//	if err != nil { … }
//	defer s.Close()
//
// Open("customers.rollcall@7", nil) opens version 7, where it is kept, and stays
// with it; so does [Options.Version].
//
// A new version may have another schema. A query is then checked anew, and says
// what is wrong when it is asked: handle rule.Errors there, too. Equal schemas
// cost nothing.
//
// A directory that cannot be read (one that is being copied, say) disturbs no
// reader: a DB goes on with the version that it has and looks again; [DB.Refresh]
// says what is wrong. Where bytes of a version turn out not to be what was
// written, the query that needs them says so.
//
// # Errors
//
// The engine never logs, never exits, and starts no goroutine that outlives a call. It stops with
// the context's error when that is done. Errors to tell apart: [ErrCorrupt],
// [ErrFormatVersion], [ErrNotSnapshot], [ErrVersionNotFound], [ErrClosed] with
// errors.Is; *[rule.Error] (what is wrong with a rule, and where), *[ColumnError]
// and *[OverflowError] with errors.As.
//
// The rule language is described in package rule, the files of a snapshot in
// docs/format.md. Snapshots are built by package ingest.
package engine
