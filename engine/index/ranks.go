package index

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
	"github.com/rollcall-db/rollcall/engine/window"
)

// The sections of a file of ranks. See docs/format.md.
const (
	tagRankDays    toc.Tag = 1  // index: 0. i64 twice for each day: its first instant, and the first one after it
	tagRankTable   toc.Tag = 2  // index: 0. The limits, then an entry for each rank
	tagRankDigits0 toc.Tag = 16 // plus the rank's entry; index: place << 16 | value. A bitmap of its digits
)

// Sizes in the sections.
const (
	rankDayBytes    = 16
	rankLimitsBytes = 16
	rankEntryBytes  = 16
	rankPlaces      = 4 // that an entry has room for
)

// Limits of RankLimits. A check of a file needs memory for as many as it says.
const (
	maxRanks        = 64
	maxRankedValues = 1<<16 - 2
)

// MaxRankDays is how many days ranks tell apart: where a behavior has more, the
// oldest count as one.
const MaxRankDays = 1<<12 - 1

// RankLimits says what a file of ranks was asked to hold.
type RankLimits struct {
	Recent   int // of the most recent events; 0: none, and not the first either
	Distinct int // of the most recent distinct values of a field
	Values   int // largest number of distinct values of such a field
}

// Any reports whether anything is asked for.
func (l RankLimits) Any() bool { return l.Recent > 0 || l.Distinct > 0 && l.Values > 0 }

// rankKind is what a rank is of.
type rankKind uint8

const (
	rankRecent   rankKind = 0 // the k-th most recent event
	rankFirst    rankKind = 1 // the first event
	rankDistinct rankKind = 2 // the latest event of each value of a field: the k-th most recent of these
)

// rankEntry describes one rank of a file.
type rankEntry struct {
	kind  rankKind
	k     int   // 1: the most recent
	field int   // of rankDistinct
	bases []int // of the digits; nil: they are those of the first entry
}

// Ranks is, for every customer, on which days the most recent events of a behavior
// were, the first one, and the latest ones of distinct values. Each is the number of
// a day in digits: the place of the day among all days of the behavior, from 1; 0
// where there is no such event. Events without a time are none, and NULL is no
// value. It is immutable and safe for concurrent use. Digits are read when they
// are first asked for.
type Ranks struct {
	fields  []model.Field
	limits  RankLimits
	days    []window.Interval
	entries []rankEntry
	file    toc.Sections
	digits  *column.Lazy[Digits] // by entry
}

// OpenRanks returns the ranks of a behavior with these fields that a file holds.
// Every error about bytes is made by the file's Corrupt.
func OpenRanks(fields []model.Field, file toc.Sections) (*Ranks, error) {
	r := &Ranks{fields: fields, file: file}
	for _, part := range []struct {
		tag   toc.Tag
		parse func(data []byte) error
	}{{tagRankDays, r.parseDays}, {tagRankTable, r.parseTable}} {
		data, ok, err := file.Section(part.tag, 0)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, r.corrupt(part.tag, 0, errMissing)
		}
		if err := part.parse(data); err != nil {
			return nil, r.corrupt(part.tag, 0, err)
		}
	}
	r.digits = column.NewLazy(len(r.entries), r.openDigits)
	return r, nil
}

var errRankBytes = errors.New("its size is not that of whole entries")

func (r *Ranks) parseDays(data []byte) error {
	if len(data)%rankDayBytes != 0 {
		return errRankBytes
	}
	n := len(data) / rankDayBytes
	if n > MaxRankDays {
		return fmt.Errorf("%d days, expected at most %d", n, MaxRankDays)
	}
	r.days = make([]window.Interval, n)
	for i := range r.days {
		day := window.Interval{
			Lo: int64(binary.LittleEndian.Uint64(data[i*rankDayBytes:])),
			Hi: int64(binary.LittleEndian.Uint64(data[i*rankDayBytes+8:])),
		}
		if day.Empty() || i > 0 && day.Lo < r.days[i-1].Hi {
			return fmt.Errorf("day %d is from %d to %d, which is not after the one before it", i, day.Lo, day.Hi)
		}
		r.days[i] = day
	}
	return nil
}

func (r *Ranks) parseTable(data []byte) error {
	if len(data) < rankLimitsBytes || (len(data)-rankLimitsBytes)%rankEntryBytes != 0 {
		return errRankBytes
	}
	r.limits = RankLimits{
		Recent:   int(binary.LittleEndian.Uint32(data)),
		Distinct: int(binary.LittleEndian.Uint32(data[4:])),
		Values:   int(binary.LittleEndian.Uint32(data[8:])),
	}
	if l := r.limits; l.Recent > maxRanks || l.Distinct > maxRanks || l.Values > maxRankedValues {
		return fmt.Errorf("%d ranks, %d of values that are at most %d, expected at most %d of %d", l.Recent, l.Distinct, l.Values, maxRanks, maxRankedValues)
	}
	for data = data[rankLimitsBytes:]; len(data) > 0; data = data[rankEntryBytes:] {
		e, err := r.parseEntry(data[:rankEntryBytes])
		if err != nil {
			return fmt.Errorf("rank %d: %w", len(r.entries), err)
		}
		r.entries = append(r.entries, e)
	}
	return nil
}

