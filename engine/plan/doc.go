// Package plan turns a checked rule into a [Program] for one snapshot at one
// as_of: for every condition the structure that answers it, windows with their
// bounds, and the members of an "and" in the order in which they take away most
// customers for what they cost.
//
// First the rule is made simpler, with the same meaning: brackets and double
// negations that change nothing go, what a negated "or" within an "and" has is taken
// away one by one, tests of one attribute become one test of all their values, and
// "an event in a window and none in the end of it" becomes one test of the last
// event. A step of a program shows all the conditions that it answers.
//
// Then each test is given the structure that takes least:
//
//   - the value index: bitmaps of the values that pass, read and united;
//   - the ordered index: bitmaps of the digits of a value's bin, and a look at the
//     values of the bins that a bound cuts;
//   - a scan of the attribute's column, of the blocks whose zone map does not know
//     the answer;
//   - the timeline: bitmaps of days, and of several days, that lie wholly in a
//     window, and the events of the days that its bounds cut;
//   - the ranks: bitmaps of the days of customers' most recent events;
//   - a scan of the events in a window, or of those that postings have of some
//     values, to count them or to fold them: filter them by their fields, then make
//     one value of each customer's;
//   - for a sequence, a look at the events of all its steps, as far as their windows
//     leave each other a chance, of the customers whom the timeline has for every step;
//   - another segment, or a test that the rule has named before, planned once and
//     computed once a block.
//
// The events of a first or a last without a filter are not scanned: the timeline
// knows who has one in a window and none before it, or after it. What a filter
// demands of the events' time narrows the window, and the rest of it is ordered
// so that quick tests leave few events for slow ones. Where it is known without a
// look that nobody or everybody passes, no step is left but that.
//
// A plan only says what to read. Package exec reads it.
package plan
