// Package exec runs programs: block by block of 65,536 customers, every step of
// a rule while the block's bits are in cache, combining words in place. Nothing
// as large as the snapshot is made; a count after the first allocates only what
// planning did, and little more where strings are searched.
//
// Events are folded in two loops. The first takes the events of a window in
// pieces of 65,536, as bits: each test of a filter clears the bits of those that
// do not pass, and looks only at those that are left (select.go). The second
// gathers the values of those that remain and keeps what it makes of them in
// arrays by customer (fold.go, sum.go, sum_float.go, distinct.go).
//
// Sums are exact. Whole numbers and decimals are added in 192 bits, and a sum of
// more than 38 digits is an [OverflowError]; floats are added in as many floats
// as it takes, and rounded once.
package exec
