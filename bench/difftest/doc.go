// Package difftest lets others judge what the engine answers. It is tests only.
//
// The judges, each as far from the engine as it can be:
//
//  1. Another database (TestCDNOW). Every rule of testdata/cdnow stands beside
//     SQL that somebody wrote by hand, with the bounds of the window worked out
//     from docs/rules.md, "Time". DuckDB runs it in process, over the same
//     Parquet files that the snapshot was built from. The two sets of customers
//     must be the same set; equal counts are not enough.
//  2. The raw text (TestRawText): the rules that everybody tries first, counted
//     in plain Go from the data as published, with no Parquet in between.
//  3. The rules themselves (TestRandomRules): whatever p and q are, not p is
//     everybody else, "p and q" is what p and q share, "p or q" is both together,
//     and the canonical text selects the same customers.
//
// A judge that overlooks things is worthless, so the first one is tested too. It
// moves every bound in the SQL by a microsecond, up and down, and the case file
// says what each move must change. Purchases lie at midnight, and so do most
// bounds, so most moves forward change a lot. TestEarlierCDNOW repeats all cases
// over the same data a microsecond before midnight, where the moves back do. Both
// require such bounds at both ends of every form of a window, and for every unit.
//
// A case looks like this; the move of a bound that is not listed must change
// nothing:
//
//	rule as_of=1998-03-31T00:00:00Z
//	purchase in last 1 month
//
//	SELECT customer_id FROM purchases
//	WHERE purchased_at >= TIMESTAMP '1998-02-28' AND purchased_at < TIMESTAMP '1998-03-31'
//	----
//	2073 customers
//	1998-02-28 00:00:00 +1us: 42 lost
//	1998-03-31 00:00:00 +1us: 29 gained
//
// The tables of the SQL are customers, metrics and purchases; package cdnow
// lists their columns. Times in them are UTC, of the type TIMESTAMP. With
// -rewrite the expected lines are written anew, of cases whose sets agree.
//
// The SQL here is written by hand, none of it generated: a shared mistake would
// agree with itself. Package executions compares the executions with each other,
// generated SQL among them, on random rules over random data.
package difftest
