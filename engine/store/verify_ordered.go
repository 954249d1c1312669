package store

import "github.com/rollcall-db/rollcall/engine/index"

// orderedGroup returns the group of the ordered index of attribute i, none where it
// has none.
func (v *verifier) orderedGroup(i int) []group {
	name := AttributeOrderedFile(i)
	if _, ok := v.snapshot.manifest.File(name); !ok {
		return nil
	}
	return []group{{files: []string{name, AttributeFile(i)}, check: func() error { return v.checkOrdered(i) }}}
}

// checkOrdered checks that the ordered index of attribute i can be read, and agrees
// with the values.
func (v *verifier) checkOrdered(i int) error {
	name := AttributeOrderedFile(i)
	if err := v.checkLayout(name); err != nil {
		return err
	}
	check, err := index.NewOrderedCheck(v.snapshot.Schema().Attributes[i].Type, newSections(v.snapshot.files[name]))
	if err != nil {
		return err
	}
	err = v.eachBlock(func(block, _ int) error {
		values, err := v.snapshot.Attribute(i).Block(block)
		if err != nil {
			return err
		}
		if err := check.Block(block, values); err != nil {
			return v.wrong(name, "block %d: %w", block, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := check.Finish(); err != nil {
		return v.wrong(name, "%w", err)
	}
	return nil
}
