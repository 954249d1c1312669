package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/bench/measure"
)

const (
	maxFullTable   = 20 // queries of a suite whose table is not summarised
	maxFoldedTable = 60 // queries of a suite whose table is there to unfold
	slowestRules   = 5  // rules per engine in a summary
)

// suite writes one suite.
func (p *page) suite(s *suite) {
	if len(s.columns()) == 0 {
		return // only the floor, which has a table of its own
	}
	p.paragraph("### Suite %s", plain(s.name))
	if asOf := s.asOf(); asOf != "" {
		p.paragraph("%s, as of %s.", queriesText(len(s.queries)), plain(asOf))
	}
	if s.name == generatedSuite {
		p.paragraph("What counts here is that the engines agree. The SQL is not what a person would write for them: rollcall generates it, over views that " +
			"turn the ENUMs of DuckDB into text. So there are no ratios.")
	}
	p.picture(p.latencies(s))
	if len(s.queries) <= maxFullTable {
		p.fullTable(s)
		return
	}
	p.table(summaryGrid(s, p.opts.Ours, plain))
	p.slowest(s)
	if len(s.queries) <= maxFoldedTable {
		p.paragraph("<details><summary>All %s</summary>", queriesText(len(s.queries)))
		p.fullTable(s)
		p.paragraph("</details>")
	}
}

// queriesText writes a number of queries.
func queriesText(n int) string {
	if n == 1 {
		return "1 query"
	}
	return Groups(int64(n)) + " queries"
}

// asOf returns the instant that all queries are asked as of, "" where they
// differ or it is not told.
func (s *suite) asOf() string {
	first := s.queries[0].asOf
	if slices.ContainsFunc(s.queries, func(q query) bool { return q.asOf != first }) {
		return ""
	}
	return first
}

// fullTable writes a table with a row per query.
func (p *page) fullTable(s *suite) {
	g := &grid{columns: []column{left("query"), left("rule"), right("customers")}}
	for _, e := range s.columns() {
		g.columns = append(g.columns, right(plain(e)))
	}
	var remarks notes
	for _, q := range s.queries {
		cells := []string{plain(q.id), ruleCode(q.rule), p.countCell(s, q, &remarks)}
		for _, e := range s.columns() {
			cells = append(cells, p.timeCell(s, q.id, e, &remarks))
		}
		g.row(cells...)
	}
	if cells, ok := p.meanRow(s); ok {
		g.row(cells...)
	}
	p.table(g)
	p.printf("%s", remarks.markdown())
}

// countCell writes how many customers a query selects, and the instant where
// queries of the suite differ in it.
func (p *page) countCell(s *suite, q query, remarks *notes) string {
	n, same, ok := s.count(q.id)
	if !ok {
		return none
	}
	cell := Groups(n)
	if !same {
		cell += remarks.mark("the engines' counts differ, which makes the figures of this query void")
	}
	if q.asOf != "" && s.asOf() == "" {
		cell += remarks.mark("as of " + q.asOf)
	}
	return cell
}

// timeCell writes what an engine took, and how many times faster ours was.
func (p *page) timeCell(s *suite, query, engine string, remarks *notes) string {
	r := s.at(query, engine)
	switch {
	case r == nil:
		return "not run"
	case r.Unsupported != "":
		return none + " " + remarks.mark(reason(r))
	}
	cell := durationBoth(r.MedianUS, r.P95US)
	if r.Runs > 0 && r.Runs < p.runs {
		cell += remarks.mark(fmt.Sprintf("%s instead of %d", plural(r.Runs, "run"), p.runs))
	}
	if ratio, ok := s.ratio(query, p.opts.Ours, engine); ok && isRival(engine, p.opts.Ours) {
		cell += "<br>" + ratioText(ratio)
	}
	return cell
}

// meanRow returns the row of the geometric means, false where there is nothing
// to compare.
func (p *page) meanRow(s *suite) (cells []string, ok bool) {
	cells = []string{"", "geometric mean of the ratios", ""}
	for _, e := range s.columns() {
		text := meanText(s, p.opts.Ours, e)
		ok = ok || text != ""
		if text != "" {
			text = "**" + text + "**"
		}
		cells = append(cells, text)
	}
	return cells, ok
}

// meanText writes the geometric mean of how many times faster ours is than an
// engine, and over how many queries where that is not all; "" where the engine
// is no rival or they have no query in common.
func meanText(s *suite, ours, engine string) string {
	ratios := s.ratios(ours, engine)
	if !isRival(engine, ours) || len(ratios) == 0 {
		return ""
	}
	text := ratioText(geometricMean(ratios))
	if len(ratios) < len(s.queries) {
		text += fmt.Sprintf(" (%d of %d)", len(ratios), len(s.queries))
	}
	return text
}

// summaryGrid returns the table of a suite with a row per engine.
func summaryGrid(s *suite, ours string, escape func(string) string) *grid {
	g := &grid{columns: []column{left("engine"), right("answered"), right("fastest"), right("median"), right("p95"), right("slowest")}}
	rivals := slices.ContainsFunc(s.columns(), func(e string) bool { return meanText(s, ours, e) != "" })
	if rivals {
		g.columns = append(g.columns, right(escape(ours)+" is faster by"))
	}
	for _, e := range s.columns() {
		all := s.medians(e)
		cells := []string{
			escape(e), fmt.Sprintf("%s of %s", Groups(int64(len(all))), Groups(int64(len(s.queries)))),
			duration(measure.Quantile(all, 0)), duration(measure.Quantile(all, 0.5)), duration(measure.Quantile(all, 0.95)), duration(measure.Quantile(all, 1)),
		}
		if rivals {
			cells = append(cells, cmp.Or(meanText(s, ours, e), none))
		}
		g.row(cells...)
	}
	return g
}

// reason says why an engine has no figures. Most errors of engines name them.
func reason(r *measure.Result) string {
	if strings.HasPrefix(r.Unsupported, r.Engine) {
		return r.Unsupported
	}
	return r.Engine + ": " + r.Unsupported
}

// unsupported returns how many queries an engine cannot express, and the first.
func (s *suite) unsupported(engine string) (n int, first *measure.Result) {
	for _, q := range s.queries {
		if r := s.at(q.id, engine); r != nil && r.Unsupported != "" {
			n++
			first = cmp.Or(first, r)
		}
	}
	return n, first
}

// slowest writes the rules that took each engine longest, and why it left rules
// out.
func (p *page) slowest(s *suite) {
	g := &grid{columns: []column{left("slowest of"), left("query"), left("rule"), right("customers"), right("median (p95)")}}
	var left []string
	for _, e := range s.columns() {
		answered := slices.DeleteFunc(slices.Clone(s.queries), func(q query) bool {
			_, ok := s.median(q.id, e)
			return !ok
		})
		slices.SortStableFunc(answered, func(a, b query) int { return cmp.Compare(s.at(b.id, e).MedianUS, s.at(a.id, e).MedianUS) })
		for _, q := range answered[:min(slowestRules, len(answered))] {
			r := s.at(q.id, e)
			g.row(plain(e), plain(q.id), ruleCode(q.rule), Groups(r.Count), durationBoth(r.MedianUS, r.P95US))
		}
		if n, first := s.unsupported(e); n > 0 {
			left = append(left, fmt.Sprintf("%s for %s, of which the first says: %s", queriesText(n), e, reason(first)))
		}
	}
	p.paragraph("The table above is the spread of the medians; ratios in it are geometric means over the queries that both answered.")
	p.table(g)
	if len(left) > 0 {
		p.paragraph("Left out because the engine cannot express them: %s.", plain(strings.Join(left, "; ")))
	}
}
