package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine"
)

// Events that profile shows of each behavior.
const (
	defaultProfileEvents = 5
	maxProfileEvents     = 1000
)

func (a *app) profileCommand() *cobra.Command {
	var where placeFlags
	var events int
	var columns []string
	cmd := &cobra.Command{
		Use:   "profile SNAP KEY",
		Short: "The card of a customer: attributes, what happened lately, segments",
		Long: `Prints what a snapshot knows of the customer with a key: the attributes, all or
those named by --columns; of each behavior how many events there are, the first and
the last time, and the latest --events of them with their fields, the newest first;
with --segments DIR the segments of that folder that the customer is in.

A key that is a whole number may be written in other ways, as 007 is for 7, and why
takes it so, too; the card says the key as it is stored. Keys that are text are
compared letter by letter.

Events at --as-of and later are not shown. Attributes have no history: they are as
they were when the snapshot was made.

Only a snapshot has the events of one customer at hand: with -c and -s it says
UNSUPPORTED_IN_PLACE.

With --format json the object has "key", "attributes" (each "name", "value"),
"behaviors" (each "behavior", "count", "first", "last", "recent": "time" and "fields",
each "name", "value"), with --segments "segments" (their paths) and
"segments_asked", then "as_of", "timezone", "snapshot", "elapsed_us". null is NULL, or a
time that there is none of.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if events < 0 || events > maxProfileEvents {
				return usagef("--events is %d, expected 0 to %d", events, maxProfileEvents)
			}
			if where.inPlace() {
				if areFolders(where.sources) {
					return ask.ErrNoSQLEngine
				}
				return ask.UnsupportedInPlace("profile looks up one customer's events, which a snapshot has at hand")
			}
			snap, err := a.open(args[0])
			if err != nil {
				return err
			}
			return a.closing(snap, func() error {
				options := engine.ProfileOptions{Events: events, Segments: a.segments != ""}
				if cmd.Flags().Changed("columns") {
					options.Columns = named(columns)
				}
				return a.profile(cmd.Context(), snap, args[1], options)
			})
		},
	}
	where.add(cmd, "KEY")
	cmd.Flags().StringVar(&a.segments, "segments", "", "folder of segment files: show which the customer is in")
	cmd.Flags().IntVar(&events, "events", defaultProfileEvents, fmt.Sprintf("latest events to show of each behavior, at most %d", maxProfileEvents))
	cmd.Flags().StringSliceVar(&columns, "columns", nil, "attributes to show, separated by commas (default all)")
	return cmd
}

// named returns the names of a list that are not empty.
func named(list []string) []string {
	out := []string{}
	for _, name := range list {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

func (a *app) profile(ctx context.Context, snap *ask.Snapshot, key string, options engine.ProfileOptions) error {
	asOf, err := a.asOfIn(snap.Location())
	if err != nil {
		return err
	}
	options.AsOf = &asOf
	start := time.Now()
	p, err := snap.Profile(ctx, key, options)
	if err != nil {
		return err
	}
	elapsed := time.Since(start)
	if a.json() {
		return a.printJSON(ask.NewProfileJSON(p, snap, elapsed))
	}
	return errors.Join(a.printf("customer %s, as of %s, in %s\n", p.Key, ask.TimeText(p.AsOf.In(snap.Location())), micros(elapsed)),
		a.printProfile(p, snap))
}

// printProfile prints the sections of a card, an empty line between them.
func (a *app) printProfile(p *engine.Profile, snap *ask.Snapshot) error {
	if len(p.Attributes) > 0 {
		tw := newTable()
		tw.AppendHeader(table.Row{"attribute", "value"})
		for _, v := range p.Attributes {
			tw.AppendRow(table.Row{v.Name, cellText(v.Value, snap.Location())})
		}
		if err := errors.Join(a.printf("\n"), a.printTable(tw)); err != nil {
			return err
		}
	}
	for i := range p.Behaviors {
		if err := errors.Join(a.printf("\n"), a.printHistory(p, i, snap)); err != nil {
			return err
		}
	}
	if p.Segments == nil {
		return nil
	}
	if err := a.printf("\nin %d of %s\n", len(p.Segments), wording.Plural(p.SegmentsAsked, "segment", "segments")); err != nil {
		return err
	}
	for _, path := range p.Segments {
		if err := a.printf("  %s\n", path); err != nil {
			return err
		}
	}
	return nil
}

// printHistory prints what the customer did of a behavior.
func (a *app) printHistory(p *engine.Profile, behavior int, snap *ask.Snapshot) error {
	h := &p.Behaviors[behavior]
	between := ""
	if h.First != nil {
		between = fmt.Sprintf(", from %s to %s", ask.TimeText(h.First.In(snap.Location())), ask.TimeText(h.Last.In(snap.Location())))
	}
	if err := a.printf("%s: %s%s\n", h.Behavior, wording.Plural(h.Count, "event", "events"), between); err != nil {
		return err
	}
	if len(h.Recent) == 0 {
		return nil
	}
	schema := snap.Schema().Behaviors[behavior]
	tw := newTable()
	header := table.Row{"  " + schema.TimeColumn}
	if schema.TimeColumn == "" {
		header[0] = "  time"
	}
	for _, f := range schema.Fields {
		header = append(header, f.Name)
	}
	tw.AppendHeader(header)
	for _, e := range h.Recent {
		row := table.Row{"  " + timeOr(ask.TimeIn(e.Time, snap.Location()), "NULL")}
		for _, f := range e.Fields {
			row = append(row, cellText(f.Value, snap.Location()))
		}
		tw.AppendRow(row)
	}
	return a.printTable(tw)
}
