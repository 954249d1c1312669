// Package warehouse is a SQL warehouse for a laptop: DuckDB in this process, which
// takes the SQL of Databricks and has tables with versions, as those of Delta
// have. It is what runs the statements behind the server of
// [github.com/rollcall-db/rollcall/federate/databricks/dbtest], for tests of
// everything that asks Databricks, and for people who want to try that without a
// workspace.
//
// A statement goes this way:
//
//  1. token.go and literal.go read its tokens: names in backticks, literals with
//     backslashes. A literal with two quotes in a row is refused, since versions of
//     Spark differ about it.
//  2. parser.go matches brackets; session.go looks at the first word. DDL and DML
//     are carried out by create.go, alter.go, write.go, vacuum.go and directory.go,
//     descriptions by describe.go and information.go.
//  3. A query is translated by translate.go, tables.go and functions.go, token by
//     token: expressions are not parsed, but names of tables are resolved here, so
//     that DuckDB never looks one up. Functions are those of Databricks alone.
//  4. Package duck streams the rows as large Arrow batches.
//  5. errors.go says in Databricks' words, with its classes and SQLSTATEs, what
//     DuckDB had to say.
//
// # Tables
//
// A version of a table is a list of segments, tables of DuckDB that never change.
// INSERT adds one; UPDATE and DELETE write all rows anew, as one. Version 0 of a
// mounted table is a view over its files, so that mounting copies nothing. A table
// whose property delta.enableChangeDataFeed is true keeps the rows that each
// version changed, for table_changes. VACUUM drops the segments that the newest
// version lacks: all of them unless it says RETAIN n HOURS. As in Delta it leaves
// two versions in the history that change no rows, and so does OPTIMIZE one.
//
// # What is not as in Databricks
//
//   - xxhash64 has other values, though in as many bits, and never the same for
//     different data types. hash has other values, too.
//   - A cast of a fraction to a whole number rounds instead of cutting, and a cast
//     of a number or a time to STRING may look otherwise.
//   - Quotients of decimals are DOUBLE. Sums of decimals have 38 digits.
//   - A column without an alias is named as DuckDB names it.
//   - Patterns are RE2's, not Java's. Of dates and times Databricks writes patterns
//     for, none are read.
//   - Types come from files as DuckDB reads them: those of CSV and JSON are guessed.
//   - Constraints are kept and not checked, NOT NULL among them. There are no grants: who has a token
//     may do everything. ANSI mode is always on. Sessions do not see what others SET.
//   - Volumes are folders below one root; any volume exists. Cloud storage is not
//     there; files are read by name from volumes alone.
//   - MERGE, COPY INTO, GRANT, temporary views, variables, streaming and Python are
//     not there, nor ALTER TABLE other than of properties, keys and columns.
//   - Time travel reaches back to version 0 unless VACUUM took it: there is no
//     retention of the log.
//   - Column statistics, ANALYZE, EXPLAIN and caches of results are not there.
//
// Start at warehouse.go, then session.go.
package warehouse
