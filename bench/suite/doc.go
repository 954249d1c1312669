// Package suite is the questions that the benchmark asks, each as a rule and as
// the SQL that a good engineer would write for it in each engine.
//
// The suites are
//
//	audience    the twelve rules Q1 to Q12, from one attribute to sums of events
//	attributes  ranges at 20 selectivities, In lists of 1 to 1,000 values, negations
//	recency     windows of an hour to three years, at as_of, before it, and in the past
//	frequency   at least k events in a window for k of 1 to 50, none, and between
//	random      500 rules of the generator of the differential tests
//
// The SQL of the first four is written by hand, from templates that know nothing
// of rollcall's own generator: of the formulations that were measured, each
// dialect gets the fastest. statement.go says which those were. The SQL of random
// comes from federate/sqlgen, which reads plain column types: [GeneratedViews]
// makes them.
//
// # The tables
//
// Statements read customers, purchases, page_views and email_opens without a
// schema, with the columns of package workload. Every event is a customer's, and
// no event lacks its customer or its time, so that a statement may answer from a
// table of events alone. These types are expected:
//
//	                                 DuckDB                PostgreSQL   ClickHouse
//	loyalty_tier, country, category  ENUM e_tier,          text         LowCardinality(Nullable(String)), LowCardinality(String)
//	                                 e_country, e_category
//	lifetime_value                   DECIMAL(12,2)         numeric      Nullable(Decimal(12,2))
//	amount                           DECIMAL(10,2)         numeric      Decimal(10,2)
//	time                             TIMESTAMP, of UTC     timestamptz  DateTime64(6, 'UTC')
//
// Databricks has STRING, DECIMAL and TIMESTAMP. A column without NULL need not be
// Nullable.
//
// Queries are the same for the same data set: what depends on data, as the
// values of a list, is read from the first customers of its Parquet files.
//
// Start at [Load].
package suite
