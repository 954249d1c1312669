// Package store is the snapshot directory: what is on disk, how it comes there
// whole, and how it is read.
//
//	customers.rollcall/
//	  MANIFEST              the current version: which it is, and its files
//	  LOCK                  held while somebody writes
//	  00000007/             files that version 7 wrote, never changed
//	    MANIFEST            of version 7, as long as it is kept
//	    keys.arrow                   by row, a record batch per block
//	    keys.table                   rows by hash of the key
//	    live.bitmap                  rows that are customers, where not all are
//	    attribute-0000.arrow         values, a record batch per block
//	    attribute-0000.zones.arrow   zone map: a row per block
//	    attribute-0000.values.arrow  directory of the value index
//	    attribute-0000.bitmaps
//	    attribute-0000.ordered       ordered index: sections of bins and digits
//	    attribute-0000.grams         gram index: sections per block
//	    behavior-0000-0000.events    part 0 of behavior 0: sections per block
//	    behavior-0000-0000.days.arrow  directory of its timeline
//	    behavior-0000-0000.bitmaps
//
// A [Writer] makes a new version beside the current one. It writes files of its
// own and adopts files of the current version that stay as they are: a manifest
// says in which folder each of its files lies. Commit syncs the files, writes the
// manifest into the version's folder and beside the current one, syncs both, and
// renames the latter to MANIFEST: a crash at any instant leaves the versions
// before or those after. Then it removes what no kept version needs; the next
// writer does that where a crash came between, or where something could not be
// removed. Until then [Verify] lists it.
//
// A [Snapshot] is a version that has been opened: its files are mapped, and stay
// readable when a later commit removes them. A file is checked piece by piece, as
// pieces are first used: the manifest has a checksum for every [SectionBytes] of
// it. Versions that are open at a time share the files that they have in common,
// and what was found right of them: see [OpenNext]. [Verify] checks all of a
// version, and that its files agree with each other.
//
// Everything that is read or written goes through an [FS].
//
// Invariants, relied on where cited:
//
//	I1. A file that a manifest names is complete and synced before the manifest
//	    is.
//	I2. A file never changes. It is removed when no kept version names it.
//	I3. The bytes of a piece are used only after its checksum has been found
//	    right.
//	I4. Versions before the oldest that the current manifest names do not exist
//	    for any reader, whatever is left of their files.
//
// docs/format.md describes the bytes.
package store
