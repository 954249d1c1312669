// Package bench holds what measures the engine and what judges it from outside.
//
// The benchmark that cmd/rollcall-bench runs:
//
//	workload ──▶ engines: rollcall duckdb postgres clickhouse databricks bare
//	suite ────▶ measure: equal sets of customers first, then times ──▶ report
//
// Its folders:
//
//   - workload generates customers and events of any number as Parquet files.
//   - suite has the questions, as rules and as SQL written by hand.
//   - contender is what an engine under test is; contendertest is the suite that
//     every engine passes. rollcall, duckdb, postgres, clickhouse, databricks and
//     bare are the engines.
//   - measure compares the answers of engines and times them against each other.
//   - report makes tables and pictures of what was measured.
//   - resident watches how much memory a process takes.
//
// The rest:
//
//   - difftest compares index, oracle and generated SQL on random rules over random
//     tables.
//   - fixture builds a snapshot of a data set once per test binary, for the
//     tests and benchmarks of this folder.
//   - scale measures rules over a million customers with twenty events each.
//   - warehouse takes the SQL of Databricks and runs it on DuckDB, behind the test
//     server of federate/databricks.
//
// The package itself has no code: its benchmarks, on real data, are in its test
// files. Run them with
//
//	go test -run '^$' -bench . ./bench
//
// Whatever is heavy (another engine in process, generated data) stays in this
// folder; nothing that ships imports it.
package bench
