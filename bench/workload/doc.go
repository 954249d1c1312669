// Package workload makes the data that the benchmark asks its questions of:
// customers and their events, as a warehouse folder of Parquet files with the
// parent segment over it.
//
// A [Shape] says how many and how uneven; [Default] is the shape that targets are
// given for. Its tables:
//
//	main.customers      customer_id 1…N, loyalty_tier, country, lifetime_value, email_opt_in, trait_1, trait_2, …
//	events.purchases    customer_id, time, category, product_id, amount
//	events.page_views   customer_id, time, url
//	events.email_opens  customer_id, time, campaign_id
//
// # How rows are drawn
//
// Nothing is kept per customer: what is held are the rows of a row group, or of an
// hour of a table where they are more, on every core.
//
//  1. Time comes first. The events of a table are divided among the hours, and an
//     hour evenly among its events; each is at a random instant of its share. So
//     rows are in the order of time without sorting, and their number is exact.
//  2. Then who it was. A rank is drawn by the distribution of activity, a Pareto
//     distribution by its quantiles, and a seeded permutation says whose rank it is.
//     Half of the customers lapse at an instant that a hash of their number gives;
//     instead of one who has lapsed, another is drawn.
//  3. Then what it was, from tables of weights and of quantiles. What belongs to a
//     customer, as the attributes and the category they prefer, is a function of the
//     seed and of the customer. Every value of a trait occurs: with as many values as
//     customers, each customer has one of their own.
//
// # The same bytes everywhere
//
// Every hour of a table has random numbers of its own, of the PCG generator seeded
// with the shape's seed, the table and the hour. A hash does for customers. So part
// files are made in any order by as many workers as there are cores, and a day
// behind the workload goes on with it. Hot loops work in integers; what is computed
// in floating point, in exact.go, never meets an instruction that rounds otherwise
// on another machine. The libraries that encode and compress have a say in the
// bytes, too: testdata holds the hashes for the versions that go.mod pins.
//
// # Files
//
// Part files have about two million rows in row groups of 262,144 (customers:
// 131,072, less where they have many attributes), ZSTD at its fastest level, dictionaries for columns of few distinct
// values, plain values otherwise. They are written by the column chunk writers of
// arrow-go, which take typed slices: 4.5 to 5.0 million page views per second and
// core, as fast as the column writers of parquet-go. The generic writer of the
// latter wrote 7 million, to files a fifth larger, and would need a Go type for
// every number of traits.
//
// Start at [Generate], [GenerateDay] and [Open].
package workload
