// Package bitmap is sets of rows and their algebra; it knows nothing of
// customers.
//
// Rows come in blocks of 65,536, which is the span of one container of a
// roaring bitmap. [Words] is the set of the rows of one block as plain bits,
// the form in which rules are computed: combined in place, counted at the end.
// [View] reads a stored bitmap, in the portable roaring format, straight from
// the bytes of a file and expands one block of it into Words. [Append] writes
// that format.
//
// The roaring library builds the stored bitmaps and judges ours in tests. It is
// not used to combine them: its results are new bitmaps, which cost an
// allocation and a pass over memory for every step of a rule.
//
// Format: https://github.com/RoaringBitmap/RoaringFormatSpec. Method: Lemire,
// Ssi-Yan-Kai, Kaser, "Consistently faster and smaller compressed bitmaps with
// Roaring", Software: Practice and Experience 46 (2016).
package bitmap
