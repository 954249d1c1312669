package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/bench/measure"
)

// snapshot writes what the life of a snapshot takes.
func (p *page) snapshot(s *measure.SnapshotReport) {
	if s == nil {
		return
	}
	p.paragraph("### Snapshot")
	p.paragraph("The files of %s, every step in a process of its own, whose anonymous memory is the peak. Rows are those of the source that a step reads, "+
		"or that are in what it reads. Opening and looking keys up were repeated in a process each, after a first time that is not counted; keys "+
		"were looked up in random order. The folder keeps two versions after the refresh, and files that both have count once. Compacted, the refreshed "+
		"snapshot had the same bytes as the one built from nothing.", code(p.opts.Ours))
	p.table(stepGrid(s.Steps, plain))
	if text := snapshotRatios(s); text != "" {
		p.paragraph("%s", text)
	}
	p.table(timingGrid(s.Timings, plain))
	p.table(partGrid(s, plain))
}

// stepGrid returns the table with a row per step.
func stepGrid(steps []measure.SnapshotStep, escape func(string) string) *grid {
	g := &grid{columns: []column{
		left("step"), right("time"), right("rows"), right("rows/s"), right("events/s"), right("peak memory"), right("folder afterwards"),
	}}
	for _, s := range steps {
		g.row(escape(s.Step), seconds(s.Seconds), Groups(s.Rows), rate(perSecond(s.Rows, s.Seconds)), rate(perSecond(s.Events, s.Seconds)),
			Size(s.PeakBytes), Size(s.SizeBytes))
	}
	return g
}

// perSecond returns how many there were in a second, 0 where the time is not known.
func perSecond(n int64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(n) / seconds
}

// snapshotRatios writes how the snapshot is to its source, and the refresh to a full
// build, as far as that is known.
func snapshotRatios(s *measure.SnapshotReport) string {
	var sentences []string
	if s.SourceBytes > 0 && s.SizeBytes > 0 {
		sentences = append(sentences, fmt.Sprintf("After the first build the folder has %s, %s times the %s of the Parquet files that it was built of.",
			Size(s.SizeBytes), digits(float64(s.SizeBytes)/float64(s.SourceBytes)), Size(s.SourceBytes)))
	}
	refresh, rebuild := stepSeconds(s, measure.StepRefresh), stepSeconds(s, measure.StepRebuild)
	if refresh > 0 && rebuild > 0 {
		sentences = append(sentences, fmt.Sprintf("A full build takes %s times as long as the refresh that leads to the same.", digits(rebuild/refresh)))
	}
	return strings.Join(sentences, " ")
}

// stepSeconds returns how long a step took, 0 where it was not made.
func stepSeconds(s *measure.SnapshotReport, step string) float64 {
	at := slices.IndexFunc(s.Steps, func(of measure.SnapshotStep) bool { return of.Step == step })
	if at < 0 {
		return 0
	}
	return s.Steps[at].Seconds
}

// partKind returns what a part is, without the attribute or behavior that it is of.
func partKind(name string) string {
	if at := strings.LastIndex(name, ": "); at >= 0 {
		return name[at+len(": "):]
	}
	return name
}

// partGrid returns the table of what a snapshot is made of: a row per kind, the
// largest first, over all attributes and behaviors.
func partGrid(s *measure.SnapshotReport, escape func(string) string) *grid {
	g := &grid{columns: []column{left("part of the snapshot"), right("size"), right("share")}}
	kinds, rest := map[string]int64{}, s.SizeBytes
	for name, size := range s.Parts {
		kinds[partKind(name)] += size
		rest -= size
	}
	if rest > 0 && len(kinds) > 0 {
		kinds["manifests"] += rest
	}
	names := slices.SortedFunc(maps.Keys(kinds), func(a, b string) int {
		return cmp.Or(cmp.Compare(kinds[b], kinds[a]), cmp.Compare(a, b))
	})
	for _, name := range names {
		share := none
		if s.SizeBytes > 0 {
			share = fmt.Sprintf("%.1f %%", 100*float64(kinds[name])/float64(s.SizeBytes))
		}
		g.row(escape(name), Size(kinds[name]), share)
	}
	return g
}
