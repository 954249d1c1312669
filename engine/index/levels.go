package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// The sections of a file of levels. See docs/format.md.
const (
	tagGroups    toc.Tag = 1 // index: 0. u32 twice for each group: the place of its first day, and of the first one after it
	tagGroupRows toc.Tag = 2 // index: group. Bitmap of the customers with an event on one of its days
)

// groupBytes is what a group takes in the table of groups.
const groupBytes = 8

// group is days of a calendar that follow each other and have a bitmap together.
type group struct{ first, end int } // places of the days

// groupAt returns the number of the largest group that starts with a day and ends
// before another, -1 where there is none.
func (c *calendar) groupAt(first, end int) int {
	i := sort.Search(len(c.groups), func(i int) bool { return c.groups[i].first >= first })
	for ; i < len(c.groups) && c.groups[i].first == first; i++ {
		if c.groups[i].end <= end {
			return i
		}
	}
	return -1
}

// levelSectionName says what a section of a file of levels holds, for people.
func levelSectionName(tag toc.Tag, index uint32) string {
	switch {
	case tag == tagGroups && index == 0:
		return "groups of days"
	case tag == tagGroupRows:
		return fmt.Sprintf("customers of group %d", index)
	}
	return fmt.Sprintf("section %d of tag %d", index, tag)
}

// OpenLevels returns the timeline t, which is of one part, with the groups of days
// that a file of levels has. It keeps the bytes of the sections; those of a bitmap are
// read when it is first asked for. Every error about them is made by the file's
// Corrupt.
func OpenLevels(t *Timeline, file toc.Sections) (*Timeline, error) {
	corrupt := func(tag toc.Tag, index uint32, reason error) error {
		return file.Corrupt(fmt.Errorf("%s: %w", levelSectionName(tag, index), reason))
	}
	data, ok, err := file.Section(tagGroups, 0)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, corrupt(tagGroups, 0, errMissing)
	}
	c := *t.calendars[0]
	if c.groups, err = parseGroups(data, len(c.days)); err != nil {
		return nil, corrupt(tagGroups, 0, err)
	}
	c.groupViews = column.NewLazy(len(c.groups), func(i int) (*bitmap.View, error) {
		rows, ok, err := file.Section(tagGroupRows, uint32(i))
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, corrupt(tagGroupRows, uint32(i), errMissing)
		}
		view, err := bitmap.Parse(rows)
		if err != nil {
			return nil, corrupt(tagGroupRows, uint32(i), err)
		}
		return &view, nil
	})
	return &Timeline{calendars: []*calendar{&c}, days: t.days}, nil
}

var errGroupBytes = errors.New("its size is not that of whole groups")

// parseGroups returns the groups of a table, without their bitmaps, of a calendar
// of so many days. They are in the order of their first days, the larger first, and
// lie within each other or apart.
func parseGroups(data []byte, days int) ([]group, error) {
	if len(data)%groupBytes != 0 {
		return nil, errGroupBytes
	}
	groups := make([]group, len(data)/groupBytes)
	var around []int // where the groups end that the next one may lie within
	for i := range groups {
		first, end := binary.LittleEndian.Uint32(data[i*groupBytes:]), binary.LittleEndian.Uint32(data[i*groupBytes+4:])
		if uint64(end) > uint64(days) || uint64(first)+1 >= uint64(end) {
			return nil, fmt.Errorf("group %d is of the days %d to %d, expected two or more of %d", i, first, int64(end)-1, days)
		}
		g := group{first: int(first), end: int(end)}
		for len(around) > 0 && around[len(around)-1] <= g.first {
			around = around[:len(around)-1]
		}
		outside := len(around) > 0 && g.end > around[len(around)-1]
		if outside || i > 0 && (g.first < groups[i-1].first || g.first == groups[i-1].first && g.end >= groups[i-1].end) {
			return nil, fmt.Errorf("group %d is of the days %d to %d, which neither follow those of group %d nor lie among them", i, first, end-1, i-1)
		}
		around = append(around, g.end)
		groups[i] = g
	}
	return groups, nil
}
