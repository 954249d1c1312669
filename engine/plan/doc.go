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
//   - a scan of the events in a window, to count them or to fold them: filter
//     them by their fields, then make one value of each customer's;
//   - another segment, planned once however often it is named.
//
// The events of a first or a last without a filter are not scanned: the timeline
// knows who has one in a window and none before it, or after it. What a filter
// demands of the events' time narrows the window, and the rest of it is ordered
// so that quick tests leave few events for slow ones.
//
// A plan only says what to read. Package exec reads it.
package plan
