package index

import (
	"encoding/binary"
	"slices"
	"sync/atomic"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Digits of a rank. More of them take less room and more reads: the latest event is
// asked for most.
const (
	recentPlaces = 2
	otherPlaces  = 3
)

// RanksBuilder builds a file of ranks. Blocks are counted by a [RankCounter] each,
// several of which may be at work at the same time; the builder itself is not safe
// for concurrent use.
type RanksBuilder struct {
	limits  RankLimits
	days    []window.Interval
	fields  []*rankedField
	entries []rankEntry
	digits  []*DigitsBuilder // by entry
	workers []*RankCounter
	old     [][][]*bitmap.View // by entry: the digits, which only change for some; nil: all are new
}

// rankedField is a field whose distinct values are ranked, unless they are many.
type rankedField struct {
	field   int
	first   int         // its first entry
	tooMany atomic.Bool // distinct values
	nulls   atomic.Bool // a dated event has none
}

// NewRanksBuilder returns a builder of the ranks of a behavior with these fields,
// whose events are on these days.
func NewRanksBuilder(fields []model.Field, days []window.Interval, limits RankLimits) *RanksBuilder {
	b := &RanksBuilder{limits: limits, days: days}
	for k := range limits.Recent {
		b.add(rankEntry{kind: rankRecent, k: k + 1, bases: rankBases(len(days), placesOf(k))})
	}
	if limits.Recent > 0 {
		b.add(rankEntry{kind: rankFirst, k: 1, bases: rankBases(len(days), otherPlaces)})
	}
	for i, f := range fields {
		if limits.Distinct == 0 || limits.Values == 0 || !column.CanNumber(f.Type) {
			continue
		}
		b.fields = append(b.fields, &rankedField{field: i, first: len(b.entries)})
		for k := range limits.Distinct {
			b.add(rankEntry{kind: rankDistinct, k: k + 1, field: i, bases: rankBases(len(days), placesOf(k))})
		}
	}
	return b
}

// placesOf returns the number of digits of rank k, counted from 0. Of a field that is
// never NULL the first rank is that of the events: it has as many digits, so that
// the digits can stay when that changes.
func placesOf(k int) int {
	if k == 0 {
		return recentPlaces
	}
	return otherPlaces
}

func (b *RanksBuilder) add(e rankEntry) {
	b.entries = append(b.entries, e)
	b.digits = append(b.digits, NewDigitsBuilder(e.bases))
}

// Add adds what a counter has counted of a block, which is above those before it.
func (b *RanksBuilder) Add(block int, counted *RankCounter) {
	for i := range b.entries {
		switch f := b.fieldOf(i); {
		case f != nil && f.tooMany.Load():
		case b.old != nil:
			b.digits[i].change(block, b.old[i], &counted.changed, counted.changedRows, counted.numbers[i])
		default:
			b.digits[i].Block(block, counted.numbers[i][:counted.rows])
		}
	}
}

// Change has b take over the ranks of an earlier version, which are to change for
// the customers only that [RankCounter.CountChanged] counts: there are all events
// that there were then, and more. It reports false, and does nothing, where numbers
// of days are others now, or the digits do; or old cannot be read.
func (b *RanksBuilder) Change(old *Ranks) bool {
	if old.limits != b.limits || len(old.days) > len(b.days) || !slices.Equal(old.days, b.days[:len(old.days)]) {
		return false
	}
	digits := make([][][]*bitmap.View, len(b.entries))
	for i := range b.entries {
		e := &b.entries[i]
		d, err := old.find(e.kind, e.k, e.field)
		if err != nil || d == nil && e.kind != rankDistinct || d != nil && !slices.Equal(d.bases, e.bases) {
			return false
		}
		if d == nil {
			continue
		}
		if digits[i], err = d.all(); err != nil {
			return false
		}
	}
	for i, d := range digits {
		if d == nil { // there were too many values, and are now
			b.fieldOf(i).tooMany.Store(true)
		}
	}
	b.old = digits
	return true
}

// fieldOf returns the field of an entry, nil where it has none.
func (b *RanksBuilder) fieldOf(entry int) *rankedField {
	for _, f := range b.fields {
		if f.first <= entry && entry < f.first+b.limits.Distinct {
			return f
		}
	}
	return nil
}

// Finish calls add for every section of the file. The error is that of add. The
// builder is of no use afterwards.
func (b *RanksBuilder) Finish(add func(tag toc.Tag, index uint32, data []byte) error) error {
	var days []byte
	for _, day := range b.days {
		days = binary.LittleEndian.AppendUint64(days, uint64(day.Lo))
		days = binary.LittleEndian.AppendUint64(days, uint64(day.Hi))
	}
	if err := add(tagRankDays, 0, days); err != nil {
		return err
	}
	table := make([]byte, rankLimitsBytes)
	for i, limit := range []int{b.limits.Recent, b.limits.Distinct, b.limits.Values} {
		binary.LittleEndian.PutUint32(table[4*i:], uint32(limit))
	}
	tag := tagRankDigits0
	for i, e := range b.entries {
		keep := b.settle(&e, i)
		if !keep {
			continue
		}
		table = e.appendTo(table)
		if e.bases != nil {
			err := b.digits[i].Finish(func(place, value int, data []byte) error {
				return add(tag, rankSection(place, value), data)
			})
			if err != nil {
				return err
			}
		}
		tag++
	}
	return add(tagRankTable, 0, table)
}

// settle reports whether an entry is of a field with few values, and takes the
// digits from the first of such a field that is never NULL: they are those of the
// latest event.
func (b *RanksBuilder) settle(e *rankEntry, i int) (keep bool) {
	f := b.fieldOf(i)
	switch {
	case f == nil:
		return true
	case b.distinct(f) > b.limits.Values:
		return false
	}
	if e.k == 1 && b.limits.Recent > 0 && !f.nulls.Load() {
		e.bases = nil
	}
	return true
}

// distinct returns how many distinct values a field has; more than the limit where
// they have not all been counted.
func (b *RanksBuilder) distinct(f *rankedField) int {
	if f.tooMany.Load() {
		return b.limits.Values + 1
	}
	var numberings []*column.Numbering
	for _, w := range b.workers {
		for _, c := range w.fields {
			if c.rankedField == f {
				numberings = append(numberings, c.numbering)
			}
		}
	}
	return column.Union(numberings)
}

// appendTo appends the entry as the table of ranks has it.
func (e *rankEntry) appendTo(dst []byte) []byte {
	var entry [rankEntryBytes]byte
	entry[0], entry[1] = byte(e.kind), byte(len(e.bases))
	binary.LittleEndian.PutUint16(entry[2:], uint16(e.k))
	binary.LittleEndian.PutUint32(entry[4:], uint32(e.field))
	for i, base := range e.bases {
		binary.LittleEndian.PutUint16(entry[8+2*i:], uint16(base))
	}
	return append(dst, entry[:]...)
}
