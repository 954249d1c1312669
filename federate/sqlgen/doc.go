// Package sqlgen compiles a checked rule to one SQL statement that selects the
// same customers as the other executions do, in the engine that holds the tables.
//
//	rule.Checked + model.Layout + as_of ──Generate(dialect)──▶ SELECT key FROM …
//
// The statement selects from the master table, called m. Each set of events that
// the rule asks about is one table of the WITH clause, b1, b2, …, grouped by
// customer; a sequence is some, q1, q2, …, as sequence.go says; each segment that it
// refers to is one too, s1, s2, …; where customers stand in a pick is p1, and p2 beyond
// groups; tables of attributes are a1, a2, …. All are
// joined to m by its key, so every customer has one row. The comments are for
// readers.
//
// # What can be asked
//
// [Count] makes it a count, [Columns] adds attributes to the key, [Ordered] and
// [First] put customers in order of their keys, [Picked] takes some of them in an order
// of their own, which [Placed] keeps, [Pinned] reads tables at versions.
// [Total] counts everybody, [Breakdown] counts customers by the value of an
// attribute, and [Why] asks every condition of one customer. All share what follows.
//
// Who writes other statements takes names and literals from [Identifier], [Literal]
// and [Table]: there is one function per dialect that escapes.
//
// # How it stays exact
//
//   - A test that may be NULL counts as false. AND and OR keep that; a negation is
//     NOT COALESCE(…, FALSE).
//   - Windows and times are resolved here, for one as_of, and printed as literals.
//     The engine's time-zone data is never asked: where days are counted, the
//     changes of the zone's offset are written out.
//   - Zone-less local times become instants by java.time's rule, which puts the
//     local times of a gap among those that follow. So a bound in the hour after a
//     gap is compared in two pieces, and min and max move such times first. This
//     is exact for every bound; zone.go shows how.
//   - Events of a sequence are compared as whole microseconds since 1970-01-01 UTC,
//     whatever their columns hold; of local times and dates the zone's offsets are
//     written out, as micros.go shows.
//   - Literals are of the column's type, so that no engine converts the column. A
//     NaN counts as NULL.
//   - Averages are compared without a division: sum >= bound * count.
//   - Text is compared byte by byte, and patterns are printed anew from their
//     parsed form, in what RE2, Java and PostgreSQL have in common.
//
// What a dialect cannot express so is an [*UnsupportedError]. These are patterns
// outside the portable subset; text with NUL in PostgreSQL; names with ${ in
// Databricks; averages compared with very many digits, but for PostgreSQL; count
// distinct of a local time other than the event's own, in a zone with summer time
// to come; sequences of such local times without an end; and attributes that only a
// snapshot has.
//
// Sums of floats are what the engine makes of them: no engine promises their last
// bit. A sum of floats that overflows is an error in PostgreSQL, and infinite
// elsewhere.
//
// # The columns it expects
//
// A layout says where columns are, a schema what they hold. For each type the
// columns are of these types; narrower numbers will do, and so will text types
// of another length.
//
//	model                  DuckDB        PostgreSQL         Databricks
//	String                 VARCHAR       text, see below    STRING
//	Number, Int64          BIGINT        bigint             BIGINT
//	Number, Float64        DOUBLE, REAL  double precision   DOUBLE, FLOAT
//	Number, Decimal(p,s)   DECIMAL(p,s)  numeric(p,s)       DECIMAL(p,s)
//	Boolean                BOOLEAN       boolean            BOOLEAN
//	Date                   DATE          date               DATE
//	Timestamp, instant     TIMESTAMPTZ   timestamptz        TIMESTAMP
//	Timestamp, utc, local  TIMESTAMP     timestamp          TIMESTAMP_NTZ
//	Timestamp, seconds     BIGINT        bigint             BIGINT
//	Timestamp, date        DATE          date               DATE
//	StringArray            VARCHAR[]     T[], T of String   ARRAY<STRING>
//	NumberArray            T[]           T[]                ARRAY<T>
//
// Text in PostgreSQL is text, varchar, char(n), name, citext, an enum or uuid, in
// columns, keys and lists alike. It is cast to text, so that it is tested, joined
// and returned as a scan reads it: with case in citext, without the blanks at the
// end of char(n), a uuid in lower case. Lists are cast where they are tested. The cast is nothing for text and varchar; an
// index on a column of the other types does not serve.
//
// Times have microseconds; a type with nanoseconds would have to be cut first.
// Infinite dates and times are not expected. Collations are deterministic in
// PostgreSQL, whose database is encoded as UTF-8, and UTF8_BINARY in Databricks.
// Spark pads CHAR(n) when it compares, so that it is not "as stored".
//
// What each statement rests on in its engine, as it was seen there, stands at the
// top of duckdb.go, postgres.go and databricks.go.
//
// # Where to read first
//
// generate.go for the way in, statement.go for the shape of a statement,
// members.go, pick.go, breakdown.go and why.go for what else can be asked, condition.go for
// the walk over the rule, predicate.go for the logic of NULL, language.go for what
// dialects do differently.
package sqlgen
