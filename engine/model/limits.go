package model

// Limits on a configuration file. Beyond one of the first three the file is
// refused with a single problem; nothing is cut off silently.
const (
	// MaxConfigBytes is the greatest size of a configuration file, in bytes.
	MaxConfigBytes = 1 << 20
	// MaxConfigDepth is how deep lists and mappings may lie within each other,
	// counted apart for those by indentation and those in brackets.
	MaxConfigDepth = 32
	// MaxConfigMarks is the greatest number of characters that YAML gives a
	// meaning to, such as ":" and "-"; JSON needs no such limit. It bounds the
	// memory that reading takes, at some 150 MiB, and leaves room for 10,000
	// attributes.
	MaxConfigMarks = 1 << 16
	// MaxProblems is how many problems a ConfigError holds. Reading stops there,
	// and the error says so.
	MaxProblems = 100
	// MaxFilters is the greatest number of filters on a master table.
	MaxFilters = 2
	// MaxRanks is of how many of a customer's latest events the day may be indexed.
	// Each takes about as much room as a behavior's events of some days.
	MaxRanks = 64
)

// Limits on how a problem is shown. They shorten text for the reader.
const (
	maxShownNames = 8   // of names listed in a hint
	maxNearBytes  = 256 // of an unknown word; no nearest word is looked for beyond
)
