package main

import (
	"context"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate"
)

// fieldStats is what --stats shows, of a snapshot or of a source.
type fieldStats struct {
	customers  uint64
	loc        *time.Location
	attributes []*store.AttributeInfo // as the schema's; nil of one that a source has in no table
	behaviors  []federate.BehaviorStats
	isCounted  bool // distinct values were counted, of every attribute that is no list
}

// statsOfSnapshot returns what a snapshot knows of its columns.
func statsOfSnapshot(snap *snapshot) *fieldStats {
	m, loc := snap.Manifest(), snap.Location()
	out := &fieldStats{customers: m.Customers, loc: loc}
	for i := range m.Attributes {
		out.attributes = append(out.attributes, &m.Attributes[i])
	}
	for i := range m.Behaviors {
		info := &m.Behaviors[i]
		out.behaviors = append(out.behaviors, federate.BehaviorStats{
			Events: info.Events, Undated: info.Undated, Customers: info.Customers,
			First: local(loc, info.First), Last: local(loc, info.Last),
		})
	}
	return out
}

// statsInPlace asks a source about its columns.
func statsInPlace(ctx context.Context, p *place, customers uint64) (*fieldStats, error) {
	found, err := federate.StatsOf(ctx, p.Place)
	if err != nil {
		return nil, err
	}
	out := &fieldStats{customers: customers, loc: p.loc, behaviors: found.Behaviors, isCounted: true}
	for _, of := range found.Attributes {
		if of == nil {
			out.attributes = append(out.attributes, nil)
			continue
		}
		info := &store.AttributeInfo{Nulls: of.Nulls, Distinct: int(of.Distinct), Least: of.Least, Greatest: of.Greatest}
		if info.Least != nil && max(len(*info.Least), len(*info.Greatest)) > store.MaxRangeBytes {
			info.Least, info.Greatest = nil, nil // as in a snapshot
		}
		out.attributes = append(out.attributes, info)
	}
	for i := range out.behaviors {
		b := &out.behaviors[i]
		b.First, b.Last = in(p.loc, b.First), in(p.loc, b.Last)
	}
	return out, nil
}

// in returns a time in a time zone, or nil.
func in(loc *time.Location, t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	moved := t.In(loc)
	return &moved
}

// cells returns what the table shows of an attribute.
func (f *fieldStats) cells(i int, t model.Type) table.Row {
	info := f.attributes[i]
	if info == nil {
		return table.Row{"-", "-", "-", "-"}
	}
	return table.Row{rangeText(f.loc, t, info.Least), rangeText(f.loc, t, info.Greatest), percent(info.Nulls, f.customers), f.distinctText(info, t)}
}

// distinctText says how many values an attribute has, as far as that is known.
func (f *fieldStats) distinctText(info *store.AttributeInfo, t model.Type) string {
	switch {
	case t.IsArray():
		return "-" // lists are not told apart
	case !info.Indexed && !f.isCounted:
		return "over " + groups(index.MaxValues)
	}
	return groups(int64(info.Distinct))
}
