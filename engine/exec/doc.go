// Package exec runs programs: block by block of 65,536 customers, every step of
// a rule while the block's bits are in cache, combining words in place. Nothing
// as large as the snapshot is made; a count after the first allocates nothing but
// what searching strings takes.
//
// Steps are put off until their result is needed, so that several go in one pass
// over the stored bitmaps, and the last of them is only counted (partial.go). A node
// is combined with what the nodes before it have left: one that looks at values or
// events comes last, and looks at those of the customers who are left (combine.go,
// leaves.go). The numbers of customers that stored bitmaps have in a block decide
// what need not be looked at (stored.go). Blocks are shared among goroutines where a
// rule reads much (crew.go).
//
// Events are folded in two loops. The first takes the events of a window, part
// after part and in chunks of 65,536, as bits: each test of a filter clears the
// bits of those that do not pass, and looks only at those that are left
// (select.go). A chunk decodes the columns that are asked for into memory that the
// next one uses again. The second loop gathers the values of those that remain and
// keeps what it makes of them in arrays by customer (fold.go, extreme.go, sum.go,
// sum_float.go, distinct.go). What asks for the time of events alone is answered by
// their positions (times.go). No fold relies on an order of events across parts.
//
// A sequence takes the events of all steps from the last span of time to the first,
// those of a span put together by customer (streams.go), and keeps of every step one
// time for each customer (sequence.go).
//
// Customers who are no more still have values and events. They are taken out of
// every answer at its end, and are no reason for an error.
//
// Sums are exact. Whole numbers and decimals are added in 192 bits, and a sum of
// more than 38 digits is an [OverflowError]; floats are added in as many floats
// as it takes, and rounded once.
package exec
