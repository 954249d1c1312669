// Package thrift reads and writes messages of Thrift's strict binary protocol
// without generated code: structs are maps from field numbers to values, or lists
// of numbered fields to write. File fields.go names the numbers of the messages
// that a SQL warehouse speaks.
//
// A message:
//
//	0x8001      2 bytes, the version
//	0           1 byte
//	type        1 byte: 1 call, 2 reply, 3 exception
//	name        string of the method
//	sequence    4 bytes, an answer repeats that of its call
//	struct      of arguments, or of the result under field 0
//
// A struct is fields of one byte of type, two of number, and the value, ended by a
// byte 0. Numbers are big-endian. A string or binary is four bytes of length and
// its bytes; a list or set one byte of element type, four of length, elements; a
// map two bytes of types, four of length, keys and values in turn.
//
// Reading trusts nothing: whatever the bytes, [Decode] returns a message or an
// error, in time and space bounded by their number.
package thrift
