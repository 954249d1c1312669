package index

import (
	"encoding/binary"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// Groups of days are of 4, 8, 16, 32 or 64 dates, the first of which, counted
// from 1970-01-01, is a multiple of that.
const (
	leastGroupShift    = 2
	greatestGroupShift = 6
)

// What it costs to add a bitmap to others, in the time that a row takes which is
// stored by itself.
const (
	denseRows = 4096 // a block with more is stored as bits
	denseCost = 1024 // of a block of bits
)

// groupGain is how many times less a group has to cost than what it stands for.
const groupGain = 3

// BuildLevels makes the file of levels of a part's timeline, over so many blocks of
// customers: it calls add for every section. A group of days gets a bitmap where
// that spares a window of them many reads: least is how many rows, one by one. 1:
// every group of two or more days gets one. It returns how many groups have one. The
// error is that of add.
//
// It reads every day once, and holds the groups of 64 days at a time.
func BuildLevels(t *Timeline, blocks int, least uint64, add func(tag toc.Tag, index uint32, data []byte) error) (groups int, err error) {
	b := NewLevelsBuilder(t, blocks, least, add)
	m := b.Maker()
	for i := range b.Spans() {
		if err := m.Make(i); err != nil {
			return 0, err
		}
		if err := b.Add(m); err != nil {
			return 0, err
		}
	}
	return b.Finish()
}

// LevelsBuilder is BuildLevels in steps, for the groups of several spans of 64 days
// to be made side by side. It is not safe for concurrent use.
type LevelsBuilder struct {
	*calendar
	blocks int
	least  uint64
	add    func(tag toc.Tag, index uint32, data []byte) error

	spans []*dayGroup
	table []byte
	buf   []byte
}

// NewLevelsBuilder returns a builder of what BuildLevels makes.
func NewLevelsBuilder(t *Timeline, blocks int, least uint64, add func(tag toc.Tag, index uint32, data []byte) error) *LevelsBuilder {
	b := &LevelsBuilder{calendar: t.calendars[0], blocks: blocks, least: least, add: add}
	for first := 0; first < len(b.dates); {
		span := b.tree(first, greatestGroupShift)
		first = span.end
		if len(span.kids) > 0 { // else one day
			b.spans = append(b.spans, span)
		}
	}
	return b
}

// Spans returns the number of spans.
func (b *LevelsBuilder) Spans() int { return len(b.spans) }

// LevelsMaker makes the groups of one span at a time. Several makers may be at work
// at the same time, on a span each. It is not safe for concurrent use.
type LevelsMaker struct {
	b     *LevelsBuilder
	span  *dayGroup
	words []*bitmap.Words // by depth in the tree
}

// Maker returns a maker of groups for b.
func (b *LevelsBuilder) Maker() *LevelsMaker { return &LevelsMaker{b: b} }

// Make makes the groups of a span, instead of what was made before. The error is that
// of reading a day.
func (m *LevelsMaker) Make(span int) error {
	m.span = m.b.spans[span]
	for block := range m.b.blocks {
		if err := m.fill(m.span, 0, block); err != nil {
			return err
		}
	}
	m.b.choose(m.span)
	return nil
}

// Add writes the groups that a maker has made of a span, which is after those before
// it. The error is that of add.
func (b *LevelsBuilder) Add(m *LevelsMaker) error {
	err := b.write(m.span)
	*m.span = dayGroup{} // its bitmaps are written
	m.span = nil
	return err
}

// Finish writes what the groups share, and returns how many there are.
func (b *LevelsBuilder) Finish() (groups int, err error) {
	return len(b.table) / groupBytes, b.add(tagGroups, 0, b.table)
}

// dayGroup is days that may get a bitmap together: a day, or a group of groups.
type dayGroup struct {
	first, end int // places of the days
	kids       []*dayGroup
	rows       bitmap.Builder // but of a day
	cost       uint64         // of adding it to others
	kept       bool
}

// tree returns the days from a place on that are in one group of a size, with the
// groups within. A group of one member is that member.
func (b *LevelsBuilder) tree(first, shift int) *dayGroup {
	if shift < leastGroupShift {
		return &dayGroup{first: first, end: first + 1}
	}
	g := &dayGroup{first: first, end: first}
	for g.end < len(b.dates) && b.dates[g.end]>>shift == b.dates[first]>>shift {
		kid := b.tree(g.end, shift-1)
		g.kids, g.end = append(g.kids, kid), kid.end
	}
	if len(g.kids) == 1 {
		return g.kids[0]
	}
	return g
}

// fill sets words[depth] to the customers of a group in a block, and notes what it
// costs to add them.
func (m *LevelsMaker) fill(g *dayGroup, depth, block int) error {
	if depth == len(m.words) {
		m.words = append(m.words, new(bitmap.Words))
	}
	w := m.words[depth]
	w.Clear()
	for _, kid := range g.kids {
		if err := m.fill(kid, depth+1, block); err != nil {
			return err
		}
		w.Or(m.words[depth+1])
	}
	if len(g.kids) == 0 {
		view, err := m.b.views.At(g.first)
		if err != nil {
			return err
		}
		view.OrInto(w, uint16(block))
	}
	n := w.Count()
	if n > denseRows {
		g.cost += denseCost
	} else {
		g.cost += uint64(n)
	}
	if len(g.kids) > 0 {
		g.rows.AddWords(block, w)
	}
	return nil
}

// choose decides which groups get a bitmap, and returns what it costs to add the
// days of g by them.
func (b *LevelsBuilder) choose(g *dayGroup) uint64 {
	if len(g.kids) == 0 {
		return g.cost
	}
	parts := uint64(0)
	for _, kid := range g.kids {
		parts += b.choose(kid)
	}
	g.kept = b.least <= 1 || parts >= groupGain*g.cost && parts-g.cost >= b.least
	if g.kept {
		return g.cost
	}
	return parts
}

// write writes the groups that are kept, the largest first.
func (b *LevelsBuilder) write(g *dayGroup) error {
	if g.kept {
		i := uint32(len(b.table) / groupBytes)
		b.table = binary.LittleEndian.AppendUint32(b.table, uint32(g.first))
		b.table = binary.LittleEndian.AppendUint32(b.table, uint32(g.end))
		var err error
		if b.buf, err = g.rows.AppendTo(b.buf[:0]); err != nil {
			return err
		}
		if err := b.add(tagGroupRows, i, b.buf); err != nil {
			return err
		}
	}
	for _, kid := range g.kids {
		if err := b.write(kid); err != nil {
			return err
		}
	}
	return nil
}
