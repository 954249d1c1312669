package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
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
		return ask.KeysAloneInPlace(ask.Side(g.show))
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
		return ask.UnsupportedInPlace("a source keeps no versions to compare: give two times")
	}
	g.versions = [2]uint64{from, to}
	return nil
}

// differ is an audience to compare, open.
type differ interface {
	Close() error
	// diff compares, and lists those who entered or left as given.show says.
	diff(ctx context.Context, given *givenDiff) (*ask.Diff, error)
}

// openDiff opens what a command line wants compared.
func (a *app) openDiff(ctx context.Context, g *givenDiff, where *placeFlags, args []string) (differ, error) {
	if g.versions[0] == 0 {
		q, err := a.ask(ctx, where, args)
		if err != nil {
			return nil, err
		}
		return &twoTimes{q}, nil
	}
	name := args[0]
	if dir, version, err := splitVersion(name); err != nil {
		return nil, err
	} else if version != 0 {
		return nil, usagef("%s is a version; to compare two of %s give that", name, dir)
	}
	if a.asOf == "" {
		a.asOf = ask.TimeText(time.Now().UTC()) // both are looked at from one instant
	}
	given, err := a.readRule(args[1])
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
	if ask.RuleProblems(err) == nil {
		return err
	}
	return ask.NameProblems(fmt.Sprintf("in version %d", version), err)
}

// options returns what is to be listed.
func (g *givenDiff) options() ask.DiffOptions {
	out := ask.DiffOptions{Show: ask.Side(g.show), Limit: g.limit}
	if g.named {
		out.Columns = append([]string{}, g.columns...)
	}
	return out
}

// twoTimes is a rule asked as of two times. It is a [differ].
type twoTimes struct{ *asked }

func (q *twoTimes) diff(ctx context.Context, given *givenDiff) (*ask.Diff, error) {
	options := given.options()
	var err error
	if options.From, options.To, err = timesIn(given.from, given.to, q.Location()); err != nil {
		return nil, err
	}
	return q.Diff(ctx, options)
}

// twoVersions is a rule asked of two versions of a snapshot. It is a [differ].
type twoVersions struct{ before, after *asked }

// Close releases both.
func (q *twoVersions) Close() error { return errors.Join(q.before.Close(), q.after.Close()) }

func (q *twoVersions) diff(ctx context.Context, given *givenDiff) (*ask.Diff, error) {
	return ask.DiffVersions(ctx, q.before.Asker.(*ask.Question), q.after.Asker.(*ask.Question), given.options())
}

func (a *app) diff(ctx context.Context, q differ, given *givenDiff) error {
	d, err := q.diff(ctx, given)
	if err != nil {
		return err
	}
	if a.json() {
		return a.printJSON(ask.NewDiffJSON(d, given.named))
	}
	if err := a.printAnswer(d.After); err != nil {
		return err
	}
	if err := a.printNotes(d.Notes); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{"", "customers"})
	for _, line := range []struct {
		name string
		n    uint64
	}{
		{"before, " + momentText(d.Before, d.After), d.Before.Count}, {"after, " + momentText(d.After, d.Before), d.After.Count},
		{"entered", d.Entered}, {"left", d.Left}, {"stayed", d.Stayed},
	} {
		tw.AppendRow(table.Row{line.name, wording.Number(line.n)})
	}
	if err := a.printTable(tw, "customers"); err != nil {
		return err
	}
	if d.Listed == nil {
		return nil
	}
	return a.printChanged(d, given.show)
}

// momentText says of one side of a diff what the other has otherwise.
func momentText(one, other *ask.Answer) string {
	if one.Snapshot != nil && other.Snapshot != nil && one.Snapshot.Version != other.Snapshot.Version {
		return fmt.Sprintf("version %d", one.Snapshot.Version)
	}
	return "as of " + ask.TimeText(one.AsOf.In(one.Location))
}

// printChanged lists who entered, or who left.
func (a *app) printChanged(d *ask.Diff, show string) error {
	all, of := d.Entered, d.After
	if show == "left" {
		all, of = d.Left, d.Before
	}
	if err := a.printPage(of.Schema.KeyColumn+" of those who "+show, d.Listed, of.Location); err != nil {
		return err
	}
	if n := uint64(len(d.Listed.Rows)); n < all {
		a.logf("%s of %s shown; --limit shows more, export --delta-from writes all\n", wording.Number(n), wording.Number(all))
	}
	return nil
}
