// Package bench holds what measures the engine and what judges it from outside.
//
// Its folders:
//
//   - difftest compares the customers that a rule selects with those that
//     hand-written SQL selects in another engine, over the same files.
//   - fixture builds a snapshot of a data set once per test binary, for the
//     tests and benchmarks of this folder.
//   - scale measures rules over a million customers with twenty events each.
//
// The package itself has no code: the benchmarks are in its test files. Run them
// with
//
//	go test -run '^$' -bench . ./bench
//
// Whatever is heavy (another engine in process, generated data) stays in this
// folder; nothing that ships imports it.
package bench
