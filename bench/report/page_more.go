package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/bench/measure"
)

// floor writes how far our engine is from a plain loop over the same bytes.
func (p *page) floor(suites []*suite) {
	g := &grid{columns: []column{left("query"), left("rule"), right(plain(p.opts.Ours)), right("plain loop"), right("times the floor")}}
	for _, s := range suites {
		for _, q := range s.queries {
			ratio, ok := s.ratio(q.id, bareEngine, p.opts.Ours)
			if !ok {
				continue
			}
			ours, bare := s.at(q.id, p.opts.Ours), s.at(q.id, bareEngine)
			g.row(plain(q.id), ruleCode(q.rule), durationBoth(ours.MedianUS, ours.P95US), durationBoth(bare.MedianUS, bare.P95US), ratioText(ratio))
		}
	}
	if len(g.rows) == 0 {
		return
	}
	p.paragraph("### The floor")
	p.paragraph("The same question as a plain loop over prepared words in memory, on one core, without anything of an engine.")
	p.table(g)
}

// clients writes what several clients at a time got.
func (p *page) clients(suites []*suite) {
	printed := false
	for _, s := range suites {
		counts := clientCounts(s)
		if len(counts) == 0 {
			continue
		}
		if !printed {
			p.paragraph("### Several clients at a time")
			printed = true
		}
		p.paragraph("Suite %s: queries per second, and in brackets the 99th percentile of the time that one took. "+
			"The first table has the geometric mean over an engine's queries, and the largest p99.", plain(s.name))
		p.table(clientSummary(s, counts, plain))
		if s.fewRuns() {
			p.paragraph("%s %s.", fewMark, fewText)
		}
		if len(s.queries) > maxFoldedTable {
			continue
		}
		p.paragraph("<details><summary>Per query</summary>")
		p.table(clientGrid(s, counts))
		p.paragraph("</details>")
	}
}

// clientCounts returns the numbers of clients that a suite was asked by,
// ascending.
func clientCounts(s *suite) []int {
	var counts []int
	for _, r := range s.cells {
		for _, c := range r.Clients {
			if !slices.Contains(counts, c.Clients) {
				counts = append(counts, c.Clients)
			}
		}
	}
	slices.Sort(counts)
	return counts
}

// clientGrid returns the table with a row per query and engine.
func clientGrid(s *suite, counts []int) *grid {
	g := &grid{columns: append([]column{left("query"), left("engine")}, clientColumns(counts)...)}
	for _, q := range s.queries {
		for _, e := range s.columns() {
			r := s.at(q.id, e)
			if r == nil || len(r.Clients) == 0 {
				continue
			}
			cells := []string{plain(q.id), plain(e)}
			for _, n := range counts {
				cells = append(cells, clientCell(r, n))
			}
			g.row(cells...)
		}
	}
	return g
}

func clientColumns(counts []int) []column {
	var columns []column
	for _, n := range counts {
		columns = append(columns, right(plural(n, "client")))
	}
	return columns
}

// clientCell writes what n clients got of one query.
func clientCell(r *measure.Result, n int) string {
	at := slices.IndexFunc(r.Clients, func(c measure.ClientResult) bool { return c.Clients == n })
	if at < 0 {
		return none
	}
	c := r.Clients[at]
	return clientText(c.PerSec, c.P99US, few(c))
}

// clientSummary returns the table with a row per engine.
func clientSummary(s *suite, counts []int, escape func(string) string) *grid {
	g := &grid{columns: append([]column{left("engine")}, clientColumns(counts)...)}
	for _, e := range s.columns() {
		cells := []string{escape(e)}
		any := false
		for _, n := range counts {
			perSec, p99, few := clientMeans(s, e, n)
			if len(perSec) == 0 {
				cells = append(cells, none)
				continue
			}
			any = true
			cells = append(cells, clientText(geometricMean(perSec), p99, few))
		}
		if any {
			g.row(cells...)
		}
	}
	return g
}

// enoughRuns is how many executions a 99th percentile wants: that of fewer is all
// but their maximum.
const enoughRuns = 100

// fewMark stands behind a p99 of fewer executions, and fewText says what it means.
const (
	fewMark = "†"
	fewText = "of fewer than 100 executions: the 99th percentile is near their maximum"
)

// few reports whether there are too few executions for a 99th percentile. Reports
// that do not tell their number have 0.
func few(c measure.ClientResult) bool { return c.Runs > 0 && c.Runs < enoughRuns }

