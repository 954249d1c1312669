// Package column is typed vectors of attribute and event values over Arrow
// memory, and the tests of rules on them.
//
// A [Vector] is a block's worth of one column: at most [bitmap.BlockRows] rows of
// an attribute, or any number of events. [Vector.Keep] is the place where a value
// meets a rule: of a set of rows it takes out those that do not pass a [Test]. The
// same code decides for a column that is scanned, for the distinct values of an
// index and for the fields of events, so that all select alike.
//
// A [Builder] collects values in any order of rows and hands them out as Arrow
// arrays in the order wanted.
package column
