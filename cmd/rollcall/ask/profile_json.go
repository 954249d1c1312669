package ask

import (
	"time"

	"github.com/rollcall-db/rollcall/engine"
)

// ProfileJSON is the object of a profile.
type ProfileJSON struct {
	Key           string        `json:"key"`
	Attributes    []NamedJSON   `json:"attributes"`
	Behaviors     []HistoryJSON `json:"behaviors"`
	Segments      *[]string     `json:"segments,omitempty"` // those asked for that the customer is in
	SegmentsAsked *int          `json:"segments_asked,omitempty"`
	AsOf          string        `json:"as_of"`
	Timezone      string        `json:"timezone"`
	Snapshot      *SnapshotJSON `json:"snapshot"`
	ElapsedUS     int64         `json:"elapsed_us"`
}

// NamedJSON is a value of an attribute or a field.
type NamedJSON struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// HistoryJSON is what a customer did of one behavior.
type HistoryJSON struct {
	Behavior string      `json:"behavior"`
	Count    uint64      `json:"count"`
	First    *string     `json:"first"` // null: no event has a time
	Last     *string     `json:"last"`
	Recent   []EventJSON `json:"recent"`
}

// EventJSON is an event.
type EventJSON struct {
	Time   *string     `json:"time"` // null: unknown
	Fields []NamedJSON `json:"fields"`
}

func namedValues(values []engine.NamedValue) []NamedJSON {
	out := []NamedJSON{}
	for _, v := range values {
		out = append(out, NamedJSON{v.Name, ValueJSON(v.Value)})
	}
	return out
}

// NewProfileJSON returns the object of a profile of snap, which took that long to find;
// times are in the parent segment's zone, values as [ValueJSON] writes them.
func NewProfileJSON(p *engine.Profile, snap *Snapshot, elapsed time.Duration) *ProfileJSON {
	local := func(t *time.Time) *string { return TimeOrNil(TimeIn(t, snap.Location())) }
	out := &ProfileJSON{
		Key: p.Key, Attributes: namedValues(p.Attributes), Behaviors: []HistoryJSON{},
		AsOf: *local(&p.AsOf), Timezone: snap.Schema().Timezone, ElapsedUS: elapsed.Microseconds(),
		Snapshot: snap.Describe(),
	}
	for _, b := range p.Behaviors {
		h := HistoryJSON{Behavior: b.Behavior, Count: b.Count, First: local(b.First), Last: local(b.Last), Recent: []EventJSON{}}
		for _, e := range b.Recent {
			h.Recent = append(h.Recent, EventJSON{local(e.Time), namedValues(e.Fields)})
		}
		out.Behaviors = append(out.Behaviors, h)
	}
	if p.Segments != nil {
		out.Segments, out.SegmentsAsked = &p.Segments, &p.SegmentsAsked
	}
	return out
}
