package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/ingest"
)

// buildFlags is a command line of build.
type buildFlags struct {
	config    string
	sources   []string
	out       string
	full      bool
	overlap   string
	keep      int
	mayRemove bool
}

func (a *app) buildCommand() *cobra.Command {
	var given buildFlags
	cmd := &cobra.Command{
		Use:   "build -c parent.yml -s SOURCE -o SNAP",
		Short: "Pull a parent segment from a source and index it; refresh what is there",
		Long:  buildHelp + "\n\n" + sourceHelp,
		Args:  exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := given.check(); err != nil {
				return err
			}
			return a.build(cmd.Context(), &given)
		},
	}
	cmd.Flags().StringVarP(&given.config, "config", "c", "", "parent segment file")
	sourceFlag(cmd, &given.sources)
	cmd.Flags().StringVarP(&given.out, "out", "o", "", "snapshot directory to write")
	cmd.Flags().BoolVar(&given.full, "full", false, "read everything and number the customers anew, in place of a refresh")
	cmd.Flags().StringVar(&given.overlap, "overlap", "", "events are only ever added, those of this time before the newest one perhaps twice: 3d, 12h")
	cmd.Flags().IntVar(&given.keep, "keep", ingest.DefaultKeep, "versions that stay, the new one included")
	cmd.Flags().BoolVar(&given.mayRemove, "delete", false, "allow that attributes and behaviors of the snapshot go")
	return cmd
}

const buildHelp = `Pulls the tables that a parent segment file names from a source and writes a
version of a snapshot. Where SNAP is a snapshot already it is refreshed: what has
not changed since it was built is not read again, and of what has changed only
the columns that differ are written. Until the new version is complete, and after
any error, the one before stays as it was. Everybody who asks the snapshot
meanwhile goes on with the version that they have.

A refresh looks at the files of every table, by name, size, time and a sample of
their bytes:

  - The master table, and tables of attributes, are read again where a file of
    theirs has changed, come or gone. Customers who have come are added; those who
    have gone are in no answer from then on (see "rollcall compact").
  - Of a table of events, files that have come are read, and their events added.
    Where a file has changed or gone, the whole table is read again, since events
    may have changed or gone with it; --overlap says that they have not.
  - Any table is read again where somebody has joined, and some of its rows had no
    customer ("orphans") or rows of deleted customers were purged from it.

Tables of a warehouse have versions in place of files. Of a table of events whose
record of changes says that rows were only ever added since the version that was
read before, those alone are read; else, and where the record does not reach back,
the table is read whole, and the report says why. The version that was read of
every table is in the report.

--overlap 3d promises that events in the source are only ever added: none that was
read before changes or goes, though it may come again, in another file or in one
that has grown. Then only files that are new or have changed are read, nothing
stored is dropped, whatever files have gone, and of the events that are read

  - those from three days before the newest stored event on (before --as-of, where
    that is earlier), and those without a time, are compared with the stored events,
    by customer, time and all fields. Those that are stored are left out
    ("repeated"), the others are added. Equal events that several files give count
    as often as the file with the most of them has them;
  - older ones of a file that is new are added, of one that has changed are left
    out ("repeated"): they are taken for stored.

Where customers have joined whose events may have been read before, the known files
are read again for the events of these, which are compared however old they are.
A change for which a table would have to be read whole (of the fields of a behavior,
of its place, to a longer "keep") is refused beside --overlap: only --full, or a
build without --overlap, does that, and drops what the source has dropped.

The time of --overlap must be as long as events may be late in a file that grows:
one that comes later is missed until a --full build. It is a number of days, hours,
minutes or seconds: 3d, 12h, 1d12h, 90m; a day is 24 hours.
A source that cannot tell its files apart is read whole, as a file that has
changed.

--full reads everything and numbers the customers anew, as the first build does,
and so does a refresh whose master table, key, filter or time zone is another one
than before. All copies of an event that the source has are kept then. --full does
not go with --overlap. The versions before stay all the same: --keep N versions, the
new one included, are there to be asked as SNAP@VERSION; older ones are removed.

What the new version adds, renames or types otherwise is printed. A version that
would lack an attribute or a behavior that the snapshot has is refused, unless
--delete allows it.

The parent segment file may be in any of the five forms. Events that are older
than a behavior keeps them ("keep") at --as-of are left out, and computed
attributes are computed at --as-of.

Rows that cannot be loaded (NULL keys, keys that the master table does not have)
are left out and counted in the report. A customer that occurs twice fails the
build.`

// check refuses flags that make no sense.
func (f *buildFlags) check() error {
	for _, flag := range []struct {
		name  string
		given bool
	}{{"-c", f.config != ""}, {"-s", len(f.sources) > 0}, {"-o", f.out != ""}} {
		if !flag.given {
			return usagef("build needs -c parent.yml, -s SOURCE and -o SNAP; %s is missing", flag.name)
		}
	}
	if f.keep < 1 {
		return usagef("--keep is %d, expected 1 or more: the new version is one of those that stay", f.keep)
	}
	if f.full && f.overlap != "" {
		return usagef("--full reads everything and compares nothing with what is stored, so --overlap %s means nothing beside it; give one of the two", f.overlap)
	}
	return currentOnly("build", f.out)
}

// options returns what the flags say of a build, but for its time.
func (f *buildFlags) options() (*ingest.Options, error) {
	opts := &ingest.Options{Full: f.full, Keep: f.keep, Delete: f.mayRemove}
	if f.overlap == "" {
		return opts, nil
	}
	var err error
	if opts.Overlap, err = parseOverlap(f.overlap); err != nil {
		return nil, usagef("--overlap: %w", err)
	}
	return opts, nil
}

func (a *app) build(ctx context.Context, given *buildFlags) error {
	opts, err := given.options()
	if err != nil {
		return err
	}
	parent, err := readParent(given.config)
	if err != nil {
		return err
	}
	if opts.AsOf, err = a.asOfOf(parent); err != nil {
		return err
	}
	src, err := openSources(ctx, given.sources)
	if err != nil {
		return err
	}
	bar := a.newProgress()
	opts.Progress = bar.build
	m, err := ingest.Build(ctx, parent, src, given.out, opts)
	bar.done()
	if err != nil {
		return joinClose(err, src)
	}
	if err := src.Close(); err != nil {
		return err
	}
	return a.printBuild(given.out, m)
}
