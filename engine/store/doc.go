// Package store is the snapshot directory: what is on disk, how it comes there
// whole, and how it is read.
//
//	customers.rollcall/
//	  MANIFEST              which version is the current one, and its files
//	  LOCK                  held while somebody writes
//	  00000007/             the files of version 7, never changed
//	    keys.arrow
//	    attribute-0000.arrow         values, a record batch per block
//	    attribute-0000.values.arrow  directory of the value index
//	    attribute-0000.bitmaps
//	    behavior-0000.arrow          events, a record batch per block
//	    behavior-0000.days.arrow     directory of the timeline
//	    behavior-0000.bitmaps
//
// A [Writer] makes a new version beside the current one, syncs it, and commits
// by one rename of the manifest: a crash at any instant leaves the old snapshot
// or the new one. A [Snapshot] is a version that has been opened: its files are
// mapped, and stay readable when a later commit removes them.
//
// Invariants, relied on where cited:
//
//	I1. A file that a manifest names is complete and synced before the manifest
//	    is.
//	I2. Files of a version never change.
//	I3. The bytes of a file are used only after their checksum has been found
//	    right.
//
// docs/format.md describes the bytes.
package store
