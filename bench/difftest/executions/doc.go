// Package executions lets every execution of the rule language judge the others:
// random rules over random data, and the cases that trip engines, must select the
// same customers in all of them. It is tests only.
//
// The executions are
//
//   - the oracle, which evaluates a rule row by row (engine/oracle);
//   - the index: package engine over a snapshot built from Parquet files, and over
//     one that came about by refreshes. Their thresholds are so low that every
//     structure is there. For each rule it is asked again without any structure,
//     and in turns without one of them or with one read wherever it can answer;
//   - the SQL of federate/sqlgen on DuckDB, in process, over the same files;
//   - on PostgreSQL, where ROLLCALL_POSTGRES is the URL of a server (make
//     test-postgres starts one);
//   - on Apache Spark, where ROLLCALL_SPARK is a Python with PySpark (make
//     test-spark makes one).
//
// All work from one checked rule; what the checker decides has tests of its own.
//
// TestDifferential goes from world to world. A world is a random table that
// package warehouse lays out at random, and so many random rules over it. World n
// of a seed is the first world of the seed n higher, so that a failure is repeated
// alone, in seconds:
//
//	make differential ROLLCALL_SEED=1234 ROLLCALL_RULES=1
//
// The refreshed snapshot of a world has a past, which the seed decides, too: in
// the first stages customers are missing, or are there who are none, some have the
// values of others, and events come bit by bit, in parts. What is left of it in the
// files nobody may see. Between the stages and after them it may be compacted.
//
// A failing rule is made short, and its data small, before they are shown.
//
// What a dialect cannot say is UNSUPPORTED_IN_DIALECT, which is counted and
// printed for each dialect and has a limit: a generator that refuses much agrees
// with everybody.
package executions
