package document

// Limits bounds what a reader takes on. Beyond one of the first three a file is
// refused with a single problem; nothing is cut off silently.
type Limits struct {
	// Bytes is the greatest size of a file.
	Bytes int
	// Depth is how deep lists and mappings may lie within each other. In YAML,
	// those by indentation and those in brackets are counted apart.
	Depth int
	// Marks is the greatest number of characters that YAML gives a meaning to,
	// such as ":" and "-". It bounds the memory that reading YAML takes, at some
	// 2.5 KiB each. JSON needs no such bound.
	Marks int
	// Problems is how many problems are collected. Reading goes on in silence.
	Problems int
}

// DefaultLimits are those of [Parse], [ParseYAML] and [ParseJSON]: 1 MiB, 1,200
// levels, 131,072 marks and 100 problems.
var DefaultLimits = Limits{Bytes: 1 << 20, Depth: 1200, Marks: 1 << 17, Problems: 100}

// maxShownRunes is how much of a file's text is repeated in a message or a path.
const maxShownRunes = 40
