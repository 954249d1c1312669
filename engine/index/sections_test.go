package index

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

var errCorrupt = errors.New("corrupt")

// inMemory is sections held in memory.
type inMemory map[place][]byte

// place is that of a section.
type place struct {
	tag   toc.Tag
	index uint32
}

func (m inMemory) Section(tag toc.Tag, index uint32) (data []byte, ok bool, err error) {
	data, ok = m[place{tag, index}]
	return data, ok, nil
}

func (m inMemory) Corrupt(reason error) error { return fmt.Errorf("%w: %w", errCorrupt, reason) }

func (m inMemory) add(tag toc.Tag, index uint32, data []byte) error {
	m[place{tag, index}] = slices.Clone(data)
	return nil
}

// write makes the sections of a part of events.
func write(t testing.TB, c *Collected) inMemory {
	t.Helper()
	m := inMemory{}
	w := NewEventWriter(c.Fields, m.add)
	order := c.Order()
	for len(order) > 0 {
		block, n := blockOf(c, order[0]), 1
		for n < len(order) && blockOf(c, order[n]) == block {
			n++
		}
		if err := w.Block(block, c, order[:n]); err != nil {
			t.Fatal(err)
		}
		order = order[n:]
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSectionNames(t *testing.T) {
	fields := []model.Field{{Name: "place"}, {Name: "spent"}}
	for _, c := range []struct {
		tag   toc.Tag
		index uint32
		want  string
	}{
		{tagRows, 3, "rows of block 3"},
		{tagTime, 0, "times of block 0"},
		{tagDictionary, 1, `dictionary of field "spent"`},
		{tagDictionary, 2, "section 2 of tag 3"},
		{tagField0, 7, `field "place" of block 7`},
		{tagField0 + 1, 7, `field "spent" of block 7`},
		{tagField0 + 2, 7, "section 7 of tag 18"},
		{0, 1, "section 1 of tag 0"},
		{9, 1, "section 1 of tag 9"},
	} {
		if got := SectionName(fields, c.tag, c.index); got != c.want {
			t.Errorf("tag %d, index %d: %s, want %s", c.tag, c.index, got, c.want)
		}
	}
}
