// Package service is the studio without its doors: every operation on connections,
// parent segments, segments, jobs and audiences, once, as a method that knows neither
// HTTP nor a command line.
//
// # What every operation does
//
// In this order, and nowhere else: it looks whether the [Caller] has the role that the
// table of operations names (see [Operations]); writes the audit log, before personal
// data leaves, and about who was refused; asks; masks columns as the caller's roles see
// them, and, for callers who may see numbers only, puts values that fewer than [MinGroup]
// customers have together with the rest. No door repeats any of that.
//
// # Where parent segments are asked
//
// A copied one is asked of the snapshot that jobs build in DIR/snapshots. The service
// holds it open; new versions are noticed by queries, changes of the library of
// segments take effect with the next question, and nothing is closed under one that
// runs. One that is asked in place is resolved in its source, and what was found there is
// used for [PlaceAge] at most.
//
// # What a request can reach
//
// Names of requests never become paths. Sources are reached only through registered
// connections; a folder of files only where it lies, with symbolic links followed, in one
// of the folders that the operator has named. Secrets go from the registry to the source
// and nowhere else.
//
// # Errors
//
// [StatusOf] and [ProblemOf] turn any error into a status of HTTP and the body that every
// door answers with.
package service
