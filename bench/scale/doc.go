// Package scale measures rules over the events of many customers: a million of
// them, with twenty events each, made up from a fixed seed. The data is made once
// per run and only for benchmarks:
//
//	go test -run '^$' -bench . ./bench/scale
//
// It takes some 900 MB in the folder for temporary files; -customers makes less.
package scale
