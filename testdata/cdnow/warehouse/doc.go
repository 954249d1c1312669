// Command warehouse writes the CDNOW data as a warehouse folder of Parquet
// files, ready to be a source:
//
//	go run ./testdata/cdnow/warehouse -o DIR
//
// DIR must be empty or absent. The exit code is 2 for wrong usage and 3 for
// anything that stops the writing.
package main
