// Package clickhouse measures ClickHouse: chDB, which is ClickHouse as a library,
// in a Python process that answers over pipes.
//
// The process, worker.py, times every statement inside itself, so that pipes and
// JSON are not in the figures. It runs up to 16 statements at a time, each on a
// connection of its own: chDB releases Python's lock while it works, and two
// connections do not wait for each other. A statement whose context ends is killed
// there (KILL QUERY), and its answer dropped here. A worker that dies gives every
// call, pending or later, an error.
//
// Python and chDB come from Options.Python, or from an environment that the first
// run installs below the user's cache folder, from requirements.txt.
//
// Start at [Open].
package clickhouse
