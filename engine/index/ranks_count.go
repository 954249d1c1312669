package index

import (
	"math/bits"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
)

// rankNumbers is a number for every row of a block.
type rankNumbers = [bitmap.BlockRows]uint16

// RankCounter finds the ranks of the customers of one block at a time. It is not
// safe for concurrent use.
type RankCounter struct {
	builder *RanksBuilder
	rows    int
	numbers []*rankNumbers // by entry
	recent  []*rankNumbers // of numbers: those of the latest events
	first   *rankNumbers   // of numbers: those of the first event; nil: nobody wants them
	fields  []*fieldCounter
	chunk   Chunk
	days    []uint16 // by event of a part: the number of its day
	values  []uint16 // by event of a chunk

	changed     bitmap.Words // with CountChanged: whose ranks are counted
	changedRows []uint16     // the same
}

// fieldCounter finds the latest events of distinct values.
type fieldCounter struct {
	*rankedField
	numbering *column.Numbering
	days      []*rankNumbers // of numbers: the days of the latest events, the latest first
	values    []*rankNumbers // by the same order: the value of each
}

// Counter returns a counter for b.
func (b *RanksBuilder) Counter() *RankCounter {
	w := &RankCounter{builder: b, numbers: make([]*rankNumbers, len(b.entries)), values: make([]uint16, bitmap.BlockRows)}
	for i := range w.numbers {
		w.numbers[i] = new(rankNumbers)
	}
	if k := b.limits.Recent; k > 0 {
		w.recent, w.first = w.numbers[:k], w.numbers[k]
	}
	for _, f := range b.fields {
		c := &fieldCounter{
			rankedField: f, numbering: column.NewNumbering(b.limits.Values),
			days: w.numbers[f.first : f.first+b.limits.Distinct],
		}
		for range c.days {
			c.values = append(c.values, new(rankNumbers))
		}
		w.fields = append(w.fields, c)
	}
	b.workers = append(b.workers, w)
	return w
}

// Count counts the events of a block of so many rows, instead of what was counted
// before. CheckRows has taken the events. The error says what is wrong with them.
func (w *RankCounter) Count(events *EventBlock, rows int) error {
	w.start(rows)
	for i := range events.Parts {
		// The latest first, so that most events are seen at a glance to be none.
		if err := w.add(events.Parts[len(events.Parts)-1-i], nil); err != nil {
			return err
		}
	}
	w.chunk.Forget()
	return nil
}

// CountChanged is Count for those customers only who have events in one of the
// parts from a number on. The values of fields are seen of all.
func (w *RankCounter) CountChanged(events *EventBlock, rows, part int) error {
	w.start(rows)
	w.changed.Clear()
	for _, p := range events.Parts {
		if p.Number() >= part {
			for _, row := range p.Rows {
				w.changed.Add(row)
			}
		}
	}
	w.changedRows = w.changedRows[:0]
	for i, word := range w.changed {
		for ; word != 0; word &= word - 1 {
			w.changedRows = append(w.changedRows, uint16(i*bits.UintSize+bits.TrailingZeros64(word)))
		}
	}
	for i := range events.Parts {
		if err := w.add(events.Parts[len(events.Parts)-1-i], &w.changed); err != nil {
			return err
		}
	}
	w.chunk.Forget()
	return nil
}

// start begins a block.
func (w *RankCounter) start(rows int) {
	w.rows = rows
	for _, numbers := range w.numbers {
		clear(numbers[:])
	}
	for _, f := range w.fields {
		for _, values := range f.values {
			clear(values[:])
		}
	}
}

// add counts the events of a part, of the customers in only; nil is everybody.
func (w *RankCounter) add(p *EventPart, only *bitmap.Words) error {
	if len(w.fields) > 0 && len(w.days) < p.dated {
		w.days = make([]uint16, p.dated+p.dated/4)
	}
	err := p.eachDay(w.builder.days, func(day, lo, hi int) error {
		number := uint16(day + 1)
		switch {
		case w.first == nil:
		case only == nil:
			w.addRecent(number, p.Rows[lo:hi])
		case len(w.changedRows) > 0:
			w.addRecentOf(only, number, p.Rows[lo:hi])
		}
		if len(w.fields) > 0 {
			days := w.days[lo:hi]
			for i := range days {
				days[i] = number
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range w.fields {
		if err := w.addField(f, p, only); err != nil {
			return err
		}
	}
	return nil
}

// addRecent adds the events of one day.
func (w *RankCounter) addRecent(day uint16, rows []uint16) {
	first, last := w.first, w.recent[len(w.recent)-1]
	for _, row := range rows {
		if number := first[row]; number == 0 || day < number {
			first[row] = day
		}
		if day > last[row] {
			w.insert(day, row)
		}
	}
}

// addRecentOf is addRecent for the customers in only.
func (w *RankCounter) addRecentOf(only *bitmap.Words, day uint16, rows []uint16) {
	first, last := w.first, w.recent[len(w.recent)-1]
	for _, row := range rows {
		if !only.Has(row) {
			continue
		}
		if number := first[row]; number == 0 || day < number {
			first[row] = day
		}
		if day > last[row] {
			w.insert(day, row)
		}
	}
}

// insert puts a day among the latest ones of a row, in the place of the last.
func (w *RankCounter) insert(day, row uint16) {
	i := len(w.recent) - 1
	for ; i > 0 && w.recent[i-1][row] < day; i-- {
		w.recent[i][row] = w.recent[i-1][row]
	}
	w.recent[i][row] = day
}

// addField adds the values of a field, unless there are too many.
func (w *RankCounter) addField(f *fieldCounter, p *EventPart, only *bitmap.Words) error {
	for hi := p.dated; hi > 0 && !f.tooMany.Load(); {
		lo := max(0, hi-bitmap.BlockRows)
		w.chunk.Load(p, lo, hi)
		v, err := w.chunk.Field(f.field)
		if err != nil {
			return err
		}
		values := w.values[:hi-lo]
		if !f.numbering.Numbers(v, values) {
			f.tooMany.Store(true)
			return nil
		}
		f.add(p.Rows[lo:hi], w.days[lo:hi], values, only)
		hi = lo
	}
	return nil
}

// add adds events with the numbers of their days and their values, the latest
// last, of the customers in only; nil is everybody.
func (f *fieldCounter) add(rows, days, values []uint16, only *bitmap.Words) {
	nulls, last := false, f.days[len(f.days)-1]
	days, values = days[:len(rows)], values[:len(rows)]
	for i := len(rows) - 1; i >= 0; i-- {
		row, value := rows[i], values[i]
		if value == 0 {
			nulls = true
			continue
		}
		// No event of the values that are there is earlier than the last one.
		if days[i] > last[row] && (only == nil || only.Has(row)) {
			f.insert(days[i], row, value)
		}
	}
	if nulls {
		f.nulls.Store(true)
	}
}

// insert puts an event among the latest ones of distinct values of a row: in the
// place of an earlier one of its value, else of the last.
func (f *fieldCounter) insert(day, row, value uint16) {
	i := 0
	for i < len(f.days)-1 && f.values[i][row] != value {
		i++
	}
	if f.values[i][row] == value && f.days[i][row] >= day {
		return
	}
	for ; i > 0 && f.days[i-1][row] < day; i-- {
		f.days[i][row], f.values[i][row] = f.days[i-1][row], f.values[i-1][row]
	}
	f.days[i][row], f.values[i][row] = day, value
}
