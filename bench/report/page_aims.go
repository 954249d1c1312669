package report

import "github.com/rollcall-db/rollcall/bench/measure"

// aims writes what our engine takes beside what it is to take, where the run is of
// as many customers as the aims are set for.
func (p *page) aims(r *measure.Report, suites []*suite) {
	if r.Data.Shape.Customers != measure.AimCustomers {
		return
	}
	g := &grid{columns: []column{left("query"), left("rule"), right("aim"), right("median"), right("median / aim"), right("after another engine")}}
	for _, s := range suites {
		for _, q := range s.queries {
			ours := s.at(q.id, p.opts.Ours)
			if ours == nil || ours.Unsupported != "" || ours.AimUS <= 0 {
				continue
			}
			g.row(plain(q.id), ruleCode(q.rule), duration(ours.AimUS), duration(ours.MedianUS), digits(ours.MedianUS/ours.AimUS), afterAnother(ours))
		}
	}
	if len(g.rows) == 0 {
		return
	}
	p.paragraph("### Aims")
	p.paragraph("What %s is to take at most, as a median, at %s customers, and what it took. Up to 1 in the column of ratios the aim is met. "+
		"The last column is the median of the executions right before those: what they read, another engine has driven out of the processor's caches.",
		code(p.opts.Ours), Groups(measure.AimCustomers))
	p.table(g)
}

// afterAnother writes what a query took right after another engine's.
func afterAnother(r *measure.Result) string {
	if r.FirstUS == 0 {
		return "–"
	}
	return duration(r.FirstUS)
}
