package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/bench/report"
)

func (a *app) reportCommand() *cobra.Command {
	var out, page, remarks string
	cmd := &cobra.Command{
		Use:   "report FILE.json … --out DIR",
		Short: "Write runs as a Markdown page with pictures",
		Long: `Writes the page DIR/performance.md from what "run --format json" printed, in the
order of the files: tables of latency, load, size and clients with the machine,
the commit and the command of each run, and pictures as SVG and PNG in the
folder DIR/performance. DIR must exist. Figures do not say why they are what they
are: --remarks names a Markdown file that the page repeats above the runs.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s takes FILE.json …, found none; see %q", cmd.CommandPath(), cmd.CommandPath()+" --help")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, files []string) error {
			if err := needFlags(cmd, "out"); err != nil {
				return err
			}
			if filepath.Ext(page) != ".md" || filepath.Base(page) != page || page == ".md" {
				return usagef("--page is %q, expected the name of a file that ends in .md", page)
			}
			said, err := readRemarks(remarks)
			if err != nil {
				return err
			}
			var reports []report.Named
			for _, file := range files {
				r, err := report.Read(file)
				if err != nil {
					return err
				}
				reports = append(reports, report.Named{Name: filepath.Base(file), Report: r})
			}
			if err := report.Write(cmd.Context(), out, page, reports, report.Options{Remarks: said}); err != nil {
				return err
			}
			return a.printf("%s\n", filepath.Join(out, page))
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "folder to write to")
	cmd.Flags().StringVar(&page, "page", "performance.md", "name of the page; its pictures are in the folder of that name without .md")
	cmd.Flags().StringVar(&remarks, "remarks", "", "Markdown `FILE` to repeat above the runs")
	return cmd
}

// readRemarks returns the text of a file, "" where none is named.
func readRemarks(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	return string(text), err
}
