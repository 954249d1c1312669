// Package encoding holds the byte encodings of the columns of an event block:
// sequences of whole numbers and of texts, small on disk and fast to read from
// any position, in place.
//
// [AppendInts] chooses the encoding of whole numbers by their values alone: the
// smallest, and of equally small ones that which decodes fastest. It computes
// the sizes; only the one that it takes is made. [ParseInts] checks an encoding
// once, so that no bytes make a method of [Ints] panic or read elsewhere.
//
// # Layout
//
// All numbers are little-endian. An encoding is whole words of 8 bytes; what is
// left over of the last word is zero. It begins with its header:
//
//	byte   0        1        2 ..................... 7
//	     +--------+--------+--------------------------+
//	     | kind   | width  | number of values         |
//	     +--------+--------+--------------------------+
//
// The width is that of a code in bits, and 0 where there are no codes or codes
// have many widths. The kinds:
//
//	1 Constant     | header | value |
//
//	2 Packed       | header | base | unit | codes ... |
//
//	3 Dictionary   | header | D | value 0 | ... | value D-1 | codes ... |
//
//	4 Delta        | header | step | unit |
//	               | first value of frame 0 | of frame 1 | ...    8 bytes each
//	               | end of frame 0 | of frame 1 | ... | padding  4 bytes each
//	               | codes of frame 0 ... | codes of frame 1 ... | ...
//
//	5 Plain        | header | value 0 | value 1 | ...
//
// No values at all are a Plain without values.
//
// Codes are packed without gaps, all of width w bits: code i is in the bits
// [i·w, i·w + w) of the words that they lie in, where bit 0 is the lowest of the
// first word.
//
//	codes of 20 bits      word 0                                  word 1
//	bit   0         20        40        60   63 0              16
//	     | code 0  | code 1  | code 2  | code 3               | code 4  | ...
//
// Packed: value = base + unit × code. The base is the least value, and the unit
// the greatest common divisor of the values' distances from it. Width is 1 to 64.
//
// Dictionary: value = value number code of the D distinct ones, which ascend. D
// is 2 to 65,536, and the width is that of D - 1.
//
// Delta: 128 values make a frame; the last frame has what is left over. Within a
// frame, value = value before it + step + unit × code. The step is the least
// difference of neighbours in a frame, as a signed number, and the unit the
// greatest common divisor of the differences' distances from it. Every frame has
// a width of its own, 0 to 64, which is its end less the end of the frame before
// it: an end is the sum of all widths up to there. Its codes start with one for
// its first value, which is 0. So a whole frame takes 2·w words, and one starts
// at word 2 × (end of the frame before it): any position is reached by decoding
// one frame at most.
//
// All sums and products are modulo 2^64: values are far apart or their distances
// overflow without any harm.
//
// Texts are where each of them ends in their bytes, then these bytes:
//
//	| size of the ends' encoding | ends: an encoding as above | bytes ... | padding |
package encoding

//go:generate go run generate_unpack.go
