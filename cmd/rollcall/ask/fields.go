package ask

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate"
)

// Fields is the names that rules can use, of a snapshot or in place.
type Fields struct {
	Schema      *model.Schema
	Customers   uint64
	Stats       *FieldStats // nil: they were not asked for
	LastUpdated *time.Time  // of a snapshot
	Source      *SourceJSON // in its place
}

// FieldStats is the statistics of fields.
type FieldStats struct {
	Customers  uint64
	Location   *time.Location         // of the parent segment
	Attributes []*store.AttributeInfo // as the schema's; nil of one that a source has in no table
	Behaviors  []federate.BehaviorStats
	IsCounted  bool // distinct values were counted, of every attribute that is no list
}

// FieldsOf returns the names of a version of a snapshot, with statistics where withStats
// is true. It reads nothing.
func FieldsOf(snap *Snapshot, withStats bool) *Fields {
	m := snap.Manifest()
	out := &Fields{Schema: snap.Schema(), Customers: m.Customers, LastUpdated: &m.CreatedAt}
	if withStats {
		out.Stats = statsOfSnapshot(snap)
	}
	return out
}

// FieldsInPlace returns the names of a place, and counts its customers. With statistics
// the source reads the columns of attributes, keys and times, in a statement for each
// table.
func FieldsInPlace(ctx context.Context, place *Place, withStats bool) (*Fields, error) {
	out := &Fields{Schema: place.Schema}
	var err error
	if out.Customers, err = federate.Total(ctx, place.Place); err != nil {
		return nil, err
	}
	if withStats {
		if out.Stats, err = statsInPlace(ctx, place, out.Customers); err != nil {
			return nil, err
		}
	}
	if out.Source, err = place.Describe(ctx); err != nil {
		return nil, err
	}
	return out, nil
}

// statsOfSnapshot returns what a snapshot knows of its columns.
func statsOfSnapshot(snap *Snapshot) *FieldStats {
	m, loc := snap.Manifest(), snap.Location()
	out := &FieldStats{Customers: m.Customers, Location: loc}
	for i := range m.Attributes {
		out.Attributes = append(out.Attributes, &m.Attributes[i])
	}
	for i := range m.Behaviors {
		info := &m.Behaviors[i]
		out.Behaviors = append(out.Behaviors, federate.BehaviorStats{
			Events: info.Events, Undated: info.Undated, Customers: info.Customers,
			First: MicrosIn(info.First, loc), Last: MicrosIn(info.Last, loc),
		})
	}
	return out
}

// statsInPlace asks a source about its columns.
func statsInPlace(ctx context.Context, p *Place, customers uint64) (*FieldStats, error) {
	found, err := federate.StatsOf(ctx, p.Place)
	if err != nil {
		return nil, err
	}
	out := &FieldStats{Customers: customers, Location: p.Location, Behaviors: found.Behaviors, IsCounted: true}
	for _, of := range found.Attributes {
		if of == nil {
			out.Attributes = append(out.Attributes, nil)
			continue
		}
		info := &store.AttributeInfo{Nulls: of.Nulls, Distinct: int(of.Distinct), Least: of.Least, Greatest: of.Greatest}
		if info.Least != nil && max(len(*info.Least), len(*info.Greatest)) > store.MaxRangeBytes {
			info.Least, info.Greatest = nil, nil // as in a snapshot
		}
		out.Attributes = append(out.Attributes, info)
	}
	for i := range out.Behaviors {
		b := &out.Behaviors[i]
		b.First, b.Last = TimeIn(b.First, p.Location), TimeIn(b.Last, p.Location)
	}
	return out, nil
}
