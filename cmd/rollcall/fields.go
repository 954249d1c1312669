package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

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
source, which must be a database, and its customers counted. --stats reads there the
columns of attributes, keys and times, in a statement for each table.

With --format json the object has "name", "key_column", "key_type", "timezone",
"customers", "last_updated" or "source" (as count has it), "attributes" (each
"name", "type") and "behaviors" (each "name", "time_column", "fields"); with
--stats each "stats": of an attribute "nulls", "distinct" (a snapshot has it where
"indexed" is true), "least" and "greatest"; of a behavior "events", "undated",
"customers", "first" and "last".

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if where.inPlace() {
				return a.fieldsInPlace(cmd.Context(), &where, stats)
			}
			snap, err := a.open(args[0])
			if err != nil {
				return err
			}
			return a.closing(snap, func() error {
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

func (a *app) fields(snap *snapshot, withStats bool) error {
	s, m := snap.Schema(), snap.Manifest()
	var stats *fieldStats
	if withStats {
		stats = statsOfSnapshot(snap)
	}
	if a.json() {
		out := newFieldsJSON(s, m.Customers, stats)
		out.LastUpdated = &m.CreatedAt
		return a.printJSON(out)
	}
	if err := a.fieldsTitle(s, m.Customers, ", last updated "+timeText(m.CreatedAt)); err != nil {
		return err
	}
	return a.listFields(s, stats)
}

// fieldsTitle prints the line above the fields.
func (a *app) fieldsTitle(s *model.Schema, customers uint64, more string) error {
	return a.printf("%s: %s customers by %s (%s), time zone %s%s\n\n", s.Name, groups(int64(customers)), s.KeyColumn, s.KeyType, s.Timezone, more)
}

// listFields prints attributes and behaviors, with statistics unless these are nil.
func (a *app) listFields(s *model.Schema, stats *fieldStats) error {
	if err := a.attributes(s, stats); err != nil || len(s.Behaviors) == 0 {
		return err
	}
	if err := a.printf("\n"); err != nil {
		return err
	}
	return a.behaviors(s, stats)
}

// fieldsInPlace lists what a parent segment comes to in a source.
func (a *app) fieldsInPlace(ctx context.Context, where *placeFlags, withStats bool) error {
	p, err := a.openPlace(ctx, where)
	if err != nil {
		return err
	}
	return a.closing(p, func() error {
		customers, err := federate.Total(ctx, p.Place)
		if err != nil {
			return err
		}
		var stats *fieldStats
		if withStats {
			if stats, err = statsInPlace(ctx, p, customers); err != nil {
				return err
			}
		}
		source, err := p.described(ctx)
		if err != nil {
			return err
		}
		if a.json() {
			out := newFieldsJSON(p.Schema, customers, stats)
			out.Source = source
			return a.printJSON(out)
		}
		return a.printFieldsInPlace(p, customers, stats, source)
	})
}

// printFieldsInPlace prints what a parent segment comes to in a source.
func (a *app) printFieldsInPlace(p *place, customers uint64, stats *fieldStats, source *sourceJSON) error {
	if err := a.fieldsTitle(p.Schema, customers, ""); err != nil {
		return err
	}
	if err := a.listFields(p.Schema, stats); err != nil {
		return err
	}
	if err := a.printf("\n"); err != nil {
		return err
	}
	return a.printSource(source)
}

// newFieldsJSON returns the names and types of a schema, with statistics unless these
// are nil.
func newFieldsJSON(s *model.Schema, customers uint64, stats *fieldStats) *fieldsJSON {
	out := &fieldsJSON{
		Name: s.Name, KeyColumn: s.KeyColumn, KeyType: s.KeyType, Timezone: s.Timezone, Customers: customers,
		Attributes: []attributeJSON{}, Behaviors: []behaviorJSON{},
	}
	for i, attr := range s.Attributes {
		shown := attributeJSON{Attribute: attr}
		if stats != nil {
			shown.Stats = stats.attributes[i]
		}
		out.Attributes = append(out.Attributes, shown)
	}
	for i, b := range s.Behaviors {
		shown := behaviorJSON{Behavior: b}
		if stats != nil {
			of := stats.behaviors[i]
			shown.Stats = &behaviorStatsJSON{of.Events, of.Undated, of.Customers, timeOrNil(of.First), timeOrNil(of.Last)}
		}
		out.Behaviors = append(out.Behaviors, shown)
	}
	return out
}

func (a *app) attributes(s *model.Schema, stats *fieldStats) error {
	tw := newTable()
	header := table.Row{"attribute", "type"}
	if stats != nil {
		header = append(header, "least", "greatest", "NULL", "distinct")
	}
	tw.AppendHeader(header)
	for i, attr := range s.Attributes {
		row := table.Row{attr.Name, attr.Type}
		if stats != nil {
			row = append(row, stats.cells(i, attr.Type)...)
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

func (a *app) behaviors(s *model.Schema, stats *fieldStats) error {
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
			of := stats.behaviors[i]
			row = append(row, groups(int64(of.Events)), groups(int64(of.Undated)), groups(int64(of.Customers)),
				timeOr(of.First, "-"), timeOr(of.Last, "-"))
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
