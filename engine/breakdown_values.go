package engine

import (
	"cmp"
	"math/bits"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
)

// fill puts portions by value into a breakdown, those that members have, and leaves
// the limit most frequent there.
func (b *Breakdown) fill(portions []Portion, limit int) {
	for _, p := range portions {
		if p.Count > 0 {
			b.Values = append(b.Values, p)
		}
	}
	slices.SortFunc(b.Values, func(x, y Portion) int {
		return cmp.Or(-cmp.Compare(x.Count, y.Count), compareValues(x.Value, y.Value))
	})
	b.Distinct = len(b.Values)
	if limit <= 0 || limit >= len(b.Values) {
		return
	}
	for _, p := range b.Values[limit:] {
		b.Rest.Count += p.Count
		b.Rest.Customers += p.Customers
	}
	b.Values = b.Values[:limit:limit]
}

// add adds the numbers of another portion of the same value.
func (p *Portion) add(other Portion) {
	p.Count += other.Count
	p.Customers += other.Customers
}

// indexTally counts the bitmaps of a value index.
type indexTally struct {
	index    *index.Values
	portions []Portion // by bitmap
}

func newIndexTally(x *index.Values) *indexTally {
	return &indexTally{index: x, portions: make([]Portion, x.Len())}
}

func (t *indexTally) add(b *tallied) error {
	nobody := b.members.IsEmpty()
	for i := range t.portions {
		value, rows, err := t.index.At(i)
		if err != nil {
			return err
		}
		c := rows.At(uint16(b.at))
		if c.Card() == 0 {
			continue
		}
		p := &t.portions[i]
		p.Value = plain(value)
		if b.whole {
			p.Customers += uint64(c.Card())
		} else {
			p.Customers += uint64(c.CountIn(b.live))
		}
		if !nobody {
			p.Count += uint64(c.CountIn(b.members))
		}
	}
	return nil
}

func (t *indexTally) merge(other tally) {
	for i, p := range other.(*indexTally).portions {
		if p.Value != nil {
			t.portions[i].Value = p.Value
		}
		t.portions[i].add(p)
	}
}

func (t *indexTally) fill(out *Breakdown, limit int) {
	var values []Portion
	for _, p := range t.portions {
		if p.Value == nil { // NULL's, or nobody's
			out.Null.add(p)
		} else {
			values = append(values, p)
		}
	}
	out.fill(values, limit)
}

// plain returns a value as portions have it: -0.0 is 0.0.
func plain(value any) any {
	if f, ok := value.(float64); ok {
		return f + 0
	}
	return value
}

// pair is the numbers of a portion.
type pair struct {
	members, customers uint64
	list               uint64 // the last list that has the value, by number; see listTally
}

// valueTally counts customers by what a column holds.
type valueTally struct {
	column *column.Column
	null   Portion
	valueCounts
	codes codeCounts
}

// valueCounts are numbers by value. Text is looked up without a copy.
type valueCounts struct {
	texts    map[string]*pair
	wholes   map[int64]*pair // as column.Vector.Int gives values
	floats   map[float64]*pair
	decimals map[decimal128.Num]*pair // of more than 18 digits
}

func newValueCounts() valueCounts {
	return valueCounts{map[string]*pair{}, map[int64]*pair{}, map[float64]*pair{}, map[decimal128.Num]*pair{}}
}

func newValueTally(values *column.Column) *valueTally {
	return &valueTally{column: values, valueCounts: newValueCounts()}
}

func (t *valueTally) add(b *tallied) error {
	values, err := t.column.Block(b.at)
	if err != nil {
		return err
	}
	var live, members bitmap.Words
	b.split(values, &t.null, &live, &members)
	if t.codes.add(values, &live, &members, t.addCode) {
		return nil
	}
	for i, word := range live {
		for ; word != 0; word &= word - 1 {
			row := i*64 + bits.TrailingZeros64(word)
			p := t.at(values, row)
			p.customers++
			p.members += members[i] >> (row % 64) & 1
		}
	}
	return nil
}

// addCode adds numbers of a value of a dictionary.
func (t *valueTally) addCode(values *column.Vector, code int, members, customers uint64) {
	p := t.at(values, code)
	p.members += members
	p.customers += customers
}

