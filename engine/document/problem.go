package document

// Code is a kind of problem.
type Code uint8

// The kinds of problems.
const (
	Syntax    Code = iota + 1 // not the YAML or JSON that is read here, or beyond a limit
	Duplicate                 // a key that its mapping has already
	Empty                     // a file without content
)

// Problem is one thing wrong with a document, with its place.
type Problem struct {
	Code    Code
	Path    *Path  // of the node; nil is the file
	Line    int    // 1-based
	Column  int    // 1-based, in characters
	Offset  int    // of the first byte within the document
	Length  int    // in bytes; 0 where only the start is known
	Message string // what was found and what was expected
	Hint    string // how to write it right; may be empty
}

// problemList collects problems, most of them at most.
type problemList struct {
	list []Problem
	most int
}

func (l *problemList) add(p Problem) {
	if len(l.list) < l.most {
		l.list = append(l.list, p)
	}
}

// full reports whether no other problem would be kept.
func (l *problemList) full() bool { return len(l.list) >= l.most }
