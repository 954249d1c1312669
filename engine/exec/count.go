package exec

import (
	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// happened finds who has an event in the node's days, spans or, where wanted,
// among the undated events.
func (r *runner) happened(n *plan.Node, out *bitmap.Words) error {
	out.Clear()
	r.unite(n.Bitmaps, out)
	if len(n.Spans) == 0 && !n.Undated {
		return nil
	}
	events, err := n.Events.Block(r.block)
	if err != nil {
		return err
	}
	for _, p := range events.Parts {
		for _, span := range n.Spans {
			lo, hi, err := p.Span(span)
			if err != nil {
				return err
			}
			r.addRows(out, p.Rows[lo:hi])
		}
		if n.Undated {
			r.addRows(out, p.Rows[p.Dated():])
		}
	}
	return nil
}

// bytesPerRow is what the customer of an event takes.
const bytesPerRow = 2

func (r *runner) addRows(out *bitmap.Words, rows []uint16) {
	r.read += bytesPerRow * uint64(len(rows))
	for _, row := range rows {
		out.Add(row)
	}
}

// count finds whose number of events passes.
func (r *runner) count(n *plan.Node, out *bitmap.Words) error {
	events, err := n.Events.Block(r.block)
	if err != nil {
		return err
	}
	total := 0
	for _, p := range events.Parts {
		total += len(p.Rows)
	}
	c := &r.counter
	c.start(n.Counts, total)
	for _, p := range events.Parts {
		dated, undated, err := seen(n, p)
		if err != nil {
			return err
		}
		for _, rows := range [...][]uint16{dated, undated} {
			r.read += bytesPerRow * uint64(len(rows))
			c.note(rows)
			c.add(rows)
		}
	}
	c.settle(out, r.n)
	return nil
}

// seen returns the customers of the events of a part that a node counts.
func seen(n *plan.Node, p *index.EventPart) (dated, undated []uint16, err error) {
	lo, hi, err := p.Span(n.Spans[0])
	if err != nil {
		return nil, nil, err
	}
	if n.Undated {
		undated = p.Rows[p.Dated():]
	}
	return p.Rows[lo:hi], undated, nil
}

// inCounts reports whether n lies in one of a few sorted ranges.
func inCounts(counts []rule.Range[int64], n int64) bool {
	for _, r := range counts {
		if n <= r.Hi {
			return n >= r.Lo
		}
	}
	return false
}
