// Package toc is a file of tagged sections with a table of contents at its end,
// read in place.
//
//	offset    size
//	0         8     magic "rollcall"
//	8         4     version of this layout, 1
//	12        4     zero
//	16        ...   sections, each at a multiple of 8 bytes, or of 64 where it has
//	                4 KiB or more; zeros between them
//	table     24n   an entry per section, ascending by tag, then by index:
//	                tag u32, index u32, offset u64, size u64
//	table+24n 8     offset of the table
//	          8     number of entries n
//	          8     xxhash64 of the bytes of the table
//	          8     magic "llacllor"
//
// All numbers are little-endian. The table is at a multiple of 8 bytes. A
// section is found by its tag and its index: the tag says what it is, the index
// which of many, such as the block. A reader asks for the sections that it
// knows, so a section whose tag it does not know is skipped: a later writer can
// add sections that an earlier reader does without.
//
// The table is checked when a file is opened, the bytes of a section by
// [Bytes.Range] before they are used, and by nothing else: opening a file
// reads its header and its table only.
package toc
