package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

func (a *app) inspectCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "inspect SNAP",
		Short: "What is in a snapshot: sizes, sources, what was left out",
		Long: `Prints the version of the snapshot, when and from which source it was built, the
load report with everything that was left out, and the size of every file.`,
		Args: exactArgs("SNAP"),
		RunE: func(_ *cobra.Command, args []string) (err error) {
			db, err := a.open(args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			if a.json() {
				return a.printJSON(struct {
					Path      string `json:"path"`
					SizeBytes int64  `json:"size_bytes"`
					*store.Manifest
				}{args[0], sizeBytes(db.Manifest()), db.Manifest()})
			}
			return a.inspect(args[0], db.Manifest())
		},
	}
}

func (a *app) inspect(path string, m *store.Manifest) error {
	if err := a.printf("%s: version %d of %q, format %d, created %s\nsource %s\n%s customers, %s on disk\n\n",
		path, m.Version, m.Schema.Name, m.Format, timeText(m.CreatedAt), m.Load.Source,
		groups(int64(m.Customers)), bytesText(sizeBytes(m))); err != nil {
		return err
	}
	if err := a.printLoad(&m.Load); err != nil {
		return err
	}
	if err := a.printf("\n"); err != nil {
		return err
	}
	tw := newTable()
	tw.AppendHeader(table.Row{"file", "size", "holds"})
	for _, f := range m.Files {
		tw.AppendRow(table.Row{f.Name, bytesText(f.Size), holds(m.Schema, f.Name)})
	}
	return a.printTable(tw, "size")
}

// holds says what a file of a snapshot is for.
func holds(s *model.Schema, file string) string {
	if file == store.KeysFile {
		return "keys"
	}
	kind, rest, _ := strings.Cut(file, "-")
	number, suffix, _ := strings.Cut(rest, ".")
	i, err := strconv.Atoi(number)
	switch {
	case err != nil:
	case kind == "attribute" && i < len(s.Attributes):
		return "attribute " + s.Attributes[i].Name + map[string]string{
			"arrow": ", values", "values.arrow": ", directory of the value index", "bitmaps": ", bitmaps of the value index",
		}[suffix]
	case kind == "behavior" && i < len(s.Behaviors):
		return "behavior " + s.Behaviors[i].Name + map[string]string{
			"arrow": ", events", "days.arrow": ", directory of the timeline", "bitmaps": ", bitmaps of the timeline",
		}[suffix]
	}
	return "unknown"
}
