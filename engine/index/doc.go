// Package index is the structures that answer a condition without reading every
// value:
//
//   - [Values]: a bitmap of customers per distinct value of an attribute, and
//     one for NULL.
//   - [Ordered]: the place of each value of an attribute among all, as the number of
//     a bin, in [Digits]: a bitmap per place and value of a digit.
//   - [Zones]: the least and the greatest value of an attribute in every block, so
//     that a scan skips blocks whose answer they know.
//   - [Timeline]: a bitmap of customers per day of a behavior, and per group of days
//     where that pays ([OpenLevels]).
//   - [Ranks]: the days of each customer's latest events, of the first one, and of
//     the latest ones of distinct values, as such numbers.
//   - [Events]: the events of a behavior themselves, block by block, for counting
//     and for the ragged edges of a window; and their fields, of which only those
//     are read that are asked for.
//
// Events come in parts: a refresh adds one and leaves the others alone. Within a
// part those of a block are in order of time; a [Chunk] decodes some of them at a
// time, since their columns are stored in few bits. A part's timeline is its own,
// and [MergeTimelines] makes one of all.
//
// Each is built from what a load collected and opened from the files of a
// snapshot; docs/format.md shows the bytes. Nothing here knows rules beyond the
// test of one value.
package index
