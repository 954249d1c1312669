package rule

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/document"
)

// Library is the segments that a rule may refer to. It is immutable and safe for
// concurrent use. A nil Library is empty.
type Library struct {
	files  []*SegmentFile
	byPath map[string]*SegmentFile
	byName map[string][]*SegmentFile
	byID   map[string][]*SegmentFile
}

// SegmentFile is a segment of a library.
type SegmentFile struct {
	Path string // folder and name with slashes: "Loyalty/VIP"; unique in the library
	Name string // the last part of Path
	ID   string // of the file's "id"; may be empty
	File string // where it was read, for messages; empty if it was made from text
	Rule *Rule
	// Extra holds the other keys of the file, in their order. They are kept for
	// those who write the file again, and not acted on.
	Extra []document.Pair
}

// NewLibrary returns the library of the given segments, whose paths differ.
func NewLibrary(files []*SegmentFile) *Library {
	l := &Library{
		files: files, byPath: map[string]*SegmentFile{},
		byName: map[string][]*SegmentFile{}, byID: map[string][]*SegmentFile{},
	}
	for _, f := range files {
		l.byPath[f.Path] = f
		l.byName[f.Name] = append(l.byName[f.Name], f)
		if f.ID != "" {
			l.byID[f.ID] = append(l.byID[f.ID], f)
		}
	}
	return l
}

// Segments returns the segments, in the order given. The caller must not change
// the slice.
func (l *Library) Segments() []*SegmentFile {
	if l == nil {
		return nil
	}
	return l.files
}

// find returns the segments that ref may mean. An id is that of a file. A name is
// the segment at that path, else those of that name; and those of that id, so that
// a file's reference by id keeps its meaning as text.
func (l *Library) find(ref string, byID bool) []*SegmentFile {
	switch {
	case l == nil:
		return nil
	case byID:
		return l.byID[ref]
	case l.byPath[ref] != nil:
		return []*SegmentFile{l.byPath[ref]}
	}
	found := l.byName[ref]
	for _, f := range l.byID[ref] {
		if !slices.Contains(found, f) {
			found = append(slices.Clip(found), f)
		}
	}
	return found
}
