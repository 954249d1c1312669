package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
)

// exporter is an engine that exports, and what was measured of it.
type exporter struct {
	engine contender.Engine
	times  durations
	rows   int64
	bytes  int64 // of the file
	note   string
}

// Export lets every engine write the customers that q selects, with these
// columns, to a Parquet file in dir, in alternation as Time does, after one
// export each to warm up. The files must have the same number of rows, and the
// columns; they are removed. Engines that cannot export have a note instead of a
// time.
func Export(ctx context.Context, engines []contender.Engine, q *suite.Query, columns []string, dir string, o Options) ([]Timing, error) {
	all := make([]*exporter, len(engines))
	for i, e := range engines {
		all[i] = &exporter{engine: e}
	}
	for round := range o.Runs + 1 { // the first warms up
		o.Progress("exporting "+q.ID, round, o.Runs+1)
		for i := range all {
			x := all[(round+i)%len(all)]
			if x.note != "" || len(x.times) >= leastRuns && x.times.sum() >= o.Budget {
				continue
			}
			took, err := x.export(ctx, q, columns, dir)
			if err != nil {
				return nil, err
			}
			if round > 0 && x.note == "" {
				x.times = append(x.times, took)
			}
		}
		if err := sameRows(all, q); err != nil {
			return nil, err
		}
	}
	timings := make([]Timing, len(all))
	for i, x := range all {
		timings[i] = x.times.timing("export "+q.ID, x.engine.Name())
		timings[i].Bytes, timings[i].Note = x.bytes, x.note
		if x.note == "" {
			timings[i].Note = fmt.Sprintf("%d rows, %d columns", x.rows, len(columns))
		}
	}
	return timings, nil
}

// export writes one file, looks at it and removes it.
func (x *exporter) export(ctx context.Context, q *suite.Query, columns []string, dir string) (took time.Duration, err error) {
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
		x.rows, x.bytes, err = inspect(file, columns)
	}
	if err != nil {
		return 0, fmt.Errorf("%s, exporting %s: %w", x.engine.Name(), q.ID, err)
	}
	return took, nil
}

// sameRows holds the files of all engines against the first.
func sameRows(all []*exporter, q *suite.Query) error {
	var first *exporter
	for _, x := range all {
		switch {
		case x.note != "":
		case first == nil:
			first = x
		case x.rows != first.rows:
			return fmt.Errorf("%w: %s, exporting %s, writes %d rows; %s writes %d",
				ErrDiffer, x.engine.Name(), q.ID, x.rows, first.engine.Name(), first.rows)
		}
	}
	return nil
}

// inspect returns the rows and bytes of a Parquet file that must have these
// columns, in this order.
func inspect(name string, columns []string) (rows, size int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	p, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", name, err)
	}
	var found []string
	for _, field := range p.Schema().Fields() {
		found = append(found, field.Name())
	}
	if !slices.Equal(found, columns) {
		return 0, 0, fmt.Errorf("%s has columns %q, expected %q", name, found, columns)
	}
	return p.NumRows(), info.Size(), nil
}
