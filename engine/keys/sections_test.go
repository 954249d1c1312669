package keys

import (
	"cmp"
	"maps"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/toc"
)

type blockBatch = arrow.RecordBatch

// place names a section.
type place struct {
	tag   toc.Tag
	index uint32
}

// sections is the sections of a table, for tests that change them.
type sections map[place][]byte

func (s sections) add(tag toc.Tag, index uint32, data []byte) error {
	s[place{tag, index}] = slices.Clone(data)
	return nil
}

// cut takes bytes off the end of a section.
func (s sections) cut(tag toc.Tag, index uint32, n int) {
	data := s[place{tag, index}]
	s[place{tag, index}] = data[:len(data)-n]
}

// fill hands the sections to add.
func (s sections) fill(add func(tag toc.Tag, index uint32, data []byte) error) error {
	for _, p := range s.places() {
		if err := add(p.tag, p.index, s[p]); err != nil {
			return err
		}
	}
	return nil
}

// places returns the names in the order of a file.
func (s sections) places() []place {
	return slices.SortedFunc(maps.Keys(s), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.tag, b.tag), cmp.Compare(a.index, b.index))
	})
}
