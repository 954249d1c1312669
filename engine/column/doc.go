// Package column is typed vectors of attribute and event values over Arrow
// memory, and the tests of rules on them.
//
// A [Vector] is a block's worth of one column (at most [bitmap.BlockRows] rows)
// and [Vector.Match] the place where a value meets a rule: it writes the rows
// that pass a [Test] into a set of bits. The same code decides for a column that
// is scanned and for the distinct values of an index, so both select alike.
//
// A [Builder] collects values in any order of rows and hands them out as Arrow
// arrays in the order wanted.
package column
