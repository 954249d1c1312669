// Package export writes an audience to a file: Parquet, CSV or Arrow IPC.
//
// What it writes is a schema and a sequence of Arrow record batches, so it
// knows nothing of queries; an engine's Query.BatchSchema and Query.Batches fit
// as they are:
//
//	schema, err := q.BatchSchema("email", "country")
//	rows, err := export.WriteFile(ctx, "gold.parquet", schema, q.Batches(ctx, "email", "country"), export.Options{
//		Metadata: map[string]string{"rollcall.rule": q.String()},
//	})
//
// [WriteFile] makes a file that appears whole or not at all; [Write] is for
// streams, such as standard output. Both hold a batch and, for Parquet, the batch
// before it and the compressed part of a row group in memory, however many rows
// there are. Columns of Parquet are encoded side by side, on all cores, while the
// next batch is read. The
// bytes depend on schema, values, batches and options only: an export that is
// repeated gives the same file.
//
// # Types
//
// Columns are string, int64, float64, decimal128 (scale from 0 to precision),
// bool, date32, timestamp in microseconds UTC, and lists of these. A column that
// may not be NULL is taken for a key, whose values are all different.
//
// Parquet: columns in the order of the schema, required where they may not be
// NULL, else optional. STRING, INT64, DOUBLE, DECIMAL (on INT32 up to 9 digits,
// INT64 up to 18, FIXED_LEN_BYTE_ARRAY beyond), BOOLEAN, DATE,
// TIMESTAMP(MICROS, adjusted to UTC), and LIST of optional elements in the
// standard three levels. Pages are version 1, compressed by ZSTD, with a checksum.
// Strings and numbers are dictionary-encoded where few of the first values of a row
// group differ, for as long as the dictionary stays small; keys, booleans and decimals
// of more than 18 digits never are. Least and greatest values stand in the footer and the index of pages, but
// for floats of which one is NaN.
// Metadata is the key-value metadata of the file.
//
// Arrow: the IPC file format, not compressed, one record batch per batch that
// has rows. It is written without seeking, so a stream gets the same bytes.
// Metadata is that of the schema.
//
// CSV: a header row, fields quoted as RFC 4180 says, rows ended by a line feed.
// NULL is an empty field, so an empty string and NULL look alike. Strings stand
// as they are. Decimals are plain and exact, with all digits of the scale;
// floats are the shortest text that reads back as the same number, infinities
// Infinity and -Infinity; booleans true and false; dates 2006-01-02; timestamps
// 2006-01-02T15:04:05.999999Z, without trailing zeros of the fraction. A list is
// a JSON array of these, in which strings, dates, timestamps and infinities are
// JSON strings; what is not valid UTF-8 becomes U+FFFD there. A row of one empty
// field is written as "" so that readers do not skip the line. CSV has no
// metadata.
//
// # Masks and deltas
//
// [Masking] hashes the values of a column under a salt, or hides them. [Delta]
// turns an audience into who entered and who left since an earlier one, such as a
// file that [OpenEarlier] opens. Both turn a schema and batches into others, and so
// fit between a query and Write; masks come first.
//
// Start reading at [Write], then parquet.go, csv.go and arrow.go, one for each
// format.
package export
