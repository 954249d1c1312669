package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/column"
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
				some, err := pick.choose(q)
				if err != nil {
					return err
				}
				return a.list(cmd.Context(), some, columnsOr(q.schema(), columns, cmd.Flags().Changed("columns")), limit)
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

func (a *app) list(ctx context.Context, q asker, columns []string, limit int) error {
	answer, page, err := q.list(ctx, limit, columns)
	if err != nil {
		return err
	}
	if a.json() {
		return a.listJSON(answer, page)
	}
	a.warn(answer.Warnings)
	if err := a.printPage(answer.schema.KeyColumn, page, answer.location); err != nil {
		return err
	}
	if n := answer.Count - uint64(len(page.rows)); n > 0 {
		a.logf("%s of %s members shown; --limit shows more, export writes all\n", groups(int64(len(page.rows))), groups(int64(answer.Count)))
	}
	return nil
}

// printPage prints customers as a table, key is what their keys are called.
func (a *app) printPage(key string, page *page, loc *time.Location) error {
	tw := newTable()
	header := table.Row{key}
	for _, name := range page.columns {
		header = append(header, name)
	}
	tw.AppendHeader(header)
	for _, row := range page.rows {
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
		return timeText(v.In(loc))
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

// listJSON prints members as one object: rows are arrays, the key first, in the
// order of columns.
func (a *app) listJSON(answer *answered, page *page) error {
	out := struct {
		countJSON
		Columns []string `json:"columns"`
		Rows    [][]any  `json:"rows"`
	}{
		countJSON: *newCountJSON(answer),
		Columns:   append([]string{answer.schema.KeyColumn}, page.columns...),
		Rows:      jsonRows(page.rows),
	}
	return a.printJSON(out)
}

// jsonRows returns what customers look like in JSON, the key first.
func jsonRows(rows []engine.Row) [][]any {
	out := [][]any{}
	for _, row := range rows {
		cells := []any{row.Key}
		for _, v := range row.Values {
			cells = append(cells, jsonValue(v))
		}
		out = append(out, cells)
	}
	return out
}

// jsonValue returns what a value looks like in JSON: numbers exact, days and
// instants as text, an infinity as text since JSON has none.
func jsonValue(v any) any {
	switch v := v.(type) {
	case column.Decimal:
		return json.RawMessage(v.String())
	case column.Day:
		return v.String()
	case time.Time:
		return timeText(v)
	case float64:
		if math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = jsonValue(v[i])
		}
		return list
	}
	return v
}