// fewRuns reports whether few is true of anything in the suite.
func (s *suite) fewRuns() bool {
	for _, r := range s.cells {
		if slices.ContainsFunc(r.Clients, few) {
			return true
		}
	}
	return false
}

// clientText writes a throughput and a 99th percentile.
func clientText(perSec, p99US float64, few bool) string {
	text := fmt.Sprintf("%s/s (%s", rate(perSec), duration(p99US))
	if few {
		text += fewMark
	}
	return text + ")"
}

// clientMeans returns the throughput of each query of an engine with n clients,
// the largest p99 among them, and whether one is of few executions.
func clientMeans(s *suite, engine string, n int) (perSec []float64, p99 float64, anyFew bool) {
	for _, q := range s.queries {
		r := s.at(q.id, engine)
		if r == nil {
			continue
		}
		for _, c := range r.Clients {
			if c.Clients == n && c.PerSec > 0 {
				perSec = append(perSec, c.PerSec)
				p99 = max(p99, c.P99US)
				anyFew = anyFew || few(c)
			}
		}
	}
	return perSec, p99, anyFew
}

// allocations writes allocations per query of the engines that are Go.
func (p *page) allocations(suites []*suite) {
	g := &grid{columns: []column{left("suite"), left("engine"), right("fewest"), right("median"), right("most"), left("most at")}}
	for _, s := range suites {
		for _, e := range s.engines {
			var all []float64
			most := ""
			for _, q := range s.queries {
				r := s.at(q.id, e)
				if r == nil || r.Allocs == nil || r.Unsupported != "" {
					continue
				}
				if len(all) == 0 || *r.Allocs > slices.Max(all) {
					most = q.id
				}
				all = append(all, *r.Allocs)
			}
			if len(all) > 0 {
				g.row(plain(s.name), plain(e), allocs(measure.Quantile(all, 0)), allocs(measure.Quantile(all, 0.5)), allocs(measure.Quantile(all, 1)), plain(most))
			}
		}
	}
	if len(g.rows) > 0 {
		p.paragraph("### Allocations per query")
		p.table(g)
	}
}

// allocs writes a number of allocations, which is a mean over runs.
func allocs(n float64) string {
	if n == math.Trunc(n) {
		return Groups(int64(n))
	}
	return scaled(n, 1000, []string{""})
}

// timings writes what was timed beside queries.
func (p *page) timings(heading string, all []measure.Timing) {
	if len(all) == 0 {
		return
	}
	p.paragraph("### %s", heading)
	p.table(timingGrid(all, plain))
}

// timingGrid returns the table of timings; columns that no row fills are left
// out.
func timingGrid(all []measure.Timing, escape func(string) string) *grid {
	sized := slices.ContainsFunc(all, func(t measure.Timing) bool { return t.Bytes > 0 })
	noted := slices.ContainsFunc(all, func(t measure.Timing) bool { return t.Note != "" })
	g := &grid{columns: []column{left("what"), left("engine"), right("median (p95)"), right("runs")}}
	if sized {
		g.columns = append(g.columns, right("written"))
	}
	if noted {
		g.columns = append(g.columns, left("note"))
	}
	for _, t := range all {
		cells := []string{escape(t.What), escape(t.Engine), durationBoth(t.MedianUS, t.P95US), Groups(int64(t.Runs))}
		if sized {
			cells = append(cells, Size(t.Bytes))
		}
		if noted {
			cells = append(cells, escape(t.Note))
		}
		g.row(cells...)
	}
	return g
}

// notCompared writes which queries only one engine answered.
func (p *page) notCompared(r *measure.Report) {
	g := &grid{columns: []column{right("customers"), left("suite"), left("query"), left("rule"), left("answered by"), left("why no other")}}
	seen := map[string]bool{}
	add := func(customers int, all []measure.NotCompared) {
		for _, n := range all {
			cells := []string{short(customers), plain(n.Suite), plain(n.Query), ruleCode(n.Rule),
				plain(strings.Join(n.Engines, ", ")), plain(strings.Join(n.Reasons, "; "))}
			if row := strings.Join(cells, "\n"); !seen[row] {
				seen[row] = true
				g.row(cells...)
			}
		}
	}
	add(r.Data.Shape.Customers, r.NotCompared)
	for _, s := range r.Scale {
		add(s.Customers, s.NotCompared)
	}
	if len(g.rows) == 0 {
		return
	}
	p.paragraph("### Not compared")
	p.paragraph("No second program has confirmed the customers that these queries select.")
	p.table(g)
}
