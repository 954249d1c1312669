package store

import (
	"errors"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
)

// gramsGroup returns the group of the gram index of attribute i, none where it has
// none.
func (v *verifier) gramsGroup(i int) []group {
	name := AttributeGramsFile(i)
	if _, ok := v.snapshot.manifest.File(name); !ok {
		return nil
	}
	return []group{{files: []string{name, AttributeFile(i)}, check: func() error { return v.checkGrams(i) }}}
}

// checkGrams checks that the gram index of attribute i can be read, and agrees with
// the strings.
func (v *verifier) checkGrams(i int) error {
	name := AttributeGramsFile(i)
	if err := v.checkLayout(name); err != nil {
		return err
	}
	if v.snapshot.Schema().Attributes[i].Type.Kind != model.String {
		return v.wrong(name, "%w", errors.New("grams of an attribute that is no string"))
	}
	grams, check := v.snapshot.Grams(i), new(index.GramBuilder)
	return v.eachBlock(func(block, _ int) error {
		values, err := v.snapshot.Attribute(i).Block(block)
		if err != nil {
			return err
		}
		if err := check.Check(grams, block, values); err != nil {
			return v.wrong(name, "block %d: %w", block, err)
		}
		return nil
	})
}
