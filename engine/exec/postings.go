package exec

import (
	"math/bits"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// places is where the events of the values that pass are in postings.
type places struct {
	postings   *index.Postings
	first, end int    // the positions in the part that the steps have
	spans      []span // of places, ascending
	events     int    // in them
}

// span is the places [lo, hi).
type span struct{ lo, hi int }

// postingsSpare is how many times more events there have to be than postings name of
// them for a way by these to be taken: a span of them costs more to begin with.
const postingsSpare = 2

// way returns the way by postings to the events of a part at positions lo to hi-1
// that has the fewest of them, and sets r.better to where they are; nil: there is
// none, or none that is worth it.
func (r *runner) way(n *plan.Node, p *index.EventPart, lo, hi int) (best *plan.Posting, err error) {
	for i := range n.Postings {
		way := &n.Postings[i]
		ok, err := r.find(way, p, lo, hi)
		if err != nil {
			return nil, err
		}
		at := &r.places
		cost := at.events*postingsSpare + len(at.spans)*spanCost
		if ok && (best == nil || at.events < r.better.events) && (way.Always || cost < at.end-at.first) {
			r.places, r.better, best = r.better, r.places, way
		}
	}
	return best, nil
}

// spanCost is how many events a scan looks at in the time that it takes to begin
// with a span of places.
const spanCost = 200

// find sets r.places to where the events of a way are; ok is false where the block
// has no such postings, or none of their steps lies among the positions.
func (r *runner) find(way *plan.Posting, p *index.EventPart, lo, hi int) (ok bool, err error) {
	x, err := p.Postings(way.Field)
	if x == nil || err != nil {
		return false, err
	}
	for _, field := range way.Copies {
		if ok, err := x.HasCopy(field); !ok || err != nil {
			return false, err
		}
	}
	from, to, first, end := x.Steps(lo, hi)
	if from == to {
		return false, nil
	}
	at := &r.places
	at.postings, at.first, at.end, at.spans, at.events = x, first, end, at.spans[:0], 0
	w := r.take()
	defer r.give()
	w.Fill(x.Values())
	r.values.LoadValues(x)
	if err := r.keep(way.Test, &r.values, w); err != nil {
		return false, err
	}
	for i, word := range w[:(x.Values()+63)/64] {
		for ; word != 0; word &= word - 1 {
			at.add(x.Events(i*64+bits.TrailingZeros64(word), from, to))
		}
	}
	return true, nil
}

// add adds the places lo to hi-1, which are after those before.
func (at *places) add(lo, hi int) {
	at.events += hi - lo
	switch last := len(at.spans) - 1; {
	case lo == hi:
	case last >= 0 && at.spans[last].hi == lo:
		at.spans[last].hi = hi
	default:
		at.spans = append(at.spans, span{lo, hi})
	}
}

// forget lets go of what lies in a snapshot's memory.
func (s *selection) forget() {
	s.values.Forget()
	s.places.postings, s.better.postings = nil, nil
}
