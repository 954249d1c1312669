package report

import (
	"cmp"
	"fmt"

	"github.com/rollcall-db/rollcall/bench/measure"
)

// scale writes the suite at several numbers of customers.
func (p *page) scale(r *measure.Report) {
	if len(r.Scale) == 0 {
		return
	}
	p.paragraph("### Scale")
	p.picture(p.scaleLines(r))
	p.table(scaleGrid(r.Scale, p.opts.Ours, plain))
	for _, s := range r.Scale {
		if s.Skipped != "" {
			p.paragraph("%s customers: %s.", short(s.Customers), plain(s.Skipped))
		}
	}
	p.scaleMedians(r.Scale)
}

// scaleGrid returns the table with a row per number of customers and engine.
func scaleGrid(all []measure.ScaleResult, ours string, escape func(string) string) *grid {
	g := &grid{columns: []column{
		right("customers"), right("events"), left("engine"), right("load"), right("events/s"), right("size"), right("peak memory"),
		right("latency, geometric mean"), right(escape(ours) + " is faster by"),
	}}
	for _, sr := range all {
		for _, s := range mergedSuites(sr) {
			for _, e := range sr.Engines {
				if e.Name == bareEngine {
					continue
				}
				g.row(Groups(int64(sr.Customers)), Groups(sr.Events), escape(e.Name), seconds(e.Load.Seconds), rate(loadRate(e.Load, sr.Events)),
					Size(e.Load.SizeBytes), Size(e.Load.PeakBytes), duration(geometricMean(s.medians(e.Name))), cmp.Or(meanText(s, ours, e.Name), none))
			}
		}
	}
	return g
}

// mergedSuites returns the results at one number of customers as one suite, none
// where there are none. Queries of several suites carry the suite's name.
func mergedSuites(sr measure.ScaleResult) []*suite {
	if len(sr.Results) == 0 {
		return nil
	}
	suites := suitesOf(sr.Results, engineNames(sr.Engines))
	if len(suites) == 1 {
		return suites
	}
	merged := make([]measure.Result, len(sr.Results))
	for i, r := range sr.Results {
		r.Suite, r.Query = "scale", r.Suite+"/"+r.Query
		merged[i] = r
	}
	return suitesOf(merged, engineNames(sr.Engines))
}

// scaleMedians writes the table with a row per query and a column per number of
// customers and engine.
func (p *page) scaleMedians(all []measure.ScaleResult) {
	g := &grid{columns: []column{left("query")}}
	var queries []string
	rows := map[string][]string{}
	for _, sr := range all {
		for _, s := range mergedSuites(sr) {
			for _, q := range s.queries {
				if rows[q.id] == nil {
					queries = append(queries, q.id)
					rows[q.id] = make([]string, 0, len(g.columns))
				}
			}
			for _, e := range s.columns() {
				g.columns = append(g.columns, right(fmt.Sprintf("%s<br>%s", plain(e), short(sr.Customers))))
				for _, id := range queries {
					rows[id] = append(pad(rows[id], len(g.columns)-2), p.scaleCell(s, id, e))
				}
			}
		}
	}
	for _, id := range queries {
		g.row(append([]string{plain(id)}, pad(rows[id], len(g.columns)-1)...)...)
	}
	if len(g.rows) > maxFoldedTable {
		return
	}
	p.table(g)
}

// pad fills up cells of a query that was not asked before.
func pad(cells []string, n int) []string {
	for len(cells) < n {
		cells = append(cells, none)
	}
	return cells
}

// scaleCell writes a median.
func (p *page) scaleCell(s *suite, query, engine string) string {
	us, ok := s.median(query, engine)
	if !ok {
		return none
	}
	return duration(us)
}
