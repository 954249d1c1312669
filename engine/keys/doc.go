// Package keys finds customers by key: a [Dictionary] gives the row of a key, and
// a [Sorter] puts the keys of a build in order, which is how rows are numbered.
//
// # The table
//
// A snapshot holds its keys as a column, in order of rows. Beside it lies a hash
// table that is used in place, from the mapped file; on the Go heap there are a few
// bytes for every four million keys. The hash is xxhash64, seed 0, of a string
// key's bytes, or of the eight bytes of a whole number, little-endian.
//
//	hash of a key, 64 bits
//	63                                  31                              0
//	+---------+---------+---------------+-------------------------------+
//	| chunk   | bucket  | in no entry   | check                         |
//	+---------+---------+---------------+-------------------------------+
//	  C bits    B-C bits                  32 bits
//
//	header          32 bytes
//	chunk 0         directory   u32 start of bucket 0
//	                            u32 start of bucket 1 = end of bucket 0
//	                            ...
//	                            u32 end of the last bucket = entries of the chunk
//	                entries     u64 check<<32 | row     ascending in a bucket
//	                            ...
//	chunk 1         directory
//	                entries
//	...
//
// The file is one of package toc. Its sections, little-endian:
//
//	tag  index    section
//	1    0        header: u64 keys in the table; u64 rows of the column; u32 kind of
//	              key, 1 string, 2 whole number; u32 B; u32 C; u32 zero
//	2    chunk    directory: 2^(B-C) + 1 starts, counted in entries of the chunk
//	3    chunk    entries
//
// B is the least number with at most eight keys to a bucket on average, C the
// least with at most 4,194,304 to a chunk, so that a look-up reads three
// places: a directory, a bucket that is mostly one cache line, and the key. An
// entry says where to look and no more: a hit counts once the key at its row was
// compared (I1), so neither equal hashes nor bad bytes ever give the row of
// another key. NULL keys, those of purged customers, are in no table; a customer
// who is no more keeps the row, so that a key that comes back is found. Among the
// keys of a table every one occurs once (I2). The bytes of a table depend on keys
// and rows alone (I3).
//
// Method: bucketed hashing with a directory over the leading bits, as in Fagin,
// Nievergelt, Pippenger and Strong, "Extendible hashing", TODS 1979, but written
// once, so the directory points at runs of one sorted array in place of pages.
// A chunk is made by a counting sort over its buckets.
//
// Note: a minimal perfect hash function with the rows beside it would take about
// half of the 70 bits a key that this takes, but is more work to build, and an
// unknown key would cost as much as a known one. Binary search in the key column
// needs no table, but reads some twenty places, and works only while rows are in
// order of keys.
//
// # The sorter
//
// Method: external merge sort, as in Knuth, The Art of Computer Programming,
// volume 3, section 5.4.1: runs are sorted in memory and merged by a heap.
//
// Start with [Dictionary.FindString] and [WriteTable].
package keys
