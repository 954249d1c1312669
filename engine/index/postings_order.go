package index

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
)

// postingOrder is the order of a block's events by the values of a field. Its memory
// serves for one order after the other.
type postingOrder struct {
	field    *column.Encoded
	distinct []int64  // numbers of the values, ascending
	hasNull  bool     // NULL is one more, the last
	ids      []uint32 // by position: the value's place among the distinct ones
	places   []uint32 // positions of the events, in the order
	step     int

	known   map[int64]uint32
	numbers []int64
	rows    []uint16
}

// The steps of a block's starts: so long that starts take about an eighth of a byte
// for each event, and no shorter than what is scanned in a microsecond.
const (
	leastStep      = 512
	eventsPerValue = 32 // events in a step for each distinct value, at least
)

// sort finds the order by a field; ok is false where it gets no postings.
func (o *postingOrder) sort(p *EventPart, field int, limits PostingLimits) (ok bool, err error) {
	if t := p.part.fields[field].Type; t.IsArray() || t.Repr == model.Float64 {
		return false, nil
	}
	if o.field, err = p.fields.At(field); err != nil {
		return false, err
	}
	n := len(p.Rows)
	if n < max(limits.Events, 1) || !o.field.IsNumbers() || !o.number(n, min(limits.Values, maxPostingValues)) {
		return false, nil
	}
	o.rank()
	o.place()
	o.step = max(leastStep, 1<<bits.Len(uint(eventsPerValue*o.values()-1)))
	return true, nil
}

// numberedAtOnce is how many values are decoded together.
const numberedAtOnce = 1024

// nullID stands for the place of NULL before it is known.
const nullID = 1<<32 - 1

// number gives the distinct values ids in the order of their first use; ok is false
// where there are more than limit.
func (o *postingOrder) number(n, limit int) (ok bool) {
	o.distinct, o.hasNull, o.ids = o.distinct[:0], false, o.ids[:0]
	if o.known == nil {
		o.known = map[int64]uint32{}
	}
	clear(o.known)
	last, id := int64(0), uint32(nullID)
	var piece [numberedAtOnce]int64
	for lo := 0; lo < n; lo += len(piece) {
		some := piece[:min(len(piece), n-lo)]
		o.field.Numbers(some, lo)
		for i, x := range some {
			if o.field.IsNull(lo + i) {
				o.hasNull = true
				o.ids = append(o.ids, nullID)
				continue
			}
			if x != last || id == nullID {
				last, id = x, o.id(x)
			}
			o.ids = append(o.ids, id)
		}
		if o.values() > limit {
			return false
		}
	}
	return true
}

// id returns the id of a number, the next one where it is new.
func (o *postingOrder) id(x int64) uint32 {
	id, seen := o.known[x]
	if !seen {
		id = uint32(len(o.distinct))
		o.known[x], o.distinct = id, append(o.distinct, x)
	}
	return id
}

// values returns the number of distinct values, NULL among them.
func (o *postingOrder) values() int {
	if o.hasNull {
		return len(o.distinct) + 1
	}
	return len(o.distinct)
}

// rank makes the values ascend, NULL the last, and every id the place of the value.
func (o *postingOrder) rank() {
	ranks := make([]uint32, len(o.distinct))
	slices.Sort(o.distinct)
	for place, x := range o.distinct {
		ranks[o.known[x]] = uint32(place)
	}
	for i, id := range o.ids {
		if id == nullID {
			o.ids[i] = uint32(len(o.distinct))
		} else {
			o.ids[i] = ranks[id]
		}
	}
}

// place puts the events in order.
//
// Method: counting sort.
func (o *postingOrder) place() {
	next := make([]uint32, o.values()+1)
	for _, id := range o.ids {
		next[id+1]++
	}
	for i := 1; i < len(next); i++ {
		next[i] += next[i-1]
	}
	o.places = slices.Grow(o.places[:0], len(o.ids))[:len(o.ids)]
	for position, id := range o.ids {
		o.places[next[id]] = uint32(position)
		next[id]++
	}
}

// sizeBytes returns about what the order takes, without copies.
func (o *postingOrder) sizeBytes() int {
	return startsHeader + 4*o.values()*(len(o.ids)/o.step+2) + 2*len(o.ids)
}

// appendStarts appends where the events of every value start, by step.
func (o *postingOrder) appendStarts(dst []byte) []byte {
	values := o.values()
	dst = binary.LittleEndian.AppendUint64(dst, uint64(values))
	dst = binary.LittleEndian.AppendUint64(dst, uint64(o.step))
	starts := make([]uint32, values)
	for _, id := range o.ids {
		if int(id)+1 < values {
			starts[id+1]++
		}
	}
	for i := 1; i < values; i++ {
		starts[i] += starts[i-1]
	}
	for position, id := range o.ids {
		if position%o.step == 0 {
			dst = append(dst, arrow.Uint32Traits.CastToBytes(starts)...)
		}
		starts[id]++
	}
	dst = append(dst, arrow.Uint32Traits.CastToBytes(starts)...)
	return append(dst, make([]byte, -len(dst)&7)...)
}

// rowBytes returns the customers of the events in order, until it is called again.
func (o *postingOrder) rowBytes(p *EventPart) []byte {
	o.rows = slices.Grow(o.rows[:0], len(o.places))[:len(o.places)]
	for place, position := range o.places {
		o.rows[place] = p.Rows[position]
	}
	return arrow.Uint16Traits.CastToBytes(o.rows)
}

// appendDistinct appends the distinct values, a column.
func (o *postingOrder) appendDistinct(dst []byte) []byte {
	numbers := slices.Clone(o.distinct)
	if !o.hasNull {
		return o.field.AppendNumbers(dst, numbers, nil)
	}
	numbers = append(numbers, 0)
	valid := make([]uint64, (len(numbers)+63)/64)
	for i := range o.distinct {
		valid[i/64] |= 1 << (i % 64)
	}
	return o.field.AppendNumbers(dst, numbers, valid)
}

// appendCopy appends the values of another field in the order.
func (o *postingOrder) appendCopy(dst []byte, e *column.Encoded) []byte {
	all := make([]int64, len(o.places))
	e.Numbers(all, 0)
	o.numbers = slices.Grow(o.numbers[:0], len(o.places))[:len(o.places)]
	for place, position := range o.places {
		o.numbers[place] = all[position]
	}
	if !e.HasNulls() {
		return e.AppendNumbers(dst, o.numbers, nil)
	}
	valid := make([]uint64, (len(o.places)+63)/64)
	for place, position := range o.places {
		if !e.IsNull(int(position)) {
			valid[place/64] |= 1 << (place % 64)
		}
	}
	return e.AppendNumbers(dst, o.numbers, valid)
}
