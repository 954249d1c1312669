// Package contender is the contract between the benchmark and the databases that
// it measures.
//
// An [Engine] is a database that holds a data set. It readies a query once, and
// then answers it any number of times, for any number of clients: with the number
// of customers, which is timed, or with their keys, which are compared between
// engines before anything is timed. Engines say themselves how long an answer
// took, because some of them are other processes and what carries the answer here
// is not theirs to answer for.
//
// Its folders:
//
//   - bare is the floor: a plain loop over words in memory.
//   - duckdb is DuckDB in this process, in memory or in a file.
//   - rollcall, postgres, clickhouse and databricks are what their names say.
//   - contendertest is this contract as tests; every engine passes them.
//
// Start at [Engine].
package contender
