package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// diskPerEvent is the disk, in bytes, that a size is taken to need per event: 12
// as Parquet and 11 in a snapshot, as measured at 200,000 customers, and room for
// the scratch files of its build, in which the events of a behavior lie unpacked.
// Customers are within it at twenty events each; fewer than ten count as ten.
const (
	diskPerEvent = 72
	leastEvents  = 10
)

// Scale is a suite asked at several numbers of customers.
type Scale struct {
	Sizes   []int          // numbers of customers that all engines are asked at
	Alone   []int          // numbers of customers that Open gets alone for
	Shape   workload.Shape // of the data, but for the customers
	Scratch string         // a folder; what is made there is removed
	Suite   string
	Queries []suite.Query
	// Generate makes data of a shape in a folder.
	Generate func(ctx context.Context, shape workload.Shape, dir string) (*workload.Dataset, error)
	// Open loads the data into the engines, or into the one engine that is measured
	// alone, with files below scratch. Scale closes them.
	Open func(ctx context.Context, d *workload.Dataset, scratch string, alone bool) ([]contender.Engine, error)

	free func(dir string) (int64, error) // nil: freeBytes
}

// Run generates, loads, compares and times one size after the other. A size
// whose files do not fit on the disk is skipped, and says so. The error wraps
// ErrDiffer where engines differ; the results that come with it are those of the
// sizes before, which are complete.
func (s *Scale) Run(ctx context.Context, o Options) ([]ScaleResult, error) {
	var results []ScaleResult
	for i, customers := range append(append([]int(nil), s.Sizes...), s.Alone...) {
		r, err := s.size(ctx, customers, i >= len(s.Sizes), o)
		if err != nil {
			return results, fmt.Errorf("at %d customers: %w", customers, err)
		}
		results = append(results, *r)
	}
	return results, nil
}

// size measures one number of customers.
func (s *Scale) size(ctx context.Context, customers int, alone bool, o Options) (r *ScaleResult, err error) {
	r = &ScaleResult{Customers: customers, Engines: []EngineReport{}, Results: []Result{}}
	if r.Skipped, err = s.tooLarge(customers); err != nil || r.Skipped != "" {
		return r, err
	}
	dir, err := os.MkdirTemp(s.Scratch, "scale-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	shape := s.Shape
	shape.Customers = customers
	o.Progress(fmt.Sprintf("generating %d customers", customers), 0, -1)
	d, err := s.Generate(ctx, shape, filepath.Join(dir, "data"))
	if err != nil {
		return nil, err
	}
	for _, t := range d.Tables {
		if t.Schema == "events" {
			r.Events += t.Rows
		}
	}
	if err := ReadFiles(ctx, d.Dir); err != nil { // so that no engine pays for a cold page cache
		return nil, err
	}
	scratch := filepath.Join(dir, "engines")
	if err := os.Mkdir(scratch, 0o700); err != nil {
		return nil, err
	}
	return r, s.measure(ctx, r, d, scratch, alone, o)
}

// measure loads data and fills the result in.
func (s *Scale) measure(ctx context.Context, r *ScaleResult, d *workload.Dataset, scratch string, alone bool, o Options) (err error) {
	engines, err := s.Open(ctx, d, scratch, alone)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, Close(engines)) }()
	r.Engines = Describe(engines)
	c, err := Compare(ctx, s.Suite, s.Queries, engines, o.Progress)
	if err == nil {
		err = c.Err()
	}
	if err != nil {
		return err
	}
	r.NotCompared = c.NotCompared
	results, err := Time(ctx, s.Suite, s.Queries, engines, o)
	r.Results = append(r.Results, results...)
	return err
}

// tooLarge says why a number of customers cannot be measured here, "" where it
// can.
func (s *Scale) tooLarge(customers int) (string, error) {
	free := s.free
	if free == nil {
		free = freeBytes
	}
	left, err := free(s.Scratch)
	if err != nil {
		return "", err
	}
	need := int64(float64(customers) * max(s.Shape.EventsPerCustomer, leastEvents) * diskPerEvent)
	if need <= left {
		return "", nil
	}
	return fmt.Sprintf("about %.1f GB of disk are needed, %.1f GB are free", float64(need)/1e9, float64(left)/1e9), nil
}

// Describe returns what reports say of engines.
func Describe(engines []contender.Engine) []EngineReport {
	reports := make([]EngineReport, len(engines))
	for i, e := range engines {
		reports[i] = EngineReport{Name: e.Name(), Version: e.Version(), Load: e.Loaded()}
	}
	return reports
}

// Close closes engines, those opened last first, and returns the errors of all.
func Close(engines []contender.Engine) error {
	var errs []error
	for i := len(engines) - 1; i >= 0; i-- {
		if err := engines[i].Close(); err != nil {
			errs = append(errs, fmt.Errorf("closing %s: %w", engines[i].Name(), err))
		}
	}
	return errors.Join(errs...)
}
