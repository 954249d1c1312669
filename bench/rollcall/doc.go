// Package rollcall puts rollcall under test, through the API that services
// embed and nothing else: ingest.Build makes the snapshot, engine.Open and
// DB.Query answer.
//
// Two engines share a snapshot: rollcall works every count out, and
// rollcall-cache, which Engine.Cached returns, remembers counts.
//
// Start at Open.
package rollcall
