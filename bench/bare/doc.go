// Package bare is the floor that databases are compared with: a plain loop, on one
// core, over the bytes that a query cannot do without.
//
// There is one loop, and4, for
//
//	loyalty_tier = 'Gold' and email_opt_in and lifetime_value between 200 and 2000 and not country = 'US'
//
// Each of the four conditions is a bitmap with a bit per customer, in ascending
// order of customer_id, worked out before anything is asked. The loop ANDs the four
// word by word and counts the bits: no index is looked up, nothing is parsed,
// planned or allocated, and no result is kept.
//
// Start at [Open]; and4.go has the loop.
package bare
