// Package measure holds engines against each other: first their answers, then
// their times.
//
//  1. Compare asks every engine which customers a query selects. Where two sets
//     differ nothing is timed.
//  2. Time asks the engines in alternation, in the same process and run, so that
//     what disturbs the machine disturbs them all; then with several clients.
//  3. Refresh, Open, Export and Scale measure what is not a question: one more
//     day, the first count of a process, a file of members, growing data; Snapshot
//     measures the files of rollcall.
//
// Counts that change while they are timed, or that differ between engines, end
// the measurement with ErrDiffer.
//
// Engines whose names are the same up to the first hyphen, as duckdb and
// duckdb-disk, are the same program over the same data: their agreement proves
// nothing, and a query that only they answer is reported as not compared.
//
// Start at Compare and Time. Report in result.go is what a run writes.
package measure
