// Package plan turns a checked rule into a [Program] for one snapshot at one
// as_of: for every condition the structure that answers it, windows with their
// bounds, and the cheapest members of an "and" first.
//
// The structures are
//
//   - the value index: bitmaps of the values that pass, read and united;
//   - a scan of the attribute's column, where it has no value index;
//   - the timeline: bitmaps of the days that lie wholly in a window, and the
//     events of the days that its bounds cut;
//   - a scan of the events in a window, to count them.
//
// A plan only says what to read. Package exec reads it.
package plan
