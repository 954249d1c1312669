package report

import (
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// The bounds of figures: thirty years and a millionth of a microsecond, and far
// more than there is of anything. Logarithmic axes end within them.
const (
	leastFigure = 1e-6
	mostFigure  = 1e15
)

// check refuses reports whose tables would be wrong or ambiguous.
func check(r *measure.Report) error {
	if err := checkData(r); err != nil {
		return err
	}
	if err := checkEngines("engines", r.Engines); err != nil {
		return err
	}
	if err := checkResults("results", r.Results); err != nil {
		return err
	}
	for _, list := range []struct {
		name string
		all  []measure.Timing
	}{{"refresh", r.Refresh}, {"open", r.Open}, {"export", r.Export}} {
		if err := checkTimings(list.name, list.all); err != nil {
			return err
		}
	}
	if err := checkSnapshot(r.Snapshot); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	for i, s := range r.Scale {
		where := fmt.Sprintf("scale[%d]", i)
		if s.Customers < 1 || counts(int64(s.Customers), s.Events) != nil {
			return fmt.Errorf("%s: %d customers, %d events: %w", where, s.Customers, s.Events, errFigure)
		}
		if err := errors.Join(checkEngines(where+".engines", s.Engines), checkResults(where+".results", s.Results)); err != nil {
			return err
		}
	}
	return nil
}

// checkTimings refuses timings whose figures cannot be.
func checkTimings(where string, all []measure.Timing) error {
	for i, t := range all {
		if figures(t.MedianUS, t.P95US) != nil || counts(int64(t.Runs), t.Bytes) != nil {
			return fmt.Errorf("%s[%d]: %q by %q: %w", where, i, t.What, t.Engine, errFigure)
		}
	}
	return nil
}

// checkSnapshot refuses steps whose figures cannot be. There may be none at all.
func checkSnapshot(s *measure.SnapshotReport) error {
	if s == nil {
		return nil
	}
	all, sum := []int64{s.Rows, s.Events, s.SourceBytes, s.SizeBytes}, int64(0)
	for _, n := range s.Parts { // their sizes are summed
		all = append(all, n)
		sum += min(n, mostFigure)
	}
	if counts(append(all, sum)...) != nil {
		return errFigure
	}
	for i, step := range s.Steps {
		if figures(step.Seconds) != nil || counts(step.Rows, step.Events, step.PeakBytes, step.SizeBytes) != nil {
			return fmt.Errorf("steps[%d]: %q: %w", i, step.Step, errFigure)
		}
	}
	return checkTimings("timings", s.Timings)
}

// checkData refuses data, and a machine, that cannot be.
func checkData(r *measure.Report) error {
	s := r.Data.Shape
	err := counts(int64(r.Machine.Cores), r.Machine.MemoryBytes, int64(r.Runs), int64(s.Customers), int64(s.Days), int64(s.StringAttributes), int64(s.Cardinality))
	if err != nil || figures(s.EventsPerCustomer, s.Skew) != nil {
		return fmt.Errorf("machine, runs or shape of the data: %w", errFigure)
	}
	// Rows are summed.
	rows := int64(0)
	for i, t := range r.Data.Tables {
		if counts(t.Rows, int64(t.Files), t.Bytes) != nil || counts(rows+t.Rows) != nil {
			return fmt.Errorf("data.tables[%d]: %s: %w", i, tableName(t), errFigure)
		}
		rows += t.Rows
	}
	return nil
}

// tableName names a table as SQL does.
func tableName(t workload.Table) string { return t.Schema + "." + t.Name }

// checkEngines refuses engines without a name, with that of another, and with
// loads that cannot be.
func checkEngines(where string, engines []measure.EngineReport) error {
	names := map[string]bool{}
	for i, e := range engines {
		if e.Name == "" || names[e.Name] {
			return fmt.Errorf("%s[%d]: the name %q is empty or there twice", where, i, e.Name)
		}
		names[e.Name] = true
		if err := checkLoad(e.Load); err != nil {
			return fmt.Errorf("%s[%d]: the load of %q: %w", where, i, e.Name, err)
		}
	}
	return nil
}

func checkLoad(l contender.Load) error {
	all := []int64{l.SizeBytes, l.PeakBytes}
	sum := int64(0) // sizes of parts are summed
	for _, n := range l.Indexes {
		all = append(all, n)
		sum += min(n, mostFigure)
	}
	if figures(l.Seconds) != nil {
		return errFigure
	}
	return counts(append(all, sum)...)
}

// checkResults refuses results that name nothing, are there twice, or have figures
// that cannot be.
func checkResults(where string, results []measure.Result) error {
	type id struct{ suite, query, engine string }
	seen := map[id]bool{}
	for i, r := range results {
		key := id{r.Suite, r.Query, r.Engine}
		where := fmt.Sprintf("%s[%d]: suite %q, query %q, engine %q", where, i, r.Suite, r.Query, r.Engine)
		switch {
		case r.Suite == "" || r.Query == "" || r.Engine == "":
			return fmt.Errorf("%s: expected a name for each", where)
		case seen[key]:
			return fmt.Errorf("%s is there twice", where)
		}
		seen[key] = true
		if err := checkResult(r); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
	}
	return nil
}

func checkResult(r measure.Result) error {
	err := errors.Join(figures(r.MinUS, r.MedianUS, r.P95US, r.FirstUS), figures(r.TimesUS...), counts(r.Count, int64(r.Runs)))
	if r.Allocs != nil {
		err = errors.Join(err, figures(*r.Allocs))
	}
	for _, c := range r.Clients {
		if c.Clients < 1 {
			err = errFigure
		}
		err = errors.Join(err, counts(int64(c.Clients), int64(c.Runs)), figures(c.PerSec, c.P99US))
	}
	if err != nil {
		return errFigure
	}
	return nil
}

// errFigure is what is said of figures that cannot be.
var errFigure = errors.New("a figure is below 0, too small or too large")

// figures refuses what is not 0 and not between the bounds, NaN too.
func figures(all ...float64) error {
	for _, v := range all {
		if v != 0 && !(v >= leastFigure && v <= mostFigure) {
			return errFigure
		}
	}
	return nil
}

// counts refuses numbers of things below 0, and beyond the bound.
func counts(all ...int64) error {
	for _, n := range all {
		if n < 0 || n > mostFigure {
			return errFigure
		}
	}
	return nil
}
