package main

import (
	"context"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/model"
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

func (a *app) fields(snap *ask.Snapshot, withStats bool) error {
	f := ask.FieldsOf(snap, withStats)
	if a.json() {
		return a.printJSON(ask.NewFieldsJSON(f))
	}
	if err := a.fieldsTitle(f, ", last updated "+ask.TimeText(*f.LastUpdated)); err != nil {
		return err
	}
	return a.listFields(f)
}

// fieldsTitle prints the line above the fields.
func (a *app) fieldsTitle(f *ask.Fields, more string) error {
	s := f.Schema
	return a.printf("%s: %s customers by %s (%s), time zone %s%s\n\n", s.Name, wording.Number(f.Customers), s.KeyColumn, s.KeyType, s.Timezone, more)
}

// listFields prints attributes and behaviors, with statistics unless these are nil.
func (a *app) listFields(f *ask.Fields) error {
	if err := a.attributes(f.Schema, f.Stats); err != nil || len(f.Schema.Behaviors) == 0 {
		return err
	}
	if err := a.printf("\n"); err != nil {
		return err
	}
	return a.behaviors(f.Schema, f.Stats)
}

// fieldsInPlace lists what a parent segment comes to in a source.
func (a *app) fieldsInPlace(ctx context.Context, where *placeFlags, withStats bool) error {
	p, err := a.openPlace(ctx, where)
	if err != nil {
		return err
	}
	return a.closing(p, func() error {
		f, err := ask.FieldsInPlace(ctx, p, withStats)
		if err != nil {
			return err
		}
		if a.json() {
			return a.printJSON(ask.NewFieldsJSON(f))
		}
		return a.printFieldsInPlace(f)
	})
}

// printFieldsInPlace prints what a parent segment comes to in a source.
func (a *app) printFieldsInPlace(f *ask.Fields) error {
	if err := a.fieldsTitle(f, ""); err != nil {
		return err
	}
	if err := a.listFields(f); err != nil {
		return err
	}
	if err := a.printf("\n"); err != nil {
		return err
	}
	return a.printSource(f.Source)
}

func (a *app) attributes(s *model.Schema, stats *ask.FieldStats) error {
	tw := newTable()
	header := table.Row{"attribute", "type"}
	if stats != nil {
		header = append(header, "least", "greatest", "NULL", "distinct")
	}
	tw.AppendHeader(header)
	for i, attr := range s.Attributes {
		row := table.Row{attr.Name, attr.Type}
		if stats != nil {
			row = append(row, statsCells(stats, i, attr.Type)...)
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
		return ask.TimeText(at.In(loc))
	}
	return *s
}

func (a *app) behaviors(s *model.Schema, stats *ask.FieldStats) error {
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
			of := stats.Behaviors[i]
			row = append(row, wording.Number(of.Events), wording.Number(of.Undated), wording.Number(of.Customers),
				timeOr(of.First, "-"), timeOr(of.Last, "-"))
		}
		tw.AppendRow(row)
	}
	return a.printTable(tw, "events", "undated", "customers")
}
