// Package rollcall puts rollcall under test, through the API that services
// embed and nothing else: ingest.Build makes and refreshes the snapshot,
// engine.Open and DB.Query answer.
//
// Two engines share a snapshot: rollcall works every count out, and
// rollcall-cache, which Engine.Cached returns, remembers counts.
//
// Step makes one step in the life of a snapshot (a build, a refresh, a compaction)
// in a process that does nothing else, for measure.Snapshot.
//
// Start at Open.
package rollcall
