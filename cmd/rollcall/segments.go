package main

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
)

func (a *app) segmentsCommand() *cobra.Command {
	var where placeFlags
	var save, since string
	cmd := &cobra.Command{
		Use:   "segments SNAP DIR",
		Short: "How many customers every segment of a folder has",
		Long: `Counts every segment of the folder DIR: all in one version, at one as_of, in one
pass over the customers; what segments have in common is worked out once. The
.yml, .yaml and .json files below DIR are a library, as for --segments.

A segment that cannot be counted, since its file or its rule has problems, is listed
with them, and the others are counted all the same. The exit code is 1 then.

Nothing is kept unless asked for: --save FILE writes the result as JSON, whole or not
at all, and --since FILE shows what has changed since such a file: how many customers
more or fewer, which segments are new, broken (they have problems now; the count of
then is shown) or gone. Both may name one file. A file that cannot be read is taken for
the segment that it was then.

` + inPlaceHelp + ` Its
segments are counted one after the other.

With --format json the object has "parent_segment", "customers", "folder", "segments"
(each "segment", "file", "rule", "count", "share" of all customers, "problems": each as
check has it), "problem_count", "as_of", "timezone", "snapshot" or "source",
"warnings", "elapsed_us"; "count" is null of a segment with problems. With --since
there are "since" ("file", "as_of") and "gone" (each "segment", "count"), and each
segment has "before" and "change", null where there is nothing to compare, "new" and
"broken".

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.segmentCounts(cmd.Context(), &where, args, save, since)
		},
	}
	where.add(cmd, "DIR")
	cmd.Flags().StringVar(&save, "save", "", "write the result to this file, as JSON")
	cmd.Flags().StringVar(&since, "since", "", "show the change since a result that --save has written")
	return cmd
}

// segmentsJSON is the object that segments prints, and saves.
type segmentsJSON struct {
	ParentSegment string             `json:"parent_segment"`
	Customers     uint64             `json:"customers"`
	Folder        string             `json:"folder"` // as it was given
	Segments      []segmentCountJSON `json:"segments"`
	Problems      int                `json:"problem_count"` // of all segments
	Since         *sinceJSON         `json:"since,omitempty"`
	Gone          *[]goneJSON        `json:"gone,omitempty"` // with Since
	AsOf          string             `json:"as_of"`
	Timezone      string             `json:"timezone"`
	Snapshot      *ask.SnapshotJSON  `json:"snapshot,omitempty"`
	Source        *ask.SourceJSON    `json:"source,omitempty"` // in place of snapshot
	Warnings      []string           `json:"warnings"`
	ElapsedUS     int64              `json:"elapsed_us"`
}

// segmentCountJSON is one segment. Of a file that cannot be read it is called as the
// file.
type segmentCountJSON struct {
	Segment string   `json:"segment"`
	File    string   `json:"file"`
	Rule    string   `json:"rule"`
	Count   *uint64  `json:"count"` // null: it has problems
	Share   *float64 `json:"share"` // null: it has problems
	*changeJSON
	Problems []checkProblem `json:"problems"`
}

// changeJSON is how a segment has changed.
type changeJSON struct {
	Before *uint64 `json:"before"` // null: it was not counted
	Change *int64  `json:"change"` // null: it was not, or is not
	New    bool    `json:"new"`    // there was no such segment
	Broken bool    `json:"broken"` // it has problems now
}

// segmentCounts counts the segments of a folder, prints the result, and saves it.
func (a *app) segmentCounts(ctx context.Context, where *placeFlags, args []string, save, since string) error {
	var earlier *earlierSegments
	if since != "" { // before what takes time, and before it may be written over
		var err error
		if earlier, err = readEarlier(since); err != nil {
			return err
		}
	}
	folder, err := readSegments(args[len(args)-1])
	if err != nil {
		return err
	}
	out, err := a.countSegments(ctx, where, args, folder)
	if err != nil {
		return err
	}
	for i := range out.Segments {
		out.Problems += len(out.Segments[i].Problems)
	}
	if len(out.Segments) == 0 {
		out.Warnings = append(out.Warnings, fmt.Sprintf("%s has no segments, expected files of rules: .yml, .yaml or .json", folder.dir))
	}
	if earlier != nil {
		out.compare(earlier)
	}
	if save != "" {
		if err := out.save(save); err != nil {
			return err
		}
	}
	if a.json() {
		err = a.printJSON(out)
	} else {
		err = a.printSegments(out)
	}
	if err == nil && out.Problems > 0 {
		return errNo
	}
	return err
}

// printSegments prints a table of the segments, then what is wrong with some.
func (a *app) printSegments(out *segmentsJSON) error {
	a.warn(out.Warnings)
	counted := 0
	for i := range out.Segments {
		if out.Segments[i].Count != nil {
			counted++
		}
	}
	if err := a.printf("%d of %d segments counted, of %s customers\nas of %s, in %s µs\n", counted, len(out.Segments),
		wording.Number(out.Customers), out.AsOf, wording.Number(out.ElapsedUS)); err != nil {
		return err
	}
	if out.Source != nil {
		if err := a.printSource(out.Source); err != nil {
			return err
		}
	}
	tw := newTable()
	header := table.Row{"segment", "customers", "share"}
	if out.Since != nil {
		if err := a.printf("changes since %s, as of %s\n", out.Since.File, out.Since.AsOf); err != nil {
			return err
		}
		header = append(header, "change")
	}
	tw.AppendHeader(header)
	for i := range out.Segments {
		tw.AppendRow(out.Segments[i].row(out))
	}
	if out.Gone != nil {
		for _, gone := range *out.Gone {
			tw.AppendRow(table.Row{gone.Segment, "", "", "gone, " + countOr(gone.Count, "not counted")})
		}
	}
	if err := a.printTable(tw, "customers", "share", "change"); err != nil {
		return err
	}
	return a.printProblems(out)
}

// printProblems prints what is wrong with the segments. What is wrong with one is wrong
// with those that refer to it, too, and is printed once.
func (a *app) printProblems(out *segmentsJSON) error {
	printed := map[string]bool{}
	for i := range out.Segments {
		for _, p := range out.Segments[i].Problems {
			if printed[p.text] {
				continue
			}
			printed[p.text] = true
			if err := a.printf("\n%s\n", p.text); err != nil {
				return err
			}
		}
	}
	return nil
}

// row returns a segment's row in the table.
func (s *segmentCountJSON) row(out *segmentsJSON) table.Row {
	row := table.Row{s.Segment, countOr(s.Count, "see below"), ""}
	if s.Count != nil {
		row[2] = wording.Percent(*s.Count, out.Customers)
	}
	if s.changeJSON == nil {
		return row
	}
	return append(row, s.changeText())
}

// changeText says in the table what has changed.
func (s *segmentCountJSON) changeText() string {
	switch {
	case s.Broken && s.New:
		return "broken, new"
	case s.Broken:
		return "broken, was " + countOr(s.Before, "not counted")
	case s.New:
		return "new"
	case s.Change != nil:
		return signed(*s.Change)
	}
	return "was not counted"
}

// countOr writes a count, or what stands for none.
func countOr(n *uint64, none string) string {
	if n == nil {
		return none
	}
	return wording.Number(*n)
}

// shareOf returns a count as a share of all customers, from 0 to 1.
func shareOf(n, customers uint64) float64 {
	if customers == 0 {
		return 0
	}
	return float64(n) / float64(customers)
}

// notFolder is the error for a DIR that is none.
func notFolder(dir string) error {
	return usagef("%s is a file, expected a folder of segment files", dir)
}
