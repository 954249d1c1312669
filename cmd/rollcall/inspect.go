package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

func (a *app) inspectCommand() *cobra.Command {
	var files bool
	cmd := &cobra.Command{
		Use:   "inspect SNAP",
		Short: "What is in a snapshot: freshness, sources, sizes, encodings",
		Long: `Prints the version of the snapshot, when and from which source it was built, and
how old the newest event of every behavior is (at --as-of); the load report with
everything that was left out; what the next refresh compares the source's tables
with; and how columns, indexes and events are stored and how much that takes.
With --files it lists the files.

How a column is stored is an Arrow type; of the fields of events it is chosen
block by block (65,536 customers), and every kind is shown. To know it the files
are read; "verify" says what is wrong with one that cannot be.

With --format json stdout holds the manifest (see docs/format.md) with, beside it,
"path", "size_bytes", "versions" (those that are kept), "unreadable_versions" (of
these; stderr says why), "disk_bytes" (of the others), "age_seconds", "newest" (by
behavior: "name", "last", "age_seconds"), "deleted_rows" and "storage":

  keys        "name", "stored_as", "values_bytes", "table_bytes", "live_bytes"
  attributes  each "name", "stored_as", "values_bytes", "index_bytes",
              "ordered_bytes", "grams_bytes", "zones_bytes",
              "bytes_per_row"
  behaviors   each "name", "events_bytes", "timeline_bytes", "postings_bytes",
              "ranks_bytes", "bytes_per_event" (of these); "parts", each
              "version", "events", "undated", "first", "last", "events_bytes",
              "timeline_bytes", "postings_bytes"; "columns", each "name"
              ("rows", "time" or the field's), "field", "bytes",
              "bytes_per_event", "encodings" (each "encoding", "blocks", "bytes");
              "other_bytes" (dictionaries, tables of contents),
              "other_bytes_per_event"`,
		Args: exactArgs("SNAP"),
		RunE: func(cmd *cobra.Command, args []string) error {
			found, err := a.lookInto(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if a.json() {
				return a.printJSON(found)
			}
			return a.printInspect(found, files)
		},
	}
	cmd.Flags().BoolVar(&files, "files", false, "list the files")
	return cmd
}

// inspectJSON is the object that inspect prints.
type inspectJSON struct {
	Path               string       `json:"path"`
	SizeBytes          int64        `json:"size_bytes"`          // of the version's files
	Versions           []uint64     `json:"versions"`            // that are kept, ascending
	UnreadableVersions []uint64     `json:"unreadable_versions"` // of these; their files are not in disk_bytes
	DiskBytes          int64        `json:"disk_bytes"`          // of the files of all of them, each counted once
	AgeSeconds         int64        `json:"age_seconds"`         // since the version was built
	Newest             []newestJSON `json:"newest"`              // by behavior
	DeletedRows        uint64       `json:"deleted_rows"`        // that are not customers any more
	Storage            *storageJSON `json:"storage"`
	*store.Manifest
}

// newestJSON is how fresh the events of a behavior are.
type newestJSON struct {
	Name       string  `json:"name"`
	Last       *string `json:"last"`        // null: no event has a time
	AgeSeconds *int64  `json:"age_seconds"` // negative: it lies ahead
}

// lookInto finds out what is in the version of a snapshot that a command line
// names.
func (a *app) lookInto(ctx context.Context, name string) (out *inspectJSON, err error) {
	dir, version, err := splitVersion(name)
	if err != nil {
		return nil, err
	}
	s, err := openInspected(store.OS, dir, version)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	m := s.Manifest()
	loc, err := window.LoadLocation(m.Schema.Timezone)
	if err != nil {
		return nil, err
	}
	now, err := a.asOfIn(loc)
	if err != nil {
		return nil, err
	}
	out = &inspectJSON{
		Path: name, SizeBytes: sizeBytes(m), AgeSeconds: seconds(now.Sub(m.CreatedAt)), Newest: []newestJSON{},
		DeletedRows: m.Rows - m.Customers, Manifest: m,
	}
	for i, b := range m.Schema.Behaviors {
		newest := newestJSON{Name: b.Name}
		if last := ask.MicrosIn(m.Behaviors[i].Last, loc); last != nil {
			age := (now.UnixMicro() - *m.Behaviors[i].Last) / time.Second.Microseconds()
			newest.Last, newest.AgeSeconds = ask.TimeOrNil(last), &age
		}
		out.Newest = append(out.Newest, newest)
	}
	disk := diskUseOf(store.OS, dir, m)
	a.note(disk.notes)
	out.Versions, out.UnreadableVersions, out.DiskBytes = disk.versions, disk.unreadable, disk.sizeBytes
	bar := a.newProgress()
	defer bar.done()
	w := &storageReader{inspected: s, loc: loc, show: bar.show}
	if err := reading(func() error { return w.read(ctx) }); err != nil {
		return nil, err
	}
	out.Storage = &w.found
	return out, nil
}

// seconds rounds a duration down.
func seconds(d time.Duration) int64 { return int64(d / time.Second) }