// codeCounts are numbers by code of a dictionary that blocks share: the values need be
// looked at once only.
type codeCounts struct {
	dictionary         *column.Dictionary
	members, customers []uint64 // by code
}

// add counts rows of a block, none of which is NULL, and reports whether they are codes
// of a dictionary. What was counted of another dictionary is given to flushed, see
// flush.
func (c *codeCounts) add(values *column.Vector, live, members *bitmap.Words, flushed codeFlush) bool {
	d := values.Dictionary()
	if d == nil {
		return false
	}
	if c.dictionary != d {
		c.flush(flushed)
		c.dictionary = d
		c.members, c.customers = make([]uint64, d.Len()), make([]uint64, d.Len())
	}
	values.CountCodes(c.members, members)
	values.CountCodes(c.customers, live)
	return true
}

// codeFlush takes the numbers of a value, which is at a row of values.
type codeFlush func(values *column.Vector, row int, members, customers uint64)

// flush gives what was counted to flushed, and forgets it.
func (c *codeCounts) flush(flushed codeFlush) {
	for code, customers := range c.customers {
		if customers > 0 {
			flushed(c.dictionary.Values(), code, c.members[code], customers)
		}
	}
	*c = codeCounts{}
}

// at returns the numbers of the value of a row.
func (c *valueCounts) at(values *column.Vector, row int) *pair {
	switch {
	case values.Type().Kind == model.String:
		p := c.texts[values.Text(row)]
		if p == nil {
			p = &pair{}
			c.texts[values.Value(row).(string)] = p // Value has the text in memory of its own
		}
		return p
	case values.IsWhole():
		return pairOf(c.wholes, values.Int(row))
	case values.Type().Repr == model.Float64:
		return pairOf(c.floats, values.Float(row)) // 0.0 and -0.0 are one key
	}
	return pairOf(c.decimals, values.Decimal(row))
}

// pairOf returns the numbers of a key, new ones where there are none.
func pairOf[K comparable](counts map[K]*pair, key K) *pair {
	p := counts[key]
	if p == nil {
		p = &pair{}
		counts[key] = p
	}
	return p
}

func (t *valueTally) merge(other tally) {
	from := other.(*valueTally)
	t.codes.flush(t.addCode)
	from.codes.flush(from.addCode)
	t.null.add(from.null)
	t.valueCounts.merge(from.valueCounts)
}

// merge adds the numbers of others.
func (c *valueCounts) merge(from valueCounts) {
	mergeCounts(c.texts, from.texts)
	mergeCounts(c.wholes, from.wholes)
	mergeCounts(c.floats, from.floats)
	mergeCounts(c.decimals, from.decimals)
}

func mergeCounts[K comparable](into, from map[K]*pair) {
	for key, p := range from {
		if known := into[key]; known != nil {
			known.members += p.members
			known.customers += p.customers
		} else {
			into[key] = p
		}
	}
}

func (t *valueTally) fill(out *Breakdown, limit int) {
	t.codes.flush(t.addCode)
	out.Null = t.null
	out.fill(t.portions(t.column.Type()), limit)
}

// portions returns the numbers by value of a type that is no list.
func (c *valueCounts) portions(of model.Type) []Portion {
	var out []Portion
	for text, p := range c.texts {
		out = append(out, p.of(text))
	}
	for n, p := range c.wholes {
		out = append(out, p.of(valueOf(n, of)))
	}
	for f, p := range c.floats {
		out = append(out, p.of(plain(f)))
	}
	for d, p := range c.decimals {
		out = append(out, p.of(column.Decimal{Unscaled: d, Scale: int32(of.Scale)}))
	}
	return out
}

func (p *pair) of(value any) Portion { return Portion{value, p.members, p.customers} }

// valueOf returns a value that column.Vector.Int gave as Row.Values has values.
func valueOf(n int64, of model.Type) any {
	switch of.Kind {
	case model.Timestamp:
		return time.UnixMicro(n).UTC()
	case model.Date:
		return column.Day(n)
	case model.Boolean:
		return n != 0
	}
	if of.Repr == model.Decimal {
		return column.Decimal{Unscaled: decimal128.FromI64(n), Scale: int32(of.Scale)}
	}
	return n
}
