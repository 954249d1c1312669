// Package exec runs programs: block by block of 65,536 customers, every step of
// a rule while the block's bits are in cache, combining words in place. Nothing
// as large as the snapshot is made; a count after the first allocates only what
// planning did, and little more where strings are searched.
//
// Events are folded in two loops. The first takes the events of a window, part
// after part and in chunks of 65,536, as bits: each test of a filter clears the
// bits of those that do not pass, and looks only at those that are left
// (select.go). A chunk decodes the columns that are asked for into memory that the
// next one uses again. The second loop gathers the values of those that remain and
// keeps what it makes of them in arrays by customer (fold.go, extreme.go, sum.go,
// sum_float.go, distinct.go). No fold relies on an order of events across parts.
//
// Customers who are no more still have values and events. They are taken out of
// every answer at its end, and are no reason for an error.
//
// Sums are exact. Whole numbers and decimals are added in 192 bits, and a sum of
// more than 38 digits is an [OverflowError]; floats are added in as many floats
// as it takes, and rounded once.
package exec
