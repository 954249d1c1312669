package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
)

// Members that list shows: a page to look at, not an export.
const (
	defaultListLimit = 20
	maxListLimit     = 10_000
)

func (a *app) listCommand() *cobra.Command {
	var where placeFlags
	var pick pickFlags
	var limit int
	var columns []string
	cmd := &cobra.Command{
		Use:   "list SNAP RULE",
		Short: "Who a rule selects, as a table",
		Long: `Prints members of the audience in order of their keys, with all attributes or
those named by --columns. It is for looking; export writes whole audiences.

` + pickHelp + ` list shows them in that order.

` + columnsHelp + `

` + inPlaceHelp + `

With --format json the object is that of count with "columns", the key first, and
"rows", each an array in their order.

` + ruleHelp + `

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 1 || limit > maxListLimit {
				return usagef("--limit is %d, expected 1 to %d; export writes whole audiences", limit, maxListLimit)
			}
			q, err := a.ask(cmd.Context(), &where, args)
			if err != nil {
				return err
			}
			return a.closing(q, func() error {
				some, err := pick.choose(q.Asker)
				if err != nil {
					return err
				}
				return a.list(cmd.Context(), some, columnsOr(q.Schema(), columns, cmd.Flags().Changed("columns")), limit)
			})
		},
	}
	where.add(cmd, "RULE")
	a.segmentsFlag(cmd)
	pick.add(cmd)
	cmd.Flags().IntVar(&limit, "limit", defaultListLimit, fmt.Sprintf("members to show, at most %d", maxListLimit))
	columnsVar(cmd.Flags(), &columns, "columns to show, separated by commas (default all attributes)")
	return cmd
}

func (a *app) list(ctx context.Context, q ask.Asker, columns []string, limit int) error {
	answer, page, err := q.List(ctx, limit, columns)
	if err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(ask.NewListJSON(answer, page))
	}
	a.warn(answer.Warnings)
	if err := a.printPage(answer.Schema.KeyColumn, page, answer.Location); err != nil {
		return err
	}
	if n := answer.Count - uint64(len(page.Rows)); n > 0 {
		a.logf("%s of %s members shown; --limit shows more, export writes all\n", wording.Number(len(page.Rows)), wording.Number(answer.Count))
	}
	return nil
}

// printPage prints customers as a table, key is what their keys are called.
func (a *app) printPage(key string, page *ask.Page, loc *time.Location) error {
	tw := newTable()
	header := table.Row{key}
	for _, name := range page.Columns {
		header = append(header, name)
	}
	tw.AppendHeader(header)
	for _, row := range page.Rows {
		cells := table.Row{row.Key}
		for _, v := range row.Values {
			cells = append(cells, cellText(v, loc))
		}
		tw.AppendRow(cells)
	}
	return a.printTable(tw)
}

// cellText writes a value for people; instants in the parent segment's zone.
func cellText(v any, loc *time.Location) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case time.Time:
		return ask.TimeText(v.In(loc))
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []any:
		var b bytes.Buffer
		for i, e := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(cellText(e, loc))
		}
		return "[" + b.String() + "]"
	}
	return fmt.Sprint(v)
}
