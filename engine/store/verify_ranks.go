package store

import (
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/window"
)

// levelsGroup returns the check of the groups of days of a part, nothing where
// there are none.
func (c *behaviorCheck) levelsGroup(part int) []group {
	name := PartLevelsFile(c.behavior, part)
	if _, ok := c.v.snapshot.manifest.File(name); !ok {
		return nil
	}
	directory, bitmaps := PartIndexFiles(c.behavior, part)
	return []group{{files: []string{name, directory, bitmaps}, check: func() error { return c.checkLevels(part) }}}
}

// checkLevels checks that every group has the customers of its days.
func (c *behaviorCheck) checkLevels(part int) error {
	name := PartLevelsFile(c.behavior, part)
	if err := c.v.checkLayout(name); err != nil {
		return err
	}
	t, err := c.v.snapshot.behaviors[c.behavior].timelines[part].At(0)
	if err != nil {
		return err
	}
	check := t.CheckLevels()
	err = c.v.eachBlock(func(block, _ int) error {
		if err := check.Block(block); err != nil {
			return c.v.wrong(name, "%w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := check.Finish(); err != nil {
		return c.v.wrong(name, "%w", err)
	}
	return nil
}

// ranksGroup returns the check of the ranks of the behavior, whose events are in
// these files, nothing where there are none.
func (c *behaviorCheck) ranksGroup(events []string) []group {
	name := RanksFile(c.behavior)
	if _, ok := c.v.snapshot.manifest.File(name); !ok {
		return nil
	}
	files := append([]string{name}, events...)
	for part := range events {
		directory, _ := PartIndexFiles(c.behavior, part)
		files = append(files, directory)
	}
	return []group{{files: files, check: func() error { return c.checkRanks(events) }}}
}

// checkRanks compares the ranks with the events.
func (c *behaviorCheck) checkRanks(files []string) error {
	name := RanksFile(c.behavior)
	if err := c.v.checkLayout(name); err != nil {
		return err
	}
	ranks, err := c.v.snapshot.Ranks(c.behavior)
	if err != nil {
		return err
	}
	if err := c.checkRankDays(ranks); err != nil {
		return err
	}
	check, err := ranks.Check()
	if err != nil {
		return err
	}
	events := c.events(files)
	err = c.v.eachBlock(func(block, rows int) error {
		b, err := events.Block(block)
		if err != nil {
			return err
		}
		if err := b.CheckRows(rows); err != nil {
			return err
		}
		return check.Block(block, b, rows)
	})
	if err != nil {
		return err
	}
	return check.Finish()
}

// checkRankDays compares the days of the ranks with those of the parts.
func (c *behaviorCheck) checkRankDays(ranks *index.Ranks) error {
	name := RanksFile(c.behavior)
	var parts [][]window.Interval
	for part := range c.v.snapshot.behaviors[c.behavior].timelines {
		directory, _ := PartIndexFiles(c.behavior, part)
		batch, err := (&table{mapping: c.v.snapshot.files[directory], batches: 1}).Batch(0)
		if err != nil {
			return err
		}
		days, err := index.TimelineDays(batch)
		if err != nil {
			return c.v.wrong(directory, "%w", err)
		}
		parts = append(parts, days)
	}
	days, ok := index.RankDays(parts)
	switch {
	case !ok:
		return c.v.wrong(name, "days: those of the parts overlap, so that none have a number")
	case len(days) != len(ranks.Days()):
		return c.v.wrong(name, "days: %d, expected %d", len(ranks.Days()), len(days))
	}
	for i, day := range ranks.Days() {
		if day != days[i] {
			return c.v.wrong(name, "days: day %d is from %d to %d, expected %d to %d", i, day.Lo, day.Hi, days[i].Lo, days[i].Hi)
		}
	}
	return nil
}
