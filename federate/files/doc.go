// Package files is the source that is always there: a folder of Parquet, CSV
// and NDJSON files.
//
// # Layout
//
// Table t of schema s is one of
//
//	s/t.parquet   s/t.csv   s/t.ndjson
//	s/t/          a folder of part files
//
// A name without a schema is looked for in the folder itself; one with a
// catalog in catalog/s, then in s. Names match exactly, else the only one that
// matches ignoring case; two files that could be meant are an error.
//
// Part files are all of one kind and are read in the order of their names.
// Names that start with a dot or an underscore are skipped; any other file that
// is not a part is an error, so that no row is left out unnoticed. Folders
// named k=v inside of a table's folder, as Hive writes them, become string
// columns after the columns of the files, with percent escapes undone;
// __HIVE_DEFAULT_PARTITION__ is NULL.
//
// The folders of Delta, Iceberg and Hudi tables are refused, as are all files and
// folders in them: they also hold the files of removed rows, and only the table's
// log tells them apart.
//
// [Source.Tables] cannot know whether s/t/ is a table or the schema of a
// catalog. It takes a folder for a table where every file in it is named like
// a part ("part…", "data…", or with a digit; at the first level only names that
// start with "part" or a digit) or where it has Hive folders. What it lists can
// be opened, except for Delta, Iceberg and Hudi tables, which are listed and
// refused. Folders that may not be read are left out.
//
// # Types
//
// Parquet: whole numbers are int64 (unsigned 64-bit ones decimal(20,0)), floats
// are float64, decimals up to 38 digits, dates, and timestamps with and without
// a zone keep their type. INT96 has no flag for the zone and is taken as an
// instant in nanoseconds. Text, enums, JSON and UUIDs are strings, bytes without
// annotation are binary, lists of these are lists.
//
// CSV and NDJSON have no types, so the whole data is read once to find them:
// boolean (true, false), int64, decimal (every digit kept, up to 38), float64
// (an exponent, or more digits), date, timestamp, else string. Numbers are
// written as JSON writes them: +1 is text, and so is a column in which a number
// starts with a needless zero (00001). A date-time without an offset is UTC; one
// with more than six digits of a second makes its column nanoseconds, or text
// where another of its times lies in a year that nanoseconds cannot hold (before
// 1678, after 2261). A column of dates and date-times is timestamps at midnight
// UTC for the dates. A column that is always NULL is a string.
//
// An empty field of CSV is NULL, quoted or not: encoding/csv does not tell them
// apart. It also skips blank lines, so that a CSV file of one column cannot hold
// NULL, and reads CR LF in a quoted field as LF. Lines that end in CR alone are
// refused.
//
// In NDJSON a key that is not there is NULL; a column that mixes text with
// numbers or booleans is a string of their source text.
//
// A column that has no place here (maps, structs, times of day, …) is in the
// schema with type null and the metadata key [source.UnsupportedKey]; scanning it
// is an error, scanning the others is not.
//
// # Compression
//
// Parquet files are read where they are not compressed or compressed with
// SNAPPY, GZIP, BROTLI or ZSTD, one compression for each column of a file. Others
// are refused when the table is opened, LZ4_RAW because parquet-go v0.32.0 reads
// it wrongly.
//
// For the same reason a scan refuses columns of booleans, also in lists, with
// pages encoded in RLE, as some writers of data pages v2 make them; the other
// columns of such a file can be read. PLAIN booleans are read.
//
// A list column with a chunk that ends in an empty data page v2, as Arrow C++
// writes with tiny pages, fails with an error: parquet-go cannot read it.
//
// # Completeness
//
// A scan gives every row that the footers declare or the first pass counted, or
// fails. Files that changed since the table was opened are an error. Damage that
// is found is a [source.ReadError], and so is a panic of a library. Where a page
// carries no checksum, a changed value may go unnoticed.
//
// # Parts
//
// Every table is a [source.Parted] of its files; one that is a single file has
// one part. A part is taken for unchanged where its path, size and time of
// modification are as before and so are the first and last 64 KiB of its bytes.
//
// # What a hostile file can do
//
// Parquet is decoded by parquet-go. This package checks what can be checked from
// outside: the magic, the length of the footer, that column chunks lie within
// the file, and that row groups, levels and pages agree about the number of rows.
// Inside of the footer and of pages, parquet-go believes what it reads. So a file
// that was made to do harm, or by bad luck a damaged one, can
//
//   - ask for memory out of all proportion to its size: a page header for some
//     gigabytes (decompressed size, number of values), a list in the footer or
//     compressed data for far more. Memory that the system refuses ends the
//     process, because Go cannot recover from that.
//   - keep a scan busy while a page of that size is decoded. A scan looks at its
//     context between pages, not within one.
//   - have wrong values taken for right ones: a page whose data ends before the
//     values that its header counts is filled up, dictionary positions with zero,
//     other types with what was in the buffer before, which may come from another
//     file.
//   - make parquet-go print a warning to standard error.
//
// Even then a scan that ends without an error has given as many rows as the file
// declares. Open only files of writers that you trust, or in a process of its own.
//
// Start reading at [Open], then table.go for the scan that all formats share;
// parquet_column.go, csv.go and ndjson.go feed it. Below a column of Parquet lie
// parquet_pages.go, which reads pages, and parquet_values.go, which takes the
// values out of them.
package files
