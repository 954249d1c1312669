package engine

import (
	"math/bits"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
)

// listTally counts customers by the elements of their lists.
type listTally struct {
	column      *column.Column
	null, empty Portion
	valueCounts
	lists uint64 // looked at: a customer counts once for each element, however often it is in the list
}

func newListTally(values *column.Column) *listTally {
	return &listTally{column: values, valueCounts: newValueCounts()}
}

func (t *listTally) add(b *tallied) error {
	values, err := t.column.Block(b.at)
	if err != nil {
		return err
	}
	var live, members bitmap.Words
	b.split(values, &t.null, &live, &members)
	for i, word := range live {
		for ; word != 0; word &= word - 1 {
			row := i*64 + bits.TrailingZeros64(word)
			t.addList(values, row, members[i]>>(row%64)&1)
		}
	}
	return nil
}

// addList counts the elements of one customer's list, who is a member or not: 1 or 0.
func (t *listTally) addList(values *column.Vector, row int, member uint64) {
	elems, lo, hi := values.List(row)
	t.lists++
	empty := true
	for i := lo; i < hi; i++ {
		if elems.IsNull(i) {
			continue
		}
		empty = false
		if p := t.at(elems, i); p.list != t.lists {
			p.list = t.lists
			p.customers++
			p.members += member
		}
	}
	if empty {
		t.empty.Customers++
		t.empty.Count += member
	}
}

func (t *listTally) merge(other tally) {
	from := other.(*listTally)
	t.null.add(from.null)
	t.empty.add(from.empty)
	t.valueCounts.merge(from.valueCounts)
}

func (t *listTally) fill(out *Breakdown, limit int) {
	out.Null, out.Empty = t.null, t.empty
	out.fill(t.portions(t.column.Type().Elem()), limit)
}
