package store

import (
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
)

// withLevels returns the timeline of a part, whose directory is days, with the
// groups of days that a file has, nil where there is none.
func (o *opener) withLevels(plain *column.Lazy[index.Timeline], days, levels *mapping) *column.Lazy[index.Timeline] {
	if levels == nil {
		return plain
	}
	return shared(o, openedKey{kind: openedLevels, files: [2]*mapping{days, levels}}, func() *column.Lazy[index.Timeline] {
		file := newSections(levels)
		return lazyOne(func() (*index.Timeline, error) {
			t, err := plain.At(0)
			if err != nil {
				return nil, err
			}
			return index.OpenLevels(t, file)
		})
	})
}
