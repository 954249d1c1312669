package main

import (
	"context"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/report"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// What the procedures ask, of suite audience.
const (
	exportedQuery = "Q1"
	openedQuery   = "Q6"
)

// exportedColumns are the columns of suite export.
var exportedColumns = []string{"customer_id", "loyalty_tier", "country", "lifetime_value", "email_opt_in", "trait_1"}

// export measures suite export.
func (b *bench) export(ctx context.Context) error {
	q, err := queryOf(b.queries[audience], exportedQuery)
	if err != nil {
		return err
	}
	columns := exportedColumns
	if b.dataset.Shape.StringAttributes == 0 {
		columns = columns[:len(columns)-1]
	}
	own := slices.DeleteFunc(slices.Clone(b.engines), func(e loaded) bool { return e.shared })
	b.report.Export, err = measure.Export(ctx, plain(own), q, columns, b.scratch, b.options())
	return err
}

// open measures suite open.
func (b *bench) open(ctx context.Context) error {
	var stored []measure.Stored
	for _, e := range b.engines {
		if e.files != "" {
			stored = append(stored, measure.Stored{Engine: e.Name(), Dir: e.files})
		}
	}
	if len(stored) == 0 {
		b.logf("suite open: none of the engines has files that a process of its own could open\n")
		return nil
	}
	q, err := queryOf(b.queries[audience], openedQuery)
	if err != nil {
		return err
	}
	count, err := startFirstCount(q, b.threads)
	if err != nil {
		return err
	}
	b.report.Open, err = measure.Open(ctx, stored, b.scratch, count, b.options())
	return err
}

// refresh measures suite refresh. The engines have one more day afterwards.
func (b *bench) refresh(ctx context.Context) error {
	later, err := suite.Load(ctx, audience, b.dataset, workload.End.Add(24*time.Hour))
	if err != nil {
		return err
	}
	add, err := b.day(ctx)
	if err != nil {
		return err
	}
	shared := func(e contender.Engine) bool {
		return slices.ContainsFunc(b.engines, func(l loaded) bool { return l.Engine == e && l.shared })
	}
	timings, c, err := measure.Refresh(ctx, add, plain(b.engines), shared, "refresh", later, b.progress)
	if err != nil {
		return err
	}
	b.tellCompared("refresh", c)
	if err := c.Err(); err != nil {
		return err // the times are those of engines that disagree
	}
	b.report.Refresh = timings
	return nil
}

// snapshot measures suite snapshot. The engines of the run are closed before, so that
// the machine's memory is that of the processes that are measured.
func (b *bench) snapshot(ctx context.Context) error {
	if err := b.close(); err != nil {
		return err
	}
	add, err := b.day(ctx)
	if err != nil {
		return err
	}
	do, err := startStep()
	if err != nil {
		return err
	}
	b.report.Snapshot, err = measure.Snapshot(ctx, b.dataset, add, b.scratch, do, b.options())
	return err
}

// scale measures suite scale. The engines of the run are closed before, to make
// room.
func (b *bench) scale(ctx context.Context) error {
	if err := b.close(); err != nil {
		return err
	}
	s := &measure.Scale{
		Sizes: b.scaleSizes, Alone: b.scaleAlone, Shape: b.dataset.Shape, Scratch: b.scratch,
		Suite: audience, Queries: b.queries[audience],
		Generate: func(ctx context.Context, shape workload.Shape, dir string) (*workload.Dataset, error) {
			shape.Cardinality = min(shape.Cardinality, shape.Customers)
			return workload.Generate(ctx, dir, shape, func(p workload.Progress) { b.show("generating rows", p.Rows, p.Total) })
		},
		Open: func(ctx context.Context, d *workload.Dataset, scratch string, alone bool) ([]contender.Engine, error) {
			names := []string{"rollcall", "duckdb-memory"}
			if alone {
				names = names[:1]
			}
			engines, err := openEngines(ctx, names, d, b.contenderOptions(scratch))
			return plain(engines), err
		},
	}
	o := b.options()
	o.Clients = nil
	results, err := s.Run(ctx, o)
	b.report.Scale = results // those before an error, too
	for _, r := range results {
		if r.Skipped != "" {
			b.logf("suite scale: %s customers skipped: %s\n", report.Groups(int64(r.Customers)), r.Skipped)
		}
		if n := len(r.NotCompared); n > 0 {
			b.logf("suite scale: at %s customers %d queries not compared: rollcall answers them alone\n", report.Groups(int64(r.Customers)), n)
		}
	}
	return err
}
