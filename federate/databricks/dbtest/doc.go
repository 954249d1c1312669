// Package dbtest is a SQL warehouse to test with: a server that speaks the
// protocol of Databricks SQL warehouses (HiveServer2's Thrift messages over HTTP,
// with the fields that Databricks added) to the unmodified Go driver, and has an
// [SQLEngine] run the statements.
//
// It is faithful where a client can be wrong: tokens, handles and links that are
// unknown or have expired are refused with a warehouse's words, results come in
// pages, inline as Arrow or as links to files, statements run on while the client
// asks for their state, and a page that was sent is not sent again. It makes
// mistakes on demand: see [Fault].
//
// What it does not have: TLS (put it behind a listener of TLS), staging files,
// metadata calls such as GetTables, and statements that outlive their session.
package dbtest
