// Command rollcall-bench measures rollcall against other engines over the same
// data: it makes the data, loads the engines, makes sure that they give the same
// answers, times them in alternation, and writes what came of it as a page.
//
//	rollcall-bench generate --customers 1000000 --out data
//	rollcall-bench run --data data --engines rollcall,duckdb
//	rollcall-bench run --data data --engines rollcall,duckdb,postgres,clickhouse,bare --suite all --format json --out run.json
//	rollcall-bench report run.json --out docs
//	rollcall-bench run --data data --format gobench >new.txt && benchstat old.txt new.txt
//
// A run takes the figures of engines that agree: before anything is timed, the
// set of customers of every query is compared between the engines. Where they
// differ the differences are printed, nothing is timed, and the exit code is 1.
//
// Results go to stdout, everything else to stderr. Exit codes: 0 done; 1 engines
// differ; 2 usage error; 3 data, engines or environment; 130 interrupted, by
// SIGINT or SIGTERM, after which no process and no file of the run is left.
//
// DuckDB is linked in, so that building this program needs cgo and a C++
// compiler; the program rollcall needs neither.
//
// Start at engines.go for the engines, and run.go for the order of a run.
package main
