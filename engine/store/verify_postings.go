package store

import (
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// postingsGroup returns the check of the postings of a part, where it has any.
func (c *behaviorCheck) postingsGroup(part int) []group {
	name := PostingsFile(c.behavior, part)
	if _, listed := c.v.snapshot.manifest.File(name); !listed {
		return nil
	}
	return []group{{
		files: []string{name, PartFile(c.behavior, part)},
		check: func() error { return c.checkPostings(part) },
	}}
}

// checkPostings makes the postings of a part again from its events, and compares.
func (c *behaviorCheck) checkPostings(part int) error {
	name := PostingsFile(c.behavior, part)
	if err := c.v.checkLayout(name); err != nil {
		return err
	}
	s := c.v.snapshot
	open := func(name string) []toc.Sections { return []toc.Sections{newSections(s.files[name])} }
	fields := s.Schema().Behaviors[c.behavior].Fields
	events := index.OpenEventsWith(fields, s.Blocks(), open(PartFile(c.behavior, part)), open(name))
	return c.v.eachBlock(func(block, rows int) error {
		b, err := events.Block(block)
		if err != nil || len(b.Parts) == 0 {
			return err
		}
		if err := b.Parts[0].Check(rows); err != nil {
			return err
		}
		return b.Parts[0].CheckPostings()
	})
}
