package report

import (
	"math"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/bench/measure"
)

// bareEngine is the name of the engine that is the floor.
const bareEngine = "bare"

// suite is the results of one suite: rows queries, columns engines.
type suite struct {
	name    string
	engines []string // with results, in the order of the report
	queries []query  // in the order of the results
	cells   map[cellID]*measure.Result
}

// query is a row of a suite.
type query struct{ id, rule, asOf string }

type cellID struct{ query, engine string }

// suitesOf arranges results as suites, in the order in which they come. Engines
// stand in the order of the list, those not in it behind.
func suitesOf(results []measure.Result, order []string) []*suite {
	var suites []*suite
	for i := range results {
		r := &results[i]
		at := slices.IndexFunc(suites, func(s *suite) bool { return s.name == r.Suite })
		if at < 0 {
			at = len(suites)
			suites = append(suites, &suite{name: r.Suite, cells: map[cellID]*measure.Result{}})
		}
		suites[at].add(r)
	}
	for _, s := range suites {
		slices.SortStableFunc(s.engines, func(a, b string) int { return place(order, a) - place(order, b) })
	}
	return suites
}

// place returns where a name stands in a list, behind its end where it is not.
func place(order []string, name string) int {
	if i := slices.Index(order, name); i >= 0 {
		return i
	}
	return len(order)
}

func (s *suite) add(r *measure.Result) {
	if !slices.Contains(s.engines, r.Engine) {
		s.engines = append(s.engines, r.Engine)
	}
	if !slices.ContainsFunc(s.queries, func(q query) bool { return q.id == r.Query }) {
		s.queries = append(s.queries, query{r.Query, r.Rule, r.AsOf})
	}
	s.cells[cellID{r.Query, r.Engine}] = r
}

// at returns what an engine was measured at, nil where it was not asked.
func (s *suite) at(query, engine string) *measure.Result { return s.cells[cellID{query, engine}] }

// median returns the median in microseconds, false where the engine has no
// figures.
func (s *suite) median(query, engine string) (float64, bool) {
	r := s.at(query, engine)
	if r == nil || r.Unsupported != "" || r.MedianUS <= 0 {
		return 0, false
	}
	return r.MedianUS, true
}

// medians returns the medians of an engine, in the order of the queries it
// answered.
func (s *suite) medians(engine string) []float64 {
	var all []float64
	for _, q := range s.queries {
		if us, ok := s.median(q.id, engine); ok {
			all = append(all, us)
		}
	}
	return all
}

// ratio returns how many times faster a is than b, false where either has no
// figures.
func (s *suite) ratio(query, a, b string) (float64, bool) {
	fast, ok := s.median(query, a)
	slow, also := s.median(query, b)
	if !ok || !also || s.name == generatedSuite {
		return 0, false
	}
	return slow / fast, true
}

// generatedSuite is the suite whose SQL rollcall generates, which is not the best
// that engines can be asked: their times are not compared.
const generatedSuite = "random"

// ratios returns how many times faster a is than b, for each query that both
// answered.
func (s *suite) ratios(a, b string) []float64 {
	var all []float64
	for _, q := range s.queries {
		if r, ok := s.ratio(q.id, a, b); ok {
			all = append(all, r)
		}
	}
	return all
}

// count returns how many customers a query selects, false where no engine
// answered it. same is false where engines differ.
func (s *suite) count(query string) (n int64, same, ok bool) {
	same = true
	for _, e := range s.engines {
		r := s.at(query, e)
		if r == nil || r.Unsupported != "" {
			continue
		}
		if ok && r.Count != n {
			same = false
		}
		if !ok {
			n, ok = r.Count, true
		}
	}
	return n, same, ok
}

// columns returns the engines that tables have columns for: all but the floor.
func (s *suite) columns() []string {
	return slices.DeleteFunc(slices.Clone(s.engines), func(e string) bool { return e == bareEngine })
}

// isRival reports whether an engine is one that ours is compared with.
func isRival(engine, ours string) bool {
	return engine != bareEngine && !strings.HasPrefix(engine, ours)
}

// geometricMean returns the geometric mean, 0 where there are no values. They are
// above 0.
func geometricMean(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range values {
		sum += math.Log(v)
	}
	return math.Exp(sum / float64(len(values)))
}

// allEngines returns every engine that a report names, each once.
func allEngines(r *measure.Report) []string {
	all := engineNames(r.Engines)
	for _, res := range r.Results {
		all = append(all, res.Engine)
	}
	for _, s := range r.Scale {
		all = append(all, engineNames(s.Engines)...)
		for _, res := range s.Results {
			all = append(all, res.Engine)
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(e string) bool {
		again := seen[e]
		seen[e] = true
		return again
	})
}
