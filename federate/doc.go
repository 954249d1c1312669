// Package federate is the folder of everything that meets the world outside of a
// snapshot, and holds nothing itself: federate/source is the contract of the
// places that customer data comes from, with an implementation in a folder
// beside it for each kind of place, and federate/export writes audiences to
// files.
package federate
