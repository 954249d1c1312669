package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

func (a *app) fieldsCommand() *cobra.Command {
	var stats bool
	cmd := &cobra.Command{
		Use:   "fields SNAP",
		Short: "The attributes, behaviors and event fields that rules can use",
		Long: `Lists the attributes with their types and the behaviors with their fields, and
says when the snapshot was last updated. With --stats it adds the least and the
greatest value, the share of NULLs and the number of distinct values, and for a
behavior its events and the time that they span.`,
		Args: exactArgs("SNAP"),
		RunE: func(_ *cobra.Command, args []string) (err error) {
			snap, err := a.open(args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, snap.Close()) }()
			if a.json() {
				return a.printJSON(newFieldsJSON(snap, stats))
			}
			return a.fields(snap, stats)
		},
	}
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
	LastUpdated time.Time       `json:"last_updated"`
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
	s, m := snap.Schema(), snap.Manifest()
	out := &fieldsJSON{
		Name: s.Name, KeyColumn: s.KeyColumn, KeyType: s.KeyType, Timezone: s.Timezone,
		Customers: m.Customers, LastUpdated: m.CreatedAt,
		Attributes: []attributeJSON{}, Behaviors: []behaviorJSON{},
	}
	for i, attr := range s.Attributes {
		row := attributeJSON{Attribute: attr}
		if stats {
			row.Stats = &m.Attributes[i]
		}
		out.Attributes = append(out.Attributes, row)
	}
	for i, b := range s.Behaviors {
		row := behaviorJSON{Behavior: b}
		if stats {
			info := &m.Behaviors[i]
			row.Stats = &behaviorStatsJSON{
				info.Events, info.Undated, info.Customers,
				timeOrNil(local(snap.Location(), info.First)), timeOrNil(local(snap.Location(), info.Last)),
			}
		}
		out.Behaviors = append(out.Behaviors, row)
	}
	return out
}

func (a *app) fields(snap *snapshot, stats bool) error {
	s, m := snap.Schema(), snap.Manifest()
	if err := a.printf("%s: %s customers by %s (%s), time zone %s, last updated %s\n\n",
		s.Name, groups(int64(m.Customers)), s.KeyColumn, s.KeyType, s.Timezone, timeText(m.CreatedAt)); err != nil {
		return err
	}
	if err := a.attributes(snap, stats); err != nil {
		return err
	}
	if len(s.Behaviors) == 0 {
		return nil
	}
	if err := a.printf("\n"); err != nil {
		return err
	}
	return a.behaviors(snap, stats)
}

func (a *app) attributes(snap *snapshot, stats bool) error {
	s, m := snap.Schema(), snap.Manifest()
	tw := newTable()
	header := table.Row{"attribute", "type"}
	if stats {
		header = append(header, "least", "greatest", "NULL", "distinct")
	}
	tw.AppendHeader(header)
	for i, attr := range s.Attributes {
		row := table.Row{attr.Name, attr.Type}
		if stats {
			info := &m.Attributes[i]
			row = append(row, rangeText(snap.Location(), attr.Type, info.Least), rangeText(snap.Location(), attr.Type, info.Greatest), percent(info.Nulls, m.Customers), distinctText(attr.Type, info))
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

func (a *app) behaviors(snap *snapshot, stats bool) error {
	s, m := snap.Schema(), snap.Manifest()
	tw := newTable()
	header := table.Row{"behavior", "fields"}
	if stats {
		header = append(header, "events", "undated", "customers", "first", "last")
	}
	tw.AppendHeader(header)
	for i, b := range s.Behaviors {
		fields := []string{b.TimeColumn + " timestamp"}
		for _, f := range b.Fields {
			fields = append(fields, f.Name+" "+f.Type.String())
		}
		row := table.Row{b.Name, strings.Join(fields, ", ")}
		if stats {
			info := &m.Behaviors[i]
			row = append(row, groups(int64(info.Events)), groups(int64(info.Undated)), groups(int64(info.Customers)),
				timeOr(local(snap.Location(), info.First), "-"), timeOr(local(snap.Location(), info.Last), "-"))
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
