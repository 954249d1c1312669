package store

import "github.com/rollcall-db/rollcall/engine/index"

// Grams returns the gram index of attribute i, or nil where it has none.
func (s *Snapshot) Grams(i int) *index.Grams { return s.attributes[i].grams }

// grams returns the gram index of an attribute.
func (o *opener) grams(i int) *index.Grams {
	file, rows := o.sections(AttributeGramsFile(i)), o.s.Rows()
	key := openedKey{kind: openedGrams, files: [2]*mapping{file.mapping}, n: rows}
	return shared(o, key, func() *index.Grams { return index.OpenGrams(file, rows) })
}
