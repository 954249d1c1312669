// Package column is typed vectors of attribute and event values, the forms in which
// they are stored, and the tests of rules on them.
//
// A [Vector] is a block's worth of one column: at most [bitmap.BlockRows] rows of
// an attribute, or any number of events. [Vector.Keep] is the place where a value
// meets a rule: of a set of rows it takes out those that do not pass a [Test]. The
// same code decides for a column that is scanned, for the distinct values of an
// index and for the fields of events, so that all select alike.
//
// A [Builder] collects values in any order of rows and hands them out in the order
// wanted, in one of three forms:
//
//   - [Builder.Take] gives Arrow arrays of the plain type, which [Builder.Append]
//     takes back.
//   - [Builder.Stored] gives Arrow arrays as an attribute is stored: where that is
//     smaller, as codes in a dictionary of the column's distinct values. [NewVector]
//     reads them in place.
//   - [AppendEncoded] gives bytes as a field of events is stored: see below.
//     [Encoded.Decode] reads any piece of them into a [Buffer].
//
// # Encoded columns
//
// All numbers are little-endian, and everything starts at a multiple of 8 bytes. An
// encoding is one of package encoding.
//
//	u8   flags: 1 where any row is NULL
//	u8   form
//	6 zero bytes
//	valid rows, only where any is NULL: a bit a row, the first lowest, in words of u64
//
//	form 1  whole numbers  encoding of them: int64, microseconds, days, 0 and 1,
//	                       unscaled decimals of up to 18 digits
//	form 2  floats         encoding of their bits
//	form 3  decimals       u64 size, encoding of the high 64 bits; encoding of the low
//	form 4  texts          encoding of texts
//	form 5  codes          encoding of places in the column's [Dictionary]
//	form 6  lists          u64 size, encoding of where each list ends among all
//	                       elements; these, an encoded column
//
// The number of rows is known from elsewhere; that of all elements of a column's
// lists is at most 2^26. A NULL stands as the value before it,
// or, where there is none, as the first one after it; as an empty text or list.
// A dictionary is the number of its texts in a u64 and an encoding of them.
package column
