// Package duckdb has DuckDB answer the benchmark's queries, in this process.
//
// DuckDB is set up as somebody who knows it would: the event tables are clustered
// by time, as their files are, so that a window skips most row groups; columns of
// few values (loyalty_tier, country, category) are of the types e_tier, e_country
// and e_category, ENUMs of the values that occur; threads is set; times are
// TIMESTAMP, in UTC by agreement, which compares faster than one with a time zone.
// Tables have no schema: customers, purchases, page_views, email_opens. The schema
// generated has the views of suite.GeneratedViews over them.
//
// [OpenMemory] keeps the tables in memory, [OpenDisk] in a file. [Engine.Detach]
// leaves that file to another process, which asks it through [Reopen].
//
// Start at [OpenMemory]; load.go has how tables come to be.
package duckdb
