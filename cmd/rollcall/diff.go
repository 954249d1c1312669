package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/federate"
)

func (a *app) diffCommand() *cobra.Command {
	var where placeFlags
	var given givenDiff
	cmd := &cobra.Command{
		Use:   "diff SNAP RULE --from TIME|VERSION --to TIME|VERSION",
		Short: "Who entered and who left an audience",
		Long: `Compares the members of an audience as of two times, in one version, or of two
versions that the snapshot keeps, "--from 3 --to 5", as of --as-of: how many entered,
left and stayed. Customers of two versions are told by their keys. Attributes have no
history: two times of one version differ by what customers did alone. With --show
entered or --show left it lists these customers, with --columns: of those who entered
as of the time or version after, of those who left before. export --delta-from writes
them all to a file.

` + columnsHelp + `

` + inPlaceHelp + `
A source has no versions to compare, and lists keys alone.

With --format json the object is that of count, of the members after, with "before" and
"after" (each "count", "as_of", "version" of a snapshot), "entered", "left", "stayed",
"notes"; with --show "shown" and "keys", with --columns "columns", the key first, and
"rows" in place of "keys".

` + ruleHelp + `

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			given.named = cmd.Flags().Changed("columns")
			if err := a.checkDiff(&given, &where); err != nil {
				return err
			}
			d, err := a.openDiff(cmd.Context(), &given, &where, args)
			if err != nil {
				return err
			}
			return a.closing(d, func() error { return a.diff(cmd.Context(), d, &given) })
		},
	}
	where.add(cmd, "RULE")
	a.segmentsFlag(cmd)
	cmd.Flags().StringVar(&given.from, "from", "", "the time, or the number of the version, before")
	cmd.Flags().StringVar(&given.to, "to", "", "the time, or the number of the version, after")
	cmd.Flags().StringVar(&given.show, "show", "", "list customers: entered or left")
	columnsVar(cmd.Flags(), &given.columns, "columns to list, separated by commas (default the key alone)")
	cmd.Flags().IntVar(&given.limit, "limit", defaultListLimit, fmt.Sprintf("customers to list, at most %d", maxListLimit))
	return cmd
}

// givenDiff is what a command line wants compared.
type givenDiff struct {
	from, to string
	versions [2]uint64 // 0: times
	show     string    // entered, left or empty
	columns  []string  // to list
	named    bool      // whether there are columns
	limit    int
}

// checkDiff refuses what makes no sense before anything is opened.
func (a *app) checkDiff(g *givenDiff, where *placeFlags) error {
	switch {
	case g.show != "" && g.show != "entered" && g.show != "left":
		return usagef("--show is %q, expected entered or left", g.show)
	case g.named && g.show == "":
		return usagef("--columns are of those who are listed: give --show entered or --show left")
	case g.named && where.inPlace():
		return unsupportedInPlace("a source lists the keys of those who " + g.show + " alone")
	case g.limit < 1 || g.limit > maxListLimit:
		return usagef("--limit is %d, expected 1 to %d", g.limit, maxListLimit)
	}
	from, fromErr := strconv.ParseUint(g.from, 10, 64)
	to, toErr := strconv.ParseUint(g.to, 10, 64)
	switch {
	case fromErr != nil && toErr != nil, g.from == "", g.to == "":
		return a.checkTimes("diff", g.from, g.to)
	case fromErr != nil || toErr != nil:
		return usagef("--from is %q and --to is %q, expected two times, or the numbers of two versions", g.from, g.to)
	case from == 0 || to == 0:
		return usagef("--from is %d and --to is %d; versions are numbered from 1", from, to)
	case where.inPlace():
		return unsupportedInPlace("a source keeps no versions to compare: give two times")
	}
	g.versions = [2]uint64{from, to}
	return nil
}

// differ is an audience to compare, open.
type differ interface {
	Close() error
	// diff compares, and lists those who entered or left as given.show says.
	diff(ctx context.Context, given *givenDiff) (*diffed, error)
}

// diffed is what became of an audience.
type diffed struct {
	before, after         *answered
	entered, left, stayed uint64
	listed                *page // those who are asked for; nil: nobody is
	notes                 []string
}

// openDiff opens what a command line wants compared.
func (a *app) openDiff(ctx context.Context, g *givenDiff, where *placeFlags, args []string) (differ, error) {
	if g.versions[0] == 0 {
		q, err := a.ask(ctx, where, args)
		if err != nil {
			return nil, err
		}
		return q, nil
	}
	name := args[0]
	if dir, version, err := splitVersion(name); err != nil {
		return nil, err
	} else if version != 0 {
		return nil, usagef("%s is a version; to compare two of %s give that", name, dir)
	}
	if a.asOf == "" {
		a.asOf = timeText(time.Now().UTC()) // both are looked at from one instant
	}
	given, err := readRule(args[1])
	if err != nil {
		return nil, err
	}
	before, err := a.query(fmt.Sprintf("%s@%d", name, g.versions[0]), given)
	if err != nil {
		return nil, ofVersion(g.versions[0], err)
	}
	after, err := a.query(fmt.Sprintf("%s@%d", name, g.versions[1]), given)
	if err != nil {
		return nil, joinClose(ofVersion(g.versions[1], err), before)
	}
	return &twoVersions{before, after}, nil
}

// ofVersion returns the error of a rule in one of two versions, which it names; what
// is wrong with the version itself says so.
func ofVersion(version uint64, err error) error {
	if ruleProblems(err) == nil {
		return err
	}
	return naming(fmt.Sprintf("in version %d", version), err)
}

// twoVersions is a rule asked of two versions of a snapshot. It is a [differ].
type twoVersions struct{ before, after *question }

// Close releases both.
func (q *twoVersions) Close() error { return errors.Join(q.before.Close(), q.after.Close()) }

func (q *twoVersions) diff(ctx context.Context, given *givenDiff) (*diffed, error) {
	d, err := engine.Compare(ctx, q.before.Query, q.after.Query)
	if err != nil {
		return nil, err
	}
	return newDiffed(ctx, d, q.before, q.after, given)
}

func (q *question) diff(ctx context.Context, given *givenDiff) (*diffed, error) {
	from, to, err := timesIn(given.from, given.to, q.snap.Location())
	if err != nil {
		return nil, err
	}
	d, err := q.Diff(ctx, from, to)
	if err != nil {
		return nil, err
	}
	return newDiffed(ctx, d, q, q, given)
}

// newDiffed lists who is asked for of a diff.
func newDiffed(ctx context.Context, d *engine.Diff, before, after *question, given *givenDiff) (*diffed, error) {
	out := &diffed{
		before: before.answered(&d.Before), after: after.answered(&d.After),
		entered: d.Entered, left: d.Left, stayed: d.Stayed, notes: d.Notes,
	}
	out.after.Elapsed = d.Elapsed
	var rows iter.Seq2[engine.Row, error]
	of := after
	switch given.show {
	case "entered":
		rows = d.EnteredRows(ctx, given.columns...)
	case "left":
		rows, of = d.LeftRows(ctx, given.columns...), before
	default:
		return out, nil
	}
	var found []engine.Row
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		if found = append(found, row); len(found) == given.limit {
			break
		}
	}
	schema, err := of.BatchSchema(given.columns...)
	if err != nil {
		return nil, err
	}
	out.listed = newPage(schema)
	out.listed.rows = found
	return out, nil
}

func (q *inPlace) diff(ctx context.Context, given *givenDiff) (*diffed, error) {
	from, to, err := timesIn(given.from, given.to, q.loc)
	if err != nil {
		return nil, err
	}
	changed, err := federate.Diff(ctx, q.Place, q.checked, from, to)
	if err != nil {
		return nil, err
	}
	out := &diffed{
		entered: changed.After - changed.Stayed, left: changed.Before - changed.Stayed, stayed: changed.Stayed,
		notes: engine.HistoryNotes(q.checked),
	}
	var keys []string
	switch given.show {
	case "entered":
		keys, err = federate.Entered(ctx, q.Place, q.checked, from, to, given.limit)
	case "left":
		keys, err = federate.Entered(ctx, q.Place, q.checked, to, from, given.limit)
	}
	if err != nil {
		return nil, err
	}
	if given.show != "" {
		out.listed = &page{}
		for _, key := range keys {
			out.listed.rows = append(out.listed.rows, engine.Row{Key: key})
		}
	}
	q.asOf = from
	if out.before, err = q.answered(ctx, changed.Before); err != nil {
		return nil, err
	}
	q.asOf = to
	out.after, err = q.answered(ctx, changed.After)
	return out, err
}

// diffJSON is the object that diff prints.
type diffJSON struct {
	countJSON
	Before  momentJSON `json:"before"`
	After   momentJSON `json:"after"`
	Entered uint64     `json:"entered"`
	Left    uint64     `json:"left"`
	Stayed  uint64     `json:"stayed"`
	Notes   []string   `json:"notes"`
	Shown   string     `json:"shown,omitempty"`
	Keys    *[]string  `json:"keys,omitempty"`    // with --show alone
	Columns []string   `json:"columns,omitempty"` // with --columns
	Rows    *[][]any   `json:"rows,omitempty"`    // with --columns
}

type momentJSON struct {
	Count   uint64 `json:"count"`
	AsOf    string `json:"as_of"`
	Version uint64 `json:"version,omitempty"` // of a snapshot
}

func newMomentJSON(a *answered) momentJSON {
	out := momentJSON{Count: a.Count, AsOf: timeText(a.AsOf.In(a.location))}
	if a.snapshot != nil {
		out.Version = a.snapshot.Version
	}
	return out
}

func (a *app) diff(ctx context.Context, q differ, given *givenDiff) error {
	d, err := q.diff(ctx, given)
	if err != nil {
		return err
	}
	if a.json() {
		out := diffJSON{
			countJSON: *newCountJSON(d.after), Before: newMomentJSON(d.before), After: newMomentJSON(d.after),
			Entered: d.entered, Left: d.left, Stayed: d.stayed, Notes: append([]string{}, d.notes...), Shown: given.show,
		}
		out.list(d, given)
		return a.printJSON(out)
	}
	if err := a.printAnswer(d.after); err != nil {
		return err
	}
	if err := a.printNotes(d.notes); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{"", "customers"})
	for _, line := range []struct {
		name string
		n    uint64
	}{
		{"before, " + momentText(d.before, d.after), d.before.Count}, {"after, " + momentText(d.after, d.before), d.after.Count},
		{"entered", d.entered}, {"left", d.left}, {"stayed", d.stayed},
	} {
		tw.AppendRow(table.Row{line.name, groups(int64(line.n))})
	}
	if err := a.printTable(tw, "customers"); err != nil {
		return err
	}
	if d.listed == nil {
		return nil
	}
	return a.printChanged(d, given.show)
}

// list adds those who are listed.
func (out *diffJSON) list(d *diffed, given *givenDiff) {
	switch {
	case given.named:
		rows := jsonRows(d.listed.rows)
		out.Columns, out.Rows = append([]string{d.after.schema.KeyColumn}, d.listed.columns...), &rows
	case d.listed != nil:
		keys := []string{}
		for _, row := range d.listed.rows {
			keys = append(keys, row.Key)
		}
		out.Keys = &keys
	}
}

// momentText says of one side of a diff what the other has otherwise.
func momentText(one, other *answered) string {
	if one.snapshot != nil && other.snapshot != nil && one.snapshot.Version != other.snapshot.Version {
		return fmt.Sprintf("version %d", one.snapshot.Version)
	}
	return "as of " + timeText(one.AsOf.In(one.location))
}

// printChanged lists who entered, or who left.
func (a *app) printChanged(d *diffed, show string) error {
	all, of := d.entered, d.after
	if show == "left" {
		all, of = d.left, d.before
	}
	if err := a.printPage(of.schema.KeyColumn+" of those who "+show, d.listed, of.location); err != nil {
		return err
	}
	if n := uint64(len(d.listed.rows)); n < all {
		a.logf("%s of %s shown; --limit shows more, export --delta-from writes all\n", groups(int64(n)), groups(int64(all)))
	}
	return nil
}