// parseEntry parses an entry of the table, which comes after those parsed before.
func (r *Ranks) parseEntry(data []byte) (rankEntry, error) {
	e := rankEntry{
		kind: rankKind(data[0]), k: int(binary.LittleEndian.Uint16(data[2:])), field: int(binary.LittleEndian.Uint32(data[4:])),
	}
	places := int(data[1])
	switch {
	case e.kind > rankDistinct:
		return e, fmt.Errorf("kind %d, expected 0 to %d", e.kind, rankDistinct)
	case e.k == 0:
		return e, errors.New("its number is 0, expected 1 or more")
	case e.field > 0 && e.field >= len(r.fields) || e.kind == rankDistinct && len(r.fields) == 0:
		return e, fmt.Errorf("field %d, of %d", e.field, len(r.fields))
	case places > rankPlaces:
		return e, fmt.Errorf("%d digits, expected at most %d", places, rankPlaces)
	case places == 0 && (len(r.entries) == 0 || r.entries[0].bases == nil):
		return e, errors.New("the digits of the first rank, which has none")
	case places == 0:
		return e, nil
	}
	for i := range places {
		e.bases = append(e.bases, int(binary.LittleEndian.Uint16(data[8+2*i:])))
	}
	limit, err := DigitsLimit(e.bases)
	if err == nil && limit <= len(r.days) {
		err = fmt.Errorf("digits for numbers below %d, of %d days", limit, len(r.days))
	}
	return e, err
}

// openDigits opens the digits of an entry, whose bases have been checked.
func (r *Ranks) openDigits(i int) (*Digits, error) {
	tag := tagRankDigits0 + toc.Tag(i)
	return OpenDigits(r.entries[i].bases, func(place, value int) ([]byte, error) {
		data, _, err := r.file.Section(tag, rankSection(place, value))
		return data, err
	}, func(reason error) error { return r.file.Corrupt(fmt.Errorf("%s: %w", r.entryName(i), reason)) })
}

// rankSection returns the index of the section of a bitmap of digits.
func rankSection(place, value int) uint32 { return uint32(place)<<16 | uint32(value) }

// corrupt says what is wrong with a section.
func (r *Ranks) corrupt(tag toc.Tag, index uint32, reason error) error {
	return r.file.Corrupt(fmt.Errorf("%s: %w", r.SectionName(tag, index), reason))
}

// SectionName says what a section of the file holds, for people: "digit 1 from 3
// on of the day of the latest event". A tag that is not known is called by its
// number.
func (r *Ranks) SectionName(tag toc.Tag, index uint32) string {
	switch entry := int64(tag) - int64(tagRankDigits0); {
	case tag == tagRankDays && index == 0:
		return "days"
	case tag == tagRankTable && index == 0:
		return "table of ranks"
	case entry >= 0 && entry < int64(len(r.entries)):
		return fmt.Sprintf("digit %d from %d on of %s", index>>16, index&0xffff, r.entryName(int(entry)))
	}
	return fmt.Sprintf("section %d of tag %d", index, tag)
}

// entryName says what a rank is of, for people.
func (r *Ranks) entryName(i int) string {
	switch e := &r.entries[i]; e.kind {
	case rankFirst:
		return "the day of the first event"
	case rankDistinct:
		return fmt.Sprintf("the day of distinct value %d of field %q", e.k, r.fields[e.field].Name)
	default:
		return fmt.Sprintf("the day of event %d, counted from the latest", e.k)
	}
}

// Limits returns what the file was asked to hold.
func (r *Ranks) Limits() RankLimits { return r.limits }

// Days returns the days, ascending and disjoint: number n is of days[n-1]. It must
// not be changed. Where there are many, the first one stands for all of the oldest.
func (r *Ranks) Days() []window.Interval { return r.days }

// Recent returns the day of the k-th most recent event; nil: that is not known.
func (r *Ranks) Recent(k int) (*Digits, error) { return r.find(rankRecent, k, 0) }

// First returns the day of the first event; nil: that is not known.
func (r *Ranks) First() (*Digits, error) { return r.find(rankFirst, 1, 0) }

// Distinct returns the day of the latest event that has the value of a field which
// is the k-th most recent one; nil: that is not known.
func (r *Ranks) Distinct(field, k int) (*Digits, error) { return r.find(rankDistinct, k, field) }

// find returns the digits of a rank, nil where there is none.
func (r *Ranks) find(kind rankKind, k, field int) (*Digits, error) {
	for i := range r.entries {
		e := &r.entries[i]
		if e.kind != kind || e.k != k || e.field != field {
			continue
		}
		return r.digitsOf(i)
	}
	return nil, nil
}

// digitsOf returns the digits of an entry, be they its own or those of the first.
func (r *Ranks) digitsOf(i int) (*Digits, error) {
	if r.entries[i].bases == nil {
		i = 0
	}
	return r.digits.At(i)
}
