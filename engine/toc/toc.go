package toc

// Layout of a file. A change of any of these is a new version.
const (
	version = 1

	headerMagic = "rollcall"
	footerMagic = "llacllor"

	headerBytes = 16
	entryBytes  = 24
	footerBytes = 32

	sectionAlign = 8
	largeAlign   = 64      // of sections of largeBytes or more
	largeBytes   = 4 << 10 // a cache line of padding is nothing to these
)

// Bytes is the bytes of a file, checked before they are handed out. It is safe
// for concurrent use.
type Bytes interface {
	// Len returns the number of bytes.
	Len() int64
	// Range returns n bytes at offset off, in place, once they have been found to
	// be what was written. They must not be changed.
	Range(off, n int64) ([]byte, error)
	// Corrupt makes the error that says what is wrong with the file.
	Corrupt(reason error) error
}

// Tag says what a section is. A number is never used for another thing.
type Tag uint32

// Sections is what a reader of sections needs of a file. It is safe for
// concurrent use.
type Sections interface {
	// Section returns the bytes of a section, in place; they must not be changed.
	// ok is false where the file has no such section.
	Section(tag Tag, index uint32) (data []byte, ok bool, err error)
	// Corrupt makes the error that says what is wrong with the file.
	Corrupt(reason error) error
}

// Entry is the place of one section.
type Entry struct {
	Tag    Tag
	Index  uint32
	Offset int64 // from the start of the file
	Size   int64 // bytes
}

// compare orders entries by tag, then by index.
func (e Entry) compare(f Entry) int {
	switch {
	case e.Tag != f.Tag:
		return order(e.Tag < f.Tag)
	case e.Index != f.Index:
		return order(e.Index < f.Index)
	}
	return 0
}

func order(less bool) int {
	if less {
		return -1
	}
	return 1
}

// alignOf returns what the offset of a section of so many bytes is a multiple of.
func alignOf(size int64) int64 {
	if size >= largeBytes {
		return largeAlign
	}
	return sectionAlign
}

// alignUp returns the least multiple of align that is not less than n.
func alignUp(n, align int64) int64 { return (n + align - 1) / align * align }
