package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
)

// exporter is an engine that exports, and what was measured of it.
type exporter struct {
	engine contender.Engine
	times  durations
	wrote  written // the last time
	note   string
}

// Export lets every engine write the customers that q selects, with these
// columns, to a Parquet file in dir, in alternation, once a round, after one
// export each to warm up. The files of the warm-up must hold the same values,
// ascending by customer_id, those after it as many rows; all are removed. Where
// they differ the error wraps ErrDiffer. Engines that cannot export have a note
// instead of a time.
func Export(ctx context.Context, engines []contender.Engine, q *suite.Query, columns []string, dir string, o Options) ([]Timing, error) {
	all := make([]*exporter, len(engines))
	for i, e := range engines {
		all[i] = &exporter{engine: e}
	}
	slowest := time.Duration(0)
	for round := range o.Runs + 1 { // the first warms up
		o.Progress("exporting "+q.ID, round, o.Runs+1)
		if o.enough(round-1, slowest) {
			break
		}
		for i := range all {
			x := all[(round+i)%len(all)]
			if x.note != "" {
				continue
			}
			took, err := x.export(ctx, q, columns, dir, round == 0)
			if err != nil {
				return nil, err
			}
			if round > 0 && x.note == "" {
				x.times = append(x.times, took)
				slowest = max(slowest, x.times.sum())
			}
		}
		if err := sameFiles(all, q, columns); err != nil {
			return nil, err
		}
	}
	timings := make([]Timing, len(all))
	for i, x := range all {
		timings[i] = x.times.timing("export "+q.ID, x.engine.Name())
		timings[i].Bytes, timings[i].Note = x.wrote.bytes, x.note
		if x.note == "" {
			timings[i].Note = fmt.Sprintf("%d rows, %d columns", x.wrote.rows, len(columns))
		}
	}
	return timings, nil
}

// export writes one file, looks at it and removes it. Its values are read where
// valued says so.
func (x *exporter) export(ctx context.Context, q *suite.Query, columns []string, dir string, valued bool) (took time.Duration, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	file := filepath.Join(dir, x.engine.Name()+".parquet")
	defer func() {
		if rerr := os.Remove(file); !errors.Is(rerr, os.ErrNotExist) {
			err = errors.Join(err, rerr)
		}
	}()
	took, err = x.engine.Export(ctx, q, columns, file)
	if errors.Is(err, contender.ErrUnsupported) {
		x.note = err.Error()
		return 0, nil
	}
	if err == nil {
		x.wrote, err = inspect(file, columns, valued)
	}
	if err != nil {
		return 0, fmt.Errorf("exporting %s by %s: %w", q.ID, x.engine.Name(), err)
	}
	return took, nil
}

// sameFiles holds the files of all engines against the first.
func sameFiles(all []*exporter, q *suite.Query, columns []string) error {
	var first *exporter
	for _, x := range all {
		switch {
		case x.note != "":
			continue
		case first == nil:
			first = x
			continue
		case x.wrote.rows != first.wrote.rows:
			return fmt.Errorf("%w: exporting %s, %s writes %d rows, %s %d",
				ErrDiffer, q.ID, x.engine.Name(), x.wrote.rows, first.engine.Name(), first.wrote.rows)
		}
		for i, sum := range x.wrote.sums {
			if sum != first.wrote.sums[i] {
				return fmt.Errorf("%w: exporting %s, %s writes other values of %s than %s, or in another order",
					ErrDiffer, q.ID, x.engine.Name(), columns[i], first.engine.Name())
			}
		}
	}
	return nil
}
