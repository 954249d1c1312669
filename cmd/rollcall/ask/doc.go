// Package ask answers questions about customers, for the command and for a server
// alike: how many a rule selects, who they are, why, and how several audiences compare.
// It knows neither flags nor HTTP, prints nothing and reads no files that a question
// names; package main of cmd/rollcall and the studio are built on it.
//
// There are two places to ask. A [Snapshot] is a version of a snapshot held open; a
// [Place] is a source that answers in its own SQL. A [Rule], which [ParseRule] or
// [ParseRuleFile] reads, is asked of either:
//
//	q, err := ask.Ask(snap, r, asOf)             // a *Question
//	q, err := ask.AskInPlace(place, r, library)  // an *InPlace
//
// Both are an [Asker], whose answers mean the same; what a source cannot say exactly is
// a *federate.UnsupportedError there, never another answer. [Choose] takes some of the
// members, [Compare] and [CompareInPlace] ask about several rules, [FieldsOf] and
// [FieldsInPlace] say what rules can name, and profiles are the snapshot's own.
//
// Who opens closes: snapshots and places belong to the caller, who closes them after the
// last answer. Questions have nothing open. All of them are safe for concurrent use, so
// that a server keeps one Snapshot or Place for many.
//
// Every answer has an object of JSON with stable names, which [NewCountJSON],
// [NewListJSON] and the others make: it is what the command prints with --format json.
// Times in it are text, RFC 3339 in the parent segment's time zone, but for "created_at"
// and "last_updated", which are UTC; NULL is null; shares go from 0 to 1. Errors have one
// as well, [NewErrorJSON], and [KindOf] tells the asker's mistakes from the world's.
package ask
