package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/ingest"
)

func (a *app) compactCommand() *cobra.Command {
	var renumber bool
	cmd := &cobra.Command{
		Use:   "compact SNAP",
		Short: "Purge deleted customers from the files, and older versions",
		Long: `Writes the snapshot anew as its next version, without what no answer has: the keys,
values and events of customers who have gone from the master table, and events
that are older than their behavior keeps. All older versions are removed, so that
nothing of these customers is left in any file. Nothing is read from the source.

A refresh gives new customers the next rows and leaves the rows of deleted ones
where they are. compact empties these; with --renumber it takes them out, and
customers get rows in order of their keys, as in a full build. The files are then
those that a full build of the same data gives.

A program that has a version open goes on with it; its files are gone from the
disk once nobody has them open.

If compact did not end well (it was killed, the power failed, it says that something
could not be removed), run it again: until it has, data of deleted customers may
still be in the folder. "verify" lists files that no version names.

A version that cannot be read is removed as the others are; stderr names it, and its
size is not counted.`,
		Args: exactArgs("SNAP"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := currentOnly("compact", args[0]); err != nil {
				return err
			}
			return a.compact(cmd.Context(), args[0], renumber)
		},
	}
	cmd.Flags().BoolVar(&renumber, "renumber", false, "take the rows of deleted customers out, and number the others anew")
	return cmd
}

// stored is what a snapshot directory holds.
type stored struct {
	manifest *store.Manifest // of the current version
	disk     *diskUse
	purged   uint64 // rows without customer whose key has been purged
	events   uint64 // in the files of the current version
}

// compactJSON is the object that compact prints.
type compactJSON struct {
	Path      string `json:"path"`
	Version   uint64 `json:"version"`
	Customers uint64 `json:"customers"`
	Rows      uint64 `json:"rows"` // numbered; those beyond customers are empty
	SizeBytes int64  `json:"size_bytes"`

	PurgedCustomers    uint64   `json:"purged_customers"` // whose data was in the files
	PurgedEvents       uint64   `json:"purged_events"`    // theirs, and those that are too old
	RemovedRows        uint64   `json:"removed_rows"`     // with --renumber
	RemovedVersions    []uint64 `json:"removed_versions"`
	UnreadableVersions []uint64 `json:"unreadable_versions"` // of those; their files are not in bytes_before
	BytesBefore        int64    `json:"bytes_before"`        // of all versions
	BytesAfter         int64    `json:"bytes_after"`
	Seconds            float64  `json:"seconds"`
}

func (a *app) compact(ctx context.Context, dir string, renumber bool) error {
	start := time.Now()
	before, err := storedIn(ctx, dir)
	if err != nil {
		return err
	}
	bar := a.newProgress()
	m, err := ingest.Compact(ctx, dir, &ingest.CompactOptions{Renumber: renumber, Progress: bar.build})
	bar.done()
	if err != nil {
		return err
	}
	a.note(before.disk.notes)
	out := newCompactJSON(before, m)
	out.Path, out.Seconds = dir, time.Since(start).Seconds()
	if a.json() {
		return a.printJSON(out)
	}
	return a.printCompact(out)
}

// newCompactJSON compares the directory before with the version that is there
// now, alone.
func newCompactJSON(before *stored, m *store.Manifest) *compactJSON {
	was := before.manifest
	return &compactJSON{
		Version: m.Version, Customers: m.Customers, Rows: m.Rows, SizeBytes: sizeBytes(m),
		PurgedCustomers: less(was.Rows-was.Customers, before.purged),
		PurgedEvents:    less(before.events, storedEvents(m)),
		RemovedRows:     less(was.Rows, m.Rows),
		RemovedVersions: before.disk.versions, UnreadableVersions: before.disk.unreadable,
		BytesBefore: before.disk.sizeBytes, BytesAfter: sizeBytes(m),
	}
}

// less returns x - y, 0 where a build came between the two.
func less(x, y uint64) uint64 { return x - min(x, y) }

// printCompact says what a compaction saved.
func (a *app) printCompact(c *compactJSON) error {
	if err := a.printf("purged: %s and %s\n", wording.Plural(c.PurgedCustomers, "deleted customer", "deleted customers"), wording.Plural(c.PurgedEvents, "event", "events")); err != nil {
		return err
	}
	if c.RemovedRows > 0 {
		if err := a.printf("removed: %s\n", wording.Plural(c.RemovedRows, "row", "rows")); err != nil {
			return err
		}
	}
	if err := a.printf("removed: %s (%s)\n", wording.Plural(len(c.RemovedVersions), "version", "versions"), versionsText(c.RemovedVersions)); err != nil {
		return err
	}
	if err := a.printf("on disk: %s, %s before\n", bytesText(c.BytesAfter), bytesText(c.BytesBefore)); err != nil {
		return err
	}
	return a.printf("%s: version %d, %s customers, %s, compacted in %.2f s\n",
		c.Path, c.Version, wording.Number(c.Customers), bytesText(c.SizeBytes), c.Seconds)
}

// storedIn looks at what a snapshot directory holds. It fails where its current
// version cannot be opened, which compact must do, too, and when ctx is done; what
// else it cannot find out is in the notes.
func storedIn(ctx context.Context, dir string) (found *stored, err error) {
	s, err := store.OpenAt(store.OS, dir, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	m := s.Manifest()
	found = &stored{manifest: m, events: storedEvents(m), disk: diskUseOf(store.OS, dir, m)}
	if m.Rows == m.Customers {
		return found, nil
	}
	found.purged, err = purgedRows(ctx, s)
	if err != nil && ctx.Err() == nil {
		found.disk.notes = append(found.disk.notes, fmt.Sprintf("customers that an earlier compact has purged are counted again: %v", err))
		found.purged, err = 0, nil
	}
	return found, err
}

// purgedRows counts the rows of a version whose key is NULL: an earlier compact
// has emptied them.
func purgedRows(ctx context.Context, s *store.Snapshot) (n uint64, err error) {
	err = reading(func() error {
		for i := range s.Blocks() {
			if err := ctx.Err(); err != nil {
				return err
			}
			block, err := s.Keys().Block(i)
			if err != nil {
				return err
			}
			for row := range block.Len() {
				if block.IsNull(row) {
					n++
				}
			}
		}
		return nil
	})
	return n, err
}

// storedEvents counts the events in the files of a version, those that no answer
// has included.
func storedEvents(m *store.Manifest) uint64 {
	n := uint64(0)
	for i := range m.Behaviors {
		for _, p := range m.Behaviors[i].Parts {
			n += p.Events
		}
	}
	return n
}
