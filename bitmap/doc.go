// Package bitmap is sets of rows and their algebra; it knows nothing of
// customers.
//
// Rows come in blocks of 65,536, which is the span of one container of a
// roaring bitmap. [Words] is the set of the rows of one block as plain bits,
// the form in which rules are computed: combined in place, counted at the end.
// [View] reads a stored bitmap, in the portable roaring format, straight from
// the bytes of a file; its [Container] of a block is combined with Words, or, where
// it is plain bits itself, used as Words without a copy. A [Step] says how Words
// are combined; several of them go in one pass over memory. [Builder] writes the
// format.
//
// The roaring library judges all of this in tests. It is not used to combine
// bitmaps: its results are new bitmaps, which cost an allocation and a pass over
// memory for every step of a rule.
//
// Machines other than amd64 and arm64, and builds with the tag purego, copy a
// container before they use it: no unsafe code is in these. Where amd64 has AVX-512,
// all steps are one pass of an assembly function; builds for the race detector and
// with purego are without.
//
// Format: https://github.com/RoaringBitmap/RoaringFormatSpec. Method: Lemire,
// Ssi-Yan-Kai, Kaser, "Consistently faster and smaller compressed bitmaps with
// Roaring", Software: Practice and Experience 46 (2016).
package bitmap
