// Package databricks puts a Databricks SQL warehouse under test, through its
// public Go driver. There is a warehouse only where the environment names one:
//
//	DATABRICKS_HOST                     the workspace, as adb-1.2.azuredatabricks.net
//	DATABRICKS_HTTP_PATH                the warehouse, as /sql/1.0/warehouses/0123456789abcdef
//	DATABRICKS_TOKEN                    a token, or instead of it
//	DATABRICKS_CLIENT_ID                a service principal
//	DATABRICKS_CLIENT_SECRET            and its secret (OAuth, machine to machine)
//	ROLLCALL_BENCH_DATABRICKS_SCHEMA    catalog.schema, which the tables are made in
//	ROLLCALL_BENCH_DATABRICKS_VOLUME    /Volumes/catalog/schema/volume, for the files on their way
//	ROLLCALL_BENCH_DATABRICKS_KEEP      1: tables that are made stay
//	ROLLCALL_BENCH_DATABRICKS_PLAINTEXT 1: http:// is allowed to a loopback address, for tests
//
// The steps of loading:
//
//  1. A table that is there already is used as it is if its property
//     rollcall.workload and its rows are those of the data set. If they are not,
//     that is an error: nothing is dropped unasked.
//  2. The part files of the other tables are put into the volume, and each table is
//     made from its files by one statement, event tables clustered by time.
//  3. The files are removed, the rows counted. Tables that this run made bear its
//     mark, and only such tables are dropped by [Engine.Close].
//
// What a figure of this engine means: the warehouse tells nobody how long it took
// itself, so that a count is timed here and includes the network. The result cache
// is off; the warehouse's cache of data is not.
//
// What the driver leaves undone is done around it. A context that ends aborts the
// requests of its statement and closes the session, because the driver lets
// statements run on and reads results without a look at the context. Telemetry,
// which the driver cannot be asked to leave, is answered in place. Keys are pulled
// between two counts and must be as many. No error holds a token, a secret or a
// signed address. Sessions find the tables by their names alone, so that
// generated SQL needs no views here.
//
// Start at [Open].
package databricks
