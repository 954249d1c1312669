package store

import (
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
)

// OrderedIndex returns the ordered index of attribute i, or nil where it has none.
func (s *Snapshot) OrderedIndex(i int) (*index.Ordered, error) {
	if s.attributes[i].ordered == nil {
		return nil, nil
	}
	return s.attributes[i].ordered.At(0)
}

// ordered returns the ordered index of an attribute.
func (o *opener) ordered(i int, t model.Type) *column.Lazy[index.Ordered] {
	file := o.sections(AttributeOrderedFile(i))
	key := openedKey{kind: openedOrdered, files: [2]*mapping{file.mapping}, typ: t}
	return shared(o, key, func() *column.Lazy[index.Ordered] {
		return lazyOne(func() (*index.Ordered, error) { return index.OpenOrdered(t, file) })
	})
}
