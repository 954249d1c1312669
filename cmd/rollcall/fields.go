package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate"
)

func (a *app) fieldsCommand() *cobra.Command {
	var where placeFlags
	var stats bool
	cmd := &cobra.Command{
		Use:   "fields SNAP",
		Short: "The attributes, behaviors and event fields that rules can use",
		Long: `Lists the attributes with their types and the behaviors with their fields, and
says when the snapshot was last updated. With --stats it adds the least and the
greatest value, the share of NULLs and the number of distinct values, and for a
behavior its events and the time that they span.

With -c parent.yml and -s SOURCE in place of SNAP the tables are looked up in the
source, which must be a database, and its customers counted. It has no --stats.

With --format json the object has "name", "key_column", "key_type", "timezone",
"customers", "last_updated" or "source" (as count has it), "attributes" (each
"name", "type") and "behaviors" (each "name", "time_column", "fields"); with
--stats each "stats".

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if where.inPlace() {
				if stats {
					return unsupportedInPlace("--stats are what a snapshot knows of its columns")
				}
				return a.fieldsInPlace(cmd.Context(), &where)
			}
			snap, err := a.open(args[0])
			if err != nil {
				return err
			}
			return a.closing(snap, func() error {
				if a.json() {
					return a.printJSON(newFieldsJSON(snap, stats))
				}
				return a.fields(snap, stats)
			})
		},
	}
	where.add(cmd)
	cmd.Flags().BoolVar(&stats, "stats", false, "show ranges, NULL shares and cardinalities")
	return cmd
}

// fieldsJSON is the object that fields prints.
type fieldsJSON struct {
	Name        string          `json:"name"`
	KeyColumn   string          `json:"key_column"`
	KeyType     model.Type      `json:"key_type"`
	Timezone    string          `json:"timezone"`
	Customers   uint64          `json:"customers"`
	LastUpdated *time.Time      `json:"last_updated,omitempty"` // of a snapshot
	Source      *sourceJSON     `json:"source,omitempty"`       // in its place
	Attributes  []attributeJSON `json:"attributes"`
	Behaviors   []behaviorJSON  `json:"behaviors"`
}

type attributeJSON struct {
	model.Attribute
	Stats *store.AttributeInfo `json:"stats,omitempty"`
}

type behaviorJSON struct {
	model.Behavior
	Stats *behaviorStatsJSON `json:"stats,omitempty"`
}

type behaviorStatsJSON struct {
	Events    uint64  `json:"events"`
	Undated   uint64  `json:"undated"`
	Customers uint64  `json:"customers"`
	First     *string `json:"first"` // null: no event has a time
	Last      *string `json:"last"`
}

func newFieldsJSON(snap *snapshot, stats bool) *fieldsJSON {
	m := snap.Manifest()
	out := newSchemaJSON(snap.Schema())
	out.Customers, out.LastUpdated = m.Customers, &m.CreatedAt
	if !stats {
		return out
	}
	for i := range out.Attributes {
		out.Attributes[i].Stats = &m.Attributes[i]
	}
	for i := range out.Behaviors {
		info := &m.Behaviors[i]
		out.Behaviors[i].Stats = &behaviorStatsJSON{
			info.Events, info.Undated, info.Customers,
			timeOrNil(local(snap.Location(), info.First)), timeOrNil(local(snap.Location(), info.Last)),
		}
	}
	return out
}

func (a *app) fields(snap *snapshot, stats bool) error {
	s, m := snap.Schema(), snap.Manifest()
	if err := a.fieldsTitle(s, m.Customers, ", last updated "+timeText(m.CreatedAt)); err != nil {
		return err
	}
	if !stats {
		snap = nil
	}
	return a.listFields(s, snap)
}

// fieldsTitle prints the line above the fields.
func (a *app) fieldsTitle(s *model.Schema, customers uint64, more string) error {
	return a.printf("%s: %s customers by %s (%s), time zone %s%s\n\n", s.Name, groups(int64(customers)), s.KeyColumn, s.KeyType, s.Timezone, more)
}

// listFields prints attributes and behaviors, with the statistics of a snapshot
// unless it is nil.
func (a *app) listFields(s *model.Schema, stats *snapshot) error {
	if err := a.attributes(s, stats); err != nil || len(s.Behaviors) == 0 {
		return err
	}
	if err := a.printf("\n"); err != nil {
		return err
	}
	return a.behaviors(s, stats)
}

// fieldsInPlace lists what a parent segment comes to in a source.
func (a *app) fieldsInPlace(ctx context.Context, where *placeFlags) error {
	p, err := a.openPlace(ctx, where)
	if err != nil {
		return err
	}
	return a.closing(p, func() error {
		customers, err := federate.Total(ctx, p.Place)
		if err != nil {
			return err
		}
		source, err := p.described(ctx)
		if err != nil {
			return err
		}
		if a.json() {
			out := newSchemaJSON(p.Schema)
			out.Customers, out.Source = customers, source
			return a.printJSON(out)
		}
		if err := a.fieldsTitle(p.Schema, customers, ""); err != nil {
			return err
		}
		if err := a.listFields(p.Schema, nil); err != nil {
			return err
		}
		if err := a.printf("\n"); err != nil {
			return err
		}
		return a.printSource(source)
	})
}

// newSchemaJSON returns the names and types of a schema.
func newSchemaJSON(s *model.Schema) *fieldsJSON {
	out := &fieldsJSON{
		Name: s.Name, KeyColumn: s.KeyColumn, KeyType: s.KeyType, Timezone: s.Timezone,
		Attributes: []attributeJSON{}, Behaviors: []behaviorJSON{},
	}
	for _, attr := range s.Attributes {
		out.Attributes = append(out.Attributes, attributeJSON{Attribute: attr})
	}
	for _, b := range s.Behaviors {
		out.Behaviors = append(out.Behaviors, behaviorJSON{Behavior: b})
	}
	return out
}

func (a *app) attributes(s *model.Schema, stats *snapshot) error {
	tw := newTable()
	header := table.Row{"attribute", "type"}
	if stats != nil {
		header = append(header, "least", "greatest", "NULL", "distinct")
	}
	tw.AppendHeader(header)
	for i, attr := range s.Attributes {
		row := table.Row{attr.Name, attr.Type}
		if stats != nil {
			info, loc := &stats.Manifest().Attributes[i], stats.Location()
			row = append(row, rangeText(loc, attr.Type, info.Least), rangeText(loc, attr.Type, info.Greatest),
				percent(info.Nulls, stats.Manifest().Customers), distinctText(attr.Type, info))
		}
		tw.AppendRow(row)
	}
	return a.printTable(tw, "NULL", "distinct")
}

// rangeText writes an end of an attribute's range, times in the parent segment's
// zone, or "-".
func rangeText(loc *time.Location, t model.Type, s *string) string {
	if s == nil {
		return "-"
	}
	if at, err := time.Parse(time.RFC3339Nano, *s); err == nil && t.Kind == model.Timestamp {
		return timeText(at.In(loc))
	}
	return *s
}

func percent(n, of uint64) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}

func distinctText(t model.Type, info *store.AttributeInfo) string {
	if t.IsArray() {
		return "-" // lists are not told apart
	}
	if !info.Indexed {
		return "over " + groups(index.MaxValues)
	}
	return groups(int64(info.Distinct))
}

func (a *app) behaviors(s *model.Schema, stats *snapshot) error {
	tw := newTable()
	header := table.Row{"behavior", "fields"}
	if stats != nil {
		header = append(header, "events", "undated", "customers", "first", "last")
	}
	tw.AppendHeader(header)
	for i, b := range s.Behaviors {
		fields := []string{b.TimeColumn + " timestamp"}
		for _, f := range b.Fields {
			fields = append(fields, f.Name+" "+f.Type.String())
		}
		row := table.Row{b.Name, strings.Join(fields, ", ")}
		if stats != nil {
			info, loc := &stats.Manifest().Behaviors[i], stats.Location()
			row = append(row, groups(int64(info.Events)), groups(int64(info.Undated)), groups(int64(info.Customers)),
				timeOr(local(loc, info.First), "-"), timeOr(local(loc, info.Last), "-"))
		}
		tw.AppendRow(row)
	}
	return a.printTable(tw, "events", "undated", "customers")
}

// local returns an instant in a time zone, or nil.
func local(loc *time.Location, micros *int64) *time.Time {
	if micros == nil {
		return nil
	}
	t := time.UnixMicro(*micros).In(loc)
	return &t
}
