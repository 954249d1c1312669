// Package oracle says which customers a rule selects, slowly and obviously: it
// takes a checked rule and the data as plain slices and works out every
// condition for every customer, one after the other, as docs/rules.md has it.
// It is what the other executions are compared with in tests, so it shares
// nothing with them but the checked tree and the bounds of windows, and nothing
// in it is clever.
//
// It has three parts:
//
//   - [Table] is the data of a parent segment and [Select] the evaluation.
//   - [Cases] are the cases that trip engines, each with a small table and the
//     customers that it selects, written by hand. Every execution runs them.
//   - [RandomCase] makes a random table, rule and as_of; [Shrink] makes a failing
//     one small. Both are the same for the same source of random numbers.
//
// Overflow. A sum of more than 38 digits is an error in every execution, but
// which sums are computed is an execution's own affair: one that knows from
// another condition that a customer is out need not add. Select computes all sums
// of all customers. So where it returns [ErrOverflow] another execution may
// return OVERFLOW or an answer, and where it does not, no other may. What counts is
// the sum, not what it was on the way there. SQL engines that add in 38 digits may
// stop on the way: tables stay far below that unless HugeDecimals is set.
//
// Start at [Select].
package oracle
