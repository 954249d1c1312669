// Package interoptest holds what the tests of the snapshot format share: [Data], a
// parent segment with every type of value in a source that changes, and [Dump],
// which writes down all that a version holds.
package interoptest
