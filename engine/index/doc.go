// Package index is the structures that answer a condition without reading every
// value:
//
//   - [Values]: a bitmap of customers per distinct value of an attribute, and
//     one for NULL.
//   - [Timeline]: a bitmap of customers per day of a behavior.
//   - [Events]: the events of a behavior themselves, block by block and in order
//     of time, for counting and for the ragged edges of a window; and their fields,
//     of which only those are read that are asked for.
//
// Each is built from what a load collected and opened from the files of a
// snapshot; docs/format.md shows the bytes. Nothing here knows rules beyond the
// test of one value.
package index
