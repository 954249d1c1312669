package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/window"
)

// placed is where an event is stored.
type placed struct {
	part     *index.EventPart
	position int
	dated    bool
	time     int64 // where dated
}

// history returns what the customer at row did of a behavior before as_of, less what
// is too old to be kept, and the latest events, so many of them.
func (v *version) history(behavior int, row uint32, asOf time.Time, events int) (*History, error) {
	block, err := v.snapshot.Events(behavior).Block(int(row / bitmap.BlockRows))
	if err != nil {
		return nil, err
	}
	h := &History{Behavior: v.schema.Behaviors[behavior].Name}
	var recent []placed
	var positions []uint32
	in := window.Spec{}.ResolveEvents(asOf, v.location)
	if from := v.snapshot.Manifest().Behaviors[behavior].KeptFrom; from != nil { // parts of earlier versions may have older ones
		in.Lo = max(in.Lo, *from)
	}
	for _, part := range block.Parts {
		lo, hi, err := part.Span(in)
		if err != nil {
			return nil, err
		}
		positions = part.AppendOf(positions[:0], uint16(row), lo, hi)
		if err := h.note(part, positions); err != nil {
			return nil, err
		}
		if recent, err = appendLast(recent, part, positions, events, true); err != nil {
			return nil, err
		}
		lo, hi = part.Undated()
		positions = part.AppendOf(positions[:0], uint16(row), lo, hi)
		h.Count += uint64(len(positions))
		if recent, err = appendLast(recent, part, positions, events, false); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(recent, newestFirst)
	for _, e := range recent[:max(0, min(events, len(recent)))] {
		event, err := v.event(behavior, e)
		if err != nil {
			return nil, err
		}
		h.Recent = append(h.Recent, event)
	}
	return h, nil
}

// note counts dated events of a part, given by their positions, ascending.
func (h *History) note(part *index.EventPart, positions []uint32) error {
	if len(positions) == 0 {
		return nil
	}
	h.Count += uint64(len(positions))
	first, err := part.TimeAt(int(positions[0]))
	if err != nil {
		return err
	}
	last, err := part.TimeAt(int(positions[len(positions)-1]))
	if err != nil {
		return err
	}
	if at := time.UnixMicro(first).UTC(); h.First == nil || at.Before(*h.First) {
		h.First = &at
	}
	if at := time.UnixMicro(last).UTC(); h.Last == nil || at.After(*h.Last) {
		h.Last = &at
	}
	return nil
}

// appendLast appends the last n events of a part's positions, the last one first.
func appendLast(recent []placed, part *index.EventPart, positions []uint32, n int, dated bool) ([]placed, error) {
	for i := len(positions) - 1; i >= max(0, len(positions)-n); i-- {
		e := placed{part: part, position: int(positions[i]), dated: dated}
		if dated {
			var err error
			if e.time, err = part.TimeAt(e.position); err != nil {
				return nil, err
			}
		}
		recent = append(recent, e)
	}
	return recent, nil
}

// newestFirst orders events by time, those without one last.
func newestFirst(x, y placed) int {
	switch {
	case x.dated != y.dated:
		if x.dated {
			return -1
		}
		return 1
	default:
		return cmp.Compare(y.time, x.time)
	}
}

// event returns a stored event.
func (v *version) event(behavior int, at placed) (Event, error) {
	var out Event
	if at.dated {
		t := time.UnixMicro(at.time).UTC()
		out.Time = &t
	}
	var chunk index.Chunk // its memory is of one event
	chunk.Load(at.part, at.position, at.position+1)
	for i, f := range v.schema.Behaviors[behavior].Fields {
		values, err := chunk.Field(i)
		if err != nil {
			return out, err
		}
		out.Fields = append(out.Fields, NamedValue{f.Name, values.Value(0)})
	}
	return out, nil
}
