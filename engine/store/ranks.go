package store

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Ranks returns the ranks of behavior i of the schema, of all its parts, or nil
// where it has none.
func (s *Snapshot) Ranks(i int) (*index.Ranks, error) {
	if s.behaviors[i].ranks == nil {
		return nil, nil
	}
	return s.behaviors[i].ranks.At(0)
}

// ranks returns the ranks of a behavior, nil where it has none.
func (o *opener) ranks(i int, fields []model.Field) *column.Lazy[index.Ranks] {
	name := RanksFile(i)
	if o.s.files[name] == nil {
		return nil
	}
	file := o.sections(name)
	if o.prev != nil {
		for j, p := range o.prev.behaviors {
			if o.prev.files[RanksFile(j)] == file.mapping && slices.Equal(p.fields, fields) {
				return p.ranks
			}
		}
	}
	return lazyOne(func() (*index.Ranks, error) { return index.OpenRanks(fields, file) })
}
