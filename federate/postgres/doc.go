// Package postgres is a PostgreSQL database as a source: its tables are read as
// Arrow record batches, and its SQL answers rules in place.
//
// # Where the database is
//
// [Open] takes a URI as libpq has it, postgres://USER@HOST:PORT/DATABASE?OPTIONS
// or postgresql://…, and libpq's environment for what the URI leaves out:
// PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGPASSFILE (~/.pgpass), PGSERVICE
// and PGSERVICEFILE, PGSSLMODE, PGSSLROOTCERT, PGSSLCERT, PGSSLKEY, PGOPTIONS,
// PGCONNECT_TIMEOUT and their like. postgres:// alone takes all from there. A
// password belongs in the password file or the environment; one in the URI is taken,
// and never repeated in a message.
//
// TLS is as sslmode says: "prefer", the default, encrypts where the server can and
// checks no certificate, so that it does not keep an attacker out; "verify-full" does,
// with sslrootcert=FILE where the system's certificates do not do. "require" and
// "disable" are as in libpq.
//
// The option parallel=N is rollcall's own: how many connections read a large table
// side by side, 1 to 64, 4 where it is not given. Options that libpq does not know are
// settings of the session (?statement_timeout=60000). The time limits that the
// server, the database or the role have for statements, locks and transactions are
// lifted for reading, as pg_dump does; those in the URI or PGOPTIONS hold.
//
// # One state
//
// A [Source] reads one state of the whole database: that at which it was opened.
// One connection holds a REPEATABLE READ READ ONLY transaction and has exported its
// snapshot; all others import it. So counts, scans and statements of
// [Source.Query] fit together, however long they take and whatever is written
// meanwhile. Versions are none of theirs: [Source.Versions] is empty. What
// [Source.Exec] writes reads the same state, and is not seen by Query after it.
//
// As long as a source is open, VACUUM cannot remove rows that were deleted since.
// Close it when the work is done. Locks are held only while a table is read.
//
// DDL does not keep to snapshots: a table that was truncated, rewritten or made anew
// after the source was opened looks empty to it. Every statement is followed by a
// look at the files of the tables that it read; where one is not that of the
// snapshot, the statement has failed.
//
// [Source.Replace] writes a table as one transaction, whose query reads that state. What the table
// is, and what stands on it, is looked up in the catalog as it is then: a partition, a table that
// inherits or is inherited from, and one that a relation of the query is a view of are refused.
//
// # Complete or failed
//
// The rows of a scan are compared with count(*) of the same snapshot, and those of
// every statement with what the server says it sent. When a connection is lost in
// the middle the scan ends with a *source.IncompleteError. It is not tried again: where
// the snapshot is gone, too, that would be another state.
//
// A scan of a heap table of more than a few megabytes is cut into ranges of blocks
// (ctid), which several connections read side by side; so are partitioned tables, all
// partitions at once. Views, foreign tables and tables that are no heaps come over one
// connection. The server must be version 14 or later.
//
// Tables are no source.Resumable, nor a source.Parted: PostgreSQL keeps no history of
// what came to a table, and no part of a table stays as it was. A refresh reads a
// table whole, or what is newer than it has, with rollcall build --overlap.
//
// # Types
//
// boolean; smallint, integer and bigint as int16, int32 and int64; real and double
// precision; numeric(p,s) of up to 38 digits as decimal128; text, varchar, char(n),
// name, citext, uuid and enums as strings; date; timestamp without, and timestamptz with zone UTC,
// in microseconds; arrays of these as lists, those of several dimensions flattened;
// domains as what they are made of. What is particular:
//
//   - char(n) comes without the blanks at its end, as PostgreSQL's own conversion to
//     text has it. A uuid is in lower case.
//   - A column whose collation is not deterministic has the metadata key
//     source.CollationKey: its strings may be equal though their bytes are not. By all
//     other collations, that of the database among them, equality is that of bytes.
//   - numeric without a precision has no decimal type that holds all of its
//     values, and more than 38 digits none at all: such columns are unsupported. A view
//     that casts them is read. NaN in a numeric is NULL, and a note counts them; NaN
//     in a float stays, which a load makes NULL.
//   - An infinite date or timestamp is an error, which names the column: there is no
//     such value in Arrow, and NULL would answer "after" otherwise than SQL.
//   - All other types (json, bytea, interval, time, …) are in the schema with type
//     null and the metadata key source.UnsupportedKey; scanning them is an error.
//
// A result of Query may have a numeric without a precision, as sums have: it is
// decimal128(38,s), with the most digits after the point among the first rows, or
// text where 38 digits do not do.
package postgres
