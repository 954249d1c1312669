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
			addRows(out, p.Rows[lo:hi])
		}
		if n.Undated {
			addRows(out, p.Rows[p.Dated():])
		}
	}
	return nil
}

func addRows(out *bitmap.Words, rows []uint16) {
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
	out.Clear()
	if inCounts(n.Counts, 0) {
		out.Fill(r.n)
	}
	// All parts are counted before any customer is decided on.
	for _, p := range events.Parts {
		dated, undated, err := seen(n, p)
		if err != nil {
			return err
		}
		r.countRows(dated)
		r.countRows(undated)
	}
	for _, p := range events.Parts {
		dated, undated, err := seen(n, p)
		if err != nil {
			return err
		}
		r.decide(n.Counts, dated, out)
		r.decide(n.Counts, undated, out)
	}
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

func (r *runner) countRows(rows []uint16) {
	for _, row := range rows {
		r.counts[row]++
	}
}

// decide puts the customers of rows into out or takes them out, by their
// counts, which it sets back to zero.
func (r *runner) decide(counts []rule.Range[int64], rows []uint16, out *bitmap.Words) {
	for _, row := range rows {
		n := r.counts[row]
		if n == 0 {
			continue // decided
		}
		r.counts[row] = 0
		bit := uint64(1) << (row % 64)
		if inCounts(counts, int64(n)) {
			out[row/64] |= bit
		} else {
			out[row/64] &^= bit
		}
	}
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
