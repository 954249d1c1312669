package workload

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Generate writes the workload of a shape to dir: its tables, the parent segment
// over them and the description that [Open] reads. The same shape gives the same
// bytes wherever and on however many cores it runs. Every core holds a row group,
// or the events of one hour of a table where they are more: memory grows with the
// cores and with how dense the hours are, not with the number of customers or days.
//
// dir must not exist, or be an empty folder; the folder it lies in must exist.
// Everything is written beside dir and gets its name when it is complete: after an
// error, or when ctx ended, nothing is left.
//
// The function progress, which may be nil, is called after every row group and
// every file, never twice at once.
func Generate(ctx context.Context, dir string, s Shape, progress func(Progress)) (*Dataset, error) {
	return generate(ctx, dir, s, allTables, runtime.GOMAXPROCS(0), progress)
}

// GenerateDay writes one day behind the workload of a shape to dir, under the
// conditions of [Generate]: day 0 is [End, End+24h), day 1 the next.
//
// The data set has the three tables of events, with the rows of this day only, as
// if the workload had gone on: the same customers at the same rate, of whom those
// who lapsed within the workload have nothing, and new campaigns. The customers'
// table is not repeated. Each table has one part file, whose number follows on
// those of the workload and of the days before this one, so that it may be put
// beside them.
func GenerateDay(ctx context.Context, dir string, s Shape, day int) (*Dataset, error) {
	if day < 0 || day >= maxDays {
		return nil, fmt.Errorf("day %d behind the workload; it must be from 0 to %d", day, maxDays-1)
	}
	return generate(ctx, dir, s, func(s Shape) []*tablePlan {
		tables := newEventTables(s)
		for _, t := range tables {
			t.onlyDay(day)
		}
		return tables
	}, runtime.GOMAXPROCS(0), nil)
}

// allTables plans every table of a workload.
func allTables(s Shape) []*tablePlan {
	return append([]*tablePlan{newCustomers(s).plan()}, newEventTables(s)...)
}

// newEventTables plans the tables of events.
func newEventTables(s Shape) []*tablePlan {
	who := newActivity(s)
	return []*tablePlan{newPurchases(s, who), newPageViews(s, who), newEmailOpens(s, who)}
}

// generate writes the tables of a shape to dir.
func generate(ctx context.Context, dir string, s Shape, plan func(Shape) []*tablePlan, workers int, progress func(Progress)) (_ *Dataset, err error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := checkFree(dir); err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	beside, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-")
	if err != nil {
		return nil, fmt.Errorf("a folder beside %s, to be renamed when it is complete: %w", dir, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(beside))
		}
	}()
	tables := plan(s)
	d := &Dataset{Dir: dir, Shape: s}
	if d.Tables, err = writeTables(ctx, beside, tables, workers, progress); err != nil {
		return nil, err
	}
	if err := d.write(beside); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return d, publish(beside, dir)
}

// checkFree returns an error unless dir does not exist or is an empty folder.
func checkFree(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return fmt.Errorf("folder %s is not empty: it has %s", dir, entries[0].Name())
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	above, err := os.Stat(filepath.Dir(filepath.Clean(dir)))
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 || deviceOf(info) != deviceOf(above) {
		return fmt.Errorf("folder %s is a link or a file system of its own, which no other folder can replace: name a folder in it", dir)
	}
	return nil
}

// deviceOf returns the number of the file system that a file is on.
func deviceOf(info fs.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Dev) //nolint:unconvert // it is an int32 on macOS
	}
	return 0
}

// publish gives the folder that is complete its name. Where something has been put
// under that name in the meantime, it fails.
func publish(beside, dir string) error {
	if err := os.Chmod(beside, 0o755); err != nil { // the temporary folder is private
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(beside, dir)
}
