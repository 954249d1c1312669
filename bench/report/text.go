package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// Text writes a report for a terminal: what loading took, a table per suite, and
// what several clients at a time got. Ratios are those of the engine rollcall.
func Text(w io.Writer, r *measure.Report) error {
	const ours = "rollcall"
	if err := check(r); err != nil {
		return err
	}
	var out strings.Builder
	add := func(heading string, g *grid) {
		if len(g.rows) > 0 {
			fmt.Fprintf(&out, "%s\n\n%s\n", heading, g.text())
		}
	}
	fmt.Fprintf(&out, "%s customers, %s events; %s, %s, %s; commit %s\n\n", Groups(int64(r.Data.Shape.Customers)), Groups(events(r)),
		r.Machine.CPU, plural(r.Machine.Cores, "core"), Size(r.Machine.MemoryBytes), r.Commit)
	if r.Unfinished != "" {
		fmt.Fprintf(&out, "THIS RUN DID NOT FINISH. What is here was complete when it ended: %s\n\n", verbatim(r.Unfinished))
	}
	add("Load", loadGrid(r.Engines, events(r), verbatim))
	for _, s := range suitesOf(r.Results, engineNames(r.Engines)) {
		heading := fmt.Sprintf("Suite %s, %s: median (p95), ×N: %s is N times faster", s.name, queriesText(len(s.queries)), ours)
		if len(s.queries) > maxFoldedTable {
			add(heading, summaryGrid(s, ours, verbatim))
		} else {
			g, reasons := suiteText(s, ours)
			add(heading, g)
			out.WriteString(reasons)
		}
		if counts := clientCounts(s); len(counts) > 0 {
			add("Clients, suite "+s.name+": queries per second, geometric mean (largest p99)", clientSummary(s, counts, verbatim))
			if s.fewRuns() {
				fmt.Fprintf(&out, "%s %s\n\n", fewMark, fewText)
			}
		}
	}
	add("Refresh", timingGrid(r.Refresh, verbatim))
	add("Open", timingGrid(r.Open, verbatim))
	add("Export", timingGrid(r.Export, verbatim))
	if s := r.Snapshot; s != nil {
		add("Snapshot", stepGrid(s.Steps, verbatim))
		if text := snapshotRatios(s); text != "" {
			out.WriteString(text + "\n\n")
		}
		add("Snapshot: many times", timingGrid(s.Timings, verbatim))
		add("Snapshot: parts", partGrid(s, verbatim))
	}
	add("Scale", scaleGrid(r.Scale, ours, verbatim))
	_, err := io.WriteString(w, strings.TrimRight(out.String(), "\n")+"\n")
	return err
}

// DataText writes the tables of a workload for a terminal.
func DataText(w io.Writer, d *workload.Dataset) error {
	_, err := io.WriteString(w, dataGrid(d.Tables, verbatim).text())
	return err
}

// verbatim leaves text as it is, but for line ends.
func verbatim(text string) string { return strings.Join(strings.Fields(text), " ") }

// suiteText returns the table of a suite for a terminal, and below it why cells
// are empty.
func suiteText(s *suite, ours string) (g *grid, reasons string) {
	g = &grid{columns: []column{left("query"), right("customers")}}
	engines := slices.DeleteFunc(slices.Clone(s.engines), func(e string) bool { return e == bareEngine && len(s.medians(e)) == 0 })
	for _, e := range engines {
		g.columns = append(g.columns, right(e))
		if isRival(e, ours) {
			g.columns = append(g.columns, right("×"))
		}
	}
	mean := []string{"mean of ×", ""}
	for _, e := range engines {
		mean = append(mean, "")
		if isRival(e, ours) {
			mean = append(mean, ratioText(geometricMean(s.ratios(ours, e))))
		}
	}
	var remarks []string
	for _, q := range s.queries {
		count := none
		if n, same, ok := s.count(q.id); ok {
			count = Groups(n)
			if !same {
				count += " differ"
			}
		}
		cells := []string{q.id, count}
		for _, e := range engines {
			cells = append(cells, timeText(s.at(q.id, e)))
			if r := s.at(q.id, e); r != nil && r.Unsupported != "" && e != bareEngine {
				remarks = append(remarks, fmt.Sprintf("%s: %s\n", q.id, verbatim(reason(r))))
			}
			if isRival(e, ours) {
				ratio, _ := s.ratio(q.id, ours, e)
				cells = append(cells, ratioText(ratio))
			}
		}
		g.row(cells...)
	}
	if len(mean) > 2+len(engines) && len(s.queries) > 1 {
		g.row(mean...)
	}
	if len(remarks) > 0 {
		reasons = strings.Join(remarks, "") + "\n"
	}
	return g, reasons
}

// timeText writes what an engine took, none where it has no figures.
func timeText(r *measure.Result) string {
	if r == nil || r.Unsupported != "" {
		return none
	}
	return durationBoth(r.MedianUS, r.P95US)
}
