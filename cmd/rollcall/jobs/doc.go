// Package jobs runs what takes long: builds and refreshes of parent segments, and
// exports.
//
// # Runner
//
// A [Runner] takes jobs, keeps them in the registry, and runs them: of one parent
// segment one build or refresh at a time, in the order in which they came; exports side
// by side. A build or refresh that is asked for while an equal one waits is that one. What
// a job does is the caller's [Work]; that it panics fails the job and nothing else.
//
// # What survives
//
// A job is in the registry before Submit returns. One that ran when the process died is
// marked as interrupted by the next [Runner.Start], which in the same transaction queues it
// again, registry.MaxAttempts times at most: builds, refreshes and exports can all be done
// twice. Those that waited go on waiting. [Runner.Close] lets jobs that run end, as long as
// its context allows, and puts the rest back: they wait for the next start as if they had
// never begun. Where the disk takes neither the start nor the end of a job, it is tried
// again until it does.
//
// # Scheduler
//
// A [Scheduler] submits refreshes when package schedule says so. All that it knows it
// reads from the registry, so that a restart changes nothing: a run is due when a due
// time has come since the start of the last load that succeeded. It waits longer after
// every failure, and never has two runs of a parent segment under way.
package jobs
