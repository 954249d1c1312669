package source

import "github.com/apache/arrow-go/v18/arrow"

// CodedText is the type of the columns that a [Coder] gives.
var CodedText = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint32, ValueType: arrow.BinaryTypes.String}

// Coder is a table that can give text as numbers of a dictionary, which spares who
// numbers texts anyway a look at every row.
type Coder interface {
	Table
	// Coded returns the same data. Its scans give the named columns of strings as
	// dictionary arrays, each batch with dictionaries of its own, of type
	// [CodedText], where the table can; others are as ever. Numbers are below the
	// length of the dictionary, which has no NULLs; its texts may repeat, and need
	// not all be used. Schema does not tell.
	Coded(columns []string) Table
}
