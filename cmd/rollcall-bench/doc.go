// Command rollcall-bench measures rollcall against other engines over the same
// data: it makes the data, loads the engines, makes sure that they give the same
// answers, times them in alternation, and writes what came of it as a page.
//
//	rollcall-bench generate --customers 1000000 --out data
//	rollcall-bench run --data data --engines rollcall,duckdb
//	rollcall-bench run --data data --engines rollcall,duckdb,postgres,clickhouse,bare --suite all --format json --out run.json
//	rollcall-bench report run.json --out docs
//
// benchstat tells whether a change makes a query faster, and how sure that is. Every
// timed run has a line of its own. Runs of one process share its luck, so that a
// comparison takes several processes of the old program and the new, in turns:
//
//	for i in 1 2 3; do
//		old/rollcall-bench run --data data --engines rollcall --clients '' --format gobench >>old.txt
//		new/rollcall-bench run --data data --engines rollcall --clients '' --format gobench >>new.txt
//	done
//	benchstat -ignore commit old.txt new.txt
//
// With -col /engine it compares the engines of one run.
//
// A run takes the figures of engines that agree: before anything is timed, the
// set of customers of every query is compared between the engines. Where they
// differ the differences are printed, nothing is timed, and the exit code is 1.
// After a later error or a signal, what was measured completely is printed all the
// same, marked as unfinished.
//
// Results go to stdout, everything else to stderr. Exit codes: 0 done; 1 engines
// differ; 2 usage error; 3 data, engines or environment; 130 interrupted, by
// SIGINT, SIGTERM or SIGHUP, after which no process of the run is left, and no
// file but that of --out where anything was measured.
//
// It also serves a folder of tables as a Databricks SQL warehouse, so that this way
// can be tried without a workspace; docs/databricks.md walks through it:
//
//	rollcall-bench warehouse --data data
//
// DuckDB is linked in, so that building this program needs cgo and a C++
// compiler; the program rollcall needs neither.
//
// Start at engines.go for the engines, run.go for the order of a run, and
// warehouse.go for the warehouse.
package main
