// Package duck is DuckDB behind its C interface, with results as large Arrow
// batches.
//
// The driver for database/sql gives values one by one, and its way to Arrow needs
// a build tag and gives batches of 2,048 rows. Here results are streamed: DuckDB
// computes as the reader asks, so that a result of any size takes little memory,
// and its chunks are appended to the buffers of batches of up to [MaxRows] rows.
// Values are copied once, whole columns of a chunk at a time; only texts are
// walked through one by one, to find their lengths.
//
// [DB] is a database in memory, [Conn] a connection for one statement at a time,
// [Reader] the result of one. Start at conn.go; column.go turns vectors into
// Arrow.
package duck
